namespace NanoLibp2p.Crypto
{
    /// <summary>Poly1305 (RFC 8439 2.5), in whole blocks of four words: the AEAD pads with zeros.</summary>
    /// <remarks>
    /// The accumulator is four words of weight 2^0, 2^32, 2^64 and 2^96, the last of 34 bits, so that sixteen products make a step.
    /// Between blocks: h0 below 2.25 * 2^32, h1 and h2 below 2^32, h3 below 2^34.
    /// </remarks>
    internal sealed class Poly1305
    {
        private const ulong High = 0x3ffffffff;

        private ulong _h0;
        private ulong _h1;
        private ulong _h2;
        private ulong _h3;

        // r0..r3, then 5/4 of r1..r3: whole, as their low two bits are clear, and right, as 2^130 is 5
        private readonly ulong[] _multiplier = new ulong[7];

        // s
        private readonly uint[] _pad = new uint[4];

        /// <summary>The first eight words are the one-time key.</summary>
        internal void Start(uint[] words)
        {
            for (int i = 0; i < 4; i++)
            {
                // RFC 8439 2.5: the top four bits of each word of r and the low two of all but the first are cleared
                uint r = words[i] & (i == 0 ? 0x0fffffffu : 0x0ffffffcu);
                _multiplier[i] = r;
                if (i > 0)
                {
                    _multiplier[3 + i] = r + (r >> 2);
                }

                _pad[i] = words[4 + i];
            }

            _h0 = _h1 = _h2 = _h3 = 0;
        }

        /// <summary>
        /// Takes in <paramref name="blocks"/> times four words, each block with <paramref name="bit"/> times 2^96. That is 2^32: only a
        /// MAC on its own ends with a shorter block whose bit is lower; the AEAD has none.
        /// </summary>
        internal void Update(uint[] words, int blocks, ulong bit)
        {
            ulong[] multiplier = _multiplier;
            ulong a0 = _h0;
            ulong a1 = _h1;
            ulong a2 = _h2;
            ulong a3 = _h3;
            ulong r0 = multiplier[0];
            ulong r1 = multiplier[1];
            ulong r2 = multiplier[2];
            ulong r3 = multiplier[3];
            ulong q1 = multiplier[4];
            ulong q2 = multiplier[5];
            ulong q3 = multiplier[6];
            ulong high = High;
            for (int i = 0; i < 4 * blocks; i += 4)
            {
                a0 += words[i];
                a1 += words[i + 1];
                a2 += words[i + 2];
                a3 += words[i + 3] + bit;

                // in units of 2^32 below 3.25, 2, 2 and 6, r below 2^28, q below 1.25 * 2^28; so the columns are, in units of 2^60, below
                // 3.25 + 2.5 + 2.5 + 7.5 = 15.75, 15.25, 14.75 and 13.25, and below 2^64 with the carries of 2^32
                ulong c0 = a0 * r0 + a1 * q3 + a2 * q2 + a3 * q1;
                ulong c1 = a0 * r1 + a1 * r0 + a2 * q3 + a3 * q2 + (c0 >> 32);
                ulong c2 = a0 * r2 + a1 * r1 + a2 * r0 + a3 * q3 + (c1 >> 32);
                ulong c3 = a0 * r3 + a1 * r2 + a2 * r1 + a3 * r0 + (c2 >> 32);

                // what c3 has above 2^130, below 2^30, comes back 5-fold
                a0 = (uint)c0 + (c3 >> 34) * 5;
                a1 = (uint)c1;
                a2 = (uint)c2;
                a3 = c3 & high;
            }

            _h0 = a0;
            _h1 = a1;
            _h2 = a2;
            _h3 = a3;
        }

        /// <summary>Writes the tag and forgets the key.</summary>
        internal void Finish(byte[] tag, int offset)
        {
            // h is below 2^130 + 2^34: subtract the prime 2^130 - 5 once if h + 5 reaches 2^130
            ulong carry = (_h0 + 5) >> 32;
            carry = (_h1 + carry) >> 32;
            carry = (_h2 + carry) >> 32;
            carry = ((_h3 + carry) >> 34) * 5;
            for (int i = 0; i < 4; i++)
            {
                carry += (i == 0 ? _h0 : i == 1 ? _h1 : i == 2 ? _h2 : _h3) + _pad[i];
                tag[offset] = (byte)carry;
                tag[offset + 1] = (byte)(carry >> 8);
                tag[offset + 2] = (byte)(carry >> 16);
                tag[offset + 3] = (byte)(carry >> 24);
                offset += 4;
                carry >>= 32;
            }

            _h0 = _h1 = _h2 = _h3 = 0;
            Wipe.Clear(_multiplier);
            Wipe.Clear(_pad);
        }
    }
}
