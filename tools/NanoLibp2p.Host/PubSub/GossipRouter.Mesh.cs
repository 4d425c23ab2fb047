using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.PubSub;

// The heartbeat: meshes, fanouts, gossip (gossipsub 1.0 spec, "Heartbeat", with what 1.1 adds).
internal sealed partial class GossipRouter
{
    // expired back-offs are looked for every so many heartbeats
    private const int BackoffTicks = 15;

    // how many peers are looked at for each that a PRUNE may name
    private const int ExchangeDraws = 4;

    private double GossipThreshold => _options.Scores?.GossipThreshold ?? double.MinValue;

    private double PublishThreshold => _options.Scores?.PublishThreshold ?? double.MinValue;

    private double AcceptThreshold => _options.Scores?.AcceptPeerExchangeThreshold ?? 0;

    private void Heartbeat()
    {
        _beat++;
        BreakPromises();
        _scores.Refresh(_nowMs);
        if (_beat % BackoffTicks == 0)
        {
            ClearBackoffs();
        }

        if (_beat % DirectTicks == 1 && _options.DirectAddresses.Count > 0)
        {
            _output.ConnectDirect();
        }

        DropLonely();
        foreach (TopicState topic in _joined)
        {
            MendMesh(topic);
            Gossip(topic, topic.Mesh);
        }

        foreach (TopicState topic in _topics.Values.Where(topic => topic.Fanout != null).ToArray())
        {
            MendFanout(topic);
        }

        _history.Shift();
        Flush();
    }

    private void MendMesh(TopicState topic)
    {
        HashSet<GossipPeer> mesh = topic.Mesh;
        foreach (GossipPeer peer in mesh.Where(peer => _scores.Of(peer) < 0).ToArray())
        {
            Prune(peer, topic, withPeers: false);
        }

        if (mesh.Count < _options.MinMeshPeers)
        {
            Graft(topic, _options.MeshPeers - mesh.Count, peer => _scores.Of(peer) >= 0);
        }

        if (mesh.Count > _options.MaxMeshPeers)
        {
            CutMesh(topic);
        }

        if (mesh.Count >= _options.MinMeshPeers)
        {
            int outbound = mesh.Count(peer => peer.IsOutbound);
            if (outbound < _options.OutboundMeshPeers)
            {
                Graft(topic, _options.OutboundMeshPeers - outbound, peer => peer.IsOutbound && _scores.Of(peer) >= 0);
            }
        }

        if (_options.Scores is { } scores && mesh.Count > 1 && _beat % _options.OpportunisticGraftTicks == 0)
        {
            double[] all = [.. mesh.Select(_scores.Of).Order()];
            double median = all[all.Length / 2];
            if (median < scores.OpportunisticGraftThreshold)
            {
                Graft(topic, _options.OpportunisticGraftPeers, peer => _scores.Of(peer) > median);
            }
        }
    }

    // to D: the best by score, the rest at random, enough of them outbound (1.1 spec, "Outbound Mesh Quotas")
    private void CutMesh(TopicState topic)
    {
        List<GossipPeer> all = [.. topic.Mesh];
        Shuffle(all);
        all = [.. all.OrderByDescending(_scores.Of)];
        List<GossipPeer> rest = all[_options.KeptByScore..];
        Shuffle(rest);
        all = [.. all[.._options.KeptByScore], .. rest];
        List<GossipPeer> kept = all[.._options.MeshPeers];
        List<GossipPeer> cut = all[_options.MeshPeers..];
        int missing = _options.OutboundMeshPeers - kept.Count(peer => peer.IsOutbound);
        for (int i = 0; i < cut.Count && missing > 0; i++)
        {
            if (cut[i].IsOutbound)
            {
                // in the place of the last that we did not dial
                int place = kept.FindLastIndex(peer => !peer.IsOutbound);
                (kept[place], cut[i]) = (cut[i], kept[place]);
                missing--;
            }
        }

        foreach (GossipPeer peer in cut)
        {
            Prune(peer, topic, withPeers: true);
        }
    }

