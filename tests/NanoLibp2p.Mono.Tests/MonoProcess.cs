using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;

namespace NanoLibp2p.Mono.Tests;

/// <summary>Runs the program beside the tests with Mono.</summary>
internal static class MonoProcess
{
    private const int PatienceMs = 60_000;

    /// <summary>Where Mono is, or null.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .Select(folder => System.IO.Path.Combine(folder, "mono"))
        .FirstOrDefault(File.Exists);

    /// <summary>Runs it to its end, while something else may go on here. Result: its lines; the test fails if it does not end
    /// well.</summary>
    public static IReadOnlyList<string> Run(Action<Func<bool>>? meanwhile, params string[] arguments)
    {
        string[] all = [Program, .. arguments];
        using Process process =
            Process.Start(new ProcessStartInfo(Path!, all) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Stopwatch time = Stopwatch.StartNew();
        meanwhile?.Invoke(() => process.HasExited || time.ElapsedMilliseconds > PatienceMs);
        if (!process.WaitForExit(Math.Max(1, PatienceMs - (int)time.ElapsedMilliseconds)))
        {
            process.Kill();
            Assert.Fail($"{string.Join(' ', arguments)} did not end\n{output.Result}\n{errors.Result}");
        }

        Assert.True(process.ExitCode == 0,
            $"{string.Join(' ', arguments)} ended with {process.ExitCode}\n{output.Result}\n{errors.Result}");
        string[] lines = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("on Mono", lines[0]);
        return lines;
    }

    /// <summary>The repository.</summary>
    public static string Root
    {
        get
        {
            DirectoryInfo at = new(AppContext.BaseDirectory);
            while (!File.Exists(System.IO.Path.Combine(at.FullName, "Directory.Packages.props")))
            {
                at = at.Parent ?? throw new InvalidOperationException("not within the repository");
            }

            return at.FullName;
        }
    }

    private static string Program
    {
        get
        {
            string configuration = typeof(MonoProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(attribute => attribute.Key == "Configuration").Value!;
            string folder = System.IO.Path.Combine(Root, "tests", "NanoLibp2p.Mono.Program", "bin", configuration, "netstandard2.1");
            return Directory.GetFiles(folder, "NanoLibp2p.Mono.Program.*")
                .Single(path => path.EndsWith(".exe", StringComparison.Ordinal) || path.EndsWith(".dll", StringComparison.Ordinal));
        }
    }
}
