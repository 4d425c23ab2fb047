namespace NanoLibp2p.Crypto
{
    /// <summary>X25519 (RFC 7748 5).</summary>
    internal static class X25519
    {
        internal static bool Multiply(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset,
            CurveScratch scratch)
        {
            ulong[] w = scratch.W;
            scratch.Clamp(scalar, scalarOffset);
            Field25519.Decode(point, pointOffset, w, 0);
            MontgomeryLadder.Run(scratch.Bytes, w, scratch.P);
            Field25519.Invert(w, 0, scratch.P, 9);
            Field25519.Mul(w, 0, w, 0, scratch.P, 0);
            Field25519.Encode(w, 0, shared, sharedOffset);
            scratch.Clear();
            int any = 0;
            for (int i = 0; i < 32; i++)
            {
                any |= shared[sharedOffset + i];
            }

            return any != 0;
        }

        /// <summary>By the base point of Ed25519, which is that of X25519 under u = (1 + y)/(1 - y) (RFC 7748 4.1).</summary>
        internal static void MultiplyBase(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset,
            CurveScratch scratch)
        {
            ulong[] w = scratch.W;
            ulong[] p = scratch.P;
            scratch.Clamp(scalar, scalarOffset);
            Scalar25519.Load(scratch.Bytes, 0, scratch.A, 8);
            EdwardsBase.Multiply(scratch.A, scratch);
            Field25519.Subtract(w, 0, p, EdwardsPoint.Z, p, EdwardsPoint.Y);
            Field25519.Add(p, EdwardsPoint.X, p, EdwardsPoint.Z, p, EdwardsPoint.Y);
            Field25519.Invert(w, 9, w, 0);
            Field25519.Mul(w, 0, w, 9, p, EdwardsPoint.X);
            Field25519.Encode(w, 0, publicKey, publicKeyOffset);
            scratch.Clear();
        }
    }
}
