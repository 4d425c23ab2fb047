using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// Reads one peer's RPCs from pieces of any size. An RPC may be of any length: everything in it is handed on as it comes, and
    /// only one message at a time is kept.
    /// </summary>
    /// <remarks>
    /// A message is kept as everybody signs it: the fields that are known, each once and in the order of their numbers, without
    /// signature and key (pubsub spec, "Message Signing"), however they came. go, js and rust decode and write anew as well, and take
    /// the last of several. What is kept is never longer than what came, so that a message of no more than the buffer's size always fits:
    /// <code>
    ///   0                PrefixBytes                     the buffer's end
    ///   | libp2p-pubsub: | from data seqno topic |  room  | key signature |
    /// </code>
    /// </remarks>
    internal sealed class RpcReader
    {
        /// <summary>Bytes of <c>libp2p-pubsub:</c>, which is signed with every message.</summary>
        public const int PrefixBytes = 14;

        /// <summary>Bytes of the longest message id that is looked at: those of go, js and rust have at most 46.</summary>
        public const int MaxIdBytes = 64;

        private const ulong MaxRpcBytes = 0x7FFFFFFF;

        /// <summary>The number in <see cref="Count"/> of what is signed, behind the prefix.</summary>
        public const int Body = 0;

        /// <summary>By a field's number: where the message's field begins in <see cref="Buffer"/>.</summary>
        public readonly int[] At = new int[RpcWriter.Key + 1];

        /// <summary>By a field's number: its bytes; -1 when the message has no such field.</summary>
        public readonly int[] Count = new int[RpcWriter.Key + 1];

        /// <summary>The message that is handed on; ids too, between messages.</summary>
        public readonly byte[] Buffer;

        /// <summary>Whether everybody reads the message alike.</summary>
        public Reading Reading;

        private readonly TopicTable _topics;
        private readonly RpcHandler _handler;
        private readonly PubSubPeer _peer;
        private readonly ProtobufReader _reader = new ProtobufReader();
        private readonly uint _topicSeed;
        private readonly byte[] _prefix;
        private Place _place;
        private Purpose _purpose;
        private int _target;

        private uint _matching;
        private uint _otherTopic;
        private int _topic;
        private ulong _value;

        public RpcReader(PubSubPeer peer, TopicTable topics, RpcHandler handler, byte[] prefix, int maxMessage, uint topicSeed)
        {
            _peer = peer;
            _topics = topics;
            _handler = handler;
            _topicSeed = topicSeed;
            Buffer = new byte[PrefixBytes + maxMessage];
            _prefix = prefix;
            Reset();
        }

        /// <summary>Whether the stream may end here: between two RPCs.</summary>
        public bool MayEnd
        {
            get { return _reader.MayEnd; }
        }

        /// <summary>Begins with a new stream.</summary>
        public void Reset()
        {
            _place = Place.Rpc;
            _reader.ResetDelimited(MaxRpcBytes);
        }

        /// <summary>
        /// Takes a piece. The handler is called meanwhile, and may end the peer's stream. When it holds a message back, that one's last
        /// byte is left: the next piece begins with it, and the message is offered again.
        /// </summary>
        /// <returns>Bytes consumed, or -1 when it is no protobuf, or an RPC beyond 2 GiB.</returns>
        public int Receive(byte[] buffer, int offset, int count)
        {
            int start = offset;
            int end = offset + count;
            object stream = _peer.Inbound;
            if (_place == Place.Held)
            {
                Offer();
                offset++;
            }

            while (_place != Place.Held && _peer.Inbound == stream)
            {
                ProtobufEvent found = _reader.Next(buffer, offset, end - offset);
                int at = offset;
                offset += _reader.Consumed;
                switch (found)
                {
                    case ProtobufEvent.NeedMore:
                        return count;
                    case ProtobufEvent.Varint:
                        TakeVarint();
                        break;
                    case ProtobufEvent.Fixed:
                        Doubt();
                        break;
                    case ProtobufEvent.BytesBegin:
                        Begin();
                        break;
                    case ProtobufEvent.BytesChunk:
                        TakeChunk(buffer, at);
                        break;
                    case ProtobufEvent.BytesEnd:
                        EndBytes();
                        break;
                    case ProtobufEvent.EndOfMessage:
                        Leave();
                        break;
                    default:
                        // a message that only some can read may have come through one of them: it alone is passed over
                        if (_place != Place.Message || !_reader.GiveUp())
                        {
                            return -1;
                        }

                        Reading = Reading.Uncertain;
                        Leave();
                        break;
                }
            }

            return _place == Place.Held ? offset - 1 - start : count;
        }

        private void TakeVarint()
        {
            int field = _reader.Field;
            if ((_place == Place.Subscription && field == RpcWriter.Subscribe)
                || (_place == Place.Prune && field == RpcWriter.PruneBackoff))
            {
                _value = _reader.Value;
            }
            else
            {
                Doubt();
            }
        }

        // A message's field of another number, which go verifies with the rest and js and rust leave out; or of a known number and another
        // type, which go refuses, js takes for bytes and rust leaves out.
        private void Doubt()
        {
            if (_place == Place.Message && Reading != Reading.Uncertain)
            {
                Reading = _reader.Field > RpcWriter.Key ? Reading.WithUnknown : Reading.Uncertain;
            }
        }

        private void Begin()
        {
            switch (_place)
            {
                case Place.Rpc:
                    BeginPart();
                    break;
                case Place.Message:
                    BeginMessageField();
                    break;
                case Place.Control:
                    if (_reader.Field > RpcWriter.Prune)
                    {
                        _reader.Skip();
                    }
                    else
                    {
                        Enter(Place.Have - RpcWriter.Have + _reader.Field);
                    }

                    break;
                default:
                    BeginControlField();
                    break;
            }
        }

        private void BeginPart()
        {
            switch (_reader.Field)
            {
                case RpcWriter.Subscriptions:
                    Enter(Place.Subscription);
                    break;
                case RpcWriter.Publish:
                    if (_reader.Value > (ulong)(uint)(Buffer.Length - PrefixBytes))
                    {
                        _reader.Skip();
                        _handler.OnTooLong(_peer);
                    }
                    else
                    {
                        Enter(Place.Message);
                    }

                    break;
                case RpcWriter.Control:
                    Enter(Place.Control);
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        private void Enter(Place place)
        {
            _reader.Enter();
            _place = place;
            if (place == Place.Message)
            {
                Array.Copy(_prefix, 0, Buffer, 0, PrefixBytes);
                Reading = Reading.Certain;
                Count[Body] = 0;
                for (int i = RpcWriter.From; i <= RpcWriter.Key; i++)
                {
                    At[i] = i < RpcWriter.Signature ? PrefixBytes : Buffer.Length;
                    Count[i] = -1;
                }
            }
            else
            {
                _topic = -1;
                _otherTopic = 0;
                _value = 0;
            }
        }

        private void BeginMessageField()
        {
            // bounded by the message, and so by the buffer
            int count = (int)_reader.Value;
            int field = _reader.Field;
            if (field > RpcWriter.Key)
            {
                Doubt();
                _reader.Skip();
                return;
            }

            _purpose = Purpose.Body;
            if (field >= RpcWriter.Signature)
            {
                // the one that came last is the lowest
                int tail = At[RpcWriter.Signature] < At[RpcWriter.Key] ? At[RpcWriter.Signature] : At[RpcWriter.Key];
                _target = tail - count;
            }
            else
            {
                // behind those of smaller numbers, in the place of an earlier one of its own
                int begin = PrefixBytes;
                for (int i = RpcWriter.From; i < field; i++)
                {
                    begin = Count[i] < 0 ? begin : At[i] + Count[i];
                }

                int next = Count[field] < 0 ? begin : At[field] + Count[field];
                int moved = begin + ProtobufWriter.SizeOfBytes(field, count) - next;
                Array.Copy(Buffer, next, Buffer, next + moved, PrefixBytes + Count[Body] - next);
                for (int i = field + 1; i < RpcWriter.Signature; i++)
                {
                    At[i] += moved;
                }

                Count[Body] += moved;
                _target = ProtobufWriter.WriteLength(field, count, Buffer, begin);
            }

            At[field] = _target;
            Count[field] = count;
        }

        private void BeginControlField()
        {
            int field = _reader.Field;
            bool isTopic = field == (_place == Place.Subscription ? RpcWriter.SubscribeTopic : RpcWriter.ControlTopic)
                && _place != Place.Want;
            bool isId = (_place == Place.Have && field == RpcWriter.HaveIds) || (_place == Place.Want && field == RpcWriter.WantIds);
            if (isTopic)
            {
                _purpose = Purpose.Topic;
                _matching = _topics.OfLength(_reader.Value);
                _otherTopic = _topicSeed;
            }
            else if (isId && _reader.Value <= MaxIdBytes)
            {
                _purpose = Purpose.Id;
                _target = 0;
            }
            else
            {
                _reader.Skip();
            }
        }

        private void TakeChunk(byte[] buffer, int at)
        {
            int count = _reader.Consumed;
            if (_purpose == Purpose.Topic)
            {
                if (_matching != 0)
                {
                    _matching = _topics.Matching(_matching, (int)_reader.FieldOffset, buffer, at, count);
                }

                if (_place == Place.Subscription)
                {
                    _otherTopic = OtherTopic(_otherTopic, buffer, at, count);
                }
            }
            else
            {
                Array.Copy(buffer, at, Buffer, _target, count);
                _target += count;
            }
        }

        private void EndBytes()
        {
            if (_purpose == Purpose.Topic)
            {
                _topic = TopicTable.Single(_matching);
            }
            else if (_purpose == Purpose.Id)
            {
                if (_place == Place.Want)
                {
                    _handler.OnWant(_peer, Buffer, _target);
                }
                else if (_topic >= 0 && _topics[_topic].Joined)
                {
                    _handler.OnHave(_peer, Buffer, _target);
                }
            }
        }

        private void Leave()
        {
            Place left = _place;
            _place = _reader.Depth == 0 ? Place.Rpc : Place.Control;
            Topic topic = _topic < 0 ? null : _topics[_topic];
            switch (left)
            {
                case Place.Rpc:
                    _reader.ResetDelimited(MaxRpcBytes);
                    break;
                case Place.Subscription:
                    _handler.OnSubscription(_peer, topic, _otherTopic, _value != 0);
                    break;
                case Place.Message:
                    Offer();
                    break;
                case Place.Graft:
                    if (topic != null)
                    {
                        _handler.OnGraft(_peer, topic);
                    }

                    break;
                case Place.Prune:
                    if (topic != null)
                    {
                        _handler.OnPrune(_peer, topic, _value);
                    }

                    break;
            }
        }

        private void Offer()
        {
            _place = _handler.OnPublish(_peer) ? Place.Rpc : Place.Held;
        }

        /// <summary>
        /// Goes on with the number that stands for a topic's name (FNV-1a from a secret start). Names that share one only cost
        /// a message that its receiver drops.
        /// </summary>
        public static uint OtherTopic(uint hash, byte[] name, int offset, int count)
        {
            for (int end = offset + count; offset < end; offset++)
            {
                hash = (hash ^ name[offset]) * 16777619u;
            }

            return hash;
        }

        // the message of the protobuf that the reader is in
        private enum Place
        {
            // between its parts, or between two
            Rpc,

            // a part of an RPC: a subscription or its end
            Subscription,

            // a part of an RPC
            Message,

            // behind a message that waits to be taken
            Held,

            // a part of an RPC, of the four kinds that follow
            Control,
            Have,
            Want,
            Graft,
            Prune,
        }

        // what the bytes of the field under way are for
        private enum Purpose
        {
            // matched with our topics
            Topic,

            // a message id, kept in the buffer
            Id,

            // a message's field, kept in the buffer
            Body,
        }
    }
}
