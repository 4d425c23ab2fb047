using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Threading.Tasks;

namespace NanoLibp2p.Bench;

/// <summary>This program again, with a hidden command of its own, or another, that answers lines with lines.</summary>
internal sealed class BenchProcess : IDisposable
{
    private readonly Process _process;

    private BenchProcess(Process process) => _process = process;

    /// <summary>Seconds of processor time that it has taken.</summary>
    public double ProcessorSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Starts another program.</summary>
    /// <exception cref="InvalidOperationException">It can't be started.</exception>
    public static BenchProcess StartOther(string program)
    {
        try
        {
            ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardInput = true };
            return new BenchProcess(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"'{program}' can't be started: {e.Message}. Give --beside the path of a program.", e);
        }
    }

    /// <summary>Starts this program.</summary>
    public static BenchProcess Start(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal)
            || Environment.ProcessPath.EndsWith("dotnet.exe", StringComparison.Ordinal))
        {
            start.ArgumentList.Add(typeof(BenchProcess).Assembly.Location);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new BenchProcess(Process.Start(start)!);
    }

    /// <summary>Its next line.</summary>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public async Task<string> ReadAsync() => await _process.StandardOutput.ReadLineAsync()
        ?? throw new InvalidOperationException("the other process has ended");

    /// <summary>Asks it something.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
