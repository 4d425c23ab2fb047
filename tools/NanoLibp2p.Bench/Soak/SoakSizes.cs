using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Bench.Soak;

/// <summary>How long a soak is, and what comes and goes.</summary>
/// <param name="Time">From the first device to the last.</param>
/// <param name="Devices">How many there are, connected or not.</param>
internal sealed record SoakSizes(TimeSpan Time, int Devices)
{
    // short runs have short lives, so that there is as much coming and going
    private const int LivesPerRun = 8;
    private const int SleepsPerLife = 3;

    private static readonly TimeSpan _longestLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _sampleEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _readingEvery = TimeSpan.FromSeconds(3);

    /// <summary>Samples that a run has at the least.</summary>
    private const int MinSamples = 10;

    /// <summary>Between two looks at the gateway.</summary>
    public TimeSpan SampleEvery => Shorter(_sampleEvery, Time / MinSamples);

    /// <summary>A device lives for half of it to all of it, by chance.</summary>
    public TimeSpan Life => Shorter(_longestLife, Time / LivesPerRun);

    /// <summary>A device sleeps for half of it to all of it, by chance.</summary>
    public TimeSpan Sleep => Life / SleepsPerLife;

    /// <summary>Between two readings of a device.</summary>
    public TimeSpan ReadingEvery => Shorter(_readingEvery, Life / SleepsPerLife);

    /// <summary>Fails with the option's name when one is out of range.</summary>
    /// <exception cref="ArgumentException">One is.</exception>
    public void Check()
    {
        NodeOptions.CheckRange(Devices, 1, 5000, "--devices");
        if (Time < TimeSpan.FromSeconds(5) || Time > TimeSpan.FromDays(7))
        {
            throw new ArgumentException($"--minutes {Time.TotalMinutes}; give 0.1 to 10080, a week");
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