    private void MendFanout(TopicState topic)
    {
        if (_nowMs - topic.LastPublished > (long)_options.FanoutTime.TotalMilliseconds)
        {
            topic.Fanout = null;
            DropUnused(topic);
            return;
        }

        // who was flooded hears of nothing new, but who has come since
        Gossip(topic, _options.FloodPublish ? [] : FanoutOf(topic));
    }

    private HashSet<GossipPeer> FanoutOf(TopicState topic)
    {
        topic.Fanout ??= [];
        topic.Fanout.RemoveWhere(peer => !peer.CanGossip || !topic.Peers.Contains(peer) || _scores.Of(peer) < PublishThreshold);
        if (topic.Fanout.Count < _options.MeshPeers)
        {
            List<GossipPeer> candidates = [.. topic.Peers.Where(peer => peer.CanGossip && !peer.IsDirect
                && !topic.Fanout.Contains(peer) && _scores.Of(peer) >= PublishThreshold)];
            Shuffle(candidates);
            topic.Fanout.UnionWith(candidates.Take(_options.MeshPeers - topic.Fanout.Count));
        }

        return topic.Fanout;
    }

    private void FillFromFanout(TopicState topic)
    {
        HashSet<GossipPeer> fanout = topic.Fanout ?? [];
        topic.Fanout = null;
        Graft(topic, _options.MeshPeers, peer => fanout.Contains(peer) && _scores.Of(peer) >= 0);
        Graft(topic, _options.MeshPeers - topic.Mesh.Count, peer => _scores.Of(peer) >= 0);
    }

    // takes up to so many peers, at random, into a mesh
    private void Graft(TopicState topic, int count, Func<GossipPeer, bool> isGood)
    {
        if (count <= 0)
        {
            return;
        }

        List<GossipPeer> candidates = [];
        foreach (GossipPeer peer in topic.Peers)
        {
            if (peer.CanGossip && !peer.IsDirect && !topic.Mesh.Contains(peer) && !IsBackedOff(peer, topic) && isGood(peer))
            {
                candidates.Add(peer);
            }
        }

        Shuffle(candidates);
        for (int i = 0; i < candidates.Count && i < count; i++)
        {
            EnterMesh(candidates[i], topic);
            PendingOf(candidates[i]).Graft.Add(topic);
        }
    }

    // a mesh that is too small does not wait for the heartbeat
    private void GraftEarly(GossipPeer peer, TopicState topic)
    {
        if (topic.IsJoined && topic.Mesh.Count < _options.MinMeshPeers && peer.CanGossip && !peer.IsDirect && !topic.Mesh.Contains(peer)
            && !IsBackedOff(peer, topic) && _scores.Of(peer) >= 0)
        {
            EnterMesh(peer, topic);
            PendingOf(peer).Graft.Add(topic);
        }
    }

    private void EnterMesh(GossipPeer peer, TopicState topic)
    {
        topic.Mesh.Add(peer);
        topic.Newcomers.Add(peer);
        _scores.Grafted(peer, topic.Name, _nowMs);
    }

    private void LeaveMesh(GossipPeer peer, TopicState topic)
    {
        if (topic.Mesh.Remove(peer))
        {
            _scores.Pruned(peer, topic.Name);
            peer.Pending?.Graft.Remove(topic);
        }
    }

    private void Prune(GossipPeer peer, TopicState topic, bool withPeers)
    {
        LeaveMesh(peer, topic);
        AddPrune(peer, topic, isUnsubscribing: false, withPeers);
    }

    private void AddPrune(GossipPeer peer, TopicState topic, bool isUnsubscribing, bool withPeers)
    {
        TimeSpan backoff = isUnsubscribing ? _options.UnsubscribeBackoff : _options.PruneBackoff;
        BackOff(peer, topic, (long)backoff.TotalMilliseconds);
        List<PeerExchange>? peers = withPeers && _options.PeerExchange && !isUnsubscribing && _scores.Of(peer) >= 0
            ? Exchanged(peer, topic) : null;
        PendingControl pending = PendingOf(peer);
        pending.Graft.Remove(topic);
        for (int i = pending.Prune.Count - 1; i >= 0; i--)
        {
            if (pending.Prune[i].Topic == topic)
            {
                pending.Prune.RemoveAt(i);
            }
        }

        pending.Prune.Add((topic, (int)Math.Ceiling(backoff.TotalSeconds), peers));
    }

