using NanoLibp2p.Buffers;
using NanoLibp2p.Hal;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// SipHash-2-4 (Aumasson and Bernstein, 2012) under a random key of the node's: 8 bytes that stand for a message id, a peer or a
    /// topic in small tables. Nobody who doesn't know the key can make two that collide.
    /// </summary>
    public sealed class IdHash
    {
        private readonly ulong _key0;
        private readonly ulong _key1;

        /// <summary>Makes one with a key of its own.</summary>
        public IdHash(IRandom random)
        {
            byte[] key = new byte[16];
            random.Fill(key, 0, 16);
            _key0 = Bytes.ReadUInt64LittleEndian(key, 0);
            _key1 = Bytes.ReadUInt64LittleEndian(key, 8);
        }

        /// <summary>What stands for some bytes.</summary>
        public ulong Of(byte[] buffer, int offset, int count)
        {
            ulong v0 = _key0 ^ 0x736f6d6570736575;
            ulong v1 = _key1 ^ 0x646f72616e646f6d;
            ulong v2 = _key0 ^ 0x6c7967656e657261;
            ulong v3 = _key1 ^ 0x7465646279746573;
            int end = offset + count;
            int words = count >> 3;

            // every word, then the last one with the length's low byte on top, then four more rounds
            for (int word = 0; word <= words + 1; word++)
            {
                int rounds = 2;
                ulong m = 0;
                if (word < words)
                {
                    m = Bytes.ReadUInt64LittleEndian(buffer, offset);
                    offset += 8;
                }
                else if (word == words)
                {
                    m = (ulong)(uint)count << 56;
                    for (int shift = 0; offset < end; shift += 8)
                    {
                        m |= (ulong)buffer[offset++] << shift;
                    }
                }
                else
                {
                    rounds = 4;
                    v2 ^= 0xff;
                }

                v3 ^= m;
                for (; rounds > 0; rounds--)
                {
                    v0 += v1;
                    v1 = ((v1 << 13) | (v1 >> 51)) ^ v0;
                    v0 = (v0 << 32) | (v0 >> 32);
                    v2 += v3;
                    v3 = ((v3 << 16) | (v3 >> 48)) ^ v2;
                    v0 += v3;
                    v3 = ((v3 << 21) | (v3 >> 43)) ^ v0;
                    v2 += v1;
                    v1 = ((v1 << 17) | (v1 >> 47)) ^ v2;
                    v2 = (v2 << 32) | (v2 >> 32);
                }

                v0 ^= m;
            }

            return v0 ^ v1 ^ v2 ^ v3;
        }
    }
}
