using System.Collections.Generic;
using System.Globalization;
using Spectre.Console;

namespace NanoLibp2p.Cli;

/// <summary>Who has sent what, a row for each peer.</summary>
internal sealed class DemoTable
{
    private readonly Dictionary<string, Row> _rows = [];

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
                row.Name, $"[blue]{peer}[/]", row.Count.ToString(CultureInfo.InvariantCulture),
                row.Count > 0 ? "[green]verified[/]" : "[grey]waiting[/]", Markup.Escape(row.Last));
        }
        return table;
    }

    private sealed class Row(string name)
    {
        internal string Name { get; } = name;

        internal int Count { get; set; }

        internal string Last { get; set; } = "";
    }
}
