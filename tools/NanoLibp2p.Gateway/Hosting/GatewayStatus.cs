using System.Collections.Generic;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>What a gateway says of itself.</summary>
internal sealed record GatewayStatus
{
    /// <summary>Relayed connections that are named one by one.</summary>
    internal const int MaxRelayed = 64;

    public required string PeerId { get; init; }

    /// <summary>starting, ready, degraded or draining.</summary>
    public required string State { get; init; }

    public required string Version { get; init; }

    public required int ProcessId { get; init; }

    public required long UptimeSeconds { get; init; }

    /// <summary>Addresses at which it can be dialled.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Where HTTP is served.</summary>
    public required IReadOnlyList<string> Http { get; init; }

    public required string Data { get; init; }

    public required string? SettingsFile { get; init; }

    /// <summary>Peers that are connected.</summary>
    public required int Peers { get; init; }

    /// <summary>Open connections that go through no relay.</summary>
    public required int Direct { get; init; }

    /// <summary>Open connections that go through a relay; <see cref="MaxRelayed"/> of them, the newest.</summary>
    public required IReadOnlyList<ConnectionStatus> Relayed { get; init; }

    /// <summary>All open connections through relays.</summary>
    public required int RelayedCount { get; init; }

    /// <summary>Connections of each shard, those in the handshake too.</summary>
    public required IReadOnlyList<int> Shards { get; init; }

    public required int Blocked { get; init; }

    /// <summary>Peers that are admitted by a token.</summary>
    public required int Admitted { get; init; }

    /// <summary>What is wrong while it goes on, by name.</summary>
    public required IReadOnlyDictionary<string, string> Conditions { get; init; }

    /// <summary>The services that run, each with a line about itself.</summary>
    public required IReadOnlyDictionary<string, string> Services { get; init; }
}
