using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using Spectre.Console;

namespace NanoLibp2p.Cli;

/// <summary>Who has sent what, a row for each peer, to fit a terminal of 80 columns.</summary>
internal sealed class DemoTable
{
    private const int LongestText = 40;
    private const int EndOfPeer = 6;

    private readonly Dictionary<string, Row> _rows = [];

    /// <summary>Lines below the table; null for none.</summary>
    internal string? Caption { get; set; }

    /// <summary>A peer that is expected.</summary>
    internal void Add(string name, string peer) => _rows[peer] = new Row(name);

    /// <summary>A reading whose signature verified.</summary>
    internal void Count(string name, string peer, string text)
    {
        if (!_rows.TryGetValue(peer, out Row? row))
        {
            _rows[peer] = row = new Row(name);
        }
        row.Count++;
        row.Last = text;
    }

    /// <summary>Readings of a peer so far.</summary>
    internal int CountOf(string peer) => _rows.TryGetValue(peer, out Row? row) ? row.Count : 0;

    internal Table Draw()
    {
        Table table = new Table().AddColumns("who", "peer id", "readings", "signature", "latest");
        foreach ((string peer, Row row) in _rows)
        {
            table.AddRow(
                row.Name, $"[blue]…{peer[^EndOfPeer..]}[/]", row.Count.ToString(CultureInfo.InvariantCulture),
                row.Count > 0 ? "[green]verified[/]" : "[grey]waiting[/]", Markup.Escape(Figures(row.Last)));
        }
        return Caption == null ? table : table.Caption(Markup.Escape(Caption));
    }

    // a reading of our boards without its number and time; what guests say as it is, but no longer than fits
    private static string Figures(string text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                text = string.Join(", ",
                    json.RootElement.EnumerateObject().Where(one => one.Name is not ("n" or "t")).Select(one => $"{one.Name} {one.Value}"));
            }
        }
        catch (JsonException)
        {
            // any text is a message
        }
        // what JSON had escaped may be anything again
        text = SafeText.Printable(text);
        return text.Length <= LongestText ? text : text[..LongestText] + "…";
    }

    private sealed class Row(string name)
    {
        internal string Name { get; } = name;

        internal int Count { get; set; }

        internal string Last { get; set; } = "";
    }
}
