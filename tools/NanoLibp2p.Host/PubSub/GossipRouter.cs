using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// gossipsub 1.1 to 1.3 without any input or output of its own: peers, what they say, the clock and randomness are given, what goes out is
/// handed to an <see cref="IGossipOutput"/>. One thread. What was said is told by <see cref="Flush"/>, which whoever calls the other
/// members calls after them.
/// </summary>
/// <remarks>
/// <code>
///   a message: arrived (signature verified by the caller) -> IDONTWANT to the mesh -> not replayed -> judged -> delivered, kept, passed on
///   a topic:   unknown -> known (a peer subscribed) -> joined (mesh) or published to (fanout) -> unknown
///   a heartbeat: promises and counts -> meshes -> fanouts -> gossip -> history
/// </code>
/// </remarks>
internal sealed partial class GossipRouter
{
    // direct peers that are gone are dialled so often, in heartbeats
    private const int DirectTicks = 300;

    // emptied and kept for the next peers
    private const int MaxSpare = 64;

    private readonly GossipSubOptions _options;
    private readonly IGossipOutput _output;
    private readonly Random _random;
    private readonly SeenIds _seen;
    private readonly PeerScores _scores;
    private readonly MessageHistory _history;
    private readonly ReplayWindows _replay;
    private readonly Dictionary<PeerId, GossipPeer> _peers = [];
    private readonly Dictionary<string, TopicState> _topics = new(StringComparer.Ordinal);
    private readonly HashSet<TopicState> _joined = [];
    private readonly List<GossipPeer> _pending = [];
    private readonly Stack<PendingControl> _spare = new();
    private readonly Action<GossipPeer, GossipFrame> _send;
    private readonly long[] _drops = new long[(int)GossipDrop.GraftInBackoff + 1];
    private readonly long _heartbeatMs;
    private long _nowMs;
    private long _nextHeartbeat;
    private long _beat;

    internal GossipRouter(GossipSubOptions options, IGossipOutput output, SeenIds seen, Random random, long nowMs)
    {
        options.Check();
        _options = options;
        _output = output;
        _random = random;
        _seen = seen;
        _scores = new PeerScores(options);
        _history = new MessageHistory(options.HistoryLength, options.HistoryBytes, output);
        _replay = new ReplayWindows(options.ReplayAuthors, options.ReplayWindow);
        _send = output.Send;
        _heartbeatMs = (long)options.Heartbeat.TotalMilliseconds;
        _nowMs = nowMs;
        _nextHeartbeat = nowMs + Math.Min(100, _heartbeatMs);
    }

    /// <summary>When <see cref="Advance"/> is due, in milliseconds.</summary>
    internal long NextDeadline => _nextHeartbeat;

    internal IReadOnlyCollection<GossipPeer> Peers => _peers.Values;

    internal IReadOnlyCollection<TopicState> Topics => _topics.Values;

    internal MessageHistory History => _history;

    internal PeerScores Scores => _scores;

    internal long Drops(GossipDrop reason) => _drops[(int)reason];

    internal void Drop(GossipDrop reason) => _drops[(int)reason]++;

    /// <summary>An offence of a peer that is not of a topic.</summary>
    internal void Offend(GossipPeer peer) => _scores.Offend(peer);

    internal double ScoreOf(GossipPeer peer) => _scores.Of(peer);

    /// <summary>Moves time on; a heartbeat comes of it when it is due.</summary>
    internal void Advance(long nowMs)
    {
        _nowMs = nowMs;
        if (nowMs >= _nextHeartbeat)
        {
            _nextHeartbeat = Math.Max(_nextHeartbeat + _heartbeatMs, nowMs + (_heartbeatMs / 2));
            Heartbeat();
        }
    }

    /// <summary>A peer is connected.</summary>
    internal GossipPeer AddPeer(PeerId id, string? address, bool isOutbound)
    {
        GossipPeer peer = new(id, address, isOutbound, _options.IsDirect(id));
        _peers.Add(id, peer);
        _scores.Add(peer);
        return peer;
    }

    internal GossipPeer? Find(PeerId id) => _peers.GetValueOrDefault(id);

    /// <summary>It is gone.</summary>
    internal void RemovePeer(GossipPeer peer)
    {
        if (!peer.IsHere)
        {
            return;
        }

        ForgetInbound(peer);
        peer.IsHere = false;
        peer.Version = GossipVersion.None;
        foreach (TopicState topic in _joined)
        {
            topic.Mesh.Remove(peer);
        }

        RemovePromises(peer);
        _scores.Remove(peer, _nowMs);
        _peers.Remove(peer.Id);
    }

