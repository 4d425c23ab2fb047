using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Core.Noise
{
    /// <summary>An X25519 key pair: a Noise static or ephemeral key.</summary>
    public sealed class KeyPair
    {
        private readonly byte[] _private = new byte[CryptoProvider.KeyBytes];
        private readonly byte[] _public = new byte[CryptoProvider.KeyBytes];

        /// <summary>The private key itself, 32 bytes, not a copy.</summary>
        public byte[] PrivateKey
        {
            get { return _private; }
        }

        /// <summary>The public key itself, 32 bytes, not a copy.</summary>
        public byte[] PublicKey
        {
            get { return _public; }
        }

        /// <summary>Makes new keys.</summary>
        public void Generate(CryptoProvider crypto, IRandom random)
        {
            random.Fill(_private, 0, _private.Length);
            crypto.X25519Base(_private, 0, _public, 0);
        }

        /// <summary>Takes a given private key, 32 bytes.</summary>
        public void SetPrivateKey(CryptoProvider crypto, byte[] privateKey, int offset)
        {
            Array.Copy(privateKey, offset, _private, 0, _private.Length);
            crypto.X25519Base(_private, 0, _public, 0);
        }

        /// <summary>Copies both keys.</summary>
        public void CopyFrom(KeyPair other)
        {
            Array.Copy(other._private, 0, _private, 0, _private.Length);
            Array.Copy(other._public, 0, _public, 0, _public.Length);
        }

        /// <summary>Wipes both keys.</summary>
        public void Clear()
        {
            Array.Clear(_private, 0, _private.Length);
            Array.Clear(_public, 0, _public.Length);
        }
    }
}
