using System;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Killed;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["write", string path, string round]:
                await StoreWriter.RunAsync(path, int.Parse(round, CultureInfo.InvariantCulture));
                return 0;
            case [] or [_]:
                int rounds = args.Length == 0 ? 50 : int.Parse(args[0], CultureInfo.InvariantCulture);
                string folder = Directory.CreateTempSubdirectory("postbox-killed").FullName;
                try
                {
                    KillLoop loop = new(Path.Combine(folder, "postbox.db"));
                    for (int i = 1; i <= rounds; i++)
                    {
                        Console.WriteLine($"round {i}: {await loop.RunRoundAsync(i)}");
                    }

                    return 0;
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }

            default:
                Console.Error.WriteLine("usage: NanoLibp2p.Postbox.Killed [ROUNDS]");
                return 2;
        }
    }
}
