using System;

namespace NanoLibp2p.Buffers
{
    /// <summary>
    /// Writes protobuf fields into the caller's buffer. Every writer returns the offset behind what it wrote; every size can
    /// be had beforehand from its companion, so that a message's length prefix is right in one pass. The caller guarantees the room.
    /// </summary>
    /// <example>
    /// <code>
    /// int size = ProtobufWriter.SizeOfVarint(1, kind) + ProtobufWriter.SizeOfBytes(2, keyCount);
    /// at += Varint.Write((ulong)size, buffer, at);
    /// at = ProtobufWriter.WriteVarint(1, kind, buffer, at);
    /// at = ProtobufWriter.WriteBytes(2, key, 0, keyCount, buffer, at);
    /// </code>
    /// </example>
    public static class ProtobufWriter
    {
        /// <summary>Writes a field's tag.</summary>
        /// <returns>The offset behind it.</returns>
        public static int WriteTag(int field, WireType wireType, byte[] buffer, int offset)
        {
            return offset + Varint.Write(((uint)field << 3) | (uint)wireType, buffer, offset);
        }

        /// <summary>Writes a varint field: any unsigned integer, an enum, or a bool as 0 or 1.</summary>
        /// <returns>The offset behind it.</returns>
        public static int WriteVarint(int field, ulong value, byte[] buffer, int offset)
        {
            offset = WriteTag(field, WireType.Varint, buffer, offset);
            return offset + Varint.Write(value, buffer, offset);
        }

        /// <summary>Writes the tag and the length of a field whose <paramref name="count"/> bytes the caller writes next.</summary>
        /// <returns>The offset where those bytes go.</returns>
        public static int WriteLength(int field, int count, byte[] buffer, int offset)
        {
            offset = WriteTag(field, WireType.Bytes, buffer, offset);
            return offset + Varint.Write((uint)count, buffer, offset);
        }

        /// <summary>Writes a field of bytes. The source must not overlap what is written.</summary>
        /// <returns>The offset behind it.</returns>
        public static int WriteBytes(int field, byte[] source, int sourceOffset, int count, byte[] buffer, int offset)
        {
            offset = WriteLength(field, count, buffer, offset);
            Array.Copy(source, sourceOffset, buffer, offset, count);
            return offset + count;
        }

        /// <summary>Bytes of a varint field with its tag.</summary>
        public static int SizeOfVarint(int field, ulong value)
        {
            return Varint.Size((uint)field << 3) + Varint.Size(value);
        }

        /// <summary>Bytes of a length-delimited field of <paramref name="count"/> bytes, with its tag and length.</summary>
        public static int SizeOfBytes(int field, int count)
        {
            return Varint.Size((uint)field << 3) + Varint.Size((uint)count) + count;
        }
    }
}
