using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>The gateway's own figures; those of the node are the library's.</summary>
internal sealed class GatewayMetrics : IDisposable
{
    /// <summary>The meter of the library.</summary>
    internal const string Libp2pMeter = "NanoLibp2p";

    /// <summary>The meter of the gateway.</summary>
    internal const string MeterName = "NanoLibp2p.Gateway";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _refused;

    internal GatewayMetrics(GatewayCore core)
    {
        _refused = _meter.CreateCounter<long>("nanolibp2p_gateway_peers_refused", description: "Peers refused after their handshake");
        _meter.CreateObservableGauge("nanolibp2p_gateway_info", () => new Measurement<int>(
            1, new KeyValuePair<string, object?>("version", GatewayCore.Version),
            new KeyValuePair<string, object?>("peer", core.PeerId.ToString())), description: "Version and peer id");
        _meter.CreateObservableGauge("nanolibp2p_gateway_conditions", () => core.Conditions.All.Count,
            description: "What is wrong while the gateway goes on");
        _meter.CreateObservableGauge("nanolibp2p_gateway_peers", () => core.Node.Peers.Count, description: "Peers that are connected");
        _meter.CreateObservableGauge("nanolibp2p_gateway_blocked_peers", () => core.Blocked.Peers.Count,
            description: "Peers on the block list");
        _meter.CreateObservableGauge(
            "nanolibp2p_gateway_shard_connections",
            () => core.Node.ShardLoads.Select((load, i) => new Measurement<int>(load, new KeyValuePair<string, object?>("shard", i))),
            description: "Connections of a shard, those in the handshake too");
        _meter.CreateObservableGauge("nanolibp2p_relay_reservations", () => core.FullNode?.Relay?.Reservations ?? 0,
            description: "Reservations that hold");
        _meter.CreateObservableGauge("nanolibp2p_relay_circuits", () => core.FullNode?.Relay?.Circuits ?? 0,
            description: "Circuits that are open, or being made");
        _meter.CreateObservableCounter("nanolibp2p_holepunch_total", () => Punches(core),
            description: "Relayed connections, by whether a direct one has taken their place");
        _meter.CreateObservableGauge("nanolibp2p_kademlia_table_peers", () => core.FullNode?.Kademlia?.TableCount ?? 0,
            description: "Peers in Kademlia's routing table");
    }

    private static Measurement<long>[] Punches(GatewayCore core)
        =>
        [
            new(core.Node.HolePunching?.Direct ?? 0, new KeyValuePair<string, object?>("outcome", "direct")),
            new(core.Node.HolePunching?.Failed ?? 0, new KeyValuePair<string, object?>("outcome", "relayed")),
        ];

    /// <summary>For the figures of bridges.</summary>
    internal Meter Meter => _meter;

    /// <summary>Counts a peer that was refused.</summary>
    internal void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
