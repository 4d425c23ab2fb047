namespace NanoLibp2p.Crypto
{
    /// <summary>
    /// The seam of all cryptography: every key agreement, signature, hash and seal of the house goes through one provider.
    /// ManagedCrypto is the default on every runtime; a faster one (native code on a device, the platform's
    /// library on a desktop) may take its place once its known-answer test passes.
    /// </summary>
    /// <remarks>
    /// A provider owns scratch memory and is used by one thread at a time: one for each node. It allocates nothing after
    /// its constructor. Buffers belong to the caller; a result may overlay an input of the same call only where it is said.
    /// Sizes are in bytes. Offsets and counts are the caller's duty: a wrong one throws what the runtime throws.
    /// </remarks>
    public abstract class CryptoProvider
    {
        /// <summary>Bytes of an X25519 scalar or point, an Ed25519 seed or public key, and a ChaCha20-Poly1305 key.</summary>
        public const int KeyBytes = 32;

        /// <summary>Bytes of a SHA-256 hash and of an HMAC-SHA-256 tag.</summary>
        public const int Sha256Bytes = 32;

        /// <summary>Bytes of a SHA-512 hash.</summary>
        public const int Sha512Bytes = 64;

        /// <summary>Bytes that <see cref="Seal"/> adds to a message.</summary>
        public const int TagBytes = 16;

        /// <summary>Bytes of an Ed25519 signature.</summary>
        public const int SignatureBytes = 64;

        /// <summary>What people call this provider, such as <c>managed</c>.</summary>
        public abstract string Name { get; }

        /// <summary>Begins a SHA-256 hash (FIPS 180-4). One hash of each kind is under way at a time in a provider.</summary>
        public abstract void Sha256Start();

        /// <summary>Adds <paramref name="count"/> bytes to the SHA-256 hash under way.</summary>
        public abstract void Sha256Update(byte[] data, int offset, int count);

        /// <summary>Ends the SHA-256 hash under way and writes its 32 bytes. May overlay the data.</summary>
        public abstract void Sha256Finish(byte[] hash, int offset);

        /// <summary>Begins a SHA-512 hash (FIPS 180-4).</summary>
        public abstract void Sha512Start();

        /// <summary>Adds <paramref name="count"/> bytes to the SHA-512 hash under way.</summary>
        public abstract void Sha512Update(byte[] data, int offset, int count);

        /// <summary>Ends the SHA-512 hash under way and writes its 64 bytes. May overlay the data.</summary>
        public abstract void Sha512Finish(byte[] hash, int offset);

        /// <summary>
        /// HMAC-SHA-256 (RFC 2104). The key may be of any length. <paramref name="mac"/> takes 32 bytes and may overlay
        /// the key or the data. Uses the SHA-256 hash under way.
        /// </summary>
        public abstract void HmacSha256(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac,
            int macOffset);

        /// <summary>
        /// HKDF-SHA-256 (RFC 5869), extract and expand. <paramref name="okmCount"/> is at most 8,160 (255 hashes);
        /// the output may overlay salt and input keying material, but not the info. Noise's HKDF (noise spec, section 4.3) is this with an
        /// empty info.
        /// </summary>
        public abstract void HkdfSha256(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
            byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount);

        /// <summary>
        /// Seals in place with ChaCha20-Poly1305 (RFC 8439 2.8): encrypts <paramref name="count"/> bytes of
        /// <paramref name="buffer"/> and writes the 16-byte tag after them.
        /// </summary>
        /// <param name="key">32 bytes at <paramref name="keyOffset"/>.</param>
        /// <param name="keyOffset">Where the key begins.</param>
        /// <param name="noncePrefix">The first four bytes of the nonce, little-endian; 0 in Noise.</param>
        /// <param name="nonceCounter">The last eight bytes of the nonce, little-endian; Noise's n.</param>
        /// <param name="ad">Associated data; may be null when <paramref name="adCount"/> is 0.</param>
        /// <param name="adOffset">Where the associated data begins.</param>
        /// <param name="adCount">Bytes of associated data.</param>
        /// <param name="buffer">Plaintext in, ciphertext and tag out.</param>
        /// <param name="offset">Where the plaintext begins.</param>
        /// <param name="count">Bytes of plaintext; the buffer has room for 16 more.</param>
        public abstract void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count);

        /// <summary>
        /// Opens in place what <see cref="Seal"/> made. <paramref name="count"/> is the ciphertext with its tag.
        /// </summary>
        /// <returns>False when the tag is wrong or the count is below 16; the buffer is then unchanged.</returns>
        public abstract bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count);

        /// <summary>X25519 (RFC 7748 5) of a scalar and any point. The scalar is clamped here.</summary>
        /// <returns>False when the shared secret is all zero, which RFC 7748 6.1 lets a protocol refuse.</returns>
        public abstract bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset);

        /// <summary>X25519 of a scalar and the base point: the public key of a private one.</summary>
        public abstract void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset);

        /// <summary>The Ed25519 public key of a 32-byte seed (RFC 8032 5.1.5).</summary>
        public abstract void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset);

        /// <summary>
        /// Signs (RFC 8032 5.1.6, pure Ed25519). <paramref name="publicKey"/> must be that of the seed: signatures of one message under two
        /// public keys give the seed's scalar away. The signature may overlay the message. This, verifying and making a public key use the
        /// SHA-512 hash under way.
        /// </summary>
        public abstract void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
            byte[] message, int offset, int count, byte[] signature, int signatureOffset);

        /// <summary>Verifies (RFC 8032 5.1.7, cofactorless, S below the group order required).</summary>
        public abstract bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
            byte[] message, int offset, int count, byte[] signature, int signatureOffset);

        /// <summary>
        /// Whether implementations disagree on an Ed25519 public key: it is of small order, so that anybody can sign with it, or y is not
        /// below p ("Taming the many EdDSAs", SSR 2020). RFC 8032, OpenSSL, Go, dalek and libsodium draw the line each elsewhere.
        /// </summary>
        /// <param name="publicKey">32 bytes at <paramref name="offset"/>, which need not be a point.</param>
        /// <param name="offset">Where the key begins.</param>
        /// <returns>True also for some keys beside those, of which an honest one is with a chance of 2^-62.</returns>
        public static bool IsDoubtfulEd25519(byte[] publicKey, int offset)
        {
            // y is 0, 1 or -1, or p or more: 30 bytes in the middle that are all 0 or all 255
            for (int i = 2; i <= 30; i++)
            {
                if (publicKey[offset + i] != publicKey[offset + 1])
                {
                    // the two y of the points of order 8, by their first 8 bytes
                    ulong start = 0;
                    for (int j = 7; j >= 0; j--)
                    {
                        start = (start << 8) | publicKey[offset + j];
                    }

                    return start == 0xB027B2C28F95E826 || start == 0x4FD84D3D706A17C7;
                }
            }

            return true;
        }
    }
}
