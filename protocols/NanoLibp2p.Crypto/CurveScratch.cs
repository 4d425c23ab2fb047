namespace NanoLibp2p.Crypto
{
    /// <summary>What the curve operations of one provider work in, made once. Every operation wipes it.</summary>
    internal sealed class CurveScratch
    {
        /// <summary>A point in extended coordinates, or the two results of the ladder.</summary>
        internal readonly ulong[] P = new ulong[EdwardsPoint.Words];

        /// <summary>Five field elements.</summary>
        internal readonly ulong[] W = new ulong[5 * Field25519.Limbs];

        /// <summary>The point to be added next: three elements.</summary>
        internal readonly uint[] Q = new uint[3 * Field25519.Limbs];

        /// <summary>The digits of a scalar, with room for the shifts of its recodings.</summary>
        internal readonly uint[] Digits = new uint[10];

        /// <summary>A scalar or an encoded point.</summary>
        internal readonly byte[] Bytes = new byte[32];

        /// <summary>A hash on its way to being a scalar.</summary>
        internal readonly byte[] Hash = new byte[CryptoProvider.Sha512Bytes];

        /// <summary>Scalars; the verifier shifts two of them, hence ten words.</summary>
        internal readonly uint[] A = new uint[10];
        internal readonly uint[] R = new uint[8];
        internal readonly uint[] K = new uint[10];

        internal readonly Scalar25519 Scalar = new Scalar25519();

        internal void Clear()
        {
            Wipe.Clear(P);
            Wipe.Clear(W);
            Wipe.Clear(Q);
            Wipe.Clear(Digits);
            Wipe.Clear(Bytes);
            Wipe.Clear(Hash);
            Wipe.Clear(A);
            Wipe.Clear(R);
            Wipe.Clear(K);
            Scalar.Clear();
        }

        /// <summary>Copies 32 bytes and clamps them (RFC 7748 5, RFC 8032 5.1.5).</summary>
        internal void Clamp(byte[] from, int offset)
        {
            System.Array.Copy(from, offset, Bytes, 0, 32);
            Bytes[0] = (byte)(Bytes[0] & 0xf8);
            Bytes[31] = (byte)((Bytes[31] & 0x7f) | 0x40);
        }
    }
}
