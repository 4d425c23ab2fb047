using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NanoLibp2p.Cli.Commands;
using Spectre.Console;

namespace NanoLibp2p.Cli;

/// <summary>What a command says on stdout: to people, or with <c>--json</c> to programs, one object a line.</summary>
internal sealed class Output
{
    private static readonly JsonSerializerOptions _jsonForm = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // a line is broken by the terminal alone, which keeps an address whole for who copies it
    private const int Endless = 100_000;

    private readonly TextWriter _writer;
    private readonly IAnsiConsole _lines;
    private readonly object _turn = new();

    internal Output(TextWriter writer, bool json, bool isTerminal)
    {
        _writer = writer;
        IsJson = json;
        IsTerminal = isTerminal && !json;
        Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        _lines = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        _lines.Profile.Width = Endless;
    }

    /// <summary>Whether programs read it.</summary>
    internal bool IsJson { get; }

    /// <summary>Whether a person watches it as it comes.</summary>
    internal bool IsTerminal { get; }

    /// <summary>For a table that is drawn anew in its place; it is as wide as the terminal.</summary>
    internal IAnsiConsole Console { get; }

    /// <summary>Where a command that is run was told to speak: stdout, or what a test gave it.</summary>
    internal static Output Of(ParseResult parsed)
    {
        TextWriter writer = parsed.InvocationConfiguration.Output;
        return new(writer, parsed.GetValue(CommonOptions.Json), writer == System.Console.Out && !System.Console.IsOutputRedirected);
    }

    /// <summary>The same place in the form for programs, whatever this one's form is.</summary>
    internal Output ForPrograms() => IsJson ? this : new(_writer, json: true, isTerminal: false);

    /// <summary>Tells one event in the form that is wanted; from any thread.</summary>
    /// <param name="json">For programs.</param>
    /// <param name="markup">For people, in Spectre.Console's markup; what is put into it is escaped and made printable. Null says
    /// nothing.</param>
    internal void Tell(JsonObject json, FormattableString? markup)
    {
        lock (_turn)
        {
            if (IsJson)
            {
                _writer.WriteLine(SafeText.PrintableJson(json.ToJsonString(_jsonForm)));
                _writer.Flush();
            }
            else if (markup != null)
            {
                _lines.MarkupLineInterpolated(Printable(markup));
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
                _lines.MarkupLineInterpolated(Printable(markup));
            }
        }
    }

    /// <summary>Tells what may be wrong while the command goes on.</summary>
    /// <param name="peer">Whose fault it may be; null when it is no peer's.</param>
    /// <param name="sentence">What it is, and what to do.</param>
    internal void Notice(string? peer, string sentence)
    {
        JsonObject json = Event("notice");
        json["peer"] = peer;
        json["text"] = sentence;
        Tell(json, $"[yellow]![/] {sentence}");
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

    private static FormattableString Printable(FormattableString markup)
        => FormattableStringFactory.Create(markup.Format,
            [.. markup.GetArguments().Select(one => one is string text ? SafeText.Printable(text) : one)]);
}
