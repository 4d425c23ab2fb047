using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub
{
    // Who wants what: subscriptions, the mesh with its back-offs, and gossip of message ids.
    public sealed partial class PubSubProtocol
    {
        // a peer's word for its back-off is taken up to an hour
        private const ulong MaxBackoffSeconds = 3600;

        internal override void OnSubscription(PubSubPeer peer, Topic topic, uint otherTopic, bool subscribe)
        {
            if (topic == null)
            {
                if (subscribe)
                {
                    peer.AddOther(otherTopic);
                }
                else
                {
                    peer.RemoveOther(otherTopic);
                }

                return;
            }

            uint bit = 1u << topic.Index;
            if (subscribe == ((peer.Subscribed & bit) != 0))
            {
                return;
            }

            if (subscribe)
            {
                peer.Subscribed |= bit;
                _meshDue = true;
            }
            else
            {
                peer.Subscribed &= ~bit;
                LeaveMesh(peer, bit);
            }

            if (Events == null)
            {
                return;
            }

            if (subscribe)
            {
                Events.OnSubscribed(peer.Connection, topic);
            }
            else
            {
                Events.OnUnsubscribed(peer.Connection, topic);
            }
        }

        internal override void OnGraft(PubSubPeer peer, Topic topic)
        {
            uint bit = 1u << topic.Index;
            if (!topic.Joined)
            {
                peer.PruneDue |= bit;
                return;
            }

            if ((peer.Mesh & bit) != 0)
            {
                return;
            }

            bool tooEarly = _backoffs.IsActive(peer.Id, topic.Index, Node.NowMs);
            if (tooEarly || CountMesh(topic) >= Options.MaxMeshPeers)
            {
                // who comes too early begins anew (gossipsub 1.1 spec, "Prune Backoff")
                Backoff(peer, topic, Options.PruneBackoffMs);
                peer.PruneDue |= bit;
                return;
            }

            peer.Mesh |= bit;
            peer.GraftDue &= ~bit;
        }

        internal override void OnPrune(PubSubPeer peer, Topic topic, ulong backoffSeconds)
        {
            LeaveMesh(peer, 1u << topic.Index);
            if (backoffSeconds > MaxBackoffSeconds)
            {
                backoffSeconds = MaxBackoffSeconds;
            }

            Backoff(peer, topic, backoffSeconds == 0 ? Options.PruneBackoffMs : (int)backoffSeconds * 1000);
        }

        internal override void OnHave(PubSubPeer peer, byte[] id, int count)
        {
            ulong hash = HashOf(id, count);
            long nowMs = Node.NowMs;
            if (_seen.Contains(hash, nowMs) || _asked.Contains(hash, nowMs) || !peer.CanGossip)
            {
                return;
            }

            if (peer.Asked >= Options.MaxAsks)
            {
                Drop(peer, DropReason.GossipLimit);
                return;
            }

            peer.Asked++;
            if (peer.Queue.Append(_scratch, 0, RpcWriter.WriteWant(id, count, _scratch, 0)))
            {
                _asked.Add(hash, nowMs);
            }
        }

        internal override void OnWant(PubSubPeer peer, byte[] id, int count)
        {
            if (peer.Answered >= Options.MaxAsks)
            {
                Drop(peer, DropReason.GossipLimit);
                return;
            }

            // asking for what we don't have counts too
            peer.Answered++;
            int entry = _cache.Find(HashOf(id, count));
            if (entry >= 0 && peer.IsReady)
            {
                Enqueue(peer, entry);
            }
        }

        internal void SetJoined(Topic topic, bool join)
        {
            if (topic.Joined == join)
            {
                return;
            }

            topic.Joined = join;
            uint bit = 1u << topic.Index;
            for (int i = 0; i < _peers.Length; i++)
            {
                PubSubPeer peer = _peers[i];
                if (!peer.IsReady)
                {
                    LeaveMesh(peer, bit);
                    continue;
                }

                // told once, with how it then stands
                peer.AnnounceDue ^= bit;
                if (join)
                {
                    peer.PruneDue &= ~bit;
                }
                else
                {
                    bool told = (peer.Mesh & bit) != 0 && (peer.GraftDue & bit) == 0;
                    LeaveMesh(peer, bit);
                    if (told)
                    {
                        peer.PruneDue |= bit;
                        Backoff(peer, topic, Options.UnsubscribeBackoffMs);
                    }
                }
            }

            _meshDue = true;
        }

        // a topic that becomes ours: who subscribed to it before?
        private void AdoptSubscribers(Topic topic)
        {
            uint number = RpcReader.OtherTopic(_topicSeed, topic.Utf8Name, 0, topic.Utf8Name.Length);
            for (int i = 0; i < _peers.Length; i++)
            {
                if (_peers[i].RemoveOther(number))
                {
                    _peers[i].Subscribed |= 1u << topic.Index;
                }
            }
        }

        private void FillMeshes(long nowMs)
        {
            for (int i = 0; i < _topics.Count; i++)
            {
                Topic topic = _topics[i];
                if (!topic.Joined)
                {
                    continue;
                }

                uint bit = 1u << i;
                int missing = Options.MeshPeers - CountMesh(topic);

                // another peer first each time, so that all have their turn
                for (int j = 0; j < _peers.Length && missing > 0; j++)
                {
                    PubSubPeer peer = _peers[(int)(((uint)j + _turn) % (uint)_peers.Length)];
                    if (peer.CanGossip && (peer.Subscribed & ~peer.Mesh & bit) != 0 && !_backoffs.IsActive(peer.Id, i, nowMs))
                    {
                        peer.Mesh |= bit;
                        peer.GraftDue |= bit;
                        missing--;
                    }
                }
            }
        }

        // tells of what was sent lately those that it didn't reach: late subscribers, and those whose queues were full
        private void Gossip()
        {
            for (int entry = 0; entry < _cache.Count; entry++)
            {
                if (_cache.Get(entry, MessageCache.Life) == 0)
                {
                    continue;
                }

                Topic topic = _topics[_cache.Get(entry, MessageCache.TopicIndex)];
                uint bit = 1u << topic.Index;
                int count = 0;
                for (int i = 0; i < _peers.Length; i++)
                {
                    PubSubPeer peer = _peers[i];
                    if (!peer.CanGossip || (peer.Subscribed & bit) == 0 || _cache.WasTold(entry, i))
                    {
                        continue;
                    }

                    if (count == 0)
                    {
                        count = CopyId(_cache.Bytes, _cache.Get(entry, MessageCache.Part1), _cache.Get(entry, MessageCache.Part1Count), _cache.Get(entry, MessageCache.Part2), _cache.Get(entry, MessageCache.Part2Count));
                    }

                    if (peer.Queue.Append(_scratch, 0, RpcWriter.WriteHave(topic.Utf8Name, _id, count, _scratch, 0)))
                    {
                        _cache.SetTold(entry, i, true);
                    }
                }
            }

            _cache.Age();
        }

        // Control that must not be lost waits as bits until the queue has room for it.
        private void WriteDue(PubSubPeer peer)
        {
            byte[] scratch = _scratch;
            SendQueue queue = peer.Queue;
            uint due = peer.AnnounceDue | peer.GraftDue | peer.PruneDue;
            for (int i = 0; due != 0; i++, due >>= 1)
            {
                if ((due & 1u) == 0)
                {
                    continue;
                }

                uint bit = 1u << i;
                Topic topic = _topics[i];
                byte[] name = topic.Utf8Name;
                if ((peer.AnnounceDue & bit) != 0)
                {
                    if (!queue.Append(scratch, 0, RpcWriter.WriteSubscription(name, topic.Joined, scratch, 0)))
                    {
                        return;
                    }

                    peer.AnnounceDue &= ~bit;
                }

                if ((peer.GraftDue & bit) != 0)
                {
                    if (!queue.Append(scratch, 0, RpcWriter.WriteGraft(name, scratch, 0)))
                    {
                        return;
                    }

                    peer.GraftDue &= ~bit;
                }

                if ((peer.PruneDue & bit) != 0 && peer.Version != PubSubPeer.FloodSub)
                {
                    int backoff = topic.Joined ? Options.PruneBackoffMs : Options.UnsubscribeBackoffMs;
                    int seconds = peer.Version == PubSubPeer.GossipSub10 ? 0 : (backoff + 999) / 1000;
                    if (!queue.Append(scratch, 0, RpcWriter.WritePrune(name, seconds, scratch, 0)))
                    {
                        return;
                    }
                }

                peer.PruneDue &= ~bit;
            }
        }

        private void LeaveMesh(PubSubPeer peer, uint bit)
        {
            if ((peer.Mesh & bit) != 0)
            {
                peer.Mesh &= ~bit;
                peer.GraftDue &= ~bit;
                _meshDue = true;
            }
        }

        // with a heartbeat more, since the peer looks at its own back-offs only then
        private void Backoff(PubSubPeer peer, Topic topic, int milliseconds)
        {
            _backoffs.Set(peer.Id, topic.Index, Node.NowMs + milliseconds + Options.HeartbeatMs);
        }
    }
}
