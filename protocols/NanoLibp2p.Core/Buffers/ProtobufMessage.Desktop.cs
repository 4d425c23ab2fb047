#if !NANOFRAMEWORK_1_0
using System;

namespace NanoLibp2p.Buffers
{
    /// <summary>
    /// Writes one protobuf message into a buffer that grows: for the desktop's protocols. <see cref="ProtobufWriter"/> writes into a
    /// buffer of the caller's.
    /// </summary>
    /// <example><code>byte[] message = new ProtobufMessage().Varint(1, kind).Bytes(2, key).ToArray();</code></example>
    public sealed class ProtobufMessage
    {
        private const int Least = 64;

        private byte[] _buffer = new byte[Least];
        private int _count;

        /// <summary>Bytes written so far.</summary>
        public int Length
        {
            get { return _count; }
        }

        /// <summary>Writes a varint field: any unsigned integer, an enum, or a bool as 0 or 1.</summary>
        /// <returns>This message.</returns>
        public ProtobufMessage Varint(int field, ulong value)
        {
            Reserve(ProtobufWriter.SizeOfVarint(field, value));
            _count = ProtobufWriter.WriteVarint(field, value, _buffer, _count);
            return this;
        }

        /// <summary>Writes a field of eight bytes, the least significant first.</summary>
        /// <returns>This message.</returns>
        public ProtobufMessage Fixed64(int field, ulong value)
        {
            Reserve(5 + 8);
            _count = ProtobufWriter.WriteTag(field, WireType.Fixed64, _buffer, _count);
            for (int i = 0; i < 8; i++)
            {
                _buffer[_count++] = (byte)(value >> (8 * i));
            }

            return this;
        }

        /// <summary>Writes a field of bytes, which may be none.</summary>
        /// <returns>This message.</returns>
        public ProtobufMessage Bytes(int field, ReadOnlySpan<byte> bytes)
        {
            Reserve(ProtobufWriter.SizeOfBytes(field, bytes.Length));
            _count = ProtobufWriter.WriteLength(field, bytes.Length, _buffer, _count);
            bytes.CopyTo(_buffer.AsSpan(_count));
            _count += bytes.Length;
            return this;
        }

        /// <summary>Writes a field that is a message.</summary>
        /// <returns>This message.</returns>
        public ProtobufMessage Message(int field, ProtobufMessage message)
        {
            return Bytes(field, message._buffer.AsSpan(0, message._count));
        }

        /// <summary>The message: a copy.</summary>
        public byte[] ToArray()
        {
            return _buffer.AsSpan(0, _count).ToArray();
        }

        /// <summary>The message behind its length as a varint, as libp2p's protocols put it on a stream: a copy.</summary>
        public byte[] ToDelimitedArray()
        {
            int prefix = Buffers.Varint.Size((uint)_count);
            byte[] bytes = new byte[prefix + _count];
            Buffers.Varint.Write((uint)_count, bytes, 0);
            Array.Copy(_buffer, 0, bytes, prefix, _count);
            return bytes;
        }

        private void Reserve(int count)
        {
            if (_buffer.Length - _count < count)
            {
                Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _count + count));
            }
        }
    }
}
#endif
