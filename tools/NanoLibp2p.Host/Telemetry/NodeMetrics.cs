using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Linq;
using System.Threading;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Host.HolePunching;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// A node's figures, as instruments of the meter <see cref="MeterName"/>, whose scope is the node. Where go-libp2p counts the same thing,
/// the name and the labels are its own, so that its dashboards show a node of ours.
/// </summary>
internal sealed class NodeMetrics : IDisposable
{
    internal const string MeterName = "NanoLibp2p";

    private const string PushId = "/ipfs/id/push/1.0.0";

    private readonly Meter _meter;
    private readonly Counter<long> _opened;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _dialErrors;
    private readonly Counter<long> _dials;
    private readonly Histogram<double> _dialLatency;
    private readonly Histogram<double> _dialDelay;
    private readonly Counter<long> _blocked;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _directDials;
    private readonly Counter<long> _punches;
    private readonly Counter<long> _punchedAddresses;
    private readonly Counter<long> _identify;
    private readonly Counter<long> _identifyPush;
    private readonly Counter<long> _pushesTriggered;
    private readonly Counter<long> _pushSupport;
    private readonly Histogram<int> _protocolsReceived;
    private readonly Histogram<int> _addressesReceived;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _handshake;
    private int _inbound;
    private int _outbound;

    internal NodeMetrics(Libp2pNode node, Shard[] shards)
    {
        _meter = new Meter(new MeterOptions(MeterName) { Scope = node });
        _opened = _meter.CreateCounter<long>("libp2p_swarm_connections_opened_total", null, "Connections that have opened");
        _closed = _meter.CreateCounter<long>("libp2p_swarm_connections_closed_total", null, "Open connections that have ended");
        _dialErrors = _meter.CreateCounter<long>("libp2p_swarm_dial_errors_total", null, "Dials that came to nothing");
        _dials = _meter.CreateCounter<long>("libp2p_swarm_dials_per_peer_total", null, "Dials of peers, by how many addresses they took");
        _dialLatency = _meter.CreateHistogram<double>("libp2p_swarm_dial_latency_seconds", null, "How long dials of peers took");
        _dialDelay = _meter.CreateHistogram<double>("libp2p_swarm_dial_ranking_delay_seconds", null,
            "How long addresses that answered had to wait for better ones");
        _blocked = _meter.CreateCounter<long>("libp2p_rcmgr_blocked_resources", null, "Connections that a limit has refused");
        _refused = _meter.CreateCounter<long>("nanolibp2p_refused_total", null, "Callers, peers and streams turned away, by reason");
        _ended = _meter.CreateCounter<long>("nanolibp2p_connections_ended_total", null, "Connections ended or never opened, by reason");
        _directDials = _meter.CreateCounter<long>("libp2p_holepunch_direct_dials_total", null,
            "Dials to public addresses of peers that came through a relay");
        _punches = _meter.CreateCounter<long>("libp2p_holepunch_outcomes_total", null, "Hole punches, by what came of them");
        _punchedAddresses = _meter.CreateCounter<long>("libp2p_holepunch_address_outcomes_total", null,
            "Own addresses that were told in them, by what came of each");
        _identify = _meter.CreateCounter<long>("libp2p_identify_identify_total", null, "Answers of identify, inbound where we gave them");
        _identifyPush = _meter.CreateCounter<long>("libp2p_identify_identify_push_total", null, "The same, told unasked");
        _pushesTriggered = _meter.CreateCounter<long>("libp2p_identify_identify_pushes_triggered_total", null,
            "Changes that all peers are told of unasked, by kind; those within a moment are told together");
        _pushSupport = _meter.CreateCounter<long>("libp2p_identify_conn_push_support_total", null,
            "Connections by whether the peer can be told unasked");
        _protocolsReceived = _meter.CreateHistogram<int>("libp2p_identify_protocols_received", null, "Protocols that a peer says it has");
        _addressesReceived = _meter.CreateHistogram<int>("libp2p_identify_addrs_received", null, "Addresses that a peer says it has");
        _meter.CreateObservableGauge("libp2p_identify_addrs_count", () => node.AnnouncedAddresses.Count, null,
            "Addresses that peers are told");
        _duration = _meter.CreateHistogram<double>("libp2p_swarm_connection_duration_seconds", null, "How long connections were open");
        _handshake = _meter.CreateHistogram<double>("libp2p_swarm_handshake_latency_seconds", null,
            "From the link to the open connection");
        _meter.CreateObservableGauge("libp2p_rcmgr_connections", () => Connections(), null, "Connections that are open");
        _meter.CreateObservableGauge("libp2p_rcmgr_memory", () => new Measurement<long>(shards.Sum(shard => shard.Budget.UsedBytes),
            new KeyValuePair<string, object?>("scope", "system")), null, "Bytes that connections keep");
        _meter.CreateObservableGauge("nanolibp2p_half_open_connections", () => node.HalfOpen, null,
            "Callers that have not proved who they are");
        _meter.CreateObservableGauge("nanolibp2p_peers", () => node.Peers.Count, null, "Peers that are connected");
        Each(shards, "nanolibp2p_shard_connections", shard => shard.Load, "Connections of a shard, those in the handshake too");
        Each(shards, "nanolibp2p_shard_memory_bytes", shard => shard.Budget.UsedBytes, "Bytes that a shard's connections keep");
        Each(shards, "nanolibp2p_shard_memory_budget_bytes", shard => shard.Budget.Bytes, "Bytes that they may keep");
        Count(shards, "nanolibp2p_shard_turns_total", shard => shard.Turns, "Times that a connection of a shard had its turn");
        Count(shards, "nanolibp2p_shard_received_bytes_total", shard => Volatile.Read(ref shard.Traffic.Received),
            "Bytes that came over TCP");
        Count(shards, "nanolibp2p_shard_sent_bytes_total", shard => Volatile.Read(ref shard.Traffic.Sent), "Bytes that left over TCP");
        _meter.CreateObservableCounter("nanolibp2p_events_suppressed_total", () => node.Events.Suppressed, null,
            "Lines of the event log that were left out");
    }

