using System;
using System.Globalization;
using System.Linq;
using System.Text;

namespace NanoLibp2p.Cli;

/// <summary>Text of others that can do nothing to a terminal: it neither moves the cursor, nor begins a line, nor turns or hides what
/// follows.</summary>
internal static class SafeText
{
    private const char ZeroWidthNonJoiner = '\u200C';
    private const char ZeroWidthJoiner = '\u200D';

    /// <summary>The text of bytes in UTF-8; what is none has U+FFFD in its place.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>The text with every unsafe character (escape sequences, line ends, marks of direction, lone surrogates) shown as
    /// U+FFFD.</summary>
    internal static string Printable(string text)
        => IsSafe(text) ? text : string.Concat(text.EnumerateRunes().Select(rune => IsUnsafe(rune) ? Rune.ReplacementChar : rune));

    /// <summary>JSON with every unsafe character written as \uXXXX, which means the same: outside of JSON's strings there are
    /// none.</summary>
    internal static string PrintableJson(string json)
        => IsSafe(json) ? json : string.Concat(json.EnumerateRunes().Select(rune => IsUnsafe(rune) ? Escape(rune) : rune.ToString()));

    private static bool IsSafe(string text) => text.All(c => c is >= ' ' and <= '~')
        || (!text.Any(char.IsSurrogate) && !text.EnumerateRunes().Any(IsUnsafe));

    // Of the format characters two only join or part letters; the others turn what is shown after them (bidirectional marks), or show
    // nothing.
    private static bool IsUnsafe(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner),
        _ => false,
    };

    private static string Escape(Rune rune) =>
        string.Concat(rune.ToString().Select(unit => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}")));
}
