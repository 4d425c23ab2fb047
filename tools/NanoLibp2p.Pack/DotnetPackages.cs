using System.Diagnostics;

namespace NanoLibp2p.Pack;

/// <summary>The packages for .NET: each project that says IsPackable, the command line as a tool, and the templates.</summary>
internal static class DotnetPackages
{
    /// <summary>Builds and packs the solution in Release. Result: the exit code of <c>dotnet pack</c>.</summary>
    public static int Pack(string root, string folder)
    {
        using Process pack = Process.Start(new ProcessStartInfo("dotnet",
            // style is the Debug build's to look at, as every test run does; packages are the same without
            ["pack", "nanoLibp2p.sln", "-c", "Release", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false",
                $"-p:PackageOutputPath={folder}"])
        {
            WorkingDirectory = root,
        })!;
        pack.WaitForExit();
        return pack.ExitCode;
    }
}
