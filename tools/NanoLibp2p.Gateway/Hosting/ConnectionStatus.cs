using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Host;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>What a gateway says of one of its connections.</summary>
internal sealed record ConnectionStatus
{
    public required string PeerId { get; init; }

    /// <summary>The address of the other end; null where it has none.</summary>
    public required string? Address { get; init; }

    /// <summary>Whether the peer called.</summary>
    public required bool Inbound { get; init; }

    /// <summary>The peer id of the relay that it goes through; null for a direct one.</summary>
    public required string? Relay { get; init; }

    /// <summary>Whether the relay limits its time or its bytes.</summary>
    public required bool Limited { get; init; }

    public required DateTimeOffset Opened { get; init; }

    internal static IEnumerable<ConnectionStatus> Of(IEnumerable<PeerConnection> connections)
        => connections.Select(one => new ConnectionStatus
        {
            PeerId = one.Peer.ToString(),
            Address = one.RemoteAddress?.ToString(),
            Inbound = one.IsInbound,
            Relay = one.Relay?.ToString(),
            Limited = one.IsLimited,
            Opened = one.Opened,
        });
}
