using System;
using System.Diagnostics;
using System.Net;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// What a node tells of itself: figures, and a log of events.
public sealed partial class Libp2pNode
{
    /// <summary>The name of the meter (System.Diagnostics.Metrics) that every node's figures are under; its scope is the node.</summary>
    public const string MeterName = NodeMetrics.MeterName;

    /// <summary>The name of the source (System.Diagnostics.ActivitySource) of every node's spans: dials, upgrades, circuits of a relay,
    /// lookups.</summary>
    public const string ActivitySourceName = NodeTracing.SourceName;

    private readonly NodeMetrics _metrics;

    /// <summary>What happened lately, and what happens: who connected, who was turned away, and why.</summary>
    public EventLog Events { get; }

    /// <summary>Somebody was turned away. From any thread.</summary>
    internal void OnRefused(RefusalReason reason, PeerId? peer, IPAddress? address)
    {
        _metrics.Refused(reason);
        Events.Add(NodeEventKind.Refused, peer, address?.ToString(), CloseReason.None, reason, RefusalText.Describe(reason));
    }

    /// <summary>A stream was broken off before a protocol was agreed on; on its shard's thread.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="isOurs">Whether this node opened it.</param>
    /// <param name="refusal">Why.</param>
    internal void OnStreamRefused(ShardConnection connection, bool isOurs, StreamRefusal refusal)
    {
        RefusalReason reason = refusal == StreamRefusal.TooManyStreams ? RefusalReason.StreamLimit : RefusalReason.StreamNegotiation;
        _metrics.Refused(reason);
        if (!connection.IsFirstRefusal(reason))
        {
            return;
        }

        Events.Add(NodeEventKind.Refused, connection.Peer, AddressOf(connection)?.ToString(), CloseReason.None, reason,
            $"a stream that {(isOurs ? "we" : "it")} opened is broken off: {StreamRefusalText.Describe(refusal)}");
    }

    /// <summary>A dial came to nothing before there was a link. From any thread.</summary>
    internal void OnAddressDialed(TimeSpan delay) => _metrics.AddressDialed(delay);

    internal void OnDialCompleted(bool hasSucceeded, int attempts, TimeSpan took)
        => _metrics.DialCompleted(hasSucceeded, attempts, took);

    internal void OnDialFailed(Multiaddr address, PeerId? peer, Libp2pException why)
    {
        _metrics.DialFailed(why.Reason, (LinkError)why.Detail);
        Events.Add(NodeEventKind.DialFailed, peer, (address.WithoutPeerId() ?? address).ToString(), why.Reason, RefusalReason.None,
            why.Text);
    }

    /// <summary>Counts a message of identify. From any thread.</summary>
    internal void CountIdentify(bool isPush, bool isSent) => _metrics.Identify(isPush, isSent);

    private void TellOpened(ShardConnection connection)
    {
        _metrics.Opened(connection);
        TellUpgrade(connection, null);
        Events.Add(NodeEventKind.Connected, connection.Peer, connection.Info!.RemoteAddress?.ToString(), CloseReason.None,
            RefusalReason.None, connection.Connection.IsInbound ? "it called us" : "we dialled it");
    }

    // a caller's; of a dial it is the dialer that tells
    private static void TellUpgrade(ShardConnection connection, Libp2pException? failed)
    {
        if (connection.Caller != null)
        {
            NodeTracing.Over(NodeTracing.Upgrade, Stopwatch.GetElapsedTime(connection.Begun), connection.Peer,
                connection.Link.RemoteAddress, failed?.Text);
        }
    }

    private void TellClosed(ShardConnection connection)
    {
        Libp2pException end = connection.End!;
        _metrics.Closed(connection, end.Reason);
        if (connection.Info == null)
        {
            TellUpgrade(connection, end);
        }

        if (connection.IsTurnedAway)
        {
            return;
        }

        NodeEventKind kind = connection.Info != null ? NodeEventKind.Closed
            : connection.Connection.IsInbound ? NodeEventKind.HandshakeFailed : NodeEventKind.DialFailed;
        if (kind == NodeEventKind.DialFailed && end.Reason == CloseReason.Local)
        {
            // given up, as another address was faster
            return;
        }

        if (kind == NodeEventKind.DialFailed)
        {
            _metrics.DialFailed(end.Reason, LinkError.None);
        }

        // Without a peer its host has the line: who calls again and again from new ports is one.
        string? address = connection.Peer != null ? connection.Link.RemoteAddress?.ToString() : AddressOf(connection)?.ToString();
        Events.Add(kind, connection.Peer, address, end.Reason, RefusalReason.None,
            CloseText.Describe(end.Reason, end.Detail, _options.Node));
    }
}
