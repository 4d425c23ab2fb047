using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text;
using System.Threading.Tasks;

namespace NanoLibp2p.JsPeers;

/// <summary>A js program of <c>tests/js</c> in a process of its own, which ends with this object at the latest.</summary>
public sealed class JsProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private JsProcess(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment,
        Action<string>? onLine, IReadOnlyList<string>? prefix)
    {
        ProcessStartInfo start = new(prefix?[0] ?? NodeBinary.Path)
        {
            WorkingDirectory = NodeBinary.ProgramDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (prefix != null)
        {
            foreach (string argument in prefix.Skip(1))
            {
                start.ArgumentList.Add(argument);
            }

            start.ArgumentList.Add(NodeBinary.Path);
        }

        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        Name = program;
        _process = Process.Start(start)!;
        Ended = Task.WhenAll(
            ReadAsync(_process.StandardOutput, _output, onLine),
            ReadAsync(_process.StandardError, _errors, null),
            _process.WaitForExitAsync());
    }

    /// <summary>The program's file name.</summary>
    public string Name { get; }

    /// <summary>Completes when it has ended and all that it wrote is read.</summary>
    public Task Ended { get; }

    /// <summary>What it wrote to stdout so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>What it wrote to stderr so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its file name in <c>tests/js</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables in addition to ours.</param>
    /// <param name="onLine">Called with each line of stdout, one after the other.</param>
    /// <param name="prefix">A command that runs it, with its arguments, such as <c>ip netns exec NAME</c>; null for none.</param>
    public static JsProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? onLine = null, IReadOnlyList<string>? prefix = null)
        => new(program, arguments, environment, onLine, prefix);

    /// <summary>Writes one line to its stdin.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteAsync(line + "\n").ConfigureAwait(false);
        await _process.StandardInput.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="JsPeerException">It was still running after <paramref name="patience"/>.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan patience)
    {
        try
        {
            await Ended.WaitAsync(patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new JsPeerException($"{Name} was still running after {patience.TotalSeconds} s{Tail()}");
        }
        return _process.ExitCode;
    }

    /// <summary>The end of what it wrote to stderr, for a message.</summary>
    public string Tail()
    {
        string said = Errors.Trim();
        return said.Length == 0 ? "; nothing on its stderr" : "; its stderr ends: " + (said.Length > 2000 ? said[^2000..] : said);
    }

    /// <summary>Kills it with all its children; it has nothing to save.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await Ended.ConfigureAwait(false);
        _process.Dispose();
    }

    private static async Task ReadAsync(System.IO.StreamReader from, StringBuilder into, Action<string>? onLine)
    {
        while (await from.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            lock (into)
            {
                into.AppendLine(line);
            }
            onLine?.Invoke(line);
        }
    }
}
