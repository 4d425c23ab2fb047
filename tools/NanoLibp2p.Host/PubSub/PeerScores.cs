using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// The score of each peer (gossipsub 1.1 spec, "The Score Function"): topics' P1 to P4, the application's P5, peers of one address P6,
/// conduct P7. Counts decay; those of a peer that left are kept for a while.
/// </summary>
internal sealed class PeerScores
{
    private static readonly Dictionary<string, TopicStats> _none = [];

    private readonly PeerScoreOptions? _options;
    private readonly int _retained;
    private readonly Dictionary<PeerId, PeerStats> _stats = [];
    private readonly Dictionary<string, HashSet<PeerStats>> _addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, Delivery> _deliveries = [];
    private readonly Queue<(ulong Hash, long EndMs)> _deliveryOrder = new();
    private readonly Queue<PeerId> _gone = new();
    private readonly long _seenMs;
    private readonly int _maxDeliveries;
    private long _nextDecay;

    internal PeerScores(GossipSubOptions options)
    {
        _options = options.Scores;
        _retained = options.RetainedScores;
        _seenMs = (long)options.SeenTime.TotalMilliseconds;
        _maxDeliveries = options.SeenMessages;
    }

    private enum DeliveryState
    {
        // its validity is not known yet
        Waits,
        Valid,
        Invalid,
        Ignored,
    }

    /// <summary>Peers whose stats are kept, connected or not.</summary>
    internal int Count => _stats.Count;

    /// <summary>A peer's score now.</summary>
    internal double Of(GossipPeer peer)
    {
        PeerStats? stats = peer.Stats;
        if (stats == null)
        {
            return 0;
        }

        // the application's may change at any time
        if (!stats.IsScoreKnown || _options!.ApplicationScore != null)
        {
            stats.Score = Sum(stats, peer.Id);
            stats.IsScoreKnown = true;
        }

        return stats.Score;
    }

    internal void Add(GossipPeer peer)
    {
        if (_options == null)
        {
            return;
        }

        if (!_stats.TryGetValue(peer.Id, out PeerStats? stats))
        {
            stats = new PeerStats();
            _stats.Add(peer.Id, stats);
        }

        stats.IsConnected = true;
        stats.Peer = peer;
        peer.Stats = stats;
        MoveTo(stats, peer.Address);
        Change(stats);
    }

    internal void Remove(GossipPeer peer, long nowMs)
    {
        if (peer.Stats is not { } stats)
        {
            return;
        }

        // a good score is not kept, or one could earn it once and come again with it (gossipsub 1.1, "Score Retention")
        if (Of(peer) > 0)
        {
            MoveTo(stats, null);
            _stats.Remove(peer.Id);
            return;
        }

        foreach ((_, TopicStats topic) in stats.Topics ?? _none)
        {
            topic.First = 0;
            Fail(topic);
            topic.IsInMesh = false;
        }

        stats.IsConnected = false;
        stats.Peer = null;
        stats.ExpiresMs = nowMs + (long)_options!.RetainScore.TotalMilliseconds;
        _gone.Enqueue(peer.Id);
        while (_gone.Count > _retained)
        {
            Forget(_gone.Dequeue(), long.MaxValue);
        }
    }

    internal void Grafted(GossipPeer peer, string topic, long nowMs)
    {
        if (Topic(peer, topic) is { } stats)
        {
            stats.IsInMesh = true;
            stats.GraftedMs = nowMs;
            stats.MeshMs = 0;
            stats.CountsDeliveries = false;
            Change(peer.Stats!);
        }
    }

    internal void Pruned(GossipPeer peer, string topic)
    {
        if (Topic(peer, topic) is { } stats)
        {
            Fail(stats);
            stats.IsInMesh = false;
            Change(peer.Stats!);
        }
    }

    /// <summary>An offence in conduct: P7.</summary>
    internal void Offend(GossipPeer peer, double count = 1)
    {
        if (peer.Stats is { } stats)
        {
            stats.Behaviour += count;
            Change(stats);
        }
    }

    /// <summary>The first copy of a message has come, and its signature was right.</summary>
    internal void Arrived(ulong hash, long nowMs)
    {
        if (_options != null)
        {
            Record(hash, nowMs);
        }
    }

    /// <summary>It is valid.</summary>
    internal void Delivered(GossipPeer peer, string topic, ulong hash, long nowMs)
    {
        if (_options == null)
        {
            return;
        }

        Delivery record = Record(hash, nowMs);
        record.State = DeliveryState.Valid;
        record.ValidMs = nowMs;
        if (Topic(peer, topic) is { } stats)
        {
            stats.First = Math.Min(stats.First + 1, stats.Options.FirstMessageDeliveriesCap);
            CountMesh(stats);
            Change(peer.Stats!);
        }

        // those that brought it while it was being judged are as good as on time
        if (record.Peers != null)
        {
            foreach (GossipPeer other in record.Peers)
            {
                if (other != peer && Topic(other, topic) is { } near)
                {
                    CountMesh(near);
                    Change(other.Stats!);
                }
            }
        }
    }

