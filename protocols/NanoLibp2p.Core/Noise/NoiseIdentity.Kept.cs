#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Noise
{
    // A static key that outlives its process. A device makes a new one at each start: it dials its gateway and not the other way round.
    public sealed partial class NoiseIdentity
    {
        // of the payload's first field, the identity's key: its tag and its length
        private const int KeyAt = 2;

        /// <summary>Takes up a static key that was kept, and signs it anew; a signature by Ed25519 comes out the same.</summary>
        /// <param name="identity">Signs the static key.</param>
        /// <param name="crypto">Used here only.</param>
        /// <param name="privateKey">What <see cref="KeyPair.PrivateKey"/> of <see cref="StaticKey"/> was: 32 bytes, as secret as the
        /// identity's seed. Copied.</param>
        /// <param name="earlyMuxer">As with the constructor.</param>
        /// <exception cref="ArgumentException">The key has another length.</exception>
        public static NoiseIdentity FromPrivateKey(Identity identity, CryptoProvider crypto, byte[] privateKey, bool earlyMuxer)
        {
            if (privateKey.Length != CryptoProvider.KeyBytes)
            {
                throw new ArgumentException("the static key has " + privateKey.Length.ToString() + " bytes; give 32");
            }

            return new NoiseIdentity(identity, crypto, new KeptKey(privateKey), earlyMuxer);
        }

        /// <summary>Whether <paramref name="identity"/> is the one that signed.</summary>
        public bool IsOf(Identity identity)
        {
            byte[] key = identity.PublicKeyProtobuf;
            return Payload.Length > KeyAt + key.Length && Bytes.Equal(Payload, KeyAt, key, 0, key.Length);
        }

        /// <summary>Whether it offers Yamux within the handshake.</summary>
        public bool OffersMuxer
        {
            get { return Payload.Length == MaxPayload; }
        }

        private sealed class KeptKey : IRandom
        {
            private readonly byte[] _key;

            internal KeptKey(byte[] key)
            {
                _key = key;
            }

            public void Fill(byte[] buffer, int offset, int count)
            {
                Array.Copy(_key, 0, buffer, offset, count);
            }
        }
    }
}
#endif
