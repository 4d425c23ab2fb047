using System;
using System.Collections.Generic;
using System.Linq;

namespace NanoLibp2p.Bench.Soak;

/// <summary>
/// Whether a figure grows: the median of the slopes between all pairs of samples (Theil and Sen), which single samples do not move, against
/// what it may grow by.
/// </summary>
internal sealed class Trend
{
    private Trend(double median, double slope, double growth, double allowed)
    {
        Median = median;
        Slope = slope;
        Growth = growth;
        Allowed = allowed;
    }

    /// <summary>The middle sample.</summary>
    public double Median { get; }

    /// <summary>By how much it grows in a unit of time.</summary>
    public double Slope { get; }

    /// <summary>By how much it has grown from the first sample to the last, by the slope.</summary>
    public double Growth { get; }

    /// <summary>By how much it may.</summary>
    public double Allowed { get; }

    /// <summary>Whether it has grown by no more than it may.</summary>
    public bool IsFlat => Growth <= Allowed;

    /// <summary>Looks at samples.</summary>
    /// <param name="samples">When, and what; two or more, at different times.</param>
    /// <param name="share">By what share of the median the figure may grow.</param>
    /// <param name="least">By how much it may grow however small it is.</param>
    public static Trend Of(IReadOnlyList<(double Time, double Value)> samples, double share, double least)
    {
        List<double> slopes = [];
        for (int i = 0; i < samples.Count; i++)
        {
            for (int j = i + 1; j < samples.Count; j++)
            {
                slopes.Add((samples[j].Value - samples[i].Value) / (samples[j].Time - samples[i].Time));
            }
        }

        double slope = Middle(slopes);
        double median = Middle(samples.Select(sample => sample.Value));
        return new Trend(median, slope, slope * (samples[^1].Time - samples[0].Time), Math.Max(share * median, least));
    }

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
