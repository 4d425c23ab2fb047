using NanoLibp2p.Gateway.Telemetry;

namespace NanoLibp2p.Gateway.Page;

/// <summary>A series of readings, or its newest part.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Peer">The author, whose signature was right.</param>
/// <param name="Field">The name of the number, as the author wrote it.</param>
/// <param name="Heard">Readings that had it.</param>
/// <param name="Times">Unix milliseconds, ascending.</param>
/// <param name="Values">A value for each.</param>
internal sealed record SeriesJson(string Topic, string Peer, string Field, long Heard, long[] Times, double[] Values)
{
    /// <summary>The last so many points of a series.</summary>
    internal static SeriesJson Of(ReadingSeries series, int points)
        => new(series.Topic, series.Author.ToString(), PlainText.Of(series.Field), series.Heard, series.Times[^points..].ToArray(),
            series.Values[^points..].ToArray());
}
