using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.NanoSurface.Generator;

namespace NanoLibp2p.Pack.Tests;

/// <summary>Every package of the release, made once for all tests by the command that README names, and a place to use them in.</summary>
public sealed class Release : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(20);

    /// <summary>Makes the packages.</summary>
    public Release()
    {
        Root = Repository.FindRoot(AppContext.BaseDirectory);
        Folder = Directory.CreateTempSubdirectory("nanolibp2p-release").FullName;
        Artifacts = Path.Combine(Folder, "artifacts");
        Output = Run(Root, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "NanoLibp2p.Pack.dll"), "--out", Artifacts);
    }

    /// <summary>The repository.</summary>
    public string Root { get; }

    /// <summary>A folder of its own, gone with this object.</summary>
    public string Folder { get; }

    /// <summary>Where the packages are.</summary>
    public string Artifacts { get; }

    /// <summary>What the command said.</summary>
    public string Output { get; }

    /// <summary>The packages, without the symbols, by id.</summary>
    public IReadOnlyDictionary<string, string> Packages => Directory.GetFiles(Artifacts, "*.nupkg")
        .ToDictionary(path => Path.GetFileName(path)[..^$".{HeadSet.Version(Root)}.nupkg".Length]);

    /// <summary>Makes a folder whose projects know these packages and the registry, and keep what they unpack to themselves.</summary>
    public string Workplace(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="release" value="{Artifacts}" />
              </packageSources>
            </configuration>
            """);

        // what stands above a temporary folder is none of a user's
        File.WriteAllText(Path.Combine(folder, "Directory.Build.props"), "<Project />");
        File.WriteAllText(Path.Combine(folder, "Directory.Build.targets"), "<Project />");
        File.WriteAllText(Path.Combine(folder, "Directory.Packages.props"), "<Project />");
        return folder;
    }

    /// <summary>Runs a program to its end. Result: what it said; it fails the test if it did not end with 0.</summary>
    public string Run(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start =
            new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // a version that is packed again and again must not come from an earlier run, nor servers stay behind
        start.Environment["NUGET_PACKAGES"] = program == "dotnet" && arguments[0] == "exec" ? null : Path.Combine(Folder, "unpacked");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_HOME"] = Folder;
        start.Environment["DOTNET_NOLOGO"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} took more than {_patience.TotalMinutes} minutes");
        }

        Assert.True(process.ExitCode == 0,
            $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}\n{output.Result}\n{errors.Result}");
        return output.Result;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