    /// <summary>There is a stream to write on, or, with None, there is none any more.</summary>
    internal void SetVersion(GossipPeer peer, GossipVersion version)
    {
        peer.Version = version;
        foreach (TopicState topic in peer.Topics)
        {
            topic.Place(peer);
        }

        if (version == GossipVersion.None)
        {
            foreach (TopicState topic in _joined)
            {
                LeaveMesh(peer, topic);
            }

            peer.Pending?.Clear();
            return;
        }

        PendingControl pending = PendingOf(peer);
        pending.Extensions = version >= GossipVersion.V13;
        foreach (TopicState topic in _joined)
        {
            pending.Subscriptions.Add((topic, true));
        }

        foreach (TopicState topic in peer.Topics)
        {
            GraftEarly(peer, topic);
        }

        HashSet<string>? grafts = peer.EarlyGrafts;
        peer.EarlyGrafts = null;
        foreach (string topic in grafts ?? [])
        {
            OnGraft(peer, topic);
        }
    }

    /// <summary>The stream that it writes on is gone: with it goes what it subscribed to.</summary>
    internal void ForgetInbound(GossipPeer peer)
    {
        foreach (TopicState topic in peer.Topics)
        {
            topic.Remove(peer);
            LeaveMesh(peer, topic);
            DropUnused(topic);
        }

        peer.Topics.Clear();
        peer.HasSpoken = false;
    }

    /// <summary>Tells the peers what has come up since the last time.</summary>
    internal void Flush()
    {
        if (_pending.Count == 0)
        {
            return;
        }

        int kept = 0;
        for (int i = 0; i < _pending.Count; i++)
        {
            GossipPeer peer = _pending[i];
            PendingControl pending = peer.Pending!;
            if (peer.Version == GossipVersion.None && peer.IsHere && !pending.IsEmpty)
            {
                // it speaks to us already, and the stream to it is on its way
                _pending[kept++] = peer;
                continue;
            }

            peer.Pending = null;
            if (peer.IsHere && !pending.IsEmpty)
            {
                GossipWriter.Flush(peer, pending, _send);
            }

            Spare(pending);
        }

        _pending.RemoveRange(kept, _pending.Count - kept);
    }

    /// <summary>Subscribes, or ends that. False when there are too many topics.</summary>
    internal bool SetJoined(string name, bool join)
    {
        TopicState? topic = join ? Open(name) : _topics.GetValueOrDefault(name);
        if (topic != null)
        {
            topic.IsWanted = join;
            UpdateJoined(topic);
        }

        return topic != null || !join;
    }

    private void UpdateJoined(TopicState topic)
    {
        bool join = topic.IsWanted || topic.IsCarried;
        if (topic.IsJoined == join)
        {
            return;
        }

        topic.IsJoined = join;
        _output.SetReading(topic.Name, join);
        foreach (GossipPeer peer in _peers.Values)
        {
            if (peer.Version != GossipVersion.None)
            {
                PendingOf(peer).Subscriptions.Add((topic, join));
            }
        }

        if (join)
        {
            _joined.Add(topic);
            FillFromFanout(topic);
        }
        else
        {
            foreach (GossipPeer peer in (GossipPeer[])[.. topic.Mesh])
            {
                topic.Mesh.Remove(peer);
                _scores.Pruned(peer, topic.Name);
                AddPrune(peer, topic, isUnsubscribing: true, withPeers: true);
            }

            _joined.Remove(topic);
            DropUnused(topic);
        }
    }

    /// <summary>The topic of a name; null when there are too many.</summary>
    internal TopicState? Open(string name)
    {
        if (!_topics.TryGetValue(name, out TopicState? topic))
        {
            if (_topics.Count >= _options.MaxTopics)
            {
                return null;
            }

            topic = new TopicState(name);
            _topics.Add(name, topic);
        }

        return topic;
    }

    internal TopicState? FindTopic(string name) => _topics.GetValueOrDefault(name);

    private void DropUnused(TopicState topic)
    {
        if (!topic.IsUsed)
        {
            _topics.Remove(topic.Name);
        }
    }

    private PendingControl PendingOf(GossipPeer peer)
    {
        if (peer.Pending == null)
        {
            peer.Pending = _spare.TryPop(out PendingControl? spare) ? spare : new PendingControl();
            _pending.Add(peer);
        }

        return peer.Pending;
    }

    private void Spare(PendingControl pending)
    {
        pending.Clear();
        if (_spare.Count < MaxSpare && pending.IsSmall)
        {
            _spare.Push(pending);
        }
    }

    private void Shuffle<T>(List<T> list)
    {
        for (int i = list.Count - 1; i > 0; i--)
        {
            int other = _random.Next(i + 1);
            (list[i], list[other]) = (list[other], list[i]);
        }
    }
}
