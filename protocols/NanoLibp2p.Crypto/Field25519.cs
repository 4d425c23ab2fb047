namespace NanoLibp2p.Crypto
{
    /// <summary>
    /// Arithmetic modulo p = 2^255 - 19. An element is nine limbs of a ulong array, limb k of weight 2^(29 k).
    /// </summary>
    /// <remarks>
    /// Nine limbs and not ten: an interpreter pays for each product, so 81 of them, with the upper columns carried before they are
    /// folded, cost less than 100 that need no such carry.
    /// In memory every element is tight: limbs below 2^29, limb 1 below 2^29 + 2^17, limb 8 below 2^23. So its value is below
    /// 2^255 + 2^47, which is less than 2 p. Within a method limbs may be larger; Unroll checks those.
    /// </remarks>
    internal static partial class Field25519
    {
        internal const int Limbs = 9;

        private const ulong Mask = 0x1FFFFFFF;
        private const ulong TopMask = 0x7FFFFF;

        /// <summary>32 bytes, little-endian, the top bit ignored; values from p to 2^255 - 1 are taken modulo p.</summary>
        internal static void Decode(byte[] from, int offset, ulong[] o, int n)
        {
            ulong held = 0;
            int bits = 0;
            for (int i = 0; i < 32; i++)
            {
                // at most 28 bits are held, so 36 are enough
                held |= (ulong)from[offset + i] << bits;
                bits += 8;
                if (bits >= 29)
                {
                    o[n++] = held & Mask;
                    held >>= 29;
                    bits -= 29;
                }
            }

            // 256 - 8 * 29 = 24 bits are left
            o[n] = held & TopMask;
        }

        /// <summary>The one 32-byte form of an element: its value modulo p, below p.</summary>
        internal static void Encode(ulong[] a, int i, byte[] to, int offset)
        {
            // the value v is below 2 p: subtract p once if v + 19 reaches 2^255
            ulong carry = 19;
            for (int k = 0; k < 8; k++)
            {
                carry = (a[i + k] + carry) >> 29;
            }

            carry = 19 * ((a[i + 8] + carry) >> 23);
            ulong held = 0;
            int bits = 0;
            for (int k = 0; k < 9; k++)
            {
                carry += a[i + k];
                held |= (carry & (k == 8 ? TopMask : Mask)) << bits;
                carry >>= 29;
                bits += k == 8 ? 24 : 29;
                while (bits >= 8)
                {
                    to[offset++] = (byte)held;
                    held >>= 8;
                    bits -= 8;
                }
            }
        }

        internal static void Set(ulong[] o, int n, uint small)
        {
            o[n] = small;
            for (int k = 1; k < 9; k++)
            {
                o[n + k] = 0;
            }
        }

        internal static void Copy(ulong[] o, int n, ulong[] a, int i)
        {
            System.Array.Copy(a, i, o, n, Limbs);
        }

        internal static void Add(ulong[] o, int n, ulong[] a, int i, ulong[] b, int j)
        {
            ulong carry = 0;
            for (int k = 0; k < 9; k++)
            {
                carry += a[i + k] + b[j + k];
                o[n + k] = carry & Mask;
                carry >>= 29;
            }

            Tighten(o, n);
        }

        /// <summary>a - b + 2 p: with two borrowed from each limb for the one below, no limb of 2 p is less than b's largest.</summary>
        internal static void Subtract(ulong[] o, int n, ulong[] a, int i, ulong[] b, int j)
        {
            ulong carry = 0;
            for (int k = 0; k < 9; k++)
            {
                // 2^30 - 38, 2^30 - 2 seven times, 2^24 - 2
                ulong bias = k == 0 ? 0x3FFFFFDAu : k == 8 ? 0xFFFFFEu : 0x3FFFFFFEu;
                carry += a[i + k] + bias - b[j + k];
                o[n + k] = carry & Mask;
                carry >>= 29;
            }

            Tighten(o, n);
        }

        /// <summary>What limb 8 holds above 2^255 (at most 6 bits) comes back 19-fold in limb 0, and its carry in limb 1.</summary>
        private static void Tighten(ulong[] o, int n)
        {
            ulong low = o[n] + 19 * (o[n + 8] >> 23);
            o[n + 8] &= TopMask;
            o[n] = low & Mask;
            o[n + 1] += low >> 29;
        }

        /// <summary>
        /// o = a^((p - 5)/8) = a^(2^252 - 3), the heart of the square root (RFC 8032 5.1.3). w holds two elements of scratch from s; o is
        /// none of them, nor a.
        /// </summary>
        internal static void PowerRoot(ulong[] o, int n, ulong[] a, int i, ulong[] w, int s)
        {
            SquareTimes(o, n, a, i, 1);
            SquareTimes(w, s, o, n, 2);
            Mul(w, s, w, s, a, i);
            Mul(o, n, o, n, w, s);
            SquareTimes(o, n, o, n, 1);
            Mul(o, n, o, n, w, s);
            // o = a^(2^5 - 1)
            SquareTimes(w, s, o, n, 5);
            Mul(o, n, w, s, o, n);
            SquareTimes(w, s, o, n, 10);
            Mul(w, s, w, s, o, n);
            SquareTimes(w, s + 9, w, s, 20);
            Mul(w, s, w, s + 9, w, s);
            SquareTimes(w, s, w, s, 10);
            Mul(o, n, w, s, o, n);
            // o = a^(2^50 - 1)
            SquareTimes(w, s, o, n, 50);
            Mul(w, s, w, s, o, n);
            SquareTimes(w, s + 9, w, s, 100);
            Mul(w, s, w, s + 9, w, s);
            SquareTimes(w, s, w, s, 50);
            Mul(o, n, w, s, o, n);
            // o = a^(2^250 - 1)
            SquareTimes(o, n, o, n, 2);
            Mul(o, n, o, n, a, i);
        }
    }
}
