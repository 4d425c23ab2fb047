using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>How much a rendezvous point keeps.</summary>
public sealed class RendezvousPointOptions
{
    /// <summary>Registrations in all.</summary>
    public int MaxRegistrations { get; set; } = 100_000;

    /// <summary>Bytes of their records in all.</summary>
    public int MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Registrations of one peer, at most 1,000 (rendezvous spec, "Recommendations for Rendezvous Points
    /// configurations").</summary>
    public int MaxRegistrationsPerPeer { get; set; } = 1000;

    /// <summary>Registrations from one network (an IPv4 address, an IPv6 /56), so that nobody is many.</summary>
    public int MaxRegistrationsPerNetwork { get; set; } = 4000;

    /// <summary>Requests in a minute, of all peers.</summary>
    public int RequestsPerMinute { get; set; } = 6000;

    /// <summary>Requests in a minute of one peer.</summary>
    public int RequestsPerMinutePerPeer { get; set; } = 120;

    /// <summary>How long a peer may take for one message, or say nothing.</summary>
    public TimeSpan StreamTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where registrations stay over a restart; null for nowhere.</summary>
    public IRendezvousStore? Store { get; set; }

    internal void Check()
    {
        NodeOptions.CheckRange(MaxRegistrations, 1, 10_000_000, "Rendezvous.MaxRegistrations");
        NodeOptions.CheckRange(MaxBytes, 64 * 1024, int.MaxValue, "Rendezvous.MaxBytes");
        NodeOptions.CheckRange(MaxRegistrationsPerPeer, 1, 1000, "Rendezvous.MaxRegistrationsPerPeer");
        NodeOptions.CheckRange(MaxRegistrationsPerNetwork, 1, 10_000_000, "Rendezvous.MaxRegistrationsPerNetwork");
        NodeOptions.CheckRange(RequestsPerMinute, 1, 1_000_000, "Rendezvous.RequestsPerMinute");
        NodeOptions.CheckRange(RequestsPerMinutePerPeer, 1, 1_000_000, "Rendezvous.RequestsPerMinutePerPeer");
        if (StreamTimeout <= TimeSpan.Zero || StreamTimeout > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"Rendezvous.StreamTimeout = {StreamTimeout}; give more than 0 and at most a day");
        }
    }
}
