#if !NANOFRAMEWORK_1_0
using System;

namespace NanoLibp2p.Buffers
{
    /// <summary>
    /// Walks over the fields of one protobuf message that is there as a whole, without copying: for protocols of the desktop, whose
    /// messages are small. <see cref="ProtobufReader"/> reads those that come in pieces. Whatever a peer sent ends in
    /// <see cref="IsMalformed"/>, never in an exception.
    /// </summary>
    /// <example>
    /// <code>
    /// ProtobufFields fields = new ProtobufFields(message);
    /// while (fields.Next())
    /// {
    ///     if (fields.Is(1, WireType.Bytes)) { key = fields.Bytes; }
    /// }
    /// if (fields.IsMalformed) { ... }
    /// </code>
    /// </example>
    /// <remarks>Unknown fields, and known ones of another wire type, are for the caller to pass over, as protobuf demands. Tags and lengths
    /// take no more than five bytes; groups are refused.</remarks>
    public ref struct ProtobufFields
    {
        private ReadOnlySpan<byte> _rest;

        /// <summary>Begins a message.</summary>
        /// <param name="message">All of it, without its length; only read.</param>
        public ProtobufFields(ReadOnlySpan<byte> message)
        {
            _rest = message;
            Field = 0;
            WireType = WireType.Varint;
            Value = 0;
            Bytes = default;
            IsMalformed = false;
        }

        /// <summary>The field's number, 1 to 2^29 - 1.</summary>
        public int Field { get; private set; }

        /// <summary>The field's wire type.</summary>
        public WireType WireType { get; private set; }

        /// <summary>The value of a varint or fixed field; the length of a field of bytes.</summary>
        public ulong Value { get; private set; }

        /// <summary>What is in a field of bytes: a part of the message.</summary>
        public ReadOnlySpan<byte> Bytes { get; private set; }

        /// <summary>True once <see cref="Next"/> has met something that is not protobuf. What was found before is worth nothing then.
        /// </summary>
        public bool IsMalformed { get; private set; }

        /// <summary>Whether the field that was found is this one.</summary>
        public readonly bool Is(int field, WireType wireType)
        {
            return Field == field && WireType == wireType;
        }

        /// <summary>Finds the next field.</summary>
        /// <returns>False at the end of the message, and where it is malformed.</returns>
        public bool Next()
        {
            ulong tag;
            if (_rest.Length == 0 || IsMalformed)
            {
                return false;
            }

            if (!ReadVarint(5, out tag) || tag < 8 || tag > uint.MaxValue)
            {
                return Refuse();
            }

            Field = (int)(tag >> 3);
            WireType = (WireType)(tag & 7);
            Bytes = default;
            ulong value;
            switch (WireType)
            {
                case WireType.Varint:
                    if (!ReadVarint(10, out value))
                    {
                        return Refuse();
                    }

                    break;
                case WireType.Fixed64:
                case WireType.Fixed32:
                    int count = WireType == WireType.Fixed64 ? 8 : 4;
                    if (_rest.Length < count)
                    {
                        return Refuse();
                    }

                    value = 0;
                    for (int i = count - 1; i >= 0; i--)
                    {
                        value = (value << 8) | _rest[i];
                    }

                    _rest = _rest.Slice(count);
                    break;
                case WireType.Bytes:
                    if (!ReadVarint(5, out value) || value > (ulong)_rest.Length)
                    {
                        return Refuse();
                    }

                    Bytes = _rest.Slice(0, (int)value);
                    _rest = _rest.Slice((int)value);
                    break;
                default:
                    return Refuse();
            }

            Value = value;
            return true;
        }

        private bool ReadVarint(int maxBytes, out ulong value)
        {
            value = 0;
            for (int i = 0; i < maxBytes && i < _rest.Length; i++)
            {
                uint b = _rest[i];
                if (i == 9 && b > 1)
                {
                    return false;
                }

                value |= (ulong)(b & 0x7F) << (7 * i);
                if (b < 0x80)
                {
                    _rest = _rest.Slice(i + 1);
                    return true;
                }
            }

            return false;
        }

        private bool Refuse()
        {
            IsMalformed = true;
            return false;
        }
    }
}
#endif
