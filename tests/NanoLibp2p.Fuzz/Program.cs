using System;
using System.Globalization;
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
            Console.Error.WriteLine("NanoLibp2p.Fuzz TARGET --count N [--seed S] runs over N mutations of its seeds, the same each time");
            return 2;
        }
        if (args.Length > 2 && args[1] == "--count")
        {
            return Long.Run(target, int.Parse(args[2], CultureInfo.InvariantCulture),
                args.Length > 4 && args[3] == "--seed" ? int.Parse(args[4], CultureInfo.InvariantCulture) : 1);
        }
        if (args.Length == 3 && args[0] == "frames" && args[1] == "--write-seeds")
        {
            foreach ((string name, byte[] seed) in FrameTarget.Seeds())
            {
                File.WriteAllBytes(Path.Combine(args[2], name), seed);
            }
            return 0;
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
