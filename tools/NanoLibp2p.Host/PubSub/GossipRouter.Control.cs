using System;
using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

// What peers say beside messages: subscriptions, GRAFT, PRUNE, IHAVE, IWANT, IDONTWANT, extensions.
internal sealed partial class GossipRouter
{
    // a peer's word for its back-off is taken up to an hour
    private const long MaxBackoffMs = 3600 * 1000;

    private readonly Dictionary<ulong, HashSet<GossipPeer>> _promises = [];
    private readonly Queue<(ulong Hash, GossipPeer Peer, long EndMs)> _promiseOrder = new();

    /// <summary>IDONTWANTs that were sent and heeded.</summary>
    internal long DontWantsSent { get; private set; }

    internal long DontWantsHeeded { get; private set; }

    /// <summary>A peer subscribes, or ends that.</summary>
    internal void OnSubscription(GossipPeer peer, string name, bool subscribe)
    {
        if (!subscribe)
        {
            if (_topics.TryGetValue(name, out TopicState? old) && peer.Topics.Remove(old))
            {
                old.Remove(peer);
                LeaveMesh(peer, old);
                DropUnused(old);
            }

            return;
        }

        if (peer.Topics.Count >= _options.MaxTopicsPerPeer || Open(name) is not { } topic)
        {
            Drop(GossipDrop.TopicLimit);
            return;
        }

        peer.Topics.Add(topic);
        topic.Add(peer);
        Carry(peer, topic);
        GraftEarly(peer, topic);
    }

    /// <summary>The peer takes us into its mesh.</summary>
    internal void OnGraft(GossipPeer peer, string name)
    {
        peer.Count(_beat);
        if (++peer.Grafts > _options.MaxGrafts)
        {
            Drop(GossipDrop.ControlLimit);
            return;
        }

        // of an unknown topic nothing is answered (1.1 spec, "Spam Protection")
        if (!IsJoined(name, out TopicState? topic) || topic!.Mesh.Contains(peer) || peer.Version == GossipVersion.FloodSub)
        {
            return;
        }

        if (peer.Version == GossipVersion.None)
        {
            // at most MaxGrafts in a heartbeat, and of our own topics
            (peer.EarlyGrafts ??= []).Add(name);
            return;
        }

        if (peer.IsDirect)
        {
            AddPrune(peer, topic, isUnsubscribing: false, withPeers: false);
            return;
        }

        if (topic.Backoffs.TryGetValue(peer.Id, out long end) && _nowMs < end)
        {
            Drop(GossipDrop.GraftInBackoff);
            _scores.Offend(peer);

            // soon after our PRUNE it is a flood
            long pruned = end - (long)_options.PruneBackoff.TotalMilliseconds;
            if (_nowMs < pruned + (long)_options.GraftFloodTime.TotalMilliseconds)
            {
                _scores.Offend(peer);
            }

            AddPrune(peer, topic, isUnsubscribing: false, withPeers: false);
            return;
        }

        if (_scores.Of(peer) < 0)
        {
            AddPrune(peer, topic, isUnsubscribing: false, withPeers: false);
            return;
        }

        // a full mesh takes those only whom we dialled: nobody can fill it by calling us
        if (topic.Mesh.Count >= _options.MaxMeshPeers && !peer.IsOutbound)
        {
            AddPrune(peer, topic, isUnsubscribing: false, withPeers: true);
            return;
        }

        EnterMesh(peer, topic);
    }

    /// <summary>The peer takes us out of its mesh.</summary>
    internal void OnPrune(GossipPeer peer, string name, ulong backoffSeconds, IReadOnlyList<PeerExchange> peers)
    {
        if (!IsJoined(name, out TopicState? topic))
        {
            return;
        }

        LeaveMesh(peer, topic!);
        long backoff = backoffSeconds == 0 ? (long)_options.PruneBackoff.TotalMilliseconds
            : (long)Math.Min(backoffSeconds, MaxBackoffMs / 1000) * 1000;
        BackOff(peer, topic!, backoff);
        if (peers.Count > 0 && _options.PeerExchange && _scores.Of(peer) >= AcceptThreshold)
        {
            List<PeerExchange> taken = [];
            foreach (PeerExchange one in peers)
            {
                if (one.Record != null && taken.Count < _options.ExchangedPeers)
                {
                    taken.Add(one);
                }
            }

            if (taken.Count > 0)
            {
                _output.Connect(taken);
            }
        }
    }

