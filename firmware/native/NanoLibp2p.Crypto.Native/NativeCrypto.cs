namespace NanoLibp2p.Crypto.Native
{
    /// <summary>
    /// The cryptography of a firmware that was built with this library's native half: libsodium, compiled for the chip. A firmware
    /// without it runs the same program: <see cref="TryCreate"/> then gives null, and
    /// <c>CryptoProviders.Choose(NativeCrypto.TryCreate())</c> gives the managed provider.
    /// </summary>
    /// <remarks>
    /// The native half owns no memory: the hashes under way are in two arrays of this object, which takes 396 bytes of heap.
    /// A signature by a key of small order, which no key pair has, is refused here and is what RFC 8032 makes of it in
    /// <see cref="ManagedCrypto"/>.
    /// </remarks>
    public sealed class NativeCrypto : CryptoProvider
    {
        /// <summary>The contract that this assembly is written for; the firmware's must be the same.</summary>
        private const int Contract = 1;

        // sizes of libsodium's states, which nanolibp2p_crypto.h holds to it when it is compiled
        private readonly byte[] _sha256 = new byte[104];
        private readonly byte[] _sha512 = new byte[208];

        private NativeCrypto()
        {
            FirmwareCalls.Sha256Start(_sha256);
            FirmwareCalls.Sha512Start(_sha512);
        }

        /// <inheritdoc/>
        public override string Name => "native";

        /// <summary>The native provider, or null where the firmware has none or one of another contract.</summary>
        public static NativeCrypto TryCreate()
        {
            try
            {
                return FirmwareCalls.Version() == Contract ? new NativeCrypto() : null;
            }
            catch
            {
                // NotSupportedException: this firmware has no native half
                return null;
            }
        }

        /// <inheritdoc/>
        public override void Sha256Start()
        {
            FirmwareCalls.Sha256Start(_sha256);
        }

        /// <inheritdoc/>
        public override void Sha256Update(byte[] data, int offset, int count)
        {
            FirmwareCalls.Sha256Update(_sha256, data, offset, count);
        }

        /// <inheritdoc/>
        public override void Sha256Finish(byte[] hash, int offset)
        {
            FirmwareCalls.Sha256Finish(_sha256, hash, offset);
        }

        /// <inheritdoc/>
        public override void Sha512Start()
        {
            FirmwareCalls.Sha512Start(_sha512);
        }

        /// <inheritdoc/>
        public override void Sha512Update(byte[] data, int offset, int count)
        {
            FirmwareCalls.Sha512Update(_sha512, data, offset, count);
        }

        /// <inheritdoc/>
        public override void Sha512Finish(byte[] hash, int offset)
        {
            FirmwareCalls.Sha512Finish(_sha512, hash, offset);
        }

        /// <inheritdoc/>
        public override void HmacSha256(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac,
            int macOffset)
        {
            FirmwareCalls.HmacSha256(key, keyOffset, keyCount, data, offset, count, mac, macOffset);
        }

        /// <inheritdoc/>
        public override void HkdfSha256(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
            byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount)
        {
            FirmwareCalls.HkdfSha256(salt, saltOffset, saltCount, ikm, ikmOffset, ikmCount, info, infoOffset, infoCount, okm, okmOffset,
                okmCount);
        }

        /// <inheritdoc/>
        public override void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            // no bytes may be given as null, which a native call does not take
            FirmwareCalls.Seal(key, keyOffset, noncePrefix, nonceCounter, ad == null ? buffer : ad, adOffset, adCount,
                buffer, offset, count);
        }

        /// <inheritdoc/>
        public override bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            return FirmwareCalls.Open(key, keyOffset, noncePrefix, nonceCounter, ad == null ? buffer : ad, adOffset, adCount,
                buffer, offset, count);
        }

        /// <inheritdoc/>
        public override bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset)
        {
            return FirmwareCalls.X25519(scalar, scalarOffset, point, pointOffset, shared, sharedOffset);
        }

        /// <inheritdoc/>
        public override void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset)
        {
            FirmwareCalls.X25519Base(scalar, scalarOffset, publicKey, publicKeyOffset);
        }

        /// <inheritdoc/>
        public override void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset)
        {
            FirmwareCalls.Ed25519PublicKey(seed, seedOffset, publicKey, publicKeyOffset);
        }

        /// <inheritdoc/>
        public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
            byte[] message, int offset, int count, byte[] signature, int signatureOffset)
        {
            FirmwareCalls.Ed25519Sign(seed, seedOffset, publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
        }

        /// <inheritdoc/>
        public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
            byte[] message, int offset, int count, byte[] signature, int signatureOffset)
        {
            return FirmwareCalls.Ed25519Verify(publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
        }
    }
}
