using System;
using System.Globalization;

namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>A place on earth to a tenth of a degree, some 11 km: where a gateway's town is, and not its house.</summary>
internal readonly record struct TelemetryPlace(double Latitude, double Longitude)
{
    /// <summary>Reads <c>LATITUDE,LONGITUDE</c> in degrees; null when it is none.</summary>
    internal static TelemetryPlace? TryParse(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        return parts.Length == 2 && double.TryParse(parts[0], Style, CultureInfo.InvariantCulture, out double latitude)
            && double.TryParse(parts[1], Style, CultureInfo.InvariantCulture, out double longitude)
            && IsOnEarth(latitude, longitude) ? Of(latitude, longitude) : null;
    }

    /// <summary>Whether there is such a place.</summary>
    internal static bool IsOnEarth(double latitude, double longitude) => latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180;

    /// <summary>The place to a tenth of a degree.</summary>
    internal static TelemetryPlace Of(double latitude, double longitude) => new(Rounded(latitude), Rounded(longitude));

    // 0 for -0, which JSON would write with its sign
    private static double Rounded(double degrees) => Math.Round(degrees, 1, MidpointRounding.AwayFromZero) + 0.0;
}
