using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Multiformats
{
    /// <summary>
    /// The PublicKey message of crypto.proto (peer-ids spec, "Keys"), which the spec wants in one form only: type, then data,
    /// shortest varints, nothing else. A peer id is made from exactly these bytes. Where a key is only carried, as in a pubsub message,
    /// go, js and rust read other forms too: <see cref="Normalize"/> makes this one of them.
    /// </summary>
    public static class PublicKey
    {
        /// <summary>Bytes of the message for an Ed25519 key.</summary>
        public const int Ed25519Bytes = 36;

        /// <summary>Bytes before the key in it: <c>08 01 12 20</c>.</summary>
        public const int Ed25519HeaderBytes = 4;

        /// <summary>What <see cref="Parse"/> returns for anything that is not the one form.</summary>
        public const int Malformed = -1;

        /// <summary>Writes the message for an Ed25519 key of 32 bytes; the buffer has room for <see cref="Ed25519Bytes"/>.</summary>
        /// <returns>The bytes written.</returns>
        public static int WriteEd25519(byte[] key, int keyOffset, byte[] buffer, int offset)
        {
            Bytes.WriteUInt32BigEndian(buffer, offset, 0x08011220);
            Array.Copy(key, keyOffset, buffer, offset + Ed25519HeaderBytes, 32);
            return Ed25519Bytes;
        }

        /// <summary>Reads the message. The key's data run from <paramref name="dataOffset"/> to its end.</summary>
        /// <returns>A <see cref="KeyType"/>, or <see cref="Malformed"/> (an Ed25519 key that isn't of 32 bytes is, too).</returns>
        public static int Parse(byte[] message, int offset, int count, out int dataOffset)
        {
            dataOffset = 0;
            // type is a varint field 1, data a length-delimited field 2
            if (count < 4 || message[offset] != 0x08 || message[offset + 1] > (int)KeyType.Ecdsa || message[offset + 2] != 0x12)
            {
                return Malformed;
            }
            ulong length;
            int header = 3 + Varint.Read(message, offset + 3, count - 3, out length);
            int type = message[offset + 1];
            if (header <= 3 || length != (uint)(count - header) || (type == (int)KeyType.Ed25519 && length != 32))
            {
                return Malformed;
            }
            dataOffset = offset + header;
            return type;
        }

        /// <summary>
        /// Reads the message in any form that go, js and rust read alike (fields in any order, the last of several, unknown ones among
        /// them, padded varints) and writes it anew in its one form, in place, ending where it ended. Allocates nothing.
        /// </summary>
        /// <returns>Where it begins now, or <see cref="Malformed"/>: nothing is changed then.</returns>
        public static int Normalize(byte[] message, int offset, int count)
        {
            const uint typeTag = 0x08;
            const uint dataTag = 0x12;
            int end = offset + count;
            ulong type = ulong.MaxValue;
            ulong tag = 0;
            int data = 0;
            int dataCount = -1;
            while (offset < end)
            {
                ulong value = 0;
                int shift = 0;
                uint b;
                do
                {
                    if (offset == end || shift == 35)
                    {
                        return Malformed;
                    }

                    b = message[offset++];
                    value |= (ulong)(b & 0x7Fu) << shift;
                    shift += 7;
                }
                while (b >= 0x80);

                ulong skipped = 0;
                if (tag == 0)
                {
                    // there is no field 0, and the two have one type each
                    tag = value;
                    if (tag > 0xFFFFFFFF || (tag < 24 && tag != typeTag && tag != dataTag))
                    {
                        return Malformed;
                    }

                    WireType wire = (WireType)((uint)tag & 7u);
                    if (wire == WireType.Varint || wire == WireType.Bytes)
                    {
                        continue;
                    }

                    skipped = wire == WireType.Fixed64 ? 8 : wire == WireType.Fixed32 ? 4 : ulong.MaxValue;
                }
                else if (((uint)tag & 7u) == (uint)WireType.Bytes)
                {
                    skipped = value;
                    if (tag == dataTag)
                    {
                        data = offset;
                        dataCount = (int)value;
                    }
                }
                else if (tag == typeTag)
                {
                    type = value;
                }

                if (skipped > (uint)(end - offset))
                {
                    return Malformed;
                }

                offset += (int)skipped;
                tag = 0;
            }

            if (tag != 0 || type > (int)KeyType.Ecdsa || dataCount < 0)
            {
                return Malformed;
            }

            Array.Copy(message, data, message, end - dataCount, dataCount);
            int begin = end - dataCount - 3 - Varint.Size((uint)dataCount);
            message[begin] = (byte)typeTag;
            message[begin + 1] = (byte)type;
            ProtobufWriter.WriteLength(2, dataCount, message, begin + 2);
            return begin;
        }
    }
}
