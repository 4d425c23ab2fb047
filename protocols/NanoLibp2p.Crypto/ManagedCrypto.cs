namespace NanoLibp2p.Crypto
{
    /// <summary>
    /// All of the cryptography in C#, for any runtime: constant time in secrets, scratch wiped after every use, nothing allocated
    /// after the constructor, and made so that an interpreter executes few instructions.
    /// </summary>
    public sealed class ManagedCrypto : CryptoProvider
    {
        private readonly Sha256 _sha256;
        private readonly Sha512 _sha512 = new Sha512();
        private readonly ChaCha20Poly1305 _aead = new ChaCha20Poly1305();
        internal readonly CurveScratch Scratch = new CurveScratch();
        private readonly Hmac _hmac;
        private readonly Ed25519 _ed25519;
        private Ed25519Verifier _verifier;

        /// <summary>Makes every buffer that the operations need.</summary>
        public ManagedCrypto()
            : this(true)
        {
        }

        /// <summary>Makes every buffer that the operations need.</summary>
        /// <param name="verifies">False where signatures are hardly ever verified, as on a radio, whose peers are known: the first one
        /// that is takes 1,224 bytes of a device's heap, and not the constructor.</param>
        public ManagedCrypto(bool verifies)
        {
            _sha256 = new Sha256(_sha512.K);
            _hmac = new Hmac(_sha256);
            _ed25519 = new Ed25519(_sha512, Scratch);
            if (verifies)
            {
                _verifier = new Ed25519Verifier(_sha512, Scratch);
            }
        }

        /// <inheritdoc/>
        public override string Name => "managed";

        /// <inheritdoc/>
        public override void Sha256Start()
        {
            _sha256.Start();
        }

        /// <inheritdoc/>
        public override void Sha256Update(byte[] data, int offset, int count)
        {
            _sha256.Update(data, offset, count);
        }

        /// <inheritdoc/>
        public override void Sha256Finish(byte[] hash, int offset)
        {
            _sha256.Finish(hash, offset);
        }

        /// <inheritdoc/>
        public override void Sha512Start()
        {
            _sha512.Start();
        }

        /// <inheritdoc/>
        public override void Sha512Update(byte[] data, int offset, int count)
        {
            _sha512.Update(data, offset, count);
        }

        /// <inheritdoc/>
        public override void Sha512Finish(byte[] hash, int offset)
        {
            _sha512.Finish(hash, offset);
        }

        /// <inheritdoc/>
        public override void HmacSha256(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac,
            int macOffset)
        {
            _hmac.Compute(key, keyOffset, keyCount, data, offset, count, mac, macOffset);
        }

        /// <inheritdoc/>
        public override void HkdfSha256(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
            byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount)
        {
            _hmac.Derive(salt, saltOffset, saltCount, ikm, ikmOffset, ikmCount, info, infoOffset, infoCount, okm, okmOffset, okmCount);
        }

        /// <inheritdoc/>
        public override void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            _aead.Seal(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount, buffer, offset, count);
        }

        /// <inheritdoc/>
        public override bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            return _aead.Open(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount, buffer, offset, count);
        }

        /// <inheritdoc/>
        public override bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset)
        {
            return Crypto.X25519.Multiply(scalar, scalarOffset, point, pointOffset, shared, sharedOffset, Scratch);
        }

        /// <inheritdoc/>
        public override void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset)
        {
            Crypto.X25519.MultiplyBase(scalar, scalarOffset, publicKey, publicKeyOffset, Scratch);
        }

        /// <inheritdoc/>
        public override void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset)
        {
            _ed25519.PublicKey(seed, seedOffset, publicKey, publicKeyOffset);
        }

        /// <inheritdoc/>
        public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
            byte[] message, int offset, int count, byte[] signature, int signatureOffset)
        {
            _ed25519.Sign(seed, seedOffset, publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
        }

        /// <inheritdoc/>
        public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
            byte[] message, int offset, int count, byte[] signature, int signatureOffset)
        {
            if (_verifier == null)
            {
                _verifier = new Ed25519Verifier(_sha512, Scratch);
            }

            return _verifier.Verify(publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
        }
    }
}
