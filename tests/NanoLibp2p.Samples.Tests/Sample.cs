using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;

namespace NanoLibp2p.Samples.Tests;

/// <summary>A sample as a user runs it: a process, what it says, and what is typed into it.</summary>
public sealed class Sample : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static readonly string _configuration = typeof(Sample).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Configuration").Value!;

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private int _read;

    private Sample(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start =
            new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The folder of all samples.</summary>
    public static string Folder { get; } = FindFolder();

    /// <summary>The command line as it was built.</summary>
    public static string CliFolder { get; } =
        Path.Combine(Folder, "..", "..", "tools", "NanoLibp2p.Cli", "bin", _configuration, "net10.0");

    /// <summary>Starts a sample of a folder on a virtual board.</summary>
    public static Sample Start(string folder, params string[] settings)
    {
        string name = Path.GetFileNameWithoutExtension(Directory.GetFiles(Path.Combine(Folder, folder), "*.csproj").Single());
        return new Sample("dotnet", [Path.Combine(Folder, folder, "bin", _configuration, "net10.0", name + ".dll"), .. settings]);
    }

    /// <summary>Starts a program that is no sample of ours to build.</summary>
    public static Sample StartProgram(string program, params string[] arguments) => new(program, arguments);

    /// <summary>Starts the command line.</summary>
    public static Sample Cli(params string[] arguments)
        => new("dotnet", ["exec", Path.Combine(CliFolder, "nanolibp2p.dll"), .. arguments]);

    /// <summary>Types a line.</summary>
    public void Type(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits for the next line, after those waited for before, that has a text. Result: that line.</summary>
    public string WaitFor(string text)
    {
        Stopwatch end = Stopwatch.StartNew();
        lock (_lines)
        {
            while (true)
            {
                while (_read < _lines.Count)
                {
                    if (_lines[_read++].Contains(text, StringComparison.Ordinal))
                    {
                        return _lines[_read - 1];
                    }
                }

                Assert.True(end.Elapsed < _patience, $"'{text}' did not come; it said:\n{string.Join('\n', _lines)}");
                Monitor.Wait(_lines, _patience);
            }
        }
    }

    /// <summary>Whether a text was said so far.</summary>
    public bool Said(string text)
    {
        lock (_lines)
        {
            return _lines.Any(line => line.Contains(text, StringComparison.Ordinal));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Add(string? line)
    {
        lock (_lines)
        {
            if (line is not null)
            {
                _lines.Add(line);
            }

            Monitor.PulseAll(_lines);
        }
    }

    private static string FindFolder()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "boards", "samples");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException(
            $"no boards/samples in a folder above {AppContext.BaseDirectory}; run from a build inside the checkout");
    }
}
