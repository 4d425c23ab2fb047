using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p
{
    /// <summary>Who a node is: an Ed25519 key and the peer id that follows from it.</summary>
    public sealed class Identity
    {
        /// <summary>Bytes of <see cref="ToProtobuf"/>.</summary>
        public const int ProtobufBytes = 68;

        private const int SeedBytes = CryptoProvider.KeyBytes;

        // type = 1: Ed25519 (1); data = 2: 64 bytes
        private const uint Header = 0x08011240;

        /// <summary>The peer id.</summary>
        public readonly PeerId PeerId;

        /// <summary>The public key itself, 32 bytes, not a copy; only read it.</summary>
        public readonly byte[] PublicKey = new byte[CryptoProvider.KeyBytes];

        /// <summary>The public key as libp2p's PublicKey message (peer-ids spec, "Keys"), 36 bytes, not a copy.</summary>
        public readonly byte[] PublicKeyProtobuf = new byte[Multiformats.PublicKey.Ed25519Bytes];

        private readonly byte[] _seed = new byte[SeedBytes];

        /// <summary>Takes the identity of the 32-byte Ed25519 seed at <paramref name="offset"/> (RFC 8032 5.1.5). The seed is
        /// copied.</summary>
        public Identity(CryptoProvider crypto, byte[] seed, int offset)
        {
            Array.Copy(seed, offset, _seed, 0, SeedBytes);
            crypto.Ed25519PublicKey(_seed, 0, PublicKey, 0);
            Multiformats.PublicKey.WriteEd25519(PublicKey, 0, PublicKeyProtobuf, 0);
            PeerId = PeerId.FromEd25519(PublicKey, 0);
        }

        /// <summary>Makes a new identity.</summary>
        public static Identity Create(CryptoProvider crypto, IRandom random)
        {
            byte[] seed = new byte[SeedBytes];
            random.Fill(seed, 0, SeedBytes);
            Identity identity = new Identity(crypto, seed, 0);
            Array.Clear(seed, 0, SeedBytes);
            return identity;
        }

        /// <summary>
        /// Reads libp2p's PrivateKey message (peer-ids spec, "Ed25519"): 68 bytes, or the older form of 100 in which the
        /// public key comes twice.
        /// </summary>
        /// <exception cref="ArgumentException">It is something else, or its public key is not that of its seed.</exception>
        public static Identity FromProtobuf(CryptoProvider crypto, byte[] bytes, int offset, int count)
        {
            bool known = count == ProtobufBytes || count == ProtobufBytes + 32;
            if (!known || Bytes.ReadUInt32BigEndian(bytes, offset) != Header + (uint)(count - ProtobufBytes))
            {
                throw new ArgumentException("not an Ed25519 PrivateKey message (68 bytes, 08011240 first)");
            }

            Identity identity = new Identity(crypto, bytes, offset + 4);
            if (!Bytes.Equal(identity.PublicKey, 0, bytes, offset + 4 + SeedBytes, SeedBytes))
            {
                throw new ArgumentException("the key is damaged: its halves differ");
            }

            return identity;
        }

        /// <summary>Writes libp2p's PrivateKey message, <see cref="ProtobufBytes"/> long: a secret.</summary>
        public byte[] ToProtobuf()
        {
            byte[] bytes = new byte[ProtobufBytes];
            Bytes.WriteUInt32BigEndian(bytes, 0, Header);
            Array.Copy(_seed, 0, bytes, 4, SeedBytes);
            Array.Copy(PublicKey, 0, bytes, 4 + SeedBytes, SeedBytes);
            return bytes;
        }

        /// <summary>Whether a key signed a message (libp2p peer-ids spec, "How Keys are encoded and Messages Signed"). Allocates
        /// nothing.</summary>
        /// <param name="crypto">Verifies Ed25519 signatures.</param>
        /// <param name="verifier">Verifies those of keys of other types; null for none.</param>
        /// <param name="type">The key's <see cref="KeyType"/>, as <see cref="Multiformats.PublicKey.Parse"/> returned it.</param>
        /// <param name="buffer">Where key and signature are.</param>
        /// <param name="key">Where the Data of the PublicKey message begin; of an Ed25519 key they have 32 bytes.</param>
        /// <param name="keyCount">Their bytes.</param>
        /// <param name="signature">Where the signature begins.</param>
        /// <param name="signatureCount">Its bytes.</param>
        /// <param name="message">What was signed.</param>
        /// <param name="count">How many bytes of it, from its first.</param>
        /// <returns>An <see cref="IdentityResult"/>.</returns>
        public static int Verify(CryptoProvider crypto, IIdentityVerifier verifier, int type, byte[] buffer, int key, int keyCount,
            int signature, int signatureCount, byte[] message, int count)
        {
            if (type != (int)KeyType.Ed25519)
            {
                return verifier == null ? IdentityResult.Unsupported
                    : verifier.Verify((KeyType)type, buffer, key, keyCount, message, 0, count, buffer, signature, signatureCount);
            }

            return signatureCount == CryptoProvider.SignatureBytes
                && crypto.Ed25519Verify(buffer, key, message, 0, count, buffer, signature)
                ? IdentityResult.Valid
                : IdentityResult.Invalid;
        }

        /// <summary>Signs the caller's bytes (RFC 8032 5.1.6). The 64 bytes of the signature may overlay them.</summary>
        public void Sign(CryptoProvider crypto, byte[] message, int offset, int count, byte[] signature, int signatureOffset)
        {
            // the key in the peer id is one that nobody can write: signatures under another one would give the seed away
            crypto.Ed25519Sign(_seed, 0, PeerId.Raw, PeerId.Ed25519Bytes - CryptoProvider.KeyBytes, message, offset, count, signature,
                signatureOffset);
        }
    }
}
