using System;
using System.Collections;
using System.Collections.Generic;
using System.Net;
using System.Text;
using QRCoder;

namespace NanoLibp2p.Cli;

/// <summary>A board's label: its name and its peer id, as text and as a QR code of the peer id alone.</summary>
internal sealed class BoardLabel(string name, string peer)
{
    // modules below the code for the two lines of text
    private const int TextHeight = 7;

    /// <summary>Lines for a terminal: dark ones are light there, as most terminals are dark.</summary>
    internal IEnumerable<string> Lines()
    {
        using QRCodeData code = Encode();
        using AsciiQRCode text = new(code);
        return text.GetGraphicSmall().Split('\n');
    }

    /// <summary>A picture to print, black on white.</summary>
    internal string ToSvg()
    {
        using QRCodeData code = Encode();
        List<BitArray> rows = code.ModuleMatrix;
        int size = rows.Count;
        StringBuilder dark = new();
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                if (rows[y][x])
                {
                    dark.Append(null, $"M{x} {y}h1v1h-1z");
                }
            }
        }
        int height = size + TextHeight;
        string title = WebUtility.HtmlEncode(name);
        string centred = "font-family=\"sans-serif\" font-size=\"3\" text-anchor=\"middle\"";
        string stretched = "font-family=\"monospace\" font-size=\"1.2\"";
        return FormattableString.Invariant($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {height}" width="{size}mm" height="{height}mm">
              <title>{title}: {peer}</title>
              <rect width="{size}" height="{height}" fill="#fff"/>
              <path shape-rendering="crispEdges" d="{dark}"/>
              <text x="{size / 2.0}" y="{size + 1}" {centred}>{title}</text>
              <text x="1" y="{size + 4}" {stretched} textLength="{size - 2}" lengthAdjust="spacingAndGlyphs">{peer}</text>
            </svg>

            """).ReplaceLineEndings("\n");
    }

    // a quarter may be scratched
    private QRCodeData Encode() => QRCodeGenerator.GenerateQrCode(peer, QRCodeGenerator.ECCLevel.Q);
}