    /// <summary>The peer begins an IHAVE. False when it is not heeded.</summary>
    internal bool BeginHave(GossipPeer peer, string name)
    {
        peer.Count(_beat);
        if (_scores.Of(peer) < GossipThreshold || !IsJoined(name, out _) || peer.Version == GossipVersion.FloodSub)
        {
            return false;
        }

        if (!peer.IsHaving)
        {
            peer.IsHaving = true;
            peer.Haves++;
        }

        if (peer.Haves > _options.MaxHaves)
        {
            Drop(GossipDrop.ControlLimit);
            return false;
        }

        return true;
    }

    /// <summary>The peer has a message.</summary>
    internal void OnHave(GossipPeer peer, ulong hash, byte[] id)
    {
        if (_seen.Contains(hash, _nowMs))
        {
            return;
        }

        if (peer.Asked >= _options.MaxHaveIds || peer.Pending?.Want.Count >= _options.MaxHaveIds)
        {
            Drop(GossipDrop.ControlLimit);
            return;
        }

        peer.Asked++;
        PendingControl pending = PendingOf(peer);
        pending.Want.Add(id);

        // of what is asked for in one RPC one message is kept in mind
        if (pending.Want.Count == 1 || _random.Next(pending.Want.Count) == 0)
        {
            pending.Promise = hash;
        }
    }

    /// <summary>A peer's IHAVEs of one RPC have ended: one of the messages that it is asked for is waited for.</summary>
    internal void EndHave(GossipPeer peer)
    {
        if (peer.Pending is { Promise: { } hash } pending)
        {
            pending.Promise = null;
            if (peer.Version == GossipVersion.None)
            {
                return;
            }

            if (!_promises.TryGetValue(hash, out HashSet<GossipPeer>? peers))
            {
                peers = [];
                _promises.Add(hash, peers);
            }

            if (peers.Add(peer))
            {
                _promiseOrder.Enqueue((hash, peer, _nowMs + (long)_options.PromiseTime.TotalMilliseconds));
            }
        }
    }

    /// <summary>The peer asks for a message.</summary>
    internal void OnWant(GossipPeer peer, ulong hash)
    {
        peer.Count(_beat);
        if (_scores.Of(peer) < GossipThreshold || peer.Version == GossipVersion.None)
        {
            return;
        }

        if (++peer.Wants > _options.MaxWantIds)
        {
            Drop(GossipDrop.ControlLimit);
            return;
        }

        GossipMessage? message = _history.Take(hash, peer, _options.MaxRetransmissions, out bool isTooOften);
        if (isTooOften)
        {
            Drop(GossipDrop.ControlLimit);
        }

        if (message != null)
        {
            _output.Send(peer, message.Frame);
        }
    }

    /// <summary>The peer has a message, and need not be sent it.</summary>
    internal void OnDontWant(GossipPeer peer, ulong hash)
    {
        peer.Count(_beat);
        if (++peer.DontWants > _options.MaxDontWantIds)
        {
            Drop(GossipDrop.ControlLimit);
            return;
        }

        DontWantsHeeded++;
        peer.AddUnwanted(hash, _beat + _options.DontWantHeartbeats);
    }

    /// <summary>An extension that the peer speaks; in its first RPC only.</summary>
    internal void OnExtension(GossipPeer peer, int field)
    {
        // unknown ones are kept too, up to a few, and ignored
        if (!peer.HasSpoken && (peer.Extensions ??= []).Count < 16)
        {
            peer.Extensions.Add(field);
        }
    }

    /// <summary>An RPC of the peer has ended.</summary>
    internal static void EndRpc(GossipPeer peer)
    {
        peer.HasSpoken = true;
        peer.IsHaving = false;
    }

    private void KeepPromise(ulong hash) => _promises.Remove(hash);

    private void RemovePromises(GossipPeer peer)
    {
        foreach (HashSet<GossipPeer> peers in _promises.Values)
        {
            peers.Remove(peer);
        }
    }

    private void BreakPromises()
    {
        while (_promiseOrder.TryPeek(out (ulong Hash, GossipPeer Peer, long EndMs) first) && first.EndMs <= _nowMs)
        {
            _promiseOrder.Dequeue();
            if (_promises.TryGetValue(first.Hash, out HashSet<GossipPeer>? peers) && peers.Remove(first.Peer))
            {
                Drop(GossipDrop.BrokenPromise);
                _scores.Offend(first.Peer);
                if (peers.Count == 0)
                {
                    _promises.Remove(first.Hash);
                }
            }
        }
    }
}
