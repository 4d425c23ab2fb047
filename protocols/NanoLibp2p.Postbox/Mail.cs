namespace NanoLibp2p.Postbox
{
    /// <summary>
    /// A message that came sealed to this device, or a part of a long one: what <see cref="PostboxEvents.OnMail"/> is given. One object
    /// for all, set anew before each call; nothing in it holds after the call.
    /// </summary>
    public sealed class Mail
    {
        private const uint MostLifetime = 2592000;

        /// <summary>The sender's peer id, 38 bytes: that of an Ed25519 key; authentic.</summary>
        public readonly byte[] Sender = new byte[ItemCipher.IdBytes];

        /// <summary>Has body and subject; the client's own memory, only to be read.</summary>
        public byte[] Buffer;

        /// <summary>Where this part of the body begins in it.</summary>
        public int Offset;

        /// <summary>Bytes of this part.</summary>
        public int Count;

        /// <summary>Bytes of the body before this part; 0 in the first, or the only one.</summary>
        public int BodyOffset;

        /// <summary>Bytes of the body.</summary>
        public int BodyBytes;

        /// <summary>Where the subject begins in <see cref="Buffer"/>; told with the first part only.</summary>
        public int SubjectOffset;

        /// <summary>Bytes of the subject, 0 to 64; 0 behind the first part.</summary>
        public int SubjectCount;

        /// <summary>The sender's clock, in Unix seconds.</summary>
        public uint Sent;

        /// <summary>Seconds after <see cref="Sent"/> in which it may be acted on.</summary>
        public uint Lifetime;

        /// <summary>Whether only the newest of its subject counts, in the sender's opinion.</summary>
        public bool IsLatest;

        /// <summary>
        /// True when it may have been handed on before: the board went down between storing it and the end of the handler. Its tag,
        /// 8 bytes from <see cref="TagOffset"/> on, is that of the first time.
        /// </summary>
        public bool SeenBefore;

        /// <summary>Where the item's tag begins in <see cref="Buffer"/>; told with the first part only.</summary>
        public int TagOffset;

        // 8 bytes from here on in Buffer, or 0
        internal int ProofKeyOffset;

        // where the body begins in the plaintext, and what stands behind it
        internal int HeadBytes;

        /// <summary>Reads a seal's header (SPEC.md 5.2, 5.3) where it stands in a first block.</summary>
        /// <param name="buffer">Has the block.</param>
        /// <param name="offset">Where its plaintext begins.</param>
        /// <param name="count">Bytes of it, at most 512.</param>
        /// <param name="total">Bytes of plaintext in all blocks together.</param>
        /// <returns>The sign of the sender's key, or -1 when the header breaks a rule.</returns>
        internal int Read(byte[] buffer, int offset, int count, int total)
        {
            ulong value;
            int end = offset + count;
            int at = offset;
            if (!Number(buffer, ref at, end, out value) || value > (ulong)(end - at))
            {
                return -1;
            }

            HeadBytes = at - offset + (int)value;
            end = offset + HeadBytes;
            Buffer = buffer;
            Sent = 0;
            Lifetime = 604800;
            IsLatest = false;
            SubjectCount = 0;
            ProofKeyOffset = 0;
            ulong sign = 0;
            ulong length = 0;
            ulong padding = 0;
            while (at < end)
            {
                // a varint, or the length of what stands behind it; 5: 4 bytes, 1: 8 bytes
                ulong tag;
                if (!Number(buffer, ref at, end, out tag))
                {
                    return -1;
                }

                uint kind = (uint)tag & 7u;
                value = kind == 5 ? 4ul : 8ul;
                if ((kind > 2 && kind != 5)
                    || ((kind == 0 || kind == 2) && !Number(buffer, ref at, end, out value))
                    || (kind != 0 && value > (ulong)(end - at)))
                {
                    return -1;
                }

                switch (tag)
                {
                    case 0x08:
                        sign = value;
                        break;
                    case 0x15:
                        Sent = Buffers.Bytes.ReadUInt32LittleEndian(buffer, at);
                        break;
                    case 0x18:
                        Lifetime = value > MostLifetime ? MostLifetime + 1 : (uint)value;
                        break;
                    case 0x20:
                        length = value;
                        break;
                    case 0x28:
                        padding = value;
                        break;
                    case 0x32:
                        SubjectOffset = at;
                        SubjectCount = (int)value;
                        break;
                    case 0x3A:
                        ProofKeyOffset = value == 8 ? at : -1;
                        break;
                    case 0x48:
                        IsLatest = value != 0;
                        break;
                }

                at += kind == 0 ? 0 : (int)value;
            }

            ulong body = (ulong)(total - HeadBytes);
            if (Sent == 0 || sign > 1 || Lifetime > MostLifetime || SubjectCount > 64 || ProofKeyOffset < 0 || length > body
                || padding != body - length)
            {
                return -1;
            }

            BodyBytes = (int)length;
            return (int)sign;
        }

        // false when there is none here, or not in its shortest form
        private static bool Number(byte[] buffer, ref int at, int end, out ulong value)
        {
            int size = Buffers.Varint.Read(buffer, at, end - at, out value);
            at += size;
            return size > 0;
        }
    }
}
