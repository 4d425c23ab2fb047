using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Buffers
{
    // A key that is only carried, as in a pubsub message, may have other forms than its one. A static method here and no class of its own:
    // that would take 60 bytes of flash more.
    public sealed partial class ProtobufReader
    {
        /// <summary>
        /// Reads a PublicKey message (<see cref="PublicKey"/>) in any form that go, js and rust read alike (fields in any order, the last
        /// of several, unknown ones among them, padded varints) and writes it anew in its one form, in place, ending where it ended.
        /// Allocates nothing.
        /// </summary>
        /// <returns>Where it begins now, or <see cref="PublicKey.Malformed"/>: nothing is changed then.</returns>
        public static int NormalizeKey(byte[] message, int offset, int count)
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
                        return PublicKey.Malformed;
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
                        return PublicKey.Malformed;
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
                    return PublicKey.Malformed;
                }

                offset += (int)skipped;
                tag = 0;
            }

            if (tag != 0 || type > (int)KeyType.Ecdsa || dataCount < 0)
            {
                return PublicKey.Malformed;
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
