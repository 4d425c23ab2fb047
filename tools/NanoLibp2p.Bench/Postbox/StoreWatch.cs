using System;
using System.Diagnostics;

namespace NanoLibp2p.Bench.Postbox;

/// <summary>Measures time and processor time from its making on.</summary>
internal sealed class StoreWatch
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TimeSpan _processor = Environment.CpuUsage.TotalTime;

    /// <summary>What it was until now.</summary>
    /// <param name="count">How many things were done.</param>
    /// <returns>How fast.</returns>
    internal StoreRate Read(int count) =>
        new(count / Stopwatch.GetElapsedTime(_started).TotalSeconds,
            (Environment.CpuUsage.TotalTime - _processor).TotalMicroseconds / count);
}
