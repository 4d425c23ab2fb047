using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli.Tests;

/// <summary>What became of a command: its exit code, and what it said.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The lines of stdout as JSON.</summary>
    internal IReadOnlyList<JsonElement> Events =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    /// <summary>The events of a kind.</summary>
    internal IReadOnlyList<JsonElement> EventsOf(string name) => [.. Events.Where(one => one.GetProperty("event").GetString() == name)];

    /// <summary>Runs a command in this process, which is the cheap way.</summary>
    internal static Task<CliResult> RunAsync(params string[] arguments) => Task.Run(() =>
    {
        StringWriter output = new() { NewLine = "\n" };
        StringWriter errors = new() { NewLine = "\n" };
        int code = Program.Run(arguments, output, errors);
        return new CliResult(code, output.ToString(), errors.ToString());
    });

    /// <summary>Holds that it failed as a user wants it: with a code, one sentence on stderr, and no half result on stdout.</summary>
    internal void AssertFailed(int code, params string[] inSentence)
    {
        Assert.Equal("", Output);
        Assert.EndsWith("\n", Errors, StringComparison.Ordinal);
        Assert.Single(Errors.TrimEnd('\n').Split('\n'));
        Assert.All(inSentence, part => Assert.Contains(part, Errors, StringComparison.Ordinal));
        Assert.Equal(code, ExitCode);
    }
}
