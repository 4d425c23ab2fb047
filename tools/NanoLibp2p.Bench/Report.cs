using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NanoLibp2p.Bench;

/// <summary>The medians and their ratios against the last pair, for people and for programs.</summary>
internal static class Report
{
    /// <summary>A table in Markdown; each cell is the median and, in brackets, how it compares with the last row.</summary>
    public static string Table(IReadOnlyList<(string Name, Samples Samples)> pairs)
    {
        Samples against = pairs[^1].Samples;
        string[] figures = [.. against.Figures];
        StringBuilder table = new();
        table.Append("| dialer → listener | ").AppendJoin(" | ", figures).AppendLine(" |");
        table.Append("|---|").AppendJoin('|', figures.Select(_ => "--:")).AppendLine("|");
        foreach ((string name, Samples samples) in pairs)
        {
            table.Append("| ").Append(name);
            foreach (string figure in figures)
            {
                table.Append(CultureInfo.InvariantCulture, $" | {Short(samples.Median(figure))}");
                if (samples != against)
                {
                    table.Append(CultureInfo.InvariantCulture, $" ({samples.Median(figure) / against.Median(figure):0.00})");
                }
            }

            table.AppendLine(" |");
        }

        return table.ToString();
    }

    /// <summary>One JSON object: per pair and figure the median, the ratio against the last pair, and how many samples there are.</summary>
    public static string Json(IReadOnlyList<(string Name, Samples Samples)> pairs, string crypto)
    {
        Samples against = pairs[^1].Samples;
        JsonObject all = new() { ["crypto"] = crypto };
        foreach ((string name, Samples samples) in pairs)
        {
            JsonObject figures = [];
            foreach (string figure in samples.Figures)
            {
                figures[figure] = new JsonObject
                {
                    ["median"] = Math.Round(samples.Median(figure), 4),
                    ["ratio"] = Math.Round(samples.Median(figure) / against.Median(figure), 3),
                    ["samples"] = samples.Count(figure),
                };
            }

            all[name] = figures;
        }

        return all.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private static string Short(double value) =>
        value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