    // Others that a pruned peer may connect to. Without a record nobody could: most devices have none. Of thousands some are looked at, so
    // that a peer that grafts again and again costs no more in a large topic.
    private List<PeerExchange>? Exchanged(GossipPeer peer, TopicState topic)
    {
        List<PeerExchange>? peers = null;
        int most = Math.Min(topic.Peers.Count, ExchangeDraws * _options.ExchangedPeers);
        for (int i = 0; i < most && (peers?.Count ?? 0) < _options.ExchangedPeers; i++)
        {
            GossipPeer other = topic.Peers.Draw(i, _random);
            if (other != peer && other.CanGossip && _scores.Of(other) >= 0 && _output.RecordOf(other) is { } record)
            {
                (peers ??= []).Add(new PeerExchange(Bytes(other.Id), record));
            }
        }

        return peers;
    }

    private static byte[] Bytes(PeerId id)
    {
        byte[] bytes = new byte[PeerId.MaxBytes];
        return bytes[..id.CopyTo(bytes, 0)];
    }

    // a heartbeat later than it ends here: by the peer's clock it began later
    private bool IsBackedOff(GossipPeer peer, TopicState topic)
        => topic.Backoffs.TryGetValue(peer.Id, out long end) && _nowMs < end + _heartbeatMs;

    // makes it longer, never shorter; many peers that come, are pruned and leave can't make it forget
    private void BackOff(GossipPeer peer, TopicState topic, long milliseconds)
    {
        long end = _nowMs + milliseconds;
        if (!topic.Backoffs.TryGetValue(peer.Id, out long known) || known < end)
        {
            topic.Backoffs[peer.Id] = end;
        }
    }

    private void ClearBackoffs()
    {
        foreach (TopicState topic in _topics.Values.Where(topic => topic.Backoffs.Count > 0).ToArray())
        {
            foreach (PeerId id in topic.Backoffs.Where(one => one.Value + (2 * _heartbeatMs) < _nowMs).Select(one => one.Key).ToArray())
            {
                topic.Backoffs.Remove(id);
            }

            DropUnused(topic);
        }
    }

    // tells some of those that are not sent a topic's messages of their ids
    private void Gossip(TopicState topic, HashSet<GossipPeer> excluded)
    {
        List<byte[]> ids = [];
        _history.AddIds(topic.Name, _options.HistoryGossip, ids);
        HashSet<GossipPeer> newcomers = topic.Newcomers;
        topic.Newcomers = [];
        if (ids.Count == 0)
        {
            return;
        }

        // Who has just come into the mesh hears once of what was sent before: else a peer that subscribes while a message is on its way
        // would never have it.
        foreach (GossipPeer peer in newcomers)
        {
            if (excluded.Contains(peer) && _scores.Of(peer) >= GossipThreshold)
            {
                PendingOf(peer).Have.Add((topic.Name, ids.Count > _options.MaxHaveIds ? ids[^_options.MaxHaveIds..] : [.. ids]));
            }
        }

        List<GossipPeer> candidates = [];
        foreach (GossipPeer peer in topic.Peers)
        {
            if (peer.CanGossip && !peer.IsDirect && !excluded.Contains(peer) && _scores.Of(peer) >= GossipThreshold)
            {
                candidates.Add(peer);
            }
        }

        int count = Math.Max(_options.GossipPeers, (int)(_options.GossipFactor * candidates.Count));
        Shuffle(candidates);
        Shuffle(ids);
        for (int i = 0; i < candidates.Count && i < count; i++)
        {
            List<byte[]> told = ids;
            if (ids.Count > _options.MaxHaveIds)
            {
                // each hears of others
                Shuffle(ids);
                told = ids[.._options.MaxHaveIds];
            }

            PendingOf(candidates[i]).Have.Add((topic.Name, told));
        }
    }
}