    public void Dispose() => _meter.Dispose();

    internal void Opened(ShardConnection connection)
    {
        Interlocked.Increment(ref connection.Connection.IsInbound ? ref _inbound : ref _outbound);
        if (_opened.Enabled || _handshake.Enabled)
        {
            TagList tags = TagsOf(connection);
            _opened.Add(1, tags);
            _handshake.Record(Stopwatch.GetElapsedTime(connection.Begun).TotalSeconds, tags);
        }
    }

    internal void Closed(ShardConnection connection, CloseReason reason)
    {
        _ended.Add(1, new TagList { { "reason", NameOf(reason) } });
        if (connection.Info is { } info)
        {
            Interlocked.Decrement(ref info.IsInbound ? ref _inbound : ref _outbound);
            if (_closed.Enabled || _duration.Enabled)
            {
                TagList tags = TagsOf(connection);
                _closed.Add(1, tags);
                _duration.Record(Stopwatch.GetElapsedTime(connection.Begun).TotalSeconds, tags);
            }
        }
    }

    internal void DialFailed(CloseReason reason, LinkError error)
        => _dialErrors.Add(1, new TagList
        {
            { "transport", "tcp" },
            { "error", reason == CloseReason.DialFailed ? "link_" + error.ToString().ToLowerInvariant() : NameOf(reason) },
        });

    internal void AddressDialed(TimeSpan delay) => _dialDelay.Record(delay.TotalSeconds);

    internal void DialCompleted(bool hasSucceeded, int attempts, TimeSpan took)
    {
        TagList tags = new()
        {
            { "outcome", hasSucceeded ? "success" : "failed" },
            { "num_dials", attempts > 5 ? ">=6" : attempts.ToString(CultureInfo.InvariantCulture) },
        };
        _dials.Add(1, tags);
        _dialLatency.Record(took.TotalSeconds, tags);
    }

    internal void Refused(RefusalReason reason)
    {
        _refused.Add(1, new TagList { { "reason", NameOf(reason) } });
        if (reason == RefusalReason.StreamNegotiation)
        {
            // no resource was short
            return;
        }

        _blocked.Add(1, new TagList
        {
            { "dir", "inbound" },
            { "scope", reason is RefusalReason.ConnectionLimit or RefusalReason.HalfOpenLimit ? "system" : "conn" },
            { "resource", reason is RefusalReason.HandlerLimit or RefusalReason.StreamLimit ? "stream" : "connection" },
        });
    }

    internal void PushTriggered(string trigger) => _pushesTriggered.Add(1, new TagList { { "trigger", trigger } });

