using System.Globalization;
using System.Linq;
using System.Text;

namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>Texts of others that people read.</summary>
internal static class PlainText
{
    /// <summary>Whether a text has nothing in it but what is seen: no control characters, and none that turn the direction of what
    /// follows or take no room, by which one text can look like another.</summary>
    internal static bool IsPlain(string text) => text.EnumerateRunes().All(IsPlain);

    /// <summary>The text with U+FFFD in place of what is not plain.</summary>
    internal static string Of(string text)
    {
        if (IsPlain(text))
        {
            return text;
        }

        StringBuilder plain = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            plain.Append((IsPlain(rune) ? rune : Rune.ReplacementChar).ToString());
        }

        return plain.ToString();
    }

    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned);
}
