using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Noise
{
    /// <summary>An X25519 key pair: a Noise static or ephemeral key.</summary>
    public sealed class KeyPair
    {
        /// <summary>The private key itself, 32 bytes, not a copy.</summary>
        public readonly byte[] PrivateKey = new byte[CryptoProvider.KeyBytes];

        /// <summary>The public key itself, 32 bytes, not a copy.</summary>
        public readonly byte[] PublicKey = new byte[CryptoProvider.KeyBytes];

        /// <summary>Makes new keys.</summary>
        public void Generate(CryptoProvider crypto, IRandom random)
        {
            random.Fill(PrivateKey, 0, PrivateKey.Length);
            crypto.X25519Base(PrivateKey, 0, PublicKey, 0);
        }

        /// <summary>Copies both keys.</summary>
        public void CopyFrom(KeyPair other)
        {
            Array.Copy(other.PrivateKey, 0, PrivateKey, 0, PrivateKey.Length);
            Array.Copy(other.PublicKey, 0, PublicKey, 0, PublicKey.Length);
        }

        /// <summary>Wipes both keys.</summary>
        public void Clear()
        {
            Array.Clear(PrivateKey, 0, PrivateKey.Length);
            Array.Clear(PublicKey, 0, PublicKey.Length);
        }
    }
}
