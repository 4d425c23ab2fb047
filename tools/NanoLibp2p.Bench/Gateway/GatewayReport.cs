using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NanoLibp2p.Bench.Gateway;

/// <summary>The gateway's figures beside those of js-libp2p, for people and for programs.</summary>
internal static class GatewayReport
{
    /// <summary>A table in Markdown: a figure a line, ours and the other's, the ratio, and the seconds of processor time of each
    /// gateway.</summary>
    public static string Table(GatewayFigures ours, GatewayFigures theirs)
    {
        StringBuilder table = new();
        table.AppendLine(CultureInfo.InvariantCulture, $"| gateway between two peers | {ours.Name} | {theirs.Name} | ratio | CPU s |");
        table.AppendLine("|---|--:|--:|--:|--:|");
        foreach (string figure in ours.Figures)
        {
            double mine = ours.Median(figure);
            double other = theirs.Median(figure);
            string cpu = ours.CpuSeconds(figure) == 0 && theirs.CpuSeconds(figure) == 0 ? ""
                : Short(ours.CpuSeconds(figure)) + ", " + Short(theirs.CpuSeconds(figure));
            table.AppendLine(CultureInfo.InvariantCulture, $"| {figure} | {Short(mine)} | {Short(other)} | {mine / other:0.00} | {cpu} |");
        }

        return table.ToString();
    }

    /// <summary>One JSON object: for each figure both medians, their ratio (null beside 0), both CPU seconds and how many samples there
    /// are.</summary>
    public static string Json(GatewayFigures ours, GatewayFigures theirs)
    {
        JsonObject all = [];
        foreach (string figure in ours.Figures)
        {
            all[figure] = new JsonObject
            {
                [ours.Name] = ours.Median(figure),
                [theirs.Name] = theirs.Median(figure),
                ["ratio"] = Ratio(ours.Median(figure), theirs.Median(figure)),
                [ours.Name + "CpuSeconds"] = ours.CpuSeconds(figure),
                [theirs.Name + "CpuSeconds"] = theirs.CpuSeconds(figure),
                ["samples"] = ours.Count(figure),
            };
        }

        return all.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    // none beside nothing, as the memory of a few connections may be, for which JSON has no word
    private static double? Ratio(double mine, double other) => other == 0 ? null : mine / other;

    private static string Short(double value) =>
        value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
