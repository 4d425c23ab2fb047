using System;
using NanoLibp2p.Core.Buffers;
using NanoLibp2p.Core.Multiformats;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.PubSub
{
    // Messages: made, signed and sent; received, verified and handed on.
    public sealed partial class PubSubProtocol
    {
        private const int SequenceBytes = 8;

        // a signature with its tag and length
        private const int SignatureFieldBytes = 2 + CryptoProvider.SignatureBytes;

        private bool IsSigned
        {
            get { return Options.SignaturePolicy == SignaturePolicy.StrictSign; }
        }

        internal int Publish(Topic topic, byte[] data, int offset, int count)
        {
            bool signed = IsSigned;
            byte[] name = topic.Utf8Name;
            int body = ProtobufWriter.SizeOfBytes(RpcWriter.Data, count) + ProtobufWriter.SizeOfBytes(RpcWriter.MessageTopic, name.Length);
            int message = body;
            if (signed)
            {
                body += ProtobufWriter.SizeOfBytes(RpcWriter.From, PeerId.Ed25519Bytes)
                    + ProtobufWriter.SizeOfBytes(RpcWriter.SequenceNumber, SequenceBytes);
                message = body + SignatureFieldBytes;
            }

            if (message > Options.MaxMessageBytes)
            {
                return PublishResult.TooLong;
            }

            if (CountSubscribers(topic, 0) == 0)
            {
                return 0;
            }

            if (CountSubscribers(topic, RpcWriter.FrameBytes(message) + message) == 0)
            {
                return PublishResult.Busy;
            }

            if (!signed)
            {
                int idCount = CopyId(data, offset, count, 0, 0);
                if (_seen.Contains(HashOf(_id, idCount), Node.NowMs))
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

            at = ProtobufWriter.WriteLength(RpcWriter.Data, count, bytes, at);
            int dataAt = at;
            Array.Copy(data, offset, bytes, at, count);
            at += count;
            if (signed)
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
                Array.Copy(_prefix, 0, bytes, begin, RpcReader.PrefixBytes);
                at = ProtobufWriter.WriteLength(RpcWriter.Signature, CryptoProvider.SignatureBytes, bytes, at);
                Node.Identity.Sign(Node.Crypto, bytes, begin, RpcReader.PrefixBytes + body, bytes, at);
            }

            return Send(topic, begin, message, signed ? part1 : dataAt, signed ? PeerId.Ed25519Bytes : count, part2, SequenceBytes, null);
        }

        internal override void OnTooLong(PubSubPeer peer)
        {
            Drop(peer, DropReason.TooLong);
        }

        internal override void OnPublish(PubSubPeer peer)
        {
            RpcReader message = peer.Reader;
            byte[] buffer = message.Buffer;
            bool signed = IsSigned;
            Topic topic = _topics.Find(buffer, message.Name, message.NameCount);
            if (topic == null || !topic.Joined)
            {
                Drop(peer, DropReason.NotSubscribed);
                return;
            }

            if (signed ? !HasStamps(peer, message) : !HasNoStamps(peer, message))
            {
                return;
            }

            int part1 = signed ? message.From : message.Data;
            int part1Count = signed ? message.FromCount : message.DataCount;
            int part2 = signed ? message.Sequence : 0;
            ulong hash = HashOf(_id, CopyId(buffer, part1, part1Count, part2, message.SequenceCount));
            if (_seen.Contains(hash, Node.NowMs))
            {
                Drop(peer, DropReason.Duplicate);
                return;
            }

            // only what is verified counts as seen: nobody can have another's message taken for known
            if (signed && !Verify(peer, message))
            {
                return;
            }

            _seen.Add(hash, Node.NowMs);
            if (Events != null)
            {
                ulong sequence = 0;
                for (int i = 0; signed && i < message.SequenceCount; i++)
                {
                    sequence = (sequence << 8) | buffer[message.Sequence + i];
                }

                PubSubMessage view = _view;
                view.ReceivedFrom = peer.Connection;
                view.Buffer = buffer;
                view.DataOffset = message.Data;
                view.DataCount = message.DataCount;
                view.FromOffset = message.From;
                view.FromCount = signed ? message.FromCount : 0;
                view.SequenceNumber = sequence;
                Events.OnMessage(topic, view);
            }

            if (Options.Forward)
            {
                Forward(peer, topic, message);
            }
        }

        private bool HasStamps(PubSubPeer peer, RpcReader message)
        {
            // eight bytes by the spec, but js-libp2p's floodsub leaves out leading zeros
            if (message.FromCount <= 0 || message.SequenceCount < 1 || message.SequenceCount > SequenceBytes || message.SignatureCount <= 0
                || PeerId.CheckBytes(message.Buffer, message.From, message.FromCount) != 0)
            {
                Drop(peer, DropReason.Unsigned);
                return false;
            }

            if (Node.Identity.PeerId.Matches(message.Buffer, message.From, message.FromCount))
            {
                Drop(peer, DropReason.Own);
                return false;
            }

            return true;
        }

        private bool HasNoStamps(PubSubPeer peer, RpcReader message)
        {
            if (message.FromCount >= 0 || message.SequenceCount >= 0 || message.SignatureCount >= 0 || message.KeyCount >= 0)
            {
                Drop(peer, DropReason.Signed);
                return false;
            }

            return true;
        }

        private bool Verify(PubSubPeer peer, RpcReader message)
        {
            DropReason fault = VerifySignature(message);
            if (fault == DropReason.NotSubscribed)
            {
                return true;
            }

            Drop(peer, fault);
            if (fault == DropReason.SignatureInvalid)
            {
                Offend(peer);
            }

            return false;
        }

        // NotSubscribed, which it can't be any more, stands for no fault
        private DropReason VerifySignature(RpcReader message)
        {
            byte[] bytes = message.Buffer;
            int key = message.Key;
            int keyCount = message.KeyCount;
            if (keyCount > 0)
            {
                // a key that is given must be the author's
                int idCount = PeerId.Derive(bytes, key, keyCount, Node.Crypto, _id, 0);
                if (idCount != message.FromCount || !Bytes.Equal(_id, 0, bytes, message.From, idCount))
                {
                    return DropReason.SignatureInvalid;
                }
            }
            else if (bytes[message.From] == Multihash.Identity)
            {
                key = message.From + Multihash.HeaderBytes;
                keyCount = message.FromCount - Multihash.HeaderBytes;
            }
            else
            {
                return DropReason.SignatureInvalid;
            }

            int data;
            int type = PublicKey.Parse(bytes, key, keyCount, out data);
            int signed = message.BodyEnd;
            if (type == (int)KeyType.Ed25519)
            {
                return message.SignatureCount == CryptoProvider.SignatureBytes
                    && Node.Crypto.Ed25519Verify(bytes, data, bytes, 0, signed, bytes, message.Signature)
                    ? DropReason.NotSubscribed
                    : DropReason.SignatureInvalid;
            }

            if (type < 0)
            {
                return DropReason.SignatureInvalid;
            }

            if (Node.Options.Verifier == null)
            {
                return DropReason.KeyUnsupported;
            }

            int result = Node.Options.Verifier.Verify((KeyType)type, bytes, data, key + keyCount - data, bytes, 0, signed,
                bytes, message.Signature, message.SignatureCount);
            return result == 0 ? DropReason.NotSubscribed
                : result == Core.Noise.NoiseResult.IdentityUnsupported ? DropReason.KeyUnsupported
                : DropReason.SignatureInvalid;
        }

        // a received message goes on as it was signed, with its signature and key behind it
        private void Forward(PubSubPeer from, Topic topic, RpcReader message)
        {
            int body = message.BodyEnd - RpcReader.PrefixBytes;
            int size = body;
            if (IsSigned)
            {
                size += ProtobufWriter.SizeOfBytes(RpcWriter.Signature, message.SignatureCount);
                if (message.KeyCount >= 0)
                {
                    size += ProtobufWriter.SizeOfBytes(RpcWriter.Key, message.KeyCount);
                }
            }

            int begin = _cache.Add(RpcReader.PrefixBytes + size);
            byte[] bytes = _cache.Bytes;
            int at = begin + RpcReader.PrefixBytes;
            int moved = at - RpcReader.PrefixBytes;
            Array.Copy(message.Buffer, RpcReader.PrefixBytes, bytes, at, body);
            at += body;
            if (IsSigned)
            {
                at = ProtobufWriter.WriteBytes(RpcWriter.Signature, message.Buffer, message.Signature, message.SignatureCount, bytes, at);
                if (message.KeyCount >= 0)
                {
                    ProtobufWriter.WriteBytes(RpcWriter.Key, message.Buffer, message.Key, message.KeyCount, bytes, at);
                }

                Send(topic, begin, size, message.From + moved, message.FromCount, message.Sequence + moved, message.SequenceCount, from);
            }
            else
            {
                Send(topic, begin, size, message.Data + moved, message.DataCount, 0, 0, from);
            }
        }

        // Puts the frame before the newest message of the cache, and the whole into the queues: of all subscribers if it is our own, and
        // else of the mesh and of those without gossip.
        private int Send(Topic topic, int begin, int message, int part1, int part1Count, int part2, int part2Count, PubSubPeer from)
        {
            int frame = RpcWriter.FrameBytes(message);
            int start = begin + RpcReader.PrefixBytes - frame;
            RpcWriter.WriteFrame(message, _cache.Bytes, start);
            ulong hash = HashOf(_id, CopyId(_cache.Bytes, part1, part1Count, part2, part2Count));
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
                    _cache.SetTold(entry, i, true);
                    continue;
                }

                bool wanted = from == null
                    ? (peer.Subscribed & bit) != 0
                    : ((peer.Version == PubSubPeer.FloodSub ? peer.Subscribed : peer.Mesh) & bit) != 0;
                if (wanted && peer.IsReady && Enqueue(peer, entry))
                {
                    sent++;
                }
            }

            return sent;
        }

        private bool Enqueue(PubSubPeer peer, int entry)
        {
            if (!peer.Queue.Append(_cache.Bytes, _cache.Get(entry, MessageCache.Frame), _cache.Get(entry, MessageCache.FrameCount)))
            {
                // to be told of it, again if need be, when the queue has drained
                _cache.SetTold(entry, peer.Connection.Index, false);
                Drop(peer, DropReason.QueueFull);
                return false;
            }

            _cache.SetTold(entry, peer.Connection.Index, true);
            return true;
        }

        // Writes a message's id to _id: author and sequence number, or the hash of the data when there are none, as js has it.
        private int CopyId(byte[] bytes, int part1, int part1Count, int part2, int part2Count)
        {
            if (IsSigned)
            {
                Array.Copy(bytes, part1, _id, 0, part1Count);
                Array.Copy(bytes, part2, _id, part1Count, part2Count);
                return part1Count + part2Count;
            }

            CryptoProvider crypto = Node.Crypto;
            crypto.Sha256Start();
            crypto.Sha256Update(bytes, part1, part1Count);
            crypto.Sha256Finish(_id, 0);
            return CryptoProvider.Sha256Bytes;
        }

        // The author in js-libp2p's ids is the bare public key, in those of go and rust a peer id: the same key with two bytes before
        // it. Here both are the same message.
        private ulong HashOf(byte[] id, int count)
        {
            bool isPeerId = IsSigned && count > Multihash.HeaderBytes + SequenceBytes && id[0] == Multihash.Identity
                && id[1] == count - Multihash.HeaderBytes - SequenceBytes;
            int skipped = isPeerId ? Multihash.HeaderBytes : 0;
            return _hash.Of(id, skipped, count - skipped);
        }
    }
}
