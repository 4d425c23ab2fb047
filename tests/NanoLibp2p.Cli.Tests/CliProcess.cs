using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Cli.Tests;

/// <summary>The command line as a process of its own, as a user starts it. It ends with this object at the latest.</summary>
internal sealed class CliProcess : IAsyncDisposable
{
    /// <summary>How long anything may take on a busy machine.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private CliProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Whether it has ended.</summary>
    internal bool HasExited => _process.HasExited;

    /// <summary>Starts a command.</summary>
    internal static CliProcess Start(params string[] arguments) => Start([], arguments);

    /// <summary>Starts a command with variables in its environment.</summary>
    internal static CliProcess Start(Dictionary<string, string> environment, params string[] arguments)
        => Start([], environment, arguments);

    /// <summary>Starts a command on a host of its own.</summary>
    internal static CliProcess StartIn(NetworkNamespace host, params string[] arguments) => Start(host.Prefix, [], arguments);

    /// <summary>Starts a command that may have so many files open (Linux).</summary>
    internal static CliProcess StartWithin(int files, params string[] arguments) => Start(["prlimit", $"--nofile={files}"], [], arguments);

    private static CliProcess Start(IReadOnlyList<string> prefix, Dictionary<string, string> environment, string[] arguments)
    {
        string[] command =
            [.. prefix, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "nanolibp2p.dll"), .. arguments];
        ProcessStartInfo start =
            new(command[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        return new CliProcess(Process.Start(start)!);
    }

    /// <summary>Starts a listener on loopback, and waits until it listens.</summary>
    /// <returns>The process and its address.</returns>
    internal static async Task<(CliProcess Process, string Address)> ListenAsync(params string[] arguments)
    {
        CliProcess process = Start(["listen", "--listen", "/ip4/127.0.0.1/tcp/0", "--json", .. arguments]);
        JsonElement listening = await process.EventAsync("listening");
        return (process, listening.GetProperty("addr").GetString()!);
    }

    /// <summary>Waits for the next event of a kind; those before it are passed over.</summary>
    internal async Task<JsonElement> EventAsync(string name, Func<JsonElement, bool>? filter = null)
    {
        using CancellationTokenSource patience = new(Patience);
        try
        {
            await foreach (string line in _lines.Reader.ReadAllAsync(patience.Token))
            {
                JsonElement json = JsonElement.Parse(line);
                if (json.GetProperty("event").GetString() == name && filter?.Invoke(json) != false)
                {
                    return json;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // told below
        }
        throw new TimeoutException($"no event '{name}' came; stdout: {Said()}");
    }

    /// <summary>Writes to its stdin.</summary>
    internal async Task WriteAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Writes bytes to its stdin, of which it may take fewer when it ends.</summary>
    internal async Task WriteAsync(byte[] bytes)
    {
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(bytes);
            await _process.StandardInput.BaseStream.FlushAsync();
        }
        catch (IOException)
        {
            // it has ended
        }
    }

    /// <summary>Ends its stdin.</summary>
    internal void EndInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it has ended
        }
    }

    /// <summary>Sends a signal, such as INT for Ctrl-C.</summary>
    internal async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until it has ended by itself.</summary>
    internal async Task<CliResult> EndAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"it did not end; stdout: {Said()}");
        }
        await _reading;
        return new CliResult(_process.ExitCode, Said(), await _errors);
    }

    /// <summary>Runs a command to its end.</summary>
    internal static async Task<CliResult> RunAsync(params string[] arguments)
    {
        await using CliProcess process = Start(arguments);
        process.EndInput();
        return await process.EndAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private string Said()
    {
        lock (_output)
        {
            return _output.ToString();
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_output)
            {
                _output.Append(line).Append('\n');
            }
            _lines.Writer.TryWrite(line);
        }
        _lines.Writer.Complete();
    }
}
