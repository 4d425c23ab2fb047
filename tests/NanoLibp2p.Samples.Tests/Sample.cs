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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string Configuration = typeof(Sample).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Configuration").Value!;

    private readonly Process process;
    private readonly List<string> lines = [];
    private int read;

    private Sample(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The folder of all samples.</summary>
    public static string Folder { get; } = FindFolder();

    /// <summary>Starts a sample of a folder on a virtual board.</summary>
    public static Sample Start(string folder, params string[] settings)
    {
        var name = Path.GetFileNameWithoutExtension(Directory.GetFiles(Path.Combine(Folder, folder), "*.csproj").Single());
        return new Sample("dotnet", [Path.Combine(Folder, folder, "bin", Configuration, "net10.0", name + ".dll"), .. settings]);
    }

    /// <summary>Starts a program that is no sample of ours to build.</summary>
    public static Sample StartProgram(string program, params string[] arguments) => new(program, arguments);

    /// <summary>Types a line.</summary>
    public void Type(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
    }

    /// <summary>Waits for the next line, after those waited for before, that has a text. Result: that line.</summary>
    public string WaitFor(string text)
    {
        var end = Stopwatch.StartNew();
        lock (lines)
        {
            while (true)
            {
                while (read < lines.Count)
                {
                    if (lines[read++].Contains(text, StringComparison.Ordinal))
                    {
                        return lines[read - 1];
                    }
                }

                Assert.True(end.Elapsed < Patience, $"'{text}' did not come; it said:\n{string.Join('\n', lines)}");
                Monitor.Wait(lines, Patience);
            }
        }
    }

    /// <summary>Whether a text was said so far.</summary>
    public bool Said(string text)
    {
        lock (lines)
        {
            return lines.Any(line => line.Contains(text, StringComparison.Ordinal));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    private void Add(string? line)
    {
        lock (lines)
        {
            if (line is not null)
            {
                lines.Add(line);
            }

            Monitor.PulseAll(lines);
        }
    }

    private static string FindFolder()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "boards", "samples");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException($"no boards/samples in a folder above {AppContext.BaseDirectory}; run from a build inside the checkout");
    }
}
