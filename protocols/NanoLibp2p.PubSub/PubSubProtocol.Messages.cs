using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.PubSub
{
    // Messages: made, signed and sent; received, verified and handed on.
    public sealed partial class PubSubProtocol
    {
        // in microseconds
        private const long Second = 1000000;

        // with their tags and lengths: who signs and his number, and the signature
        private const int SignedFieldsBytes = 2 + PeerId.Ed25519Bytes + 2 + SequenceBytes;
        private const int SignatureFieldBytes = 2 + CryptoProvider.SignatureBytes;

        internal int Publish(Topic topic, byte[] data, int offset, int count)
        {
            bool signed = IsSigned;
            byte[] name = topic.Utf8Name;
            int body = ProtobufWriter.SizeOfBytes(RpcWriter.Data, count) + ProtobufWriter.SizeOfBytes(RpcWriter.MessageTopic, name.Length);
            int message = body;
            if (signed)
            {
                body += SignedFieldsBytes;
                message = body + SignatureFieldBytes;
            }

            if (message > Options.MaxMessageBytes)
            {
                return PublishResult.TooLong;
            }

#if NANOFRAMEWORK_1_0
            if (CountSubscribers(topic, 0) == 0)
#else
            int subscribers = CountSubscribers(topic, 0);
            if (subscribers == 0 && !_isPublishing)
#endif
            {
                return 0;
            }

#if NANOFRAMEWORK_1_0
            if (CountSubscribers(topic, RpcWriter.FrameBytes(message) + message) == 0)
#else
            if (subscribers > 0 && CountSubscribers(topic, RpcWriter.FrameBytes(message) + message) == 0)
#endif
            {
                return PublishResult.Busy;
            }

            if (!signed)
            {
                int idCount = CopyId(data, offset, count, 0, 0);
                if (_seen.Contains(HashOf(Id, idCount), Node.NowMs))
                {
                    return PublishResult.Duplicate;
                }
            }

            int begin = _cache.Add(RpcReader.PrefixBytes + message);
            byte[] bytes = _cache.Bytes;
            int at = begin + RpcReader.PrefixBytes;
            int part1 = 0;
            int part2 = 0;
            if (signed)
            {
                at = ProtobufWriter.WriteLength(RpcWriter.From, PeerId.Ed25519Bytes, bytes, at);
                part1 = at;
                at += Node.Identity.PeerId.CopyTo(bytes, at);
            }

            at = ProtobufWriter.WriteBytes(RpcWriter.Data, data, offset, count, bytes, at);
            if (!signed)
            {
                part1 = at - count;
            }
            else
            {
                at = ProtobufWriter.WriteLength(RpcWriter.SequenceNumber, SequenceBytes, bytes, at);
                part2 = at;
                Bytes.WriteUInt64BigEndian(bytes, at, ++_sequence);
                at += SequenceBytes;
            }

            at = ProtobufWriter.WriteBytes(RpcWriter.MessageTopic, name, 0, name.Length, bytes, at);
            if (signed)
            {
                // the frame takes the prefix's place afterwards
                Array.Copy(Prefix, 0, bytes, begin, RpcReader.PrefixBytes);
                at = ProtobufWriter.WriteLength(RpcWriter.Signature, CryptoProvider.SignatureBytes, bytes, at);
                Node.Identity.Sign(Node.Crypto, bytes, begin, RpcReader.PrefixBytes + body, bytes, at);
            }

            return Send(topic, begin, message, part1, signed ? PeerId.Ed25519Bytes : count, part2, SequenceBytes, null);
        }

        /// <inheritdoc/>
        protected internal override void OnTooLong(RpcReader from)
        {
            Drop((PubSubPeer)from, DropReason.TooLong);
        }

        // The verdicts of gossipsub 1.1: taken; ignored, which is all that most drops are; or rejected, with an offence.
        /// <inheritdoc/>
        protected internal override bool OnPublish(RpcReader message)
        {
            PubSubPeer peer = (PubSubPeer)message;
            byte[] buffer = message.Buffer;
            int[] at = message.At;
            int[] count = message.Count;
            bool signed = IsSigned;
            long nowMs = Node.NowMs;
            Topic topic = _topics.Find(buffer, at[RpcWriter.MessageTopic], count[RpcWriter.MessageTopic]);
            ulong hash = 0;
            ulong author = 0;
            ulong sequence = 0;
            DropReason fault = topic == null || !topic.Joined ? DropReason.NotSubscribed : CheckStamps(message, IsFloodSub(peer));
            if (fault == DropReason.None)
            {
                int part1 = signed ? RpcWriter.From : RpcWriter.Data;
                hash = HashOf(Id,
                    CopyId(buffer, at[part1], CountOf(message, part1), at[RpcWriter.SequenceNumber], count[RpcWriter.SequenceNumber]));
                if (_seen.Contains(hash, nowMs))
                {
                    fault = DropReason.Duplicate;
                }
                else if (signed)
                {
                    author = AuthorOf(buffer, at[RpcWriter.From] + count[RpcWriter.From]);
                    for (int i = 0; i < count[RpcWriter.SequenceNumber]; i++)
                    {
                        sequence = (sequence << 8) | buffer[at[RpcWriter.SequenceNumber] + i];
                    }

                    int type;
                    int data;
                    int end;
                    fault = FindKey(message, out type, out data, out end);
                    if (_guard.Refuses(author, sequence) && !IsFloodSubAuthor(peer, message))
                    {
                        fault = DropReason.Replayed;
                    }

                    if (fault == DropReason.None)
                    {
                        if (!MayVerify(peer, nowMs))
                        {
                            return false;
                        }

                        fault = Verify(message, type, data, end);
                        if (fault == DropReason.SignatureInvalid && type == (int)KeyType.Ed25519)
                        {
                            // of keys of other types each library takes other ones; but this nobody passes on
                            Offend(peer);
                        }

                    }
                }
            }

            if (fault != DropReason.None)
            {
                Drop(peer, fault);
                return true;
            }

            // only what is verified counts as seen: nobody can have another's message taken for known
            _seen.Add(hash, nowMs);
            if (signed)
            {
                _guard.Take(author, sequence);
            }

            // for KeepsConnection
            peer.Inbound.Progress = 1;
            if (Events != null)
            {
                PubSubMessage view = _view;
                view.ReceivedFrom = peer.Connection;
                view.Buffer = buffer;
                view.DataOffset = at[RpcWriter.Data];
                view.DataCount = CountOf(message, RpcWriter.Data);
                view.FromOffset = at[RpcWriter.From];
                view.FromCount = CountOf(message, RpcWriter.From);
                view.SequenceNumber = sequence;
                Events.OnMessage(topic, view);
            }

            Forward(peer, topic, message);
            return true;
        }

        // Counts a signature that is about to be verified: so many in a step, so that the other connections have their turn, and so many a
        // second, of which one second's may come at once. False when the peer must wait.
        private bool MayVerify(PubSubPeer peer, long nowMs)
        {
            long now = nowMs * 1000;
            long step = Second / Options.VerificationsPerSecond;
            long due = peer.NextVerification;
            if (due < now || due > now + Second)
            {
                due = now;
            }

            long wait = due + step - now - Second;
            if (wait > 0 || peer.Verifications >= Options.VerificationsPerStep)
            {
                long resume = wait > 0 ? nowMs + (wait / 1000) + 1 : nowMs;
                if (resume < _resumeMs)
                {
                    _resumeMs = resume;
                }

                return false;
            }

            peer.Verifications++;
            peer.NextVerification = due + step;
            return true;
        }

        private bool IsFloodSub(PubSubPeer peer)
        {
            return peer.Inbound.ProtocolIndex == _newest + PubSubPeer.GossipSub11;
        }

        // js-libp2p's floodsub numbers at random. What comes from the author himself is no replay.
        private bool IsFloodSubAuthor(PubSubPeer peer, RpcReader message)
        {
            Connection connection = peer.Connection;
            return IsFloodSub(peer) && connection.RemoteIdCount == message.Count[RpcWriter.From]
                && Bytes.Equal(connection.RemoteId, 0, message.Buffer, message.At[RpcWriter.From], connection.RemoteIdCount);
        }

        // what stands for an author in the guard: the last bytes of his id, and so of his key or its hash
        private static ulong AuthorOf(byte[] bytes, int idEnd)
        {
            return Bytes.ReadUInt64LittleEndian(bytes, idEnd - 8);
        }

        private static int CountOf(RpcReader message, int field)
        {
            return message.Count[field] < 0 ? 0 : message.Count[field];
        }

        // to the mesh, where that is done
        partial void Forward(PubSubPeer from, Topic topic, RpcReader message);

        // Puts the frame before the newest message of the cache, and the whole into the queues: of all subscribers if it is our own, and
        // else of the mesh and of those without gossip.
        private int Send(Topic topic, int begin, int message, int part1, int part1Count, int part2, int part2Count, PubSubPeer from)
        {
            int frame = RpcWriter.FrameBytes(message);
            int start = begin + RpcReader.PrefixBytes - frame;
            RpcWriter.WriteFrame(message, _cache.Bytes, start);
            ulong hash = HashOf(Id, CopyId(_cache.Bytes, part1, part1Count, part2, part2Count));
            _cache.Set(hash, topic.Index, Options.GossipHeartbeats, start, frame + message, part1, part1Count, part2, part2Count);
            _seen.Add(hash, Node.NowMs);

            int entry = _cache.Count - 1;
            uint bit = 1u << topic.Index;
            int sent = 0;
            for (int i = 0; i < _peers.Length; i++)
            {
                PubSubPeer peer = _peers[i];
                if (peer == from)
                {
                    _cache.SetDelivery(entry, i, Delivery.Told);
                    continue;
                }

                bool wanted = from == null
#if !NANOFRAMEWORK_1_0
                    && (!_isPassing || _isOthersOwn)
#endif
                    ? (peer.Subscribed & bit) != 0
                    : ((peer.Version == PubSubPeer.FloodSub ? peer.Subscribed : peer.Mesh) & bit) != 0;
                if (wanted && peer.IsReady && Enqueue(peer, entry))
                {
                    sent++;
                }
            }

            Share(topic, start + frame, message, part1, part1Count, part2, part2Count, from);
            return sent;
        }

        // to the other nodes of this peer, where there are some
        partial void Share(Topic topic, int start, int count, int part1, int part1Count, int part2, int part2Count, PubSubPeer from);

        private bool Enqueue(PubSubPeer peer, int entry)
        {
            // behind what waits already, so that all stays in order
            bool taken = !peer.IsBehind
                && peer.Queue.Append(_cache.Bytes, _cache.Get(entry, MessageCache.Frame), _cache.Get(entry, MessageCache.FrameCount));
            _cache.SetDelivery(entry, peer.Index, taken ? Delivery.Told : Delivery.Waits);
            if (!taken)
            {
                peer.IsBehind = true;
                Drop(peer, DropReason.QueueFull);
            }

            return taken;
        }
    }
}
