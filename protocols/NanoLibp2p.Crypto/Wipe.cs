using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>Overwrites secrets that are no longer needed.</summary>
    public static class Wipe
    {
        /// <summary>Sets every byte to zero.</summary>
        public static void Clear(byte[] secret)
        {
            Array.Clear(secret, 0, secret.Length);
        }

        /// <summary>Sets <paramref name="count"/> bytes from <paramref name="offset"/> to zero.</summary>
        public static void Clear(byte[] secret, int offset, int count)
        {
            Array.Clear(secret, offset, count);
        }

        internal static void Clear(uint[] secret)
        {
            Array.Clear(secret, 0, secret.Length);
        }

        internal static void Clear(ulong[] secret)
        {
            Array.Clear(secret, 0, secret.Length);
        }
    }
}
