using System;

namespace NanoLibp2p.Samples;

/// <summary>A chip that isn't there: a day's warmth and moisture, in two minutes.</summary>
internal sealed class SimulatedClimate : Climate
{
    private const double DayMs = 120_000;

    /// <inheritdoc/>
    public override bool Measure()
    {
        double warmth = Math.Sin(Environment.TickCount64 / DayMs * Math.Tau);
        HundredthsCelsius = (int)(2150 + 400 * warmth);
        Pascals = (int)(101_325 - 120 * warmth);
        HundredthsHumidity = (int)(4500 - 900 * warmth);
        return true;
    }
}
