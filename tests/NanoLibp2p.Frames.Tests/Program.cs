using System;
using System.Linq;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace NanoLibp2p.Frames.Tests;

/// <summary>The tests; and, by the first word, proofs that take longer than a run of the tests may.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        string[] rest = args.Length == 0 ? [] : args[1..];
        switch (args.FirstOrDefault())
        {
            case "episodes":
                return Proofs.Episodes.Run(rest);
            case "mutants":
                return Proofs.MutantRun.Run(rest);
            case "bytes":
                return Proofs.BytesOnAir.Run();
            default:
                // as the entry point that xunit makes
                return args.Any(arg => arg is "--server" or "--internal-msbuild-node")
                    ? TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter()
                        .GetResult()
                    : ConsoleRunner.Run(args).GetAwaiter().GetResult();
        }
    }
}
