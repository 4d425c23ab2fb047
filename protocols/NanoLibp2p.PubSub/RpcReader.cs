using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// Reads one peer's RPCs from pieces of any size. An RPC may be of any length: everything in it is handed on as it comes, and
    /// only one message at a time is kept. What it finds goes to an <see cref="RpcHandler"/>; what a topic's name is compared with, and
    /// kept in, is its heir's: the leaf's or a router's.
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
    public abstract partial class RpcReader
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
        protected internal byte[] Buffer;

        /// <summary>Whether everybody reads the message alike.</summary>
        protected internal Certainty Certainty;

        /// <summary>The stream that the RPCs come on; null when there is none. Where a handler changes it, <see cref="Receive"/>
        /// ends.</summary>
        protected internal Libp2pStream Inbound;

        private readonly RpcHandler _handler;
        private readonly ProtobufReader _reader = new ProtobufReader();
        private readonly int _maxMessage;
        private Place _place;
        private Purpose _purpose;
        private int _target;
        private ulong _value;

        /// <summary>Makes a reader. Its <see cref="Buffer"/> is the heir's to give.</summary>
        /// <param name="handler">Who hears what it finds.</param>
        /// <param name="maxMessage">Bytes of the longest message that is handed on.</param>
        protected RpcReader(RpcHandler handler, int maxMessage)
        {
            _handler = handler;
            _maxMessage = maxMessage;
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
            object stream = Inbound;
            if (_place == Place.Held)
            {
                Offer();
                offset++;
            }

            while (_place != Place.Held && Inbound == stream)
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

                        Certainty = Certainty.Uncertain;
                        Leave();
                        break;
                }
            }

            return _place == Place.Held ? offset - 1 - start : count;
        }

        /// <summary>A topic's name begins, or, with 0 bytes, a part of an RPC that may have one.</summary>
        protected abstract void BeginTopic(ulong bytes);

        /// <summary>A piece of the name that began last.</summary>
        /// <param name="position">Where in the name the piece belongs.</param>
        /// <param name="buffer">Where it is.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        protected abstract void TakeTopic(int position, byte[] buffer, int offset, int count);

        // RpcReader.Desktop.cs: buffers on demand, and what no leaf on a device reads
        partial void Rent(int bytes);

        partial void TakeFurther();

        partial void EndFurther();

        partial void LeaveFurther(Place left);

        partial void EndRpc();

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
                TakeFurther();
            }
        }

        // A message's field of another number, which go verifies with the rest and js and rust leave out; or of a known number and another
        // type, which go refuses, js takes for bytes and rust leaves out.
        private void Doubt()
        {
            if (_place == Place.Message && Certainty != Certainty.Uncertain)
            {
                Certainty = _reader.Field > RpcWriter.Key ? Certainty.WithUnknown : Certainty.Uncertain;
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
                    if (_reader.Field > RpcWriter.LastControl)
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
#if NANOFRAMEWORK_1_0
                    if (_reader.Value > (ulong)(uint)_maxMessage)
#else
                    if (_reader.Value > (ulong)(uint)LongestMessage)
#endif
                    {
                        _reader.Skip();
                        _handler.OnTooLong(this);
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
                Rent(PrefixBytes + (int)_reader.Value);
                Array.Copy(_handler.Prefix, 0, Buffer, 0, PrefixBytes);
                Certainty = Certainty.Certain;
                Count[Body] = 0;
                for (int i = RpcWriter.From; i <= RpcWriter.Key; i++)
                {
                    At[i] = i < RpcWriter.Signature ? PrefixBytes : Buffer.Length;
                    Count[i] = -1;
                }
            }
            else
            {
                BeginTopic(0);
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
#if !NANOFRAMEWORK_1_0
            if (BeginFurther())
            {
                return;
            }

#endif
            int field = _reader.Field;
            bool isTopic = field == (_place == Place.Subscription ? RpcWriter.SubscribeTopic : RpcWriter.ControlTopic)
                && _place != Place.Want;
            bool isId = (_place == Place.Have && field == RpcWriter.HaveIds) || (_place == Place.Want && field == RpcWriter.WantIds);
            if (isTopic)
            {
                _purpose = Purpose.Topic;
                BeginTopic(_reader.Value);
            }
            else if (isId && _reader.Value <= MaxIdBytes)
            {
                Rent(MaxIdBytes);
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
                TakeTopic((int)_reader.FieldOffset, buffer, at, count);
            }
            else
            {
                Array.Copy(buffer, at, Buffer, _target, count);
                _target += count;
            }
        }

        private void EndBytes()
        {
            if (_purpose == Purpose.Id)
            {
                if (_place == Place.Have)
                {
                    _handler.OnHave(this, Buffer, _target);
                }
                else
                {
                    _handler.OnWant(this, Buffer, _target);
                }
            }

            EndFurther();
        }

        private void Leave()
        {
            Place left = _place;
            _place = _reader.Depth == 0 ? Place.Rpc : Place.Control;
            switch (left)
            {
                case Place.Rpc:
                    _reader.ResetDelimited(MaxRpcBytes);
                    EndRpc();
                    break;
                case Place.Subscription:
                    _handler.OnSubscription(this, _value != 0);
                    break;
                case Place.Message:
                    Offer();
                    break;
                case Place.Graft:
                    _handler.OnGraft(this);
                    break;
                case Place.Prune:
                    _handler.OnPrune(this, _value);
                    break;
            }

            LeaveFurther(left);
        }

        private void Offer()
        {
            _place = _handler.OnPublish(this) ? Place.Rpc : Place.Held;
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
#if !NANOFRAMEWORK_1_0

            // of the kinds that no device reads
            DontWant,
            Extensions,

            // a part of a PRUNE
            PrunePeer,
#endif
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
#if !NANOFRAMEWORK_1_0

            // of what no device reads, kept in the buffer
            Further,
#endif
        }
    }
}
