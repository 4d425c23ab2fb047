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
            case ["write", string address, string round]:
                await StoreWriter.RunAsync(address, int.Parse(round, CultureInfo.InvariantCulture));
                return 0;
            case [] or [not ("nats" or "nats-server")]:
                int rounds = args.Length == 0 ? 50 : int.Parse(args[0], CultureInfo.InvariantCulture);
                string folder = Directory.CreateTempSubdirectory("postbox-killed").FullName;
                try
                {
                    KillLoop loop = new("sqlite:" + Path.Combine(folder, "postbox.db"));
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

            case ["nats"] or ["nats", _]:
                await using (NatsServer server = await NatsServer.StartAsync())
                {
                    KillLoop loop = new(server.Url, server);
                    for (int i = 1; i <= (args.Length == 1 ? 50 : int.Parse(args[1], CultureInfo.InvariantCulture)); i++)
                    {
                        Console.WriteLine($"round {i}: {await loop.RunRoundAsync(i)}");
                    }

                    File.Delete(KilledStore.HeadsFile(server.Url));
                }

                return 0;
            case ["nats-server"] or ["nats-server", _]:
                await using (NatsServer server = await NatsServer.StartAsync())
                {
                    await new ServerLoop(server).RunAsync(
                        args.Length == 1 ? 50 : int.Parse(args[1], CultureInfo.InvariantCulture), Console.WriteLine);
                }

                return 0;
            default:
                Console.Error.WriteLine("usage: NanoLibp2p.Postbox.Killed [ROUNDS | nats [ROUNDS] | nats-server [ROUNDS]]");
                return 2;
        }
    }
}
