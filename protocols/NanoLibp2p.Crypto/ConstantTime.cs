namespace NanoLibp2p.Crypto
{
    /// <summary>Comparison whose running time says nothing about where two values differ.</summary>
    public static class ConstantTime
    {
        /// <summary>True when <paramref name="count"/> bytes of both are the same. Every byte is always read.</summary>
        public static bool Equal(byte[] a, int aOffset, byte[] b, int bOffset, int count)
        {
            int difference = 0;
            for (int i = 0; i < count; i++)
            {
                difference |= a[aOffset + i] ^ b[bOffset + i];
            }

            return difference == 0;
        }
    }
}
