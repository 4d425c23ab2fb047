using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Relay
{
    /// <summary>
    /// One stream of the relay protocols and the message that comes on it: a reservation's, or that of a circuit, which is a link from then
    /// on. It is free when it has no stream and its link is closed.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   Free --Begin--> Reading --message whole--> Whole --accepted--> Joined --link closed, stream over--> Free
    /// </code>
    /// </remarks>
    internal class Circuit : StreamLink
    {
        // as go reads at the most
        internal const int MaxBytes = 4096;

        // types, statuses and lengths; what is more is none of them
        private const uint MaxSmall = 0xFFFF;

        // fields of both messages (circuit relay v2 spec, "Protobuf"); a stop message has its limit in the place of a reservation
        internal const int TypeField = 1;
        internal const int PeerField = 2;
        internal const int ReservationField = 3;
        internal const int HopLimitField = 4;
        internal const int StopLimitField = 3;
        internal const int HopStatusField = 5;
        internal const int StopStatusField = 4;

        // of a reservation
        internal const int ExpireField = 1;
        internal const int AddressField = 2;

        // milliseconds for which what came may wait until its connection takes it, and for the other end to end a circuit after we did
        internal const int StallMs = 5000;

        // how far it is
        internal const int Reading = 0;
        internal const int Whole = 1;
        internal const int Joined = 2;

        internal int Phase;
        internal long Deadline;

        // what its message says; of a peer the bytes of the field, of a reservation the date of its end in seconds since 1970
        internal int Type;
        internal int Status;
        internal int PeerBytes;
        internal long Expire;

        // for the long records of its connection: what comes of them may lie in the node's large buffer, in a record of the relay's
        internal LargeBuffer Large;

        private readonly ProtobufReader _reader = new ProtobufReader();
        private int _limitField;
        private bool _isNested;

        /// <summary>Takes the rest of its memory, where the node has a large buffer.</summary>
        internal void Add(Node node)
        {
            if (node.Large != null)
            {
                Large = new LargeBuffer(node.Large.Bytes.Length);
            }
        }

        /// <summary>Begins with a message.</summary>
        /// <param name="limitField">Which of its fields is a limit: it tells a stop message from a hop message.</param>
        /// <param name="deadline">Until when it must be whole, in the node's milliseconds.</param>
        internal virtual void Begin(int limitField, long deadline)
        {
            _limitField = limitField;
            Deadline = deadline;
            _reader.ResetDelimited(MaxBytes);
            _isNested = false;
            Phase = Reading;
            Type = 0;
            Status = 0;
            PeerBytes = 0;
            Expire = 0;
            HasLimit = false;
        }

        /// <summary>Takes a piece of the message, up to its end: what follows belongs to the circuit.</summary>
        /// <returns>Bytes consumed, or -1 when it is no message.</returns>
        internal int Take(byte[] buffer, int offset, int count)
        {
            int at = offset;
            while (true)
            {
                ProtobufEvent found = _reader.Next(buffer, at, offset + count - at);
                at += _reader.Consumed;
                int field = _reader.Field;
                ulong value = _reader.Value;
                int small = value > MaxSmall ? -1 : (int)value;
                if (found < ProtobufEvent.NeedMore)
                {
                    return -1;
                }

                if (found == ProtobufEvent.NeedMore)
                {
                    return count;
                }

                if (found == ProtobufEvent.EndOfMessage)
                {
                    if (!_isNested)
                    {
                        Phase = Whole;
                        return at - offset;
                    }

                    _isNested = false;
                }
                else if (found == ProtobufEvent.Varint)
                {
                    if (_isNested)
                    {
                        Expire = field == ExpireField ? (long)value : Expire;
                    }
                    else if (field == TypeField)
                    {
                        Type = small;
                    }
                    else if (field == HopStatusField)
                    {
                        Status = small;
                    }
                }
                else if (found == ProtobufEvent.BytesBegin)
                {
                    if (!_isNested && field == ReservationField && _limitField != field)
                    {
                        _isNested = _reader.Enter();
                        continue;
                    }

                    if (!_isNested)
                    {
                        PeerBytes = field == PeerField ? small : PeerBytes;
                        HasLimit |= field == _limitField;
                    }

                    if (!_isNested || field != AddressField)
                    {
                        _reader.Skip();
                    }
                }
                else if (found == ProtobufEvent.BytesChunk)
                {
                    int bytes = _reader.Consumed;
                    OnAddress(buffer, at - bytes, bytes, (int)_reader.FieldOffset, small);
                }
            }
        }

        /// <summary>A piece of an address of the relay has come with a reservation.</summary>
        /// <param name="buffer">Holds it; only during the call.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="before">Bytes of the same address that came before.</param>
        /// <param name="total">Bytes of the address, up to <see cref="MaxBytes"/>.</param>
        internal virtual void OnAddress(byte[] buffer, int offset, int count, int before, int total)
        {
        }

        /// <summary>The message has been taken: from now on it is a link.</summary>
        internal void Join(Libp2pStream stream)
        {
            Phase = Joined;
            Deadline = long.MaxValue;
            Open(stream, HasLimit);
        }

        /// <summary>The peer sends no more.</summary>
        internal void TakeEnd()
        {
            if (Phase == Joined)
            {
                ReceiveEnd();
            }
            else
            {
                // before there was a circuit
                Stream.Reset();
            }
        }

        /// <summary>Looks at the clock; what is late is broken off.</summary>
        /// <returns>When to look again.</returns>
        internal long Check(long nowMs)
        {
            if (Phase == Joined)
            {
                // one that moves has its time anew
                if (State != LinkState.Closed && (HeldCount == 0 || HasMoved))
                {
                    Deadline = long.MaxValue;
                }
                else if (Deadline == long.MaxValue)
                {
                    Deadline = nowMs + StallMs;
                }

                HasMoved = false;
            }

            if (nowMs >= Deadline)
            {
                Stream.Reset();
            }

            return Deadline;
        }
    }
}
