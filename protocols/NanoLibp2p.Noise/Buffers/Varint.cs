namespace NanoLibp2p.Buffers
{
    /// <summary>
    /// Unsigned varints (multiformats unsigned-varint spec): seven bits a byte, least significant first, the top bit set
    /// on every byte but the last.
    /// </summary>
    /// <remarks>
    /// The spec wants the shortest form and at most nine bytes (values below 2^63); <see cref="Read"/> insists on both.
    /// Protobuf's varints go to ten bytes and may be padded: <c>ProtobufReader</c> reads those.
    /// </remarks>
    public static class Varint
    {
        /// <summary>The most bytes that a varint of the multiformats spec takes.</summary>
        public const int MaxBytes = 9;

        /// <summary>What <see cref="Read"/> returns for a varint that is not in its shortest form or longer than nine bytes.</summary>
        public const int Malformed = -1;

        /// <summary>Bytes that <see cref="Write"/> needs: 1 to 9, and 10 from 2^63 on (which only protobuf allows).</summary>
        public static int Size(ulong value)
        {
            int size = 1;
            while (value >= 0x80)
            {
                value >>= 7;
                size++;
            }
            return size;
        }

        /// <summary>Writes a value; the caller guarantees <see cref="Size"/> bytes of room.</summary>
        /// <returns>The bytes written.</returns>
        public static int Write(ulong value, byte[] buffer, int offset)
        {
            int at = offset;
            while (value >= 0x80)
            {
                buffer[at++] = (byte)((uint)value | 0x80u);
                value >>= 7;
            }
            buffer[at] = (byte)value;
            return at + 1 - offset;
        }

        /// <summary>Reads a varint from the first of <paramref name="count"/> bytes.</summary>
        /// <param name="buffer">What a peer sent.</param>
        /// <param name="offset">Where the varint begins.</param>
        /// <param name="count">Bytes that are there, at least 0.</param>
        /// <param name="value">The value; 0 unless the result is positive.</param>
        /// <returns>The bytes consumed, 0 when more are needed, or <see cref="Malformed"/>.</returns>
        public static int Read(byte[] buffer, int offset, int count, out ulong value)
        {
            ulong sum = 0;
            int shift = 0;
            int end = offset + (count < MaxBytes ? count : MaxBytes);
            for (int at = offset; at < end; at++)
            {
                uint b = buffer[at];
                if (b < 0x80)
                {
                    // a last byte of zero adds nothing: not the shortest form
                    bool minimal = b != 0 || shift == 0;
                    value = minimal ? sum | ((ulong)b << shift) : 0;
                    return minimal ? at + 1 - offset : Malformed;
                }
                sum |= (ulong)(b & 0x7Fu) << shift;
                shift += 7;
            }
            value = 0;
            return count < MaxBytes ? 0 : Malformed;
        }
    }
}
