using System;
using System.CommandLine;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NanoLibp2p.Cli.Commands;
using Spectre.Console;

namespace NanoLibp2p.Cli;

/// <summary>What a command says on stdout: to people, or with <c>--json</c> to programs, one object a line.</summary>
internal sealed class Output
{
    private static readonly JsonSerializerOptions JsonForm = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // lines are not broken where no terminal has a width
    private const int Endless = 100_000;

    private readonly TextWriter _writer;
    private readonly object _turn = new();

    internal Output(TextWriter writer, bool json, bool isTerminal)
    {
        _writer = writer;
        IsJson = json;
        IsTerminal = isTerminal && !json;
        Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (!isTerminal)
        {
            Console.Profile.Width = Endless;
        }
    }

    /// <summary>Whether programs read it.</summary>
    internal bool IsJson { get; }

    /// <summary>Whether a person watches it as it comes.</summary>
    internal bool IsTerminal { get; }

    /// <summary>For tables and what else people like to see.</summary>
    internal IAnsiConsole Console { get; }

    /// <summary>Where a command that is run was told to speak: stdout, or what a test gave it.</summary>
    internal static Output Of(ParseResult parsed)
    {
        TextWriter writer = parsed.InvocationConfiguration.Output;
        return new(writer, parsed.GetValue(CommonOptions.Json), writer == System.Console.Out && !System.Console.IsOutputRedirected);
    }

    /// <summary>Tells one event in the form that is wanted; from any thread.</summary>
    /// <param name="json">For programs.</param>
    /// <param name="markup">For people, in Spectre.Console's markup; what is put into it is escaped. Null says nothing.</param>
    internal void Tell(JsonObject json, FormattableString? markup)
    {
        lock (_turn)
        {
            if (IsJson)
            {
                _writer.WriteLine(json.ToJsonString(JsonForm));
                _writer.Flush();
            }
            else if (markup != null)
            {
                Console.MarkupLineInterpolated(markup);
            }
        }
    }

    /// <summary>Tells people something that programs have no use for.</summary>
    internal void Note(FormattableString markup)
    {
        if (!IsJson)
        {
            lock (_turn)
            {
                Console.MarkupLineInterpolated(markup);
            }
        }
    }

    /// <summary>Gives people a line to copy: as it is, however wide the terminal.</summary>
    internal void Copyable(string line)
    {
        if (!IsJson)
        {
            lock (_turn)
            {
                _writer.WriteLine(line);
            }
        }
    }

    /// <summary>An event's object, begun.</summary>
    internal static JsonObject Event(string name) => new() { ["event"] = name };
}
