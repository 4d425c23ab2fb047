using System;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Noise
{
    /// <summary>
    /// The CipherState of the Noise Protocol Framework (revision 34, section 5.1) with ChaCha20-Poly1305: a key and a
    /// counter that never repeats under it.
    /// </summary>
    public sealed class CipherState
    {
        private readonly CryptoProvider _crypto;
        private readonly byte[] _key = new byte[CryptoProvider.KeyBytes];
        private ulong _nonce;
        private bool _hasKey;

        /// <summary>Makes a state without a key.</summary>
        public CipherState(CryptoProvider crypto)
        {
            _crypto = crypto;
        }

        /// <summary>True once a key is set.</summary>
        public bool HasKey
        {
            get { return _hasKey; }
        }

        /// <summary>Takes a copy of the 32-byte key at <paramref name="offset"/> and starts counting at 0 (InitializeKey).</summary>
        public void SetKey(byte[] key, int offset)
        {
            Array.Copy(key, offset, _key, 0, CryptoProvider.KeyBytes);
            _nonce = 0;
            _hasKey = true;
        }

        /// <summary>Wipes the key.</summary>
        public void Clear()
        {
            Array.Clear(_key, 0, CryptoProvider.KeyBytes);
            _hasKey = false;
        }

        /// <summary>Seals <paramref name="count"/> bytes in place and adds the 16-byte tag (EncryptWithAd).</summary>
        /// <returns>Bytes of the result, or <see cref="NoiseResult.NonceExhausted"/>.</returns>
        /// <exception cref="InvalidOperationException">There is no key: nothing is ever sent in clear.</exception>
        public int Encrypt(byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            if (!MayUseKey())
            {
                return NoiseResult.NonceExhausted;
            }

            // counted first: after an exception the bytes of the buffer may be sealed, and nothing else may be under this number
            _crypto.Seal(_key, 0, 0, _nonce++, ad, adOffset, adCount, buffer, offset, count);
            return count + CryptoProvider.TagBytes;
        }

        /// <summary>Opens <paramref name="count"/> bytes, tag included, in place (DecryptWithAd).</summary>
        /// <returns>Bytes of plaintext, or a negative <see cref="NoiseResult"/>; buffer and counter are then as they were.</returns>
        /// <exception cref="InvalidOperationException">There is no key.</exception>
        public int Decrypt(byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            if (!MayUseKey())
            {
                return NoiseResult.NonceExhausted;
            }

            if (!_crypto.Open(_key, 0, 0, _nonce, ad, adOffset, adCount, buffer, offset, count))
            {
                return NoiseResult.TagInvalid;
            }

            _nonce++;
            return count - CryptoProvider.TagBytes;
        }

        internal void CopyFrom(CipherState other)
        {
            SetKey(other._key, 0);
            _nonce = other._nonce;
            _hasKey = other._hasKey;
        }

        private bool MayUseKey()
        {
            if (!_hasKey)
            {
                throw new InvalidOperationException(HandshakeState.NoKey);
            }

            return _nonce != ulong.MaxValue;
        }
    }
}
