using System;
using System.Collections.Generic;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Fuzz;

/// <summary>A gateway's store of one device that is gone with its input.</summary>
internal sealed class MemoryFrames : IFrameStore
{
    private readonly List<FramePublication> _outbox = [];

    public IEnumerable<FrameDevice> Load() => [];

    public void Save(FrameDevice device, FrameTaken? taken)
    {
        if (taken?.Publication is { } publication)
        {
            _outbox.Add(publication);
        }
    }

    public void Remove(PeerId peer)
    {
    }

    public IEnumerable<FramePublication> Outbox() => _outbox;

    public void Published(FramePublication publication)
    {
    }

    public byte[]? ReadNote(string name) => null;

    public void WriteNote(string name, byte[] value)
    {
    }
}

/// <summary>A clock that a target moves.</summary>
internal sealed class FuzzClock : TimeProvider
{
    internal DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => GetUtcNow().Ticks;
}
