using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli.Tests;

/// <summary>The command line behind a shell, for what only a shell does: pipes, closed and full outputs, terminals, other users.</summary>
internal static class Shell
{
    /// <summary>Why a test is skipped where <see cref="IsHere"/> is false.</summary>
    internal const string Missing = "Windows has no such shell";

    /// <summary>Whether there is one.</summary>
    public static bool IsHere => !OperatingSystem.IsWindows();

    /// <summary>The program as a shell starts it.</summary>
    internal static string Program => $"dotnet exec {Path.Combine(AppContext.BaseDirectory, "nanolibp2p.dll")}";

    /// <summary>Runs a script in which $cli is the program, with an empty stdin.</summary>
    /// <returns>The exit code, or null when it had to be stopped, with stdout and stderr.</returns>
    internal static async Task<(int? Code, string Output, string Errors)> RunAsync(string script)
    {
        ProcessStartInfo start = new("bash") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"cli=\"{Program}\"; {script}");
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync(new CancellationTokenSource(CliProcess.Patience).Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (null, await output, await errors);
        }
    }

    /// <summary>Whether a program can be found.</summary>
    internal static bool Has(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
