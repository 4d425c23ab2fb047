using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox
{
    /// <summary>
    /// A message that came sealed to this device, or a part of a long one: what <see cref="PostboxEvents.OnMail"/> is given. One object
    /// for all, set anew before each call; nothing in it holds after the call.
    /// </summary>
    public sealed class Mail
    {
        /// <summary>The sender's peer id, <see cref="SenderBytes"/> bytes; authentic.</summary>
        public readonly byte[] Sender = new byte[PeerId.MaxBytes];

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

        /// <summary>Bytes of <see cref="Sender"/>.</summary>
        public int SenderBytes
        {
            get { return ItemCipher.IdBytes; }
        }

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
            int at = offset + Varint(buffer, offset, end, out value);
            if (at == offset || value > (ulong)(end - at))
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
            uint sign = 0;
            ulong length = 0;
            ulong padding = 0;
            bool isValid = true;
            while (isValid && at < end)
            {
                uint tag = buffer[at++];
                if (tag == 0x15)
                {
                    isValid = end - at >= 4;
                    Sent = isValid ? Buffers.Bytes.ReadUInt32LittleEndian(buffer, at) : 0;
                    at += 4;
                    continue;
                }

                // fields of version 1 have one byte of tag; others are passed over
                uint kind = tag & 7u;
                if (tag >= 0x80)
                {
                    int more = Varint(buffer, at, end, out value);
                    isValid = more > 0;
                    at += more;
                    tag = 0;
                }

                if (kind == 0 || kind == 2)
                {
                    int size = Varint(buffer, at, end, out value);
                    at += size;
                    isValid &= size > 0 && (kind == 0 || value <= (ulong)(end - at));
                }
                else
                {
                    value = kind == 5 ? 4ul : 8ul;
                    isValid &= (kind == 5 || kind == 1) && (int)value <= end - at;
                }

                if (!isValid)
                {
                    break;
                }

                switch (tag)
                {
                    case 0x08:
                        sign = value < 2 ? (uint)value : 2;
                        break;
                    case 0x18:
                        Lifetime = value < 0xFFFFFFFF ? (uint)value : 0xFFFFFFFF;
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
                        ProofKeyOffset = at;
                        isValid = value == 8;
                        break;
                    case 0x48:
                        IsLatest = value != 0;
                        break;
                }

                at += kind == 0 ? 0 : (int)value;
            }

            ulong body = (ulong)(total - HeadBytes);
            if (!isValid || Sent == 0 || sign > 1 || Lifetime > 2592000 || SubjectCount > 64
                || length > body || padding != body - length)
            {
                return -1;
            }

            BodyBytes = (int)length;
            return (int)sign;
        }

        // 0: none here, or not in its shortest form
        private static int Varint(byte[] buffer, int at, int end, out ulong value)
        {
            int size = Buffers.Varint.Read(buffer, at, end - at, out value);
            return size < 0 ? 0 : size;
        }
    }
}
