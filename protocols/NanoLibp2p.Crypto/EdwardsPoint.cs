namespace NanoLibp2p.Crypto
{
    /// <summary>
    /// Points of -x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032 5.1) in extended coordinates: X, Y, Z, T at 0, 9, 18, 27 of a ulong array, with
    /// x = X/Z, y = Y/Z, x y = T/Z. The addition law is complete: no point needs a case of its own.
    /// </summary>
    internal static partial class EdwardsPoint
    {
        internal const int X = 0;
        internal const int Y = 9;
        internal const int Z = 18;
        internal const int T = 27;
        internal const int Words = 36;

        /// <summary>Modes of Step: add a point; take it away; it has a Z; the result needs its T.</summary>
        internal const int Add = 1;
        internal const int Negative = 2;
        internal const int Projective = 4;
        internal const int WithT = 8;

        internal static void SetZero(ulong[] p)
        {
            Field25519.Set(p, X, 0);
            Field25519.Set(p, Y, 1);
            Field25519.Set(p, Z, 1);
            Field25519.Set(p, T, 0);
        }

        /// <summary>Writes the 32-byte form (RFC 8032 5.1.2): y, with the lowest bit of x on top.</summary>
        /// <param name="p">The point.</param>
        /// <param name="w">Scratch for three elements.</param>
        /// <param name="to">Takes 32 bytes.</param>
        /// <param name="offset">Where they begin.</param>
        internal static void Encode(ulong[] p, ulong[] w, byte[] to, int offset)
        {
            Field25519.Invert(w, 0, p, Z);
            Field25519.Mul(w, 9, w, 0, p, X);
            Field25519.Mul(w, 18, w, 0, p, Y);
            Field25519.Encode(w, 9, to, offset);
            int sign = to[offset] << 7;
            Field25519.Encode(w, 18, to, offset);
            to[offset + 31] = (byte)(to[offset + 31] | sign);
        }

        /// <summary>
        /// Reads the 32-byte form (RFC 8032 5.1.3). Not for secrets.
        /// </summary>
        /// <returns>False when y is p or more, or there is no such x, or x is 0 and its bit 1.</returns>
        internal static bool Decode(byte[] from, int offset, ulong[] p, ulong[] w, byte[] bytes)
        {
            Field25519.Decode(from, offset, p, Y);
            Field25519.Encode(p, Y, bytes, 0);
            int sign = from[offset + 31] >> 7;
            bytes[31] = (byte)(bytes[31] | (sign << 7));
            if (!ConstantTime.Equal(bytes, 0, from, offset, 32))
            {
                return false;
            }

            // x = u v^3 (u v^7)^((p - 5)/8) with u = y^2 - 1 in X, v = d y^2 + 1 in T
            Field25519.Set(p, Z, 1);
            Field25519.SquareTimes(w, 0, p, Y, 1);
            Field25519.Subtract(p, X, w, 0, p, Z);
            Field25519.SetD(w, 9);
            Field25519.Mul(w, 0, w, 0, w, 9);
            Field25519.Add(p, T, w, 0, p, Z);
            Field25519.SquareTimes(w, 0, p, T, 1);
            Field25519.Mul(w, 9, w, 0, p, T);
            Field25519.Mul(w, 9, w, 9, p, X);
            Field25519.SquareTimes(w, 0, w, 0, 1);
            Field25519.Mul(w, 0, w, 0, w, 9);
            Field25519.PowerRoot(w, 18, w, 0, w, 27);
            Field25519.Mul(w, 0, w, 18, w, 9);

            // v x^2 is u, or -u and x lacks a root of -1, or there is no root
            Field25519.SquareTimes(w, 9, w, 0, 1);
            Field25519.Mul(w, 9, w, 9, p, T);
            Field25519.Subtract(w, 18, w, 9, p, X);
            if (!IsZero(w, 18, bytes))
            {
                Field25519.Add(w, 18, w, 9, p, X);
                if (!IsZero(w, 18, bytes))
                {
                    return false;
                }

                Field25519.SetRootOfMinusOne(w, 9);
                Field25519.Mul(w, 0, w, 0, w, 9);
            }

            bool zero = IsZero(w, 0, bytes);
            if (zero && sign == 1)
            {
                return false;
            }

            Field25519.Set(p, X, 0);
            if ((bytes[0] & 1) != sign)
            {
                Field25519.Subtract(p, X, p, X, w, 0);
            }
            else
            {
                Field25519.Copy(p, X, w, 0);
            }

            Field25519.Mul(p, T, p, X, p, Y);
            return true;
        }

        /// <summary>table[at..] = Y + X, Y - X, 2 d T, 2 Z of p.</summary>
        internal static void ToCached(ulong[] p, ulong[] w, uint[] table, int at)
        {
            Field25519.Add(w, 0, p, Y, p, X);
            Field25519.Subtract(w, 9, p, Y, p, X);
            Field25519.SetTwoD(w, 18);
            Field25519.Mul(w, 18, w, 18, p, T);
            Field25519.Add(w, 27, p, Z, p, Z);
            for (int i = 0; i < Words; i++)
            {
                table[at + i] = (uint)w[i];
            }
        }

        /// <summary>True for 0 modulo p; bytes gets the element's encoding.</summary>
        private static bool IsZero(ulong[] a, int i, byte[] bytes)
        {
            Field25519.Encode(a, i, bytes, 0);
            int any = 0;
            for (int k = 0; k < 32; k++)
            {
                any |= bytes[k];
            }

            return any == 0;
        }
    }
}
