using System;
using System.Diagnostics;
using System.Threading;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Relay;

/// <summary>A circuit of a relay, counted while either of its streams lives.</summary>
internal sealed class Circuit(RelayService service, PeerId from, PeerId to, bool isSensor)
{
    private int _ends;
    private long _relayedBytes;

    internal RelayService Service { get; } = service;

    internal PeerId From { get; } = from;

    internal PeerId To { get; } = to;

    /// <summary>Seconds that it lasts; 0 for no end.</summary>
    internal uint Seconds { get; } = isSensor ? 0 : (uint)service.Options.CircuitTime.TotalSeconds;

    /// <summary>Bytes each way; 0 for any number.</summary>
    internal long Bytes { get; } = isSensor ? 0 : service.Options.CircuitBytes;

    /// <summary>Bytes a second each way; 0 for as many as go.</summary>
    internal int Rate { get; } = isSensor ? service.Options.SensorBytesPerSecond : 0;

    /// <summary>When both peers had agreed to it, of Stopwatch; 0 before.</summary>
    internal long Opened { get; private set; }

    /// <summary>The same by the clock.</summary>
    internal DateTimeOffset OpenedAt { get; private set; }

    /// <summary>Bytes that it has carried, both ways together.</summary>
    internal long RelayedBytes => Interlocked.Read(ref _relayedBytes);

    internal bool IsLimited => Seconds > 0 || Bytes > 0;

    /// <summary>Both peers have agreed to it.</summary>
    internal void Open()
    {
        OpenedAt = Service.Node.Time.GetUtcNow();
        Opened = Stopwatch.GetTimestamp();
        Service.Metrics.ConnectionHandled(RelayStatus.Ok);
        Service.Metrics.ConnectionOpened();
    }

    internal void Count(int bytes)
    {
        Interlocked.Add(ref _relayedBytes, bytes);
        Service.Count(bytes);
    }

    /// <summary>One of its two streams is over, or was never there.</summary>
    internal void EndOne()
    {
        if (Interlocked.Increment(ref _ends) == 2)
        {
            Service.Release(this);
        }
    }
}