    /// <summary>It is invalid, by its signature (then only who sent it knew) or by the application.</summary>
    internal void Rejected(GossipPeer peer, string topic, ulong? hash, long nowMs)
    {
        if (_options == null)
        {
            return;
        }

        Invalid(peer, topic);
        if (hash is { } id)
        {
            Delivery record = Record(id, nowMs);
            record.State = DeliveryState.Invalid;
            foreach (GossipPeer other in record.Peers ?? [])
            {
                if (other != peer)
                {
                    Invalid(other, topic);
                }
            }
        }
    }

    internal void Ignored(ulong hash, long nowMs)
    {
        if (_options != null)
        {
            Record(hash, nowMs).State = DeliveryState.Ignored;
        }
    }

    /// <summary>Another copy has come.</summary>
    internal void Duplicate(GossipPeer peer, string topic, ulong hash, long nowMs)
    {
        if (_options == null || !_deliveries.TryGetValue(hash, out Delivery? record) || Topic(peer, topic) is not { } stats)
        {
            return;
        }

        bool mayCount = record.State == DeliveryState.Waits || record.State == DeliveryState.Invalid || stats.Options.CountsDeliveries;
        if (!mayCount || !(record.Peers ??= []).Add(peer))
        {
            return;
        }

        if (record.State == DeliveryState.Invalid)
        {
            Invalid(peer, topic);
        }
        else if (record.State == DeliveryState.Valid
            && nowMs - record.ValidMs <= stats.Options.MeshMessageDeliveriesWindow.TotalMilliseconds)
        {
            CountMesh(stats);
            Change(peer.Stats!);
        }
    }

    /// <summary>Has everything decay that is due, and forgets who is gone for long.</summary>
    internal void Refresh(long nowMs)
    {
        while (_deliveryOrder.TryPeek(out (ulong Hash, long EndMs) first)
            && (first.EndMs <= nowMs || _deliveryOrder.Count > _maxDeliveries))
        {
            _deliveryOrder.Dequeue();
            _deliveries.Remove(first.Hash);
        }

        while (_gone.TryPeek(out PeerId? id) && Forget(id, nowMs))
        {
            _gone.Dequeue();
        }

        if (_options == null || nowMs < _nextDecay)
        {
            return;
        }

        _nextDecay = nowMs + (long)_options.DecayInterval.TotalMilliseconds;
        foreach (PeerStats stats in _stats.Values)
        {
            // the score of who is gone stands still, or it would be enough to stay away
            if (stats.IsConnected)
            {
                Decay(stats, nowMs);
            }
        }
    }

    private void Decay(PeerStats stats, long nowMs)
    {
        bool isChanged = stats.Behaviour > 0;
        stats.Behaviour = Decayed(stats.Behaviour, _options!.BehaviourPenaltyDecay);
        foreach ((_, TopicStats topic) in stats.Topics ?? _none)
        {
            TopicScoreOptions options = topic.Options;
            isChanged |= topic.IsInMesh || topic.First + topic.Mesh + topic.Failure + topic.Invalid > 0;
            topic.First = Decayed(topic.First, options.FirstMessageDeliveriesDecay);
            topic.Mesh = Decayed(topic.Mesh, options.MeshMessageDeliveriesDecay);
            topic.Failure = Decayed(topic.Failure, options.MeshFailurePenaltyDecay);
            topic.Invalid = Decayed(topic.Invalid, options.InvalidMessageDeliveriesDecay);
            if (topic.IsInMesh)
            {
                topic.MeshMs = nowMs - topic.GraftedMs;
                topic.CountsDeliveries |= topic.MeshMs > options.MeshMessageDeliveriesActivation.TotalMilliseconds;
            }
        }

        if (isChanged)
        {
            Change(stats);
        }
    }

    private double Decayed(double count, double decay)
    {
        count *= decay;
        return count < _options!.DecayToZero ? 0 : count;
    }

