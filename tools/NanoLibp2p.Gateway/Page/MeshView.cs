using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Telemetry;
using NanoLibp2p.Host;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Page;

/// <summary>Puts together what the gateway knows of the mesh. From any thread.</summary>
internal sealed class MeshView : IDisposable
{
    /// <summary>Peers that are told of, connected or not.</summary>
    internal const int MaxPeers = 250;

    /// <summary>Peers of the block list that are told of.</summary>
    internal const int MaxBlocked = 100;

    /// <summary>Reservations, circuits and refusals that are told of, each.</summary>
    internal const int MaxLines = 100;

    /// <summary>Topics that are told of.</summary>
    internal const int MaxTopics = 50;

    /// <summary>Mailboxes that are told of.</summary>
    internal const int MaxMailboxes = 100;

    /// <summary>Peers without a token that are remembered when they have left.</summary>
    internal const int MaxGone = 50;

    /// <summary>Characters of a text of somebody else.</summary>
    internal const int MaxText = 160;

    private const string HopProtocol = "/libp2p/circuit/relay/0.2.0/hop";


    private readonly GatewayCore _core;
    private readonly ReadingBook _readings;
    private readonly LinkProbe _probe;
    private readonly RefusalLog _refusals;
    private readonly IReadOnlyList<string> _topics;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Lock _turn = new();
    private readonly LinkedList<(PeerId Peer, long Time)> _gone = [];

    internal MeshView(
        GatewayCore core, ReadingBook readings, LinkProbe probe, RefusalLog refusals, IReadOnlyList<string> topics, TimeProvider time)
    {
        _core = core;
        _readings = readings;
        _probe = probe;
        _refusals = refusals;
        _topics = topics;
        _time = time;
        _started = time.GetUtcNow().ToUnixTimeMilliseconds();
        core.Node.PeerDisconnected += Remember;
    }

    /// <summary>A text of somebody else, up to a length and of what is seen.</summary>
    internal static string? Short(string? text)
        => text == null ? null : PlainText.Of(text.Length > MaxText ? text[..MaxText] + "…" : text);

    /// <summary>The mesh now.</summary>
    internal async Task<MeshJson> DescribeAsync(CancellationToken cancellationToken)
    {
        GatewayStatus status = _core.Status();
        GossipSubStatus gossip = await _core.Node.GetPubSubStatusAsync(cancellationToken).ConfigureAwait(false);
        RelayService? relay = _core.FullNode?.Relay;
        IReadOnlyDictionary<PeerId, PeerId> authors = _readings.Authors();
        List<PeerJson> peers = Connected(authors, out int more);
        MailboxesJson? mailboxes = _core.Mailboxes?.Describe(MaxMailboxes);
        AddAbsent(peers, authors, mailboxes);
        return new MeshJson(
            status.PeerId, status.State, status.Version, _started, status.Addresses, status.Conditions, status.Services, peers, more,
            [.. _core.Blocked.Peers.Take(MaxBlocked).Select(one => one.ToString())],
            relay?.ListReservations(MaxLines).Select(Of).OrderBy(one => one.Peer, StringComparer.Ordinal).ToArray(),
            relay?.ListCircuits(MaxLines).Select(Of).OrderBy(one => one.Since).ToArray(),
            _refusals.Newest(_core.Node.Events.Recent, MaxLines),
            [.. gossip.Topics.OrderByDescending(one => one.Subscribers).ThenBy(one => one.Name, StringComparer.Ordinal).Take(MaxTopics)
                .Select(one => new TopicJson(Short(one.Name)!, one.IsJoined, one.Subscribers, one.Mesh.Count))],
            _topics, mailboxes, _core.Telemetry?.Describe(TelemetryBook.MaxGateways));
    }

    /// <inheritdoc/>
    public void Dispose() => _core.Node.PeerDisconnected -= Remember;

    private static ReservationJson Of(ReservedPeer one) => new(one.Peer.ToString(), one.Expires.ToUnixTimeMilliseconds(), one.IsSensor);

    private static CircuitJson Of(RelayedCircuit one) => new(
        one.From.ToString(), one.To.ToString(), one.Opened.ToUnixTimeMilliseconds(), one.Bytes, one.IsLimited);

    private static string? NameOf(AdmissionClass? kind) => kind?.ToString().ToLowerInvariant();

    /// <summary>tcp, ws, circuit or other.</summary>
    internal static string TransportOf(string? address)
        => address == null ? "other"
            : address.Contains("/p2p-circuit", StringComparison.Ordinal) ? "circuit"
            : address.Contains("/ws", StringComparison.Ordinal) ? "ws" : "tcp";

