using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>Ed25519 keys and signatures (RFC 8032 5.1.5 and 5.1.6).</summary>
    internal sealed class Ed25519
    {
        private readonly Sha512 sha;
        private readonly CurveScratch scratch;
        private readonly byte[] expanded = new byte[64];

        internal Ed25519(Sha512 sha, CurveScratch scratch)
        {
            this.sha = sha;
            this.scratch = scratch;
        }

        internal void PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset)
        {
            Expand(seed, seedOffset);
            EdwardsBase.Multiply(scratch.A, scratch);
            EdwardsPoint.Encode(scratch.P, scratch.W, publicKey, publicKeyOffset);
            Clear();
        }

        internal void Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
            byte[] message, int offset, int count, byte[] signature, int signatureOffset)
        {
            Expand(seed, seedOffset);
            sha.Start();
            sha.Update(expanded, 32, 32);
            sha.Update(message, offset, count);
            sha.Finish(scratch.Hash, 0);
            scratch.Scalar.Reduce(scratch.Hash, scratch.R);
            EdwardsBase.Multiply(scratch.R, scratch);

            // R waits beside the secret prefix, which is not needed any more: the signature may overlay what is signed
            EdwardsPoint.Encode(scratch.P, scratch.W, expanded, 32);
            sha.Start();
            sha.Update(expanded, 32, 32);
            sha.Update(publicKey, publicKeyOffset, 32);
            sha.Update(message, offset, count);
            sha.Finish(scratch.Hash, 0);
            scratch.Scalar.Reduce(scratch.Hash, scratch.K);
            scratch.Scalar.MultiplyAdd(scratch.K, scratch.A, scratch.R, scratch.A);
            Array.Copy(expanded, 32, signature, signatureOffset, 32);
            Scalar25519.Store(scratch.A, signature, signatureOffset + 32);
            Clear();
        }

        /// <summary>The clamped scalar to scratch.A, the prefix to the upper half of expanded.</summary>
        private void Expand(byte[] seed, int seedOffset)
        {
            sha.Start();
            sha.Update(seed, seedOffset, 32);
            sha.Finish(expanded, 0);
            scratch.Clamp(expanded, 0);
            Scalar25519.Load(scratch.Bytes, 0, scratch.A, 8);
        }

        private void Clear()
        {
            Wipe.Clear(expanded);
            scratch.Clear();
        }
    }
}
