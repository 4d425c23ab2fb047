using System;
using System.Linq;
using System.Text;

namespace NanoLibp2p.Cli;

/// <summary>A peer's bytes as text that can do nothing to a terminal.</summary>
internal static class SafeText
{
    /// <summary>The text of bytes in UTF-8; what is none has U+FFFD in its place.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>The text with control characters (escape sequences, line ends) shown as U+FFFD.</summary>
    internal static string Printable(string text)
        => text.Any(IsUnsafe) ? string.Concat(text.Select(c => IsUnsafe(c) ? '\uFFFD' : c)) : text;

    // besides control characters those that turn the direction of what is shown after them
    private static bool IsUnsafe(char c) => char.IsControl(c) || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}
