using System;
using System.Globalization;

namespace NanoLibp2p.Cli;

/// <summary>A number of bytes as people write it: 1000, 64KiB, 10MB, 1.5GB.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, double Bytes)[] _units =
    [
        ("KiB", 1024), ("MiB", 1024 * 1024), ("GiB", 1024 * 1024 * 1024), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1),
        ("", 1),
    ];

    /// <summary>Reads a size of whole bytes up to a tebibyte.</summary>
    internal static bool TryParse(string text, out ulong bytes)
    {
        foreach ((string unit, double factor) in _units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out double number)
                && number * factor <= 1L << 40 && double.IsInteger(number * factor))
            {
                bytes = (ulong)(number * factor);
                return true;
            }
        }
        bytes = 0;
        return false;
    }
}
