using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.PubSub
{
    // Who wants what: subscriptions, the mesh with its back-offs, and ids that peers tell and ask for.
    public sealed partial class PubSubProtocol
    {
        // a peer's word for its back-off is taken up to an hour
        private const ulong MaxBackoffSeconds = 3600;

        /// <inheritdoc/>
        protected internal override void OnSubscription(RpcReader from, bool subscribe)
        {
            PubSubPeer peer = (PubSubPeer)from;
            Topic topic = peer.Named;
            if (topic == null)
            {
                if (subscribe)
                {
                    peer.AddOther(peer.OtherTopic);
                }
                else
                {
                    peer.RemoveOther(peer.OtherTopic);
                }

                return;
            }

            uint bit = 1u << topic.Index;
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
        }

        /// <inheritdoc/>
        protected internal override void OnGraft(RpcReader from)
        {
            PubSubPeer peer = (PubSubPeer)from;
            Topic topic = peer.Named;
            if (topic == null)
            {
                return;
            }

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

            if (peer.Backoffs[topic.Index] > Node.NowMs || CountMesh(topic) >= Options.MaxMeshPeers)
            {
                // a GRAFT during the back-off restarts it (gossipsub 1.1 spec, "Prune Backoff"), as each PRUNE does
                peer.PruneDue |= bit;
                return;
            }

            peer.Mesh |= bit;
            peer.GraftDue &= ~bit;
            peer.PruneDue &= ~bit;
        }

        /// <inheritdoc/>
        protected internal override void OnPrune(RpcReader from, ulong backoffSeconds)
        {
            PubSubPeer peer = (PubSubPeer)from;
            Topic topic = peer.Named;
            if (topic == null)
            {
                return;
            }

            LeaveMesh(peer, 1u << topic.Index);
            if (backoffSeconds > MaxBackoffSeconds)
            {
                backoffSeconds = MaxBackoffSeconds;
            }

            peer.BackOff(topic.Index, Node.NowMs + (backoffSeconds == 0 ? Options.PruneBackoffMs : (int)backoffSeconds * 1000));
        }

        /// <inheritdoc/>
        protected internal override void OnHave(RpcReader from, byte[] id, int count)
        {
            PubSubPeer peer = (PubSubPeer)from;
            Topic topic = peer.Named;
            if (topic == null || !topic.Joined)
            {
                return;
            }

            ulong hash = HashOf(id, count);

            // each peer that has it is asked, as by go and js: one that announces and never sends keeps no other from being asked
            ulong asked = hash ^ peer.Id;
            long nowMs = Node.NowMs;
            if (_seen.Contains(hash, nowMs) || _asked.Contains(asked, nowMs) || !peer.CanGossip
                || !MayAsk(peer, peer.Asks & (PubSubPeer.OneAnswer - 1), 1))
            {
                return;
            }

            if (peer.Queue.Append(_scratch, 0, RpcWriter.WriteControl(RpcWriter.Want, id, count, 0, _scratch, 0)))
            {
                _asked.Add(asked, nowMs);
            }
        }

        /// <inheritdoc/>
        protected internal override void OnWant(RpcReader from, byte[] id, int count)
        {
            PubSubPeer peer = (PubSubPeer)from;
            int entry = _cache.Find(HashOf(id, count));

            // asking for what we don't have counts too
            bool mayAsk = MayAsk(peer, peer.Asks / PubSubPeer.OneAnswer, PubSubPeer.OneAnswer);
            if (entry < 0 || !peer.IsReady)
            {
                return;
            }

            if (!mayAsk)
            {
                _cache.SetDelivery(entry, peer.Index, Delivery.IdWaits);
            }
            else if (_cache.CountAnswer(entry, peer.Index))
            {
                Enqueue(peer, entry);
            }
            else
            {
                Drop(peer, DropReason.GossipLimit);
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
                    }
                }
            }

            _meshDue = true;
        }

        // a topic that becomes ours: who subscribed to it before?
        private void AdoptSubscribers(Topic topic)
        {
            uint number = PubSubPeer.HashOther(_topicSeed, topic.Utf8Name, 0, topic.Utf8Name.Length);
            for (int i = 0; i < _peers.Length; i++)
            {
                PubSubPeer peer = _peers[i];
                if (peer.RemoveOther(number))
                {
                    peer.Subscribed |= 1u << topic.Index;
                }
                else if (peer.MissedTopics && peer.Inbound != null)
                {
                    // perhaps this one too: on new streams it says it again
                    peer.Inbound.Reset();
                    Reopen(peer);
                }
            }
        }

        private void FillMeshes(long nowMs)
        {
            // a heartbeat later than the back-off ends here: by the peer's clock it began later
            long began = nowMs < Options.HeartbeatMs ? 0 : nowMs - Options.HeartbeatMs;
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
                    if (peer.CanGossip && (peer.Subscribed & ~peer.Mesh & ~peer.PruneDue & bit) != 0
                        && peer.Backoffs[i] <= began && _backoffs[PlaceOf(peer, i)] <= began)
                    {
                        peer.Mesh |= bit;
                        peer.GraftDue |= bit;
                        missing--;
                    }
                }
            }
        }

        // adds one to one of the two counts of a heartbeat, if its limit allows
        private bool MayAsk(PubSubPeer peer, int count, int one)
        {
            if (count >= Options.MaxAsks)
            {
                Drop(peer, DropReason.GossipLimit);
                return false;
            }

            peer.Asks += one;
            return true;
        }

        // tells a peer the ids of what it was not sent
        partial void Gossip(PubSubPeer peer);

        // what found no room in the queue, oldest first
        private void SendWaiting(PubSubPeer peer)
        {
            for (int i = 0; i < _cache.Count; i++)
            {
                if (_cache.DeliveryOf(i, peer.Index) != Delivery.Waits)
                {
                    continue;
                }

                bool wanted = (peer.Subscribed & (1u << _cache.Get(i, MessageCache.TopicIndex))) != 0;
                if (wanted && !peer.Queue.Append(_cache.Bytes, _cache.Get(i, MessageCache.Frame), _cache.Get(i, MessageCache.FrameCount)))
                {
                    return;
                }

                _cache.SetDelivery(i, peer.Index, Delivery.Told);
            }

            peer.IsBehind = false;
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
                    if (!queue.Append(scratch, 0, RpcWriter.WriteControl(RpcWriter.Graft, name, name.Length, 0, scratch, 0)))
                    {
                        return;
                    }

                    peer.GraftDue &= ~bit;
                }

                if ((peer.PruneDue & bit) != 0 && peer.Version != PubSubPeer.FloodSub)
                {
                    // in whole seconds, and never less than stands already: what is told is what is kept
                    long nowMs = Node.NowMs;
                    int backoff = topic.Joined ? Options.PruneBackoffMs : Options.UnsubscribeBackoffMs;
                    long end = peer.BackOff(i, nowMs + ((backoff + 999) / 1000 * 1000));
                    int seconds = peer.Version == PubSubPeer.GossipSub10 ? 0 : (int)((end - nowMs + 999) / 1000);
                    if (!queue.Append(scratch, 0, RpcWriter.WriteControl(RpcWriter.Prune, name, name.Length, seconds, scratch, 0)))
                    {
                        return;
                    }
                }

                peer.PruneDue &= ~bit;
            }
        }

        // The back-offs of a peer that leaves are kept in places that it shares with others, each until the last of them ends: so none is
        // ever forgotten, however many leave, and a peer that came to a taken place is grafted later than it might be.
        private void KeepBackoffs(PubSubPeer peer)
        {
            for (int i = 0; i < peer.Backoffs.Length; i++)
            {
                int place = PlaceOf(peer, i);
                if (_backoffs[place] < peer.Backoffs[i])
                {
                    _backoffs[place] = peer.Backoffs[i];
                }

                peer.Backoffs[i] = 0;
            }
        }

        // by the keyed hash of its id: nobody can choose whose place it takes
        private int PlaceOf(PubSubPeer peer, int topic)
        {
            return (int)(((uint)peer.Id + (uint)topic) % (uint)_backoffs.Length);
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
    }
}
