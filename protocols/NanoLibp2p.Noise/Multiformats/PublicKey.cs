using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Multiformats
{
    /// <summary>
    /// The PublicKey message of crypto.proto (peer-ids spec, "Keys"), which the spec wants in one form only: type, then data,
    /// shortest varints, nothing else. A peer id is made from exactly these bytes. Where a key is only carried, as in a pubsub message,
    /// go, js and rust read other forms too: <c>ProtobufReader.NormalizeKey</c> makes this one of them.
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
    }
}
