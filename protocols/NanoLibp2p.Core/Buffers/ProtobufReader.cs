namespace NanoLibp2p.Buffers
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
    /// Padded varints are accepted, as protobuf demands (protobuf encoding, "Base 128 Varints"), but tags and lengths, which have 32
    /// bits, take no more than five bytes, as in Google's parsers: js-libp2p's loses its place behind longer ones. Whoever needs the
    /// deterministic form checks it on the bytes. Positions are 64 bits wide and never wrap: a peer would have to send 2^64 bytes.
    /// </remarks>
    public sealed partial class ProtobufReader
    {
        /// <summary>How many messages can be entered below the outermost one.</summary>
        public const int MaxDepth = 4;

        /// <summary>The length of a message that ends where its input ends; see <see cref="MayEnd"/>.</summary>
        public const ulong Unbounded = 0xFFFFFFFFFFFFFFFF;

        // where the message at each depth ends, and one more for the field being read in the deepest
        private readonly ulong[] _ends = new ulong[MaxDepth + 2];
        private ulong _position;
        private ulong _value;
        private uint _tag;
        private ProtobufReaderState _state;
        private int _bits;
        private int _depth;
        private int _consumed;

        /// <summary>Bytes of the buffer that the last <see cref="Next"/> has dealt with; after <see cref="ProtobufEvent.BytesChunk"/> they
        /// are the chunk.</summary>
        public int Consumed
        {
            get { return _consumed; }
        }

        /// <summary>The value of a varint or fixed field; the length of a length-delimited one until the next field.</summary>
        public ulong Value
        {
            get { return _value; }
        }

        /// <summary>How many messages have been entered: 0 in the outermost.</summary>
        public int Depth
        {
            get { return _depth; }
        }

        /// <summary>Begins a message of <paramref name="length"/> bytes, or one that is <see cref="Unbounded"/>.</summary>
        public void Reset(ulong length)
        {
            _ends[0] = length;
            _position = 0;
            _value = 0;
            _tag = 0;
            _state = ProtobufReaderState.Tag;
            _bits = 0;
            _depth = 0;
            _consumed = 0;
        }

        /// <summary>
        /// Begins with a varint length prefix, and then the message of that length.
        /// A prefix above <paramref name="maximum"/> gives <see cref="ProtobufEvent.TooLong"/>.
        /// </summary>
        public void ResetDelimited(ulong maximum)
        {
            Reset(maximum);
            _state = ProtobufReaderState.Prefix;
        }

        /// <summary>The field's number, 1 to 2^29 - 1.</summary>
        public int Field
        {
            get { return (int)(_tag >> 3); }
        }

        /// <summary>The field's wire type.</summary>
        public WireType WireType
        {
            get { return (WireType)(_tag & 7u); }
        }

        /// <summary>After <see cref="ProtobufEvent.BytesChunk"/>: bytes of the field that came before this chunk.</summary>
        public ulong FieldOffset
        {
            get { return _value - (_ends[_depth + 1] - _position) - (ulong)_consumed; }
        }

        /// <summary>Whether input that ends here cuts nothing off: the message is whole, not begun, or unbounded and between two
        /// fields.</summary>
        public bool MayEnd
        {
            get
            {
                return _state == ProtobufReaderState.Ended
                    || (_bits == 0 && _depth == 0
                        && (_state == ProtobufReaderState.Prefix || (_state == ProtobufReaderState.Tag && _ends[0] == Unbounded)));
            }
        }

        /// <summary>
        /// After <see cref="ProtobufEvent.BytesBegin"/>: reads the field as a message. Its fields follow, and its own
        /// <see cref="ProtobufEvent.EndOfMessage"/>.
        /// </summary>
        /// <returns>False when <see cref="MaxDepth"/> is reached or no field has just begun; nothing changes then.</returns>
        public bool Enter()
        {
            if (_state != ProtobufReaderState.Payload || _depth == MaxDepth || _ends[_depth + 1] - _position != _value)
            {
                return false;
            }
            _depth++;
            _state = ProtobufReaderState.Tag;
            return true;
        }

        /// <summary>After <see cref="ProtobufEvent.BytesBegin"/> or a chunk: passes over the rest of the field without telling.</summary>
        public void Skip()
        {
            if (_state == ProtobufReaderState.Payload)
            {
                _state = ProtobufReaderState.Skipping;
            }
        }

        /// <summary>After <see cref="ProtobufEvent.Malformed"/> within a message that was entered: gives that one up, and passes over its
        /// rest.</summary>
        /// <returns>False when it was the outermost.</returns>
        public bool GiveUp()
        {
            if (_state != ProtobufReaderState.Broken || _depth == 0)
            {
                return false;
            }
            _depth--;
            _bits = 0;
            _state = ProtobufReaderState.Skipping;
            return true;
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
            _consumed = at - offset;
            return found;
        }

        private ProtobufEvent Step(byte[] buffer, ref int at, int end)
        {
            for (; ; )
            {
                if (_state >= ProtobufReaderState.Payload)
                {
                    ulong left = _ends[_depth + 1] - _position;
                    bool told = _state == ProtobufReaderState.Payload;
                    if (left == 0)
                    {
                        _state = ProtobufReaderState.Tag;
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
                    _position += take;
                    at += (int)take;
                    if (told)
                    {
                        return ProtobufEvent.BytesChunk;
                    }
                    continue;
                }

                if (_state == ProtobufReaderState.Ended)
                {
                    return ProtobufEvent.EndOfMessage;
                }
                if (_state == ProtobufReaderState.Broken)
                {
                    return ProtobufEvent.Malformed;
                }
                if (_state != ProtobufReaderState.Prefix && _position == _ends[_depth])
                {
                    if (_state != ProtobufReaderState.Tag || _bits != 0)
                    {
                        return Break();
                    }
                    if (_depth == 0)
                    {
                        _state = ProtobufReaderState.Ended;
                    }
                    else
                    {
                        _depth--;
                    }
                    return ProtobufEvent.EndOfMessage;
                }
                if (at == end)
                {
                    return ProtobufEvent.NeedMore;
                }

                uint b = buffer[at++];
                _position++;
                if (_bits == 0)
                {
                    _value = 0;
                }
                if (_state == ProtobufReaderState.FixedValue)
                {
                    _value |= (ulong)b << _bits;
                    _bits += 8;
                    if (_bits == (WireType == WireType.Fixed64 ? 64 : 32))
                    {
                        _bits = 0;
                        _state = ProtobufReaderState.Tag;
                        return ProtobufEvent.Fixed;
                    }
                    continue;
                }

                // the tenth byte has room for one bit, and a tag or length has five bytes
                if ((_bits == 63 && b > 1) || (_bits == 35 && _state >= ProtobufReaderState.Length))
                {
                    return Break();
                }
                _value |= (ulong)(b & 0x7Fu) << _bits;
                _bits += 7;
                if (b < 0x80)
                {
                    _bits = 0;
                    ProtobufEvent found = TakeVarint();
                    if (found != ProtobufEvent.NeedMore)
                    {
                        return found;
                    }
                }
            }
        }

        // A varint is complete. NeedMore: it was a step on the way.
        private ProtobufEvent TakeVarint()
        {
            switch (_state)
            {
                case ProtobufReaderState.Prefix:
                    if (_value > _ends[0])
                    {
                        _state = ProtobufReaderState.Broken;
                        return ProtobufEvent.TooLong;
                    }
                    _ends[0] = _position + _value;
                    _state = ProtobufReaderState.Tag;
                    return ProtobufEvent.NeedMore;

                case ProtobufReaderState.VarintValue:
                    _state = ProtobufReaderState.Tag;
                    return ProtobufEvent.Varint;

                case ProtobufReaderState.Length:
                    if (_value > _ends[_depth] - _position)
                    {
                        return Break();
                    }
                    _ends[_depth + 1] = _position + _value;
                    _state = ProtobufReaderState.Payload;
                    return ProtobufEvent.BytesBegin;

                default:
                    // field numbers have 29 bits and begin with 1
                    if (_value < 8 || _value > 0xFFFFFFFF)
                    {
                        return Break();
                    }
                    _tag = (uint)_value;
                    switch (WireType)
                    {
                        case WireType.Varint:
                            _state = ProtobufReaderState.VarintValue;
                            break;
                        case WireType.Bytes:
                            _state = ProtobufReaderState.Length;
                            break;
                        case WireType.Fixed32:
                        case WireType.Fixed64:
                            _state = ProtobufReaderState.FixedValue;
                            break;
                        default:
                            return Break();
                    }
                    return ProtobufEvent.NeedMore;
            }
        }

        private ProtobufEvent Break()
        {
            _state = ProtobufReaderState.Broken;
            return ProtobufEvent.Malformed;
        }
    }
}
