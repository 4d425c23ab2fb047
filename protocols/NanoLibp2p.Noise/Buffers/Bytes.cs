using System;

namespace NanoLibp2p.Buffers
{
    /// <summary>Comparing bytes, and integers and ASCII in them. Offsets are the caller's duty; nothing here allocates but the text
    /// methods.</summary>
    public static class Bytes
    {
        /// <summary>Whether two ranges hold the same bytes. Stops at the first difference: not for secrets.</summary>
        public static bool Equal(byte[] a, int aOffset, byte[] b, int bOffset, int count)
        {
            for (int i = 0; i < count; i++)
            {
                if (a[aOffset + i] != b[bOffset + i])
                {
                    return false;
                }
            }
            return true;
        }

        /// <summary>Refuses a range that is not within its buffer, before anything has changed.</summary>
        /// <exception cref="ArgumentException">There is no buffer, or the range is not within it.</exception>
        public static void Check(byte[] buffer, int offset, int count)
        {
            if (buffer == null || offset < 0 || count < 0 || count > buffer.Length - offset)
            {
                throw new ArgumentException("offset and count exceed the buffer");
            }
        }

        /// <summary>Reads 2 bytes, most significant first.</summary>
        public static ushort ReadUInt16BigEndian(byte[] buffer, int offset)
        {
            return (ushort)(((uint)buffer[offset] << 8) | buffer[offset + 1]);
        }

        /// <summary>Reads 4 bytes, most significant first.</summary>
        public static uint ReadUInt32BigEndian(byte[] buffer, int offset)
        {
            return ((uint)buffer[offset] << 24) | ((uint)buffer[offset + 1] << 16)
                | ((uint)buffer[offset + 2] << 8) | buffer[offset + 3];
        }

        /// <summary>Reads 8 bytes, most significant first.</summary>
        public static ulong ReadUInt64BigEndian(byte[] buffer, int offset)
        {
            return ((ulong)ReadUInt32BigEndian(buffer, offset) << 32) | ReadUInt32BigEndian(buffer, offset + 4);
        }

        /// <summary>Writes 2 bytes, most significant first.</summary>
        public static void WriteUInt16BigEndian(byte[] buffer, int offset, ushort value)
        {
            buffer[offset] = (byte)((uint)value >> 8);
            buffer[offset + 1] = (byte)value;
        }

        /// <summary>Writes 4 bytes, most significant first.</summary>
        public static void WriteUInt32BigEndian(byte[] buffer, int offset, uint value)
        {
            buffer[offset] = (byte)(value >> 24);
            buffer[offset + 1] = (byte)(value >> 16);
            buffer[offset + 2] = (byte)(value >> 8);
            buffer[offset + 3] = (byte)value;
        }

        /// <summary>Writes 8 bytes, most significant first.</summary>
        public static void WriteUInt64BigEndian(byte[] buffer, int offset, ulong value)
        {
            WriteUInt32BigEndian(buffer, offset, (uint)(value >> 32));
            WriteUInt32BigEndian(buffer, offset + 4, (uint)value);
        }

        /// <summary>Reads 4 bytes, least significant first.</summary>
        public static uint ReadUInt32LittleEndian(byte[] buffer, int offset)
        {
            return buffer[offset] | ((uint)buffer[offset + 1] << 8)
                | ((uint)buffer[offset + 2] << 16) | ((uint)buffer[offset + 3] << 24);
        }

        /// <summary>Reads 8 bytes, least significant first.</summary>
        public static ulong ReadUInt64LittleEndian(byte[] buffer, int offset)
        {
            return ReadUInt32LittleEndian(buffer, offset) | ((ulong)ReadUInt32LittleEndian(buffer, offset + 4) << 32);
        }

        /// <summary>The bytes of an ASCII literal, such as a protocol id. Allocates: for constructors.</summary>
        /// <exception cref="ArgumentException">A character is not ASCII.</exception>
        public static byte[] Ascii(string text)
        {
            char[] chars = text.ToCharArray();
            byte[] bytes = new byte[chars.Length];
            for (int i = 0; i < chars.Length; i++)
            {
                if (chars[i] >= 0x80)
                {
                    throw new ArgumentException("'" + text + "' is not ASCII");
                }
                bytes[i] = (byte)chars[i];
            }
            return bytes;
        }

        /// <summary>The text of ASCII bytes; a byte that is not printable ASCII becomes <c>?</c>. Allocates the string.</summary>
        public static string ToText(byte[] buffer, int offset, int count)
        {
            char[] chars = new char[count];
            for (int i = 0; i < count; i++)
            {
                int b = buffer[offset + i];
                chars[i] = b >= 0x20 && b < 0x7F ? (char)b : '?';
            }
            return new string(chars);
        }
    }
}
