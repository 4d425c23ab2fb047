using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>Draws what a fleet got through in each hour: bars of readings that reached the topic over those that were taken.</summary>
internal static class AirPlot
{
    private const int Width = 760;
    private const int Height = 260;
    private const int Margin = 40;

    /// <summary>An SVG document.</summary>
    internal static string Draw(AirFleetOptions options, AirFleetResult result)
    {
        StringBuilder svg = new();
        string title = string.Create(CultureInfo.InvariantCulture,
            $"{options.Profile}, {options.Devices} devices, loss {options.Loss:P0}: {result.Delivered:N0} of {result.Readings:N0} ")
            + "readings";
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" ")
            .Append("font-family=\"sans-serif\" font-size=\"12\">\n")
            .Append(CultureInfo.InvariantCulture, $"<title>{WebUtility.HtmlEncode(title)}</title>\n")
            .Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>\n")
            .Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin}\" y=\"20\">{WebUtility.HtmlEncode(title)}</text>\n");
        int hours = Math.Max(1, result.Hours.Count);
        long most = 1;
        (long Taken, long Delivered) before = default;
        foreach ((long taken, long delivered) in result.Hours)
        {
            most = Math.Max(most, Math.Max(taken - before.Taken, delivered - before.Delivered));
            before = (taken, delivered);
        }

        before = default;
        double step = (Width - (2.0 * Margin)) / hours;
        double scale = (Height - (2.0 * Margin)) / most;
        foreach ((int hour, (long taken, long delivered)) in result.Hours.Index())
        {
            Bar(svg, hour, step, (taken - before.Taken) * scale, "#cfd8dc");
            Bar(svg, hour, step, (delivered - before.Delivered) * scale, "#1976d2");
            before = (taken, delivered);
        }

        return svg.Append(CultureInfo.InvariantCulture, $"<text x=\"4\" y=\"{Margin + 4}\">{most}</text>\n")
            .Append(CultureInfo.InvariantCulture, $"<text x=\"4\" y=\"{Height - Margin}\">0</text>\n")
            .Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin}\" y=\"{Height - 16}\">each hour: readings taken (grey), ")
            .Append("on the topic (blue)</text>\n</svg>\n").ToString();
    }

    private static void Bar(StringBuilder svg, int hour, double step, double height, string colour)
        => svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Margin + (hour * step):0.##}\" y=\"{Height - Margin - height:0.##}\" ")
            .Append(CultureInfo.InvariantCulture, $"width=\"{Math.Max(1, step - 2):0.##}\" height=\"{height:0.##}\" fill=\"{colour}\"/>\n");
}