    private static string? RelayOf(string? address)
    {
        string[] parts = address?.Split("/p2p-circuit") ?? [];
        int at = parts.Length > 1 ? parts[0].LastIndexOf("/p2p/", StringComparison.Ordinal) : -1;
        return at < 0 ? null : parts[0][(at + "/p2p/".Length)..];
    }

    private List<PeerJson> Connected(IReadOnlyDictionary<PeerId, PeerId> authors, out int more)
    {
        List<(PeerJson Peer, int Rank)> all = [];
        foreach (IGrouping<PeerId, PeerConnection> one in _core.Node.Connections.GroupBy(one => one.Peer))
        {
            PeerInfo? info = _core.Node.PeerStore.Find(one.Key);
            AdmissionClass? admitted = _core.Admission.ClassOf(one.Key);

            // the way that is used: one that no relay limits before one that it does
            PeerConnection best = one.FirstOrDefault(each => !each.IsLimited) ?? one.First();
            string? address = best.RemoteAddress?.ToString();
            (double? roundTrip, int pings, int lost) = _probe.Of(one.Key);
            string kind = KindOf(info, admitted, authors.ContainsKey(one.Key));
            all.Add((new PeerJson(
                one.Key.ToString(), kind, "connected", Short(info?.AgentVersion) ?? "", NameOf(admitted), Short(address),
                best.IsInbound ? "in" : "out", TransportOf(address), best.IsLimited, one.Count(), best.Opened.ToUnixTimeMilliseconds(),
                roundTrip, pings, lost, RelayOf(address)), admitted != null ? 0 : kind == "gateway" ? 1 : 2));
        }

        more = Math.Max(0, all.Count - MaxPeers);
        return [.. all.OrderBy(one => one.Rank).ThenBy(one => one.Peer.Since).Take(MaxPeers).Select(one => one.Peer)];
    }

    private void AddAbsent(List<PeerJson> peers, IReadOnlyDictionary<PeerId, PeerId> authors, MailboxesJson? mailboxes)
    {
        HashSet<string> known = [.. peers.Select(one => one.Id)];
        foreach ((PeerId author, PeerId via) in authors)
        {
            if (!author.Equals(_core.PeerId) && !_core.Node.IsConnected(author))
            {
                // what came straight from a peer that has left is not heard through another
                bool isHeard = !via.Equals(author);
                AddOne(peers, known, author, isHeard ? "heard" : "away", isHeard ? via.ToString() : null, null, true);
            }
        }

        foreach (MailboxJson mailbox in mailboxes?.Fullest.Where(one => one.IsAsleep) ?? [])
        {
            AddOne(peers, known, PeerId.Parse(mailbox.Peer), "away", null, mailbox.LastVisit, true);
        }

        foreach (AdmissionToken token in _core.Admission.Kept.Take(MaxPeers))
        {
            if (!_core.Node.IsConnected(token.Peer) && !token.Peer.Equals(_core.PeerId))
            {
                AddOne(peers, known, token.Peer, "away", null, null, false);
            }
        }

        (PeerId Peer, long Time)[] gone;
        lock (_turn)
        {
            gone = [.. _gone];
        }

        foreach ((PeerId peer, long at) in gone)
        {
            if (!_core.Node.IsConnected(peer))
            {
                AddOne(peers, known, peer, "away", null, at, false);
            }
        }
    }

    private void AddOne(
        List<PeerJson> peers, HashSet<string> known, PeerId peer, string state, string? via, long? left, bool isDevice)
    {
        string id = peer.ToString();
        if (peers.Count >= MaxPeers || !known.Add(id))
        {
            return;
        }

        PeerInfo? info = _core.Node.PeerStore.Find(peer);
        AdmissionClass? admitted = _core.Admission.ClassOf(peer);
        peers.Add(new PeerJson(
            id, KindOf(info, admitted, isDevice), state, Short(info?.AgentVersion) ?? "",
            NameOf(admitted), null, null, null, false, 0, info?.LastSeen?.ToUnixTimeMilliseconds() ?? left, null, 0, 0, via));
    }

    // a board and a program of the same library say the same of themselves; what tells them apart is what they do here
    private static string KindOf(PeerInfo? info, AdmissionClass? admitted, bool isDevice)
        => admitted == AdmissionClass.Sensor ? "device"
            : info?.Protocols.Contains(HopProtocol) == true ? "gateway"
            : isDevice ? "device" : "peer";

    private void Remember(PeerDisconnection gone)
    {
        lock (_turn)
        {
            if (_gone.FirstOrDefault(one => one.Peer.Equals(gone.Connection.Peer)) is { Peer: not null } before)
            {
                _gone.Remove(before);
            }

            _gone.AddFirst((gone.Connection.Peer, _time.GetUtcNow().ToUnixTimeMilliseconds()));
            if (_gone.Count > MaxGone)
            {
                _gone.RemoveLast();
            }
        }
    }
}
