namespace NanoLibp2p.Core.Buffers
{
    /// <summary>
    /// Reads one protobuf message after another from pieces of any size, so that no message has to fit in memory.
    /// Allocates nothing after its constructor. Whatever a peer sends ends in an event, never in an exception.
    /// </summary>
    /// <example>
    /// <code>
    /// reader.Reset(length);
    /// do
    /// {
    ///     found = reader.Next(buffer, offset, count);
    ///     if (found == ProtobufEvent.Varint &amp;&amp; reader.Field == 1) kind = reader.Value;
    ///     offset += reader.Consumed;
    ///     count -= reader.Consumed;
    /// }
    /// while (found &gt; ProtobufEvent.NeedMore &amp;&amp; found != ProtobufEvent.EndOfMessage);
    /// </code>
    /// </example>
    /// <remarks>
    /// Padded varints are accepted, as protobuf demands (protobuf encoding, "Base 128 Varints"); whoever needs the deterministic
    /// form checks it on the bytes. Positions are 64 bits wide and never wrap: a peer would have to send 2^64 bytes.
    /// </remarks>
    public sealed class ProtobufReader
    {
        /// <summary>How many messages can be entered below the outermost one.</summary>
        public const int MaxDepth = 4;

        /// <summary>The length of a message that ends where its input ends; see <see cref="MayEnd"/>.</summary>
        public const ulong Unbounded = 0xFFFFFFFFFFFFFFFF;

        // States. Those up to Tag read a varint; from Payload on, bytes up to ends[depth + 1].
        private const int Prefix = 0;
        private const int VarintValue = 1;
        private const int Length = 2;
        private const int Tag = 3;
        private const int FixedValue = 4;
        private const int Ended = 5;
        private const int Broken = 6;
        private const int Payload = 7;
        private const int Skipping = 8;

        // where the message at each depth ends, and one more for the field being read in the deepest
        private readonly ulong[] ends = new ulong[MaxDepth + 2];
        private ulong position;
        private ulong value;
        private uint tag;
        private int state;
        private int bits;
        private int depth;
        private int consumed;
        private int chunkOffset;

        /// <summary>Begins a message of <paramref name="length"/> bytes, or one that is <see cref="Unbounded"/>.</summary>
        public void Reset(ulong length)
        {
            ends[0] = length;
            position = 0;
            value = 0;
            tag = 0;
            state = Tag;
            bits = 0;
            depth = 0;
            consumed = 0;
        }

        /// <summary>
        /// Begins with a varint length prefix, and then the message of that length.
        /// A prefix above <paramref name="maximum"/> gives <see cref="ProtobufEvent.TooLong"/>.
        /// </summary>
        public void ResetDelimited(ulong maximum)
        {
            Reset(maximum);
            state = Prefix;
        }

        /// <summary>Bytes of the buffer that the last <see cref="Next"/> has dealt with.</summary>
        public int Consumed
        {
            get { return consumed; }
        }

        /// <summary>The field's number, 1 to 2^29 - 1.</summary>
        public int Field
        {
            get { return (int)(tag >> 3); }
        }

        /// <summary>The field's wire type.</summary>
        public WireType WireType
        {
            get { return (WireType)(tag & 7u); }
        }

        /// <summary>The value of a varint or fixed field; the length of a length-delimited one until the next field.</summary>
        public ulong Value
        {
            get { return value; }
        }

        /// <summary>How many messages have been entered: 0 in the outermost.</summary>
        public int Depth
        {
            get { return depth; }
        }

        /// <summary>After <see cref="ProtobufEvent.BytesChunk"/>: where in the buffer the chunk begins.</summary>
        public int ChunkOffset
        {
            get { return chunkOffset; }
        }

        /// <summary>After <see cref="ProtobufEvent.BytesChunk"/>: bytes of the chunk.</summary>
        public int ChunkCount
        {
            get { return consumed; }
        }

        /// <summary>After <see cref="ProtobufEvent.BytesChunk"/>: bytes of the field that came before this chunk.</summary>
        public ulong FieldOffset
        {
            get { return value - (ends[depth + 1] - position) - (ulong)consumed; }
        }

        /// <summary>Whether input that ends here cuts nothing off: the message is whole, not begun, or unbounded and between two fields.</summary>
        public bool MayEnd
        {
            get
            {
                return state == Ended
                    || (bits == 0 && depth == 0 && (state == Prefix || (state == Tag && ends[0] == Unbounded)));
            }
        }