    /// <summary>As go has it, what is asked for is inbound where we answer, and what is told unasked outbound where we tell.</summary>
    internal void Identify(bool isPush, bool isSent)
        => (isPush ? _identifyPush : _identify).Add(1, new TagList { { "dir", isPush == isSent ? "outbound" : "inbound" } });

    internal void Identified(PeerIdentification said)
    {
        _protocolsReceived.Record(said.Protocols.Count);
        _addressesReceived.Record(said.ListenAddresses.Count);
        if (!said.IsPush)
        {
            _pushSupport.Add(1, new TagList { { "support", said.Protocols.Contains(PushId) ? "supported" : "not supported" } });
        }
    }

    internal void DirectDial(bool hasSucceeded) => _directDials.Add(1, new TagList { { "outcome", hasSucceeded ? "success" : "failed" } });

    /// <summary>A search for a direct way has ended. Those without an exchange of addresses are no hole punches, as in go.</summary>
    internal void Upgraded(HolePunchReport report, IReadOnlyList<Multiaddr> theirs, IReadOnlyList<Multiaddr> ours)
    {
        if (report.Attempts == 0)
        {
            return;
        }

        string side = report.IsInitiator ? "initiator" : "receiver";
        string attempts = report.Attempts > 5 ? "> 5" : report.Attempts.ToString(CultureInfo.InvariantCulture);
        bool hasMatch = false;
        foreach (Multiaddr own in ours)
        {
            string version = VersionOf(own);
            bool isMatch = theirs.Any(one => VersionOf(one) == version && one.IsTcp);
            hasMatch |= isMatch;
            _punchedAddresses.Add(1, new TagList
            {
                { "side", side },
                { "num_attempts", attempts },
                { "ipv", version },
                { "transport", "tcp" },
                { "outcome", !isMatch ? "no_suitable_address" : report.Address == null ? "failed"
                    : VersionOf(report.Address) == version ? "success" : "cancelled" },
            });
        }

        _punches.Add(1, new TagList
        {
            { "side", side },
            { "num_attempts", attempts },
            { "outcome", report.IsDirect ? "success" : hasMatch ? "failed" : "no_suitable_address" },
        });
    }

    private Measurement<int>[] Connections()
        =>
        [
            new(Volatile.Read(ref _inbound), new("dir", "inbound"), new("scope", "system")),
            new(Volatile.Read(ref _outbound), new("dir", "outbound"), new("scope", "system")),
        ];

    private void Each(Shard[] shards, string name, Func<Shard, long> value, string what)
        => _meter.CreateObservableGauge(name, () => shards.Select(shard => OfShard(shard, value)), null, what);

    private void Count(Shard[] shards, string name, Func<Shard, long> value, string what)
        => _meter.CreateObservableCounter(name, () => shards.Select(shard => OfShard(shard, value)), null, what);

    private static Measurement<long> OfShard(Shard shard, Func<Shard, long> value)
        => new(value(shard), new KeyValuePair<string, object?>("shard", shard.Index));

    // as go's: transport, security, muxer, early_muxer, ip_version
    private static TagList TagsOf(ShardConnection connection)
    {
        Multiaddr? address = connection.Link.RemoteAddress;
        string text = address?.ToString() ?? "";
        return new TagList
        {
            { "dir", connection.Connection.IsInbound ? "inbound" : "outbound" },
            { "transport", text.Contains("/p2p-circuit", StringComparison.Ordinal) ? "p2p-circuit"
                : text.Contains("/ws", StringComparison.Ordinal) ? "websocket" : "tcp" },
            { "security", "/noise" },
            { "muxer", "/yamux/1.0.0" },
            { "early_muxer", connection.Connection.UsedEarlyMuxer ? "true" : "false" },
            { "ip_version", VersionOf(address) },
        };
    }

    internal static string VersionOf(Multiaddr? address) => address?.ToString() switch
    {
        { } text when text.StartsWith("/ip4/", StringComparison.Ordinal) => "ip4",
        { } text when text.StartsWith("/ip6/", StringComparison.Ordinal) => "ip6",
        _ => "unknown",
    };

    // HostLimit is host_limit
    private static string NameOf<T>(T reason)
        where T : struct, Enum
        => string.Concat(reason.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? "_" + char.ToLowerInvariant(letter)
            : char.ToLowerInvariant(letter).ToString()));
}