    private double Sum(PeerStats stats, PeerId id)
    {
        PeerScoreOptions options = _options!;
        double topics = 0;
        foreach ((_, TopicStats topic) in stats.Topics ?? _none)
        {
            TopicScoreOptions weights = topic.Options;
            double score = 0;
            if (topic.IsInMesh)
            {
                score += Math.Min(topic.MeshMs / weights.TimeInMeshQuantum.TotalMilliseconds, weights.TimeInMeshCap)
                    * weights.TimeInMeshWeight;
            }

            score += topic.First * weights.FirstMessageDeliveriesWeight;
            double deficit = Deficit(topic);
            score += deficit * deficit * weights.MeshMessageDeliveriesWeight;
            score += topic.Failure * weights.MeshFailurePenaltyWeight;
            score += topic.Invalid * topic.Invalid * weights.InvalidMessageDeliveriesWeight;
            topics += score * weights.TopicWeight;
        }

        double sum = options.TopicScoreCap > 0 ? Math.Min(topics, options.TopicScoreCap) : topics;
        if (options.ApplicationScore != null)
        {
            sum += options.ApplicationScore(id) * options.ApplicationWeight;
        }

        if (stats.Address != null && _addresses.TryGetValue(stats.Address, out HashSet<PeerStats>? same))
        {
            double surplus = same.Count - options.AddressColocationThreshold;
            sum += surplus > 0 ? surplus * surplus * options.AddressColocationWeight : 0;
        }

        double excess = stats.Behaviour - options.BehaviourPenaltyThreshold;
        return excess > 0 ? sum + (excess * excess * options.BehaviourPenaltyWeight) : sum;
    }

    private TopicStats? Topic(GossipPeer peer, string topic)
    {
        if (peer.Stats is not { } stats)
        {
            return null;
        }

        TopicStats? found = stats.Topics?.GetValueOrDefault(topic);
        if (found == null && _options!.Of(topic) is { } options)
        {
            found = new TopicStats(options);
            (stats.Topics ??= []).Add(topic, found);
        }

        return found;
    }

    private static void CountMesh(TopicStats stats)
    {
        if (stats.IsInMesh)
        {
            stats.Mesh = Math.Min(stats.Mesh + 1, stats.Options.MeshMessageDeliveriesCap);
        }
    }

    private void Invalid(GossipPeer peer, string topic)
    {
        if (Topic(peer, topic) is { } stats)
        {
            stats.Invalid++;
            Change(peer.Stats!);
        }
    }

    private static double Deficit(TopicStats topic)
        => topic.CountsDeliveries ? Math.Max(0, topic.Options.MeshMessageDeliveriesThreshold - topic.Mesh) : 0;

    private static void Fail(TopicStats topic)
    {
        if (topic.IsInMesh)
        {
            double deficit = Deficit(topic);
            topic.Failure += deficit * deficit;
            topic.CountsDeliveries = false;
        }
    }

    // the flag that the shards read goes with the score
    private void Change(PeerStats stats)
    {
        stats.IsScoreKnown = false;
        if (stats.Peer is { } peer)
        {
            peer.IsGraylisted = !peer.IsDirect && Of(peer) < _options!.GraylistThreshold;
        }
    }

    private void MoveTo(PeerStats stats, string? address)
    {
        string? old = stats.Address;
        if (old == address)
        {
            return;
        }

        if (old != null && _addresses.TryGetValue(old, out HashSet<PeerStats>? left))
        {
            left.Remove(stats);
            if (left.Count == 0)
            {
                _addresses.Remove(old);
            }

            ChangeAll(left);
        }

        stats.Address = address;
        if (address != null)
        {
            if (!_addresses.TryGetValue(address, out HashSet<PeerStats>? joined))
            {
                joined = [];
                _addresses.Add(address, joined);
            }

            joined.Add(stats);
            ChangeAll(joined);
        }
    }

    private void ChangeAll(HashSet<PeerStats> all)
    {
        if (all.Count >= _options!.AddressColocationThreshold)
        {
            foreach (PeerStats one in all)
            {
                Change(one);
            }
        }
    }

    // true when nothing is kept of it any more, or it is here again
    private bool Forget(PeerId id, long nowMs)
    {
        if (!_stats.TryGetValue(id, out PeerStats? stats) || stats.IsConnected)
        {
            return true;
        }

        if (stats.ExpiresMs > nowMs)
        {
            return false;
        }

        MoveTo(stats, null);
        _stats.Remove(id);
        return true;
    }

    private Delivery Record(ulong hash, long nowMs)
    {
        if (!_deliveries.TryGetValue(hash, out Delivery? record))
        {
            record = new Delivery();
            _deliveries.Add(hash, record);
            _deliveryOrder.Enqueue((hash, nowMs + _seenMs));
        }

        return record;
    }

    private sealed class Delivery
    {
        internal DeliveryState State { get; set; }

        internal long ValidMs { get; set; }

        internal HashSet<GossipPeer>? Peers { get; set; }
    }
}
