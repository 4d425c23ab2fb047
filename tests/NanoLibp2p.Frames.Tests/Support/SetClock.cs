using System;

namespace NanoLibp2p.Frames.Tests;

/// <summary>A clock that stands still until a test sets it.</summary>
internal sealed class SetClock : TimeProvider
{
    internal DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => GetUtcNow().Ticks;
}
