using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>Ed25519 keys and signatures (RFC 8032 5.1.5 and 5.1.6).</summary>
    internal sealed class Ed25519
    {
        private readonly Sha512 _sha;
        private readonly CurveScratch _scratch;
        private readonly byte[] _expanded = new byte[64];

        internal Ed25519(Sha512 sha, CurveScratch scratch)
        {
            _sha = sha;
            _scratch = scratch;
        }

        internal void PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset)
        {
            Expand(seed, seedOffset);
            EdwardsBase.Multiply(_scratch.A, _scratch);
            EdwardsPoint.Encode(_scratch.P, _scratch.W, publicKey, publicKeyOffset);
            Clear();
        }

        internal void Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
            byte[] message, int offset, int count, byte[] signature, int signatureOffset)
        {
            Expand(seed, seedOffset);
            _sha.Start();
            _sha.Update(_expanded, 32, 32);
            _sha.Update(message, offset, count);
            _sha.Finish(_scratch.Hash, 0);
            _scratch.Scalar.Reduce(_scratch.Hash, _scratch.R);
            EdwardsBase.Multiply(_scratch.R, _scratch);

            // R waits beside the secret prefix, which is not needed any more: the signature may overlay what is signed
            EdwardsPoint.Encode(_scratch.P, _scratch.W, _expanded, 32);
            _sha.Start();
            _sha.Update(_expanded, 32, 32);
            _sha.Update(publicKey, publicKeyOffset, 32);
            _sha.Update(message, offset, count);
            _sha.Finish(_scratch.Hash, 0);
            _scratch.Scalar.Reduce(_scratch.Hash, _scratch.K);
            _scratch.Scalar.MultiplyAdd(_scratch.K, _scratch.A, _scratch.R, _scratch.A);
            Array.Copy(_expanded, 32, signature, signatureOffset, 32);
            Scalar25519.Store(_scratch.A, signature, signatureOffset + 32);
            Clear();
        }

        /// <summary>The clamped scalar to _scratch.A, the prefix to the upper half of _expanded.</summary>
        private void Expand(byte[] seed, int seedOffset)
        {
            _sha.Start();
            _sha.Update(seed, seedOffset, 32);
            _sha.Finish(_expanded, 0);
            _scratch.Clamp(_expanded, 0);
            Scalar25519.Load(_scratch.Bytes, 0, _scratch.A, 8);
        }

        private void Clear()
        {
            Wipe.Clear(_expanded);
            _scratch.Clear();
        }
    }
}
