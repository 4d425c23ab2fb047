namespace NanoLibp2p.Crypto
{
    /// <summary>
    /// Maps public keys between Ed25519 and X25519, whose curves are two forms of one (RFC 7748 4.1): u = (1 + y)/(1 - y) and
    /// y = (u - 1)/(u + 1). For public values alone: its time depends on them.
    /// </summary>
    /// <remarks>
    /// The private half needs no map: the X25519 scalar of an Ed25519 seed is the first half of the seed's SHA-512, clamped. Works in the
    /// scratch memory of a <see cref="ManagedCrypto"/>, beside another provider in 550 bytes of its own; one thread at a time, as that.
    /// </remarks>
    public sealed class KeyMap
    {
        private readonly ulong[] _p;
        private readonly ulong[] _w;

        /// <summary>Makes a map.</summary>
        /// <param name="provider">The provider of the same thread, whose scratch memory is shared where it has some.</param>
        public KeyMap(CryptoProvider provider)
        {
            ManagedCrypto managed = provider as ManagedCrypto;
            _p = managed == null ? new ulong[4 * Field25519.Limbs] : managed.Scratch.P;
            _w = managed == null ? new ulong[3 * Field25519.Limbs] : managed.Scratch.W;
        }

        /// <summary>The X25519 key of an Ed25519 key.</summary>
        /// <param name="key">Has the Ed25519 key, 32 bytes.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="u">Takes the X25519 key, 32 bytes, also where the result is false; another place than the key's.</param>
        /// <param name="uOffset">Where it goes.</param>
        /// <returns>False when y is p or more, or not of the curve, or 1 or -1, whose points are of small order.</returns>
        public bool ToX25519(byte[] key, int offset, byte[] u, int uOffset)
        {
            ulong[] p = _p;
            ulong[] w = _w;
            Field25519.Decode(key, offset, w, 0);
            if (!IsCanonical(key, offset, 0x7F, u, uOffset))
            {
                return false;
            }

            // There is an x when (y^2 - 1)/(d y^2 + 1) is a square, and so t = (y^2 - 1)(d y^2 + 1): when t^((p - 1)/2) is 1. It is 0 for
            // y = 1 and y = -1. (p - 1)/2 is 4 (p - 5)/8 + 2.
            Field25519.Set(p, 18, 1);
            Field25519.SquareTimes(w, 9, w, 0, 1);
            Field25519.SetD(p, 27);
            Field25519.Mul(p, 27, p, 27, w, 9);
            Field25519.Add(p, 27, p, 27, p, 18);
            Field25519.Subtract(w, 9, w, 9, p, 18);
            Field25519.Mul(w, 9, w, 9, p, 27);
            Field25519.PowerRoot(w, 18, w, 9, p, 0);
            Field25519.SquareTimes(w, 18, w, 18, 2);
            Field25519.Mul(w, 18, w, 18, w, 9);
            Field25519.Mul(w, 18, w, 18, w, 9);
            Field25519.Encode(w, 18, u, uOffset);
            if (!IsSmall(u, uOffset, 1))
            {
                return false;
            }

            Field25519.Add(w, 9, p, 18, w, 0);
            Field25519.Subtract(w, 0, p, 18, w, 0);
            Divide(u, uOffset);
            return true;
        }

        /// <summary>The Ed25519 key of an X25519 key and the sign that only the former has.</summary>
        /// <param name="u">Has the X25519 key, 32 bytes.</param>
        /// <param name="uOffset">Where it begins.</param>
        /// <param name="sign">0 or 1: the top bit of the Ed25519 key.</param>
        /// <param name="key">Takes the Ed25519 key, 32 bytes, also where the result is false; another place than the other's.</param>
        /// <param name="offset">Where it goes.</param>
        /// <returns>
        /// False when u is p or more, or p - 1. A u of the twist gives a key that nobody can sign with, which is not told.
        /// </returns>
        public bool ToEd25519(byte[] u, int uOffset, int sign, byte[] key, int offset)
        {
            ulong[] p = _p;
            ulong[] w = _w;
            Field25519.Decode(u, uOffset, w, 0);
            if (!IsCanonical(u, uOffset, 0xFF, key, offset))
            {
                return false;
            }

            Field25519.Set(p, 18, 1);
            Field25519.Subtract(w, 9, w, 0, p, 18);
            Field25519.Add(w, 0, w, 0, p, 18);
            Field25519.Encode(w, 0, key, offset);
            if (IsSmall(key, offset, 0))
            {
                return false;
            }

            Divide(key, offset);
            key[offset + 31] = (byte)(key[offset + 31] | (sign << 7));
            return true;
        }

        // whether the element at 0 encodes as the bytes that it came from
        private bool IsCanonical(byte[] from, int offset, int topMask, byte[] to, int toOffset)
        {
            Field25519.Encode(_w, 0, to, toOffset);
            for (int i = 0; i < 31; i++)
            {
                if (to[toOffset + i] != from[offset + i])
                {
                    return false;
                }
            }

            return to[toOffset + 31] == (from[offset + 31] & topMask);
        }

        private static bool IsSmall(byte[] bytes, int offset, int value)
        {
            int differs = bytes[offset] ^ value;
            for (int i = 1; i < 32; i++)
            {
                differs |= bytes[offset + i];
            }

            return differs == 0;
        }

        // the element at 9 by the one at 0
        private void Divide(byte[] to, int offset)
        {
            ulong[] w = _w;
            Field25519.Invert(w, 18, w, 0);
            Field25519.Mul(w, 18, w, 18, w, 9);
            Field25519.Encode(w, 18, to, offset);
        }
    }
}
