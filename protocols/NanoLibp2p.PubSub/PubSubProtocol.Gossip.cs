#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.PubSub
{
    // The ids of messages, for those who were not sent them: not by a device, which sends what it publishes to every subscriber.
    public sealed partial class PubSubProtocol
    {
        // go and js look at no more ids in a heartbeat (GossipSubMaxIHaveLength)
        private const int MaxHaveIds = 5000;

        // Tells a peer the ids of what it was not sent: it subscribed late, or is in no mesh. All topics go in one RPC, since go and js
        // pass over the eleventh RPC with an IHAVE in a heartbeat. What finds no room is told in another heartbeat, however old it is then.
        partial void Gossip(PubSubPeer peer)
        {
            int first = 0;
            while (first < _cache.Count && !IsIdDue(peer, first))
            {
                first++;
            }

            int entries = _cache.Count - first < MaxHaveIds ? _cache.Count : first + MaxHaveIds;
            while (!WriteHave(peer, entries))
            {
                entries = (first + entries) >> 1;
            }

            for (; entries < _cache.Count; entries++)
            {
                if (IsIdDue(peer, entries))
                {
                    _cache.SetDelivery(entries, peer.Index, Delivery.IdWaits);
                }
            }
        }

        private bool IsIdDue(PubSubPeer peer, int entry)
        {
            Delivery delivery = _cache.DeliveryOf(entry, peer.Index);
            return (peer.Subscribed & (1u << _cache.Get(entry, MessageCache.TopicIndex))) != 0
                && (delivery == Delivery.IdWaits || (delivery == Delivery.None && _cache.Get(entry, MessageCache.Life) != 0));
        }

        // Bytes of the IHAVE of a topic, of the oldest entries; 0 when there is nothing to tell. Puts its ids into the queue, if that is
        // given.
        private int Have(PubSubPeer peer, int topic, int entries, SendQueue queue)
        {
            MessageCache cache = _cache;
            int bytes = 0;
            for (int i = 0; i < entries; i++)
            {
                if (cache.Get(i, MessageCache.TopicIndex) == topic && IsIdDue(peer, i))
                {
                    int part1Count = cache.Get(i, MessageCache.Part1Count);
                    int part2Count = cache.Get(i, MessageCache.Part2Count);
                    int count = IsSigned ? part1Count + part2Count : CryptoProvider.Sha256Bytes;
                    bytes += ProtobufWriter.SizeOfBytes(RpcWriter.HaveIds, count);
                    if (queue != null)
                    {
                        CopyId(cache.Bytes, cache.Get(i, MessageCache.Part1), part1Count, cache.Get(i, MessageCache.Part2), part2Count);
                        queue.Append(_scratch, 0, ProtobufWriter.WriteBytes(RpcWriter.HaveIds, Id, 0, count, _scratch, 0));
                        cache.SetDelivery(i, peer.Index, Delivery.Told);
                    }
                }
            }

            return bytes == 0 ? 0 : bytes + ProtobufWriter.SizeOfBytes(RpcWriter.ControlTopic, _topics[topic].Utf8Name.Length);
        }

        // of the oldest entries; false when the queue has no room for all of their ids
        private bool WriteHave(PubSubPeer peer, int entries)
        {
            int all = 0;
            for (int topic = 0; topic < _topics.Count; topic++)
            {
                int size = Have(peer, topic, entries, null);
                all += size == 0 ? 0 : ProtobufWriter.SizeOfBytes(RpcWriter.Have, size);
            }

            SendQueue queue = peer.Queue;
            byte[] scratch = _scratch;
            int frame = RpcWriter.WriteControl(all, scratch, 0);
            if (all == 0 || frame + all > queue.Room)
            {
                return all == 0;
            }

            queue.Append(scratch, 0, frame);
            for (int topic = 0; topic < _topics.Count; topic++)
            {
                int size = Have(peer, topic, entries, null);
                if (size == 0)
                {
                    continue;
                }

                byte[] name = _topics[topic].Utf8Name;
                int at = ProtobufWriter.WriteLength(RpcWriter.Have, size, scratch, 0);
                queue.Append(scratch, 0, ProtobufWriter.WriteBytes(RpcWriter.ControlTopic, name, 0, name.Length, scratch, at));
                Have(peer, topic, entries, queue);
            }

            return true;
        }
    }
}
#endif
