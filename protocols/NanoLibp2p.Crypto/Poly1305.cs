namespace NanoLibp2p.Crypto
{
    /// <summary>Poly1305 (RFC 8439 2.5), in whole blocks of 16 bytes, as the AEAD pads with zeros.</summary>
    internal sealed class Poly1305
    {
        // the accumulator, h0..h4 of 32 bits each, and r0..r3, s0..s3 of the key
        private ulong h0;
        private ulong h1;
        private ulong h2;
        private ulong h3;
        private ulong h4;
        private readonly uint[] key = new uint[8];

        /// <summary>The first 32 bytes are the one-time key.</summary>
        internal void Start(byte[] oneTime)
        {
            int at = 0;
            for (int i = 0; i < 8; i++)
            {
                // RFC 8439 2.5: the top four bits of each word of r and the low two of all but the first are cleared
                uint clamp = i == 0 ? 0x0fffffffu : i < 4 ? 0x0ffffffcu : 0xffffffffu;
                key[i] = (uint)(oneTime[at] | (oneTime[at + 1] << 8) | (oneTime[at + 2] << 16) | (oneTime[at + 3] << 24)) & clamp;
                at += 4;
            }

            h0 = h1 = h2 = h3 = h4 = 0;
        }

        internal void Clear()
        {
            h0 = h1 = h2 = h3 = h4 = 0;
            Wipe.Clear(key);
        }

        /// <summary>
        /// Takes in <paramref name="blocks"/> times 16 bytes, each with the bit 2^128 set. (A MAC on its own ends with a shorter block,
        /// whose bit is lower; the AEAD has none.)
        /// </summary>
        internal void Update(byte[] data, int offset, int blocks)
        {
            Update(data, offset, blocks, 1);
        }

        /// <summary>The same with bit times 2^128.</summary>
        internal void Update(byte[] data, int offset, int blocks, uint bit)
        {
            ulong r0 = key[0];
            ulong r1 = key[1];
            ulong r2 = key[2];
            ulong r3 = key[3];

            // 5/4 of r1..r3, whole because their low two bits are clear: 2^130 is 5
            ulong q0 = (r0 >> 2) * 5;
            ulong q1 = (r1 >> 2) * 5;
            ulong q2 = (r2 >> 2) * 5;
            ulong q3 = (r3 >> 2) * 5;
            ulong low = r0 & 3;
            ulong a0 = h0;
            ulong a1 = h1;
            ulong a2 = h2;
            ulong a3 = h3;
            ulong a4 = h4;
            for (; blocks > 0; blocks--)
            {
                // a0..a3 below 2^32 and a4 at most 4, so each sum is below 2^33 and the last at most 5
                a0 += (uint)(data[offset] | (data[offset + 1] << 8) | (data[offset + 2] << 16) | (data[offset + 3] << 24));
                a1 += (uint)(data[offset + 4] | (data[offset + 5] << 8) | (data[offset + 6] << 16) | (data[offset + 7] << 24));
                a2 += (uint)(data[offset + 8] | (data[offset + 9] << 8) | (data[offset + 10] << 16) | (data[offset + 11] << 24));
                a3 += (uint)(data[offset + 12] | (data[offset + 13] << 8) | (data[offset + 14] << 16) | (data[offset + 15] << 24));
                a4 += bit;
                offset += 16;

                // r below 2^28, q below 2^28.33: a column is below 2^33 (2^28 + 3 * 2^28.33) + 2^31 < 2^63.1
                ulong c0 = a0 * r0 + a1 * q3 + a2 * q2 + a3 * q1 + a4 * q0;
                ulong c1 = a0 * r1 + a1 * r0 + a2 * q3 + a3 * q2 + a4 * q1 + (c0 >> 32);
                ulong c2 = a0 * r2 + a1 * r1 + a2 * r0 + a3 * q3 + a4 * q2 + (c1 >> 32);
                ulong c3 = a0 * r3 + a1 * r2 + a2 * r1 + a3 * r0 + a4 * q3 + (c2 >> 32);

                // bits of 2^128 and up: at most 5 * 3 from the product, and c3's carry; what reaches 2^130 comes back 5-fold
                a4 = a4 * low + (c3 >> 32);
                c0 = (uint)c0 + (a4 >> 2) * 5;
                c1 = (uint)c1 + (c0 >> 32);
                c2 = (uint)c2 + (c1 >> 32);
                c3 = (uint)c3 + (c2 >> 32);
                a0 = (uint)c0;
                a1 = (uint)c1;
                a2 = (uint)c2;
                a3 = (uint)c3;
                a4 = (a4 & 3) + (c3 >> 32);
            }

            h0 = a0;
            h1 = a1;
            h2 = a2;
            h3 = a3;
            h4 = a4;
        }

        /// <summary>Writes the tag and forgets the key.</summary>
        internal void Finish(byte[] tag, int offset)
        {
            // h is below 2 (2^130 - 5): subtract the prime once if h + 5 reaches 2^130
            ulong carry = (h0 + 5) >> 32;
            carry = (h1 + carry) >> 32;
            carry = (h2 + carry) >> 32;
            carry = (h3 + carry) >> 32;
            carry = ((h4 + carry) >> 2) * 5;
            for (int i = 0; i < 4; i++)
            {
                carry += (i == 0 ? h0 : i == 1 ? h1 : i == 2 ? h2 : h3) + key[4 + i];
                tag[offset] = (byte)carry;
                tag[offset + 1] = (byte)(carry >> 8);
                tag[offset + 2] = (byte)(carry >> 16);
                tag[offset + 3] = (byte)(carry >> 24);
                offset += 4;
                carry >>= 32;
            }

            Clear();
        }
    }
}
