using System;
using System.Globalization;

namespace NanoLibp2p.Cli;

/// <summary>A time as people write it: 500ms, 1s, 2m, 1h, 1d; a number alone is seconds.</summary>
internal readonly record struct Duration(TimeSpan Time)
{
    private static readonly (string Unit, double Milliseconds)[] _units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("", 1000)];

    /// <summary>So many seconds.</summary>
    internal static Duration Seconds(int seconds) => new(TimeSpan.FromSeconds(seconds));

    /// <summary>The most that a timer takes: 2^31 - 1 ms, which are almost 25 days.</summary>
    internal static TimeSpan Longest => TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>Reads a time; one that is too long is read as more than <see cref="Longest"/>.</summary>
    internal static bool TryParse(string text, out Duration duration)
    {
        foreach ((string unit, double milliseconds) in _units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out double number)
                && double.IsFinite(number))
            {
                duration = new Duration(TimeSpan.FromMilliseconds(Math.Min(number * milliseconds, 2.0 * int.MaxValue)));
                return true;
            }
        }
        duration = default;
        return false;
    }

    /// <summary>In seconds, as help shows it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time.TotalSeconds}s");
}