        /// <summary>
        /// After <see cref="ProtobufEvent.BytesBegin"/>: reads the field as a message. Its fields follow, and its own
        /// <see cref="ProtobufEvent.EndOfMessage"/>.
        /// </summary>
        /// <returns>False when <see cref="MaxDepth"/> is reached or no field has just begun; nothing changes then.</returns>
        public bool Enter()
        {
            if (state != Payload || depth == MaxDepth || ends[depth + 1] - position != value)
            {
                return false;
            }
            depth++;
            state = Tag;
            return true;
        }

        /// <summary>After <see cref="ProtobufEvent.BytesBegin"/> or a chunk: passes over the rest of the field without telling.</summary>
        public void Skip()
        {
            if (state == Payload)
            {
                state = Skipping;
            }
        }

        /// <summary>Reads on until something is found. <see cref="Consumed"/> tells how much of the buffer to leave behind.</summary>
        /// <param name="buffer">What came from the peer; only read.</param>
        /// <param name="offset">Where the unread bytes begin.</param>
        /// <param name="count">How many there are; 0 is allowed, since an end needs no further byte.</param>
        public ProtobufEvent Next(byte[] buffer, int offset, int count)
        {
            int at = offset;
            int end = offset + count;
            ProtobufEvent found = Step(buffer, ref at, end);
            consumed = at - offset;
            return found;
        }

        private ProtobufEvent Step(byte[] buffer, ref int at, int end)
        {
            for (; ; )
            {
                if (state >= Payload)
                {
                    ulong left = ends[depth + 1] - position;
                    bool told = state == Payload;
                    if (left == 0)
                    {
                        state = Tag;
                        if (told)
                        {
                            return ProtobufEvent.BytesEnd;
                        }
                        continue;
                    }
                    if (at == end)
                    {
                        return ProtobufEvent.NeedMore;
                    }
                    uint take = (uint)(end - at);
                    if (take > left)
                    {
                        take = (uint)left;
                    }
                    chunkOffset = at;
                    position += take;
                    at += (int)take;
                    if (told)
                    {
                        return ProtobufEvent.BytesChunk;
                    }
                    continue;
                }

                if (state == Ended)
                {
                    return ProtobufEvent.EndOfMessage;
                }
                if (state == Broken)
                {
                    return ProtobufEvent.Malformed;
                }
                if (state != Prefix && position == ends[depth])
                {
                    if (state != Tag || bits != 0)
                    {
                        return Break();
                    }
                    if (depth == 0)
                    {
                        state = Ended;
                    }
                    else
                    {
                        depth--;
                    }
                    return ProtobufEvent.EndOfMessage;
                }
                if (at == end)
                {
                    return ProtobufEvent.NeedMore;
                }

                uint b = buffer[at++];
                position++;
                if (bits == 0)
                {
                    value = 0;
                }
                if (state == FixedValue)
                {
                    value |= (ulong)b << bits;
                    bits += 8;
                    if (bits == (WireType == WireType.Fixed64 ? 64 : 32))
                    {
                        bits = 0;
                        state = Tag;
                        return ProtobufEvent.Fixed;
                    }
                    continue;
                }

                // the tenth byte has room for one bit
                if (bits == 63 && b > 1)
                {
                    return Break();
                }
                value |= (ulong)(b & 0x7Fu) << bits;
                bits += 7;
                if (b < 0x80)
                {
                    bits = 0;
                    ProtobufEvent found = TakeVarint();
                    if (found != ProtobufEvent.NeedMore)
                    {
                        return found;
                    }
                }
            }
        }

        // A varint is complete in value. NeedMore: it was a step on the way.
        private ProtobufEvent TakeVarint()
        {
            switch (state)
            {
                case Prefix:
                    if (value > ends[0])
                    {
                        state = Broken;
                        return ProtobufEvent.TooLong;
                    }
                    ends[0] = position + value;
                    state = Tag;
                    return ProtobufEvent.NeedMore;

                case VarintValue:
                    state = Tag;
                    return ProtobufEvent.Varint;

                case Length:
                    if (value > ends[depth] - position)
                    {
                        return Break();
                    }
                    ends[depth + 1] = position + value;
                    state = Payload;
                    return ProtobufEvent.BytesBegin;

                default:
                    // field numbers have 29 bits and begin with 1
                    if (value < 8 || value > 0xFFFFFFFF)
                    {
                        return Break();
                    }
                    tag = (uint)value;
                    switch (WireType)
                    {
                        case WireType.Varint:
                            state = VarintValue;
                            break;
                        case WireType.Bytes:
                            state = Length;
                            break;
                        case WireType.Fixed32:
                        case WireType.Fixed64:
                            state = FixedValue;
                            break;
                        default:
                            return Break();
                    }
                    return ProtobufEvent.NeedMore;
            }
        }

        private ProtobufEvent Break()
        {
            state = Broken;
            return ProtobufEvent.Malformed;
        }
    }
}
