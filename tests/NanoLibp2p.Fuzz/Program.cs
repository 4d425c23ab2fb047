using System;
using System.IO;
using System.Linq;
using SharpFuzz;

namespace NanoLibp2p.Fuzz;

internal static class Program
{
    private static int Main(string[] args)
    {
        FuzzTarget? target = args.Length == 0 ? null : FuzzTarget.All.FirstOrDefault(candidate => candidate.Name == args[0]);
        if (target == null)
        {
            Console.Error.WriteLine("usage: NanoLibp2p.Fuzz TARGET [FILE...]   TARGET: "
                + string.Join(" ", FuzzTarget.All.Select(each => each.Name)));
            Console.Error.WriteLine("without a FILE it waits for libfuzzer-dotnet or afl; with some it runs over them once");
            return 2;
        }
        if (args.Length > 1)
        {
            foreach (string file in args.Skip(1))
            {
                target.Run(File.ReadAllBytes(file));
            }
        }
        else if (Environment.GetEnvironmentVariable("__AFL_SHM_ID") != null)
        {
            Fuzzer.OutOfProcess.Run(stream =>
            {
                MemoryStream input = new();
                stream.CopyTo(input);
                target.Run(input.ToArray());
            });
        }
        else
        {
            Fuzzer.LibFuzzer.Run(input => target.Run(input.ToArray()));
        }
        return 0;
    }
}
