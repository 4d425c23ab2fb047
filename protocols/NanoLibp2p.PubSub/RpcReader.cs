using System;
using NanoLibp2p.Core.Buffers;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// Reads one peer's RPCs from pieces of any size. An RPC may be of any length: everything in it is handed on as it comes, and
    /// only one message at a time is kept.
    /// </summary>
    /// <remarks>
    /// A message is kept as it was signed, and so written anew from its fields, in their order, without signature and key (pubsub
    /// spec, "Message Signing"; go and js leave out the key too). What is kept is never longer than what came, so that a
    /// message of no more than the buffer's size always fits:
    /// <code>
    ///   0                PrefixBytes             BodyEnd            TailStart
    ///   | libp2p-pubsub: | fields but signature and key |   room    | key, signature |
    /// </code>
    /// </remarks>
    internal sealed class RpcReader
    {
        /// <summary>Bytes of <c>libp2p-pubsub:</c>, which is signed with every message.</summary>
        public const int PrefixBytes = 14;

        /// <summary>Bytes of the longest message id that is looked at: those of go, js and rust have at most 46.</summary>
        public const int MaxIdBytes = 64;

        private const ulong MaxRpcBytes = 0x7FFFFFFF;

        // the message of the protobuf that the reader is in
        private const int InRpc = 0;
        private const int InSubscription = 1;
        private const int InMessage = 2;
        private const int InControl = 3;
        private const int InHave = 4;
        private const int InWant = 5;
        private const int InGraft = 6;
        private const int InPrune = 7;

        // what the bytes of the field under way are for
        private const int ForTopic = 1;
        private const int ForId = 2;
        private const int ForBody = 3;

        // The message that is handed on: where its parts begin in the buffer, and their bytes. -1 bytes: there is none.
        public readonly byte[] Buffer;
        public int BodyEnd;
        public int From;
        public int FromCount;
        public int Data;
        public int DataCount;
        public int Sequence;
        public int SequenceCount;
        public int Name;
        public int NameCount;
        public int Signature;
        public int SignatureCount;
        public int Key;
        public int KeyCount;

        private readonly TopicTable _topics;
        private readonly RpcHandler _handler;
        private readonly PubSubPeer _peer;
        private readonly ProtobufReader _reader = new ProtobufReader();
        private readonly uint _topicSeed;
        private readonly byte[] _id = new byte[MaxIdBytes];
        private int _place;
        private int _purpose;
        private int _target;

        private uint _matching;
        private uint _otherTopic;
        private int _tailStart;
        private int _topic;
        private bool _subscribe;
        private ulong _backoff;

        public RpcReader(PubSubPeer peer, TopicTable topics, RpcHandler handler, byte[] prefix, int maxMessage, uint topicSeed)
        {
            _peer = peer;
            _topics = topics;
            _handler = handler;
            _topicSeed = topicSeed;
            Buffer = new byte[PrefixBytes + maxMessage];
            Array.Copy(prefix, 0, Buffer, 0, PrefixBytes);
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
            _place = InRpc;
            _reader.ResetDelimited(MaxRpcBytes);
        }

        /// <summary>Takes all of a piece. The handler is called meanwhile, and may end the peer's stream.</summary>
        /// <returns>False when it is no protobuf, or an RPC beyond 2 GiB.</returns>
        public bool Receive(byte[] buffer, int offset, int count)
        {
            int end = offset + count;
            object stream = _peer.Inbound;
            while (_peer.Inbound == stream)
            {
                ProtobufEvent found = _reader.Next(buffer, offset, end - offset);
                int at = offset;
                offset += _reader.Consumed;
                switch (found)
                {
                    case ProtobufEvent.NeedMore:
                        return true;
                    case ProtobufEvent.Varint:
                        TakeVarint();
                        break;
                    case ProtobufEvent.Fixed:
                        TakeFixed();
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
                        return false;
                }
            }

            return true;
        }

        private void TakeVarint()
        {
            int field = _reader.Field;
            if (_place == InMessage)
            {
                BodyEnd = ProtobufWriter.WriteVarint(field, _reader.Value, Buffer, BodyEnd);
            }
            else if (_place == InSubscription && field == RpcWriter.Subscribe)
            {
                _subscribe = _reader.Value != 0;
            }
            else if (_place == InPrune && field == RpcWriter.PruneBackoff)
            {
                _backoff = _reader.Value;
            }
        }

        // of no use to pubsub, but signed
        private void TakeFixed()
        {
            if (_place == InMessage)
            {
                BodyEnd = ProtobufWriter.WriteTag(_reader.Field, _reader.WireType, Buffer, BodyEnd);
                ulong value = _reader.Value;
                for (int left = _reader.WireType == WireType.Fixed64 ? 8 : 4; left > 0; left--)
                {
                    Buffer[BodyEnd++] = (byte)value;
                    value >>= 8;
                }
            }
        }

        private void Begin()
        {
            switch (_place)
            {
                case InRpc:
                    BeginPart();
                    break;
                case InMessage:
                    BeginMessageField();
                    break;
                case InControl:
                    if (_reader.Field > RpcWriter.Prune)
                    {
                        _reader.Skip();
                    }
                    else
                    {
                        Enter(InHave - RpcWriter.Have + _reader.Field);
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
                    Enter(InSubscription);
                    break;
                case RpcWriter.Publish:
                    if (_reader.Value > (ulong)(uint)(Buffer.Length - PrefixBytes))
                    {
                        _reader.Skip();
                        _handler.OnTooLong(_peer);
                    }
                    else
                    {
                        Enter(InMessage);
                    }

                    break;
                case RpcWriter.Control:
                    Enter(InControl);
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        private void Enter(int place)
        {
            _reader.Enter();
            _place = place;
            if (place == InMessage)
            {
                BodyEnd = PrefixBytes;
                _tailStart = Buffer.Length;
                FromCount = -1;
                Data = PrefixBytes;
                DataCount = 0;
                SequenceCount = -1;
                NameCount = 0;
                SignatureCount = -1;
                KeyCount = -1;
            }
            else
            {
                _topic = -1;
                _otherTopic = 0;
                _subscribe = false;
                _backoff = 0;
            }
        }

        private void BeginMessageField()
        {
            // bounded by the message, and so by the buffer
            int count = (int)_reader.Value;
            int field = _reader.Field;
            _purpose = ForBody;
            if (field == RpcWriter.Signature || field == RpcWriter.Key)
            {
                _tailStart -= count;
                _target = _tailStart;
                if (field == RpcWriter.Signature)
                {
                    Signature = _target;
                    SignatureCount = count;
                }
                else
                {
                    Key = _target;
                    KeyCount = count;
                }

                return;
            }

            _target = ProtobufWriter.WriteLength(field, count, Buffer, BodyEnd);
            BodyEnd = _target + count;
            switch (field)
            {
                case RpcWriter.From:
                    From = _target;
                    FromCount = count;
                    break;
                case RpcWriter.Data:
                    Data = _target;
                    DataCount = count;
                    break;
                case RpcWriter.SequenceNumber:
                    Sequence = _target;
                    SequenceCount = count;
                    break;
                case RpcWriter.MessageTopic:
                    Name = _target;
                    NameCount = count;
                    break;
            }
        }

        private void BeginControlField()
        {
            int field = _reader.Field;
            bool isTopic = field == (_place == InSubscription ? RpcWriter.SubscribeTopic : RpcWriter.ControlTopic) && _place != InWant;
            bool isId = (_place == InHave && field == RpcWriter.HaveIds) || (_place == InWant && field == RpcWriter.WantIds);
            if (isTopic)
            {
                _purpose = ForTopic;
                _matching = _topics.OfLength(_reader.Value);
                _otherTopic = _topicSeed;
            }
            else if (isId && _reader.Value <= MaxIdBytes)
            {
                _purpose = ForId;
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
            if (_purpose == ForTopic)
            {
                if (_matching != 0)
                {
                    _matching = _topics.Matching(_matching, (int)_reader.FieldOffset, buffer, at, count);
                }

                if (_place == InSubscription)
                {
                    _otherTopic = OtherTopic(_otherTopic, buffer, at, count);
                }
            }
            else
            {
                Array.Copy(buffer, at, _purpose == ForId ? _id : Buffer, _target, count);
                _target += count;
            }
        }

        private void EndBytes()
        {
            if (_purpose == ForTopic)
            {
                _topic = TopicTable.Single(_matching);
            }
            else if (_purpose == ForId)
            {
                if (_place == InWant)
                {
                    _handler.OnWant(_peer, _id, _target);
                }
                else if (_topic >= 0 && _topics[_topic].Joined)
                {
                    _handler.OnHave(_peer, _id, _target);
                }
            }
        }

        private void Leave()
        {
            int left = _place;
            _place = _reader.Depth == 0 ? InRpc : InControl;
            Topic topic = _topic < 0 ? null : _topics[_topic];
            switch (left)
            {
                case InRpc:
                    _reader.ResetDelimited(MaxRpcBytes);
                    break;
                case InSubscription:
                    _handler.OnSubscription(_peer, topic, _otherTopic, _subscribe);
                    break;
                case InMessage:
                    _handler.OnPublish(_peer);
                    break;
                case InGraft:
                    if (topic != null)
                    {
                        _handler.OnGraft(_peer, topic);
                    }

                    break;
                case InPrune:
                    if (topic != null)
                    {
                        _handler.OnPrune(_peer, topic, _backoff);
                    }

                    break;
            }
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
    }
}
