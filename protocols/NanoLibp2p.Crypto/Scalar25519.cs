namespace NanoLibp2p.Crypto
{
    /// <summary>
    /// Scalars modulo L = 2^252 + 27742317777372353535851937790883648493, the order of the base point: eight 32-bit words,
    /// little-endian.
    /// </summary>
    internal sealed class Scalar25519
    {
        // an instance and not static: see Sha256's table
        private readonly uint[] _order = new uint[]
        {
            0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0, 0, 0, 0x10000000,
        };

        // floor(2^512 / L)
        private readonly uint[] _reciprocal = new uint[]
        {
            0x0a2c131b, 0xed9ce5a3, 0x086329a7, 0x2106215d, 0xffffffeb, 0xffffffff, 0xffffffff, 0xffffffff, 0xf,
        };

        private readonly uint[] _wide = new uint[16];
        private readonly uint[] _product = new uint[25];

        internal void Clear()
        {
            Wipe.Clear(_wide);
            Wipe.Clear(_product);
        }

        internal static void Load(byte[] from, int offset, uint[] words, int count)
        {
            for (int i = 0; i < count; i++)
            {
                words[i] = (uint)(from[offset] | (from[offset + 1] << 8) | (from[offset + 2] << 16) | (from[offset + 3] << 24));
                offset += 4;
            }
        }

        internal static void Store(uint[] words, byte[] to, int offset)
        {
            for (int i = 0; i < 8; i++)
            {
                uint word = words[i];
                to[offset] = (byte)word;
                to[offset + 1] = (byte)(word >> 8);
                to[offset + 2] = (byte)(word >> 16);
                to[offset + 3] = (byte)(word >> 24);
                offset += 4;
            }
        }

        /// <summary>o = 64 bytes modulo L.</summary>
        internal void Reduce(byte[] hash, uint[] o)
        {
            Load(hash, 0, _wide, 16);
            ReduceWide(o);
        }

        /// <summary>o = a b + c modulo L; a, b and c below 2^256.</summary>
        internal void MultiplyAdd(uint[] a, uint[] b, uint[] c, uint[] o)
        {
            uint[] wide = _wide;
            for (int i = 0; i < 8; i++)
            {
                wide[i] = c[i];
                wide[8 + i] = 0;
            }

            for (int i = 0; i < 8; i++)
            {
                // (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1
                ulong f = a[i];
                ulong carry = 0;
                for (int j = 0; j < 8; j++)
                {
                    carry += wide[i + j] + f * b[j];
                    wide[i + j] = (uint)carry;
                    carry >>= 32;
                }

                wide[i + 8] = (uint)carry;
            }

            ReduceWide(o);
        }

        /// <summary>True when the 32 bytes are below L (RFC 8032 5.1.7 asks that of S). Not for secrets.</summary>
        internal bool IsReduced(byte[] s, int offset, uint[] words)
        {
            Load(s, offset, words, 8);
            for (int i = 7; i >= 0; i--)
            {
                if (words[i] != _order[i])
                {
                    return words[i] < _order[i];
                }
            }

            return false;
        }

        /// <summary>
        /// The digits of a signed comb: with o = (s + 2^256 - 1)/2 for an odd s, the sum of (o_i ? +1 : -1) 2^i over 256 bits is s.
        /// An even s becomes s + L first, which is odd and the same multiple of the base point.
        /// </summary>
        /// <param name="s">Below 2^255 in eight words.</param>
        /// <param name="o">Nine words.</param>
        internal void Recode(uint[] s, uint[] o)
        {
            uint even = (s[0] & 1) - 1;

            // 2^256 - 1 is all ones in the first 256 bits; s + L + 2^256 - 1 is below 2^257
            ulong carry = 0;
            for (int i = 0; i < 9; i++)
            {
                carry += i < 8 ? (ulong)s[i] + (_order[i] & even) + 0xffffffffu : 0u;
                o[i] = (uint)carry;
                carry >>= 32;
            }

            for (int i = 0; i < 8; i++)
            {
                o[i] = (o[i] >> 1) | (o[i + 1] << 31);
            }

            o[8] >>= 1;
        }

        /// <summary>Barrett: the quotient by the reciprocal is at most one too small.</summary>
        private void ReduceWide(uint[] o)
        {
            uint[] x = _wide;
            uint[] y = _product;
            Wipe.Clear(y);
            for (int i = 0; i < 9; i++)
            {
                ulong f = _reciprocal[i];
                ulong carry = 0;
                for (int j = 0; j < 16; j++)
                {
                    carry += y[i + j] + f * x[j];
                    y[i + j] = (uint)carry;
                    carry >>= 32;
                }

                y[i + 16] = (uint)carry;
            }

            // the remainder is below 2 L, so that 256 bits of x - quotient L are enough
            for (int i = 0; i < 8; i++)
            {
                y[i] = 0;
            }

            for (int i = 0; i < 8; i++)
            {
                ulong f = y[16 + i];
                ulong carry = 0;
                for (int j = 0; i + j < 8; j++)
                {
                    carry += y[i + j] + f * _order[j];
                    y[i + j] = (uint)carry;
                    carry >>= 32;
                }
            }

            // x - y as x + ~y + 1, and then the same with L, kept only if it does not borrow
            ulong sum = 1;
            for (int i = 0; i < 8; i++)
            {
                sum += (ulong)x[i] + (y[i] ^ 0xffffffffu);
                y[i] = (uint)sum;
                sum >>= 32;
            }

            sum = 1;
            for (int i = 0; i < 8; i++)
            {
                sum += (ulong)y[i] + (_order[i] ^ 0xffffffffu);
                y[8 + i] = (uint)sum;
                sum >>= 32;
            }

            uint less = (uint)sum - 1;
            for (int i = 0; i < 8; i++)
            {
                o[i] = y[8 + i] ^ (less & (y[i] ^ y[8 + i]));
            }
        }
    }
}
