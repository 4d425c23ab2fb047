using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace NanoLibp2p.Bench.Soak;

/// <summary>What a soak came to: lines for people, and whether all is well.</summary>
internal sealed class SoakVerdict
{
    /// <summary>Shorter runs are not judged by their memory.</summary>
    public const double LeastMinutes = 10;

    private const double Share = 0.05;
    private const double HeapLeast = 0.5e6;
    private const double ResidentLeast = 16e6;
    private const double CountLeast = 8;

    // Messages' ids are known for 2 minutes, and code is compiled anew where it is hot: until then memory grows by right
    private const double WarmUpMinutes = 3;
    private const double WarmUpShare = 0.2;

    private readonly List<string> _lines = [];

    /// <summary>What to print.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Whether nothing grows and nothing is missing.</summary>
    public bool IsGood { get; private set; } = true;

    /// <summary>Looks at whether the gateway's process grows, after a warm-up of 3 minutes or a fifth of the run.</summary>
    public void LookAt(IReadOnlyList<SoakSample> samples)
    {
        double end = samples[^1].Minutes;
        double begin = Math.Max(WarmUpMinutes, WarmUpShare * end);
        SoakSample[] warm = [.. samples.Where(sample => sample.Minutes >= begin)];
        if (end < LeastMinutes || warm.Length < 2)
        {
            _lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"memory: not judged, as a run of {end:0.0} minutes is too short; give --minutes {LeastMinutes} or more"));
            return;
        }

        Judge("heap, MB", warm, sample => sample.HeapBytes, HeapLeast, 1e6);
        Judge("resident, MB", warm, sample => sample.ResidentBytes, ResidentLeast, 1e6);
        Judge("threads", warm, sample => sample.Threads, CountLeast, 1);
        Judge("handles", warm, sample => sample.Handles, CountLeast, 1);
    }

    /// <summary>Looks at something that must hold.</summary>
    public void LookAt(bool holds, string what)
    {
        IsGood &= holds;
        _lines.Add((holds ? "" : "WRONG: ") + what);
    }

    private void Judge(string what, SoakSample[] samples, Func<SoakSample, double> value, double least, double unit)
    {
        Trend trend = Trend.Of([.. samples.Select(sample => (sample.Minutes, value(sample)))], Share, least);
        LookAt(trend.IsFlat, string.Create(CultureInfo.InvariantCulture,
            $"{what}: {trend.Median / unit:0.0#}, {(trend.IsFlat ? "flat" : "GROWS")}: {trend.Slope / unit:+0.000;-0.000;0.000} a minute, ")
            + string.Create(CultureInfo.InvariantCulture,
            $"{trend.Growth / unit:+0.00;-0.00;0.00} from minute {samples[0].Minutes:0.0} to {samples[^1].Minutes:0.0}, ")
            + string.Create(CultureInfo.InvariantCulture, $"{trend.Allowed / unit:0.00} allowed"));
    }
}
