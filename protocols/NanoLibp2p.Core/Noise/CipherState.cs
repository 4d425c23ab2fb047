using NanoLibp2p.Crypto;

namespace NanoLibp2p.Core.Noise
{
    /// <summary>
    /// The CipherState of the Noise Protocol Framework (revision 34, section 5.1) with ChaCha20-Poly1305: a key and a
    /// counter that never repeats under it.
    /// </summary>
    public sealed class CipherState
    {
        /// <summary>True once a key is set.</summary>
        public bool HasKey;

        private readonly CryptoProvider _crypto;
        private readonly byte[] _key = new byte[CryptoProvider.KeyBytes];
        private ulong _nonce;

        /// <summary>Makes a state without a key.</summary>
        public CipherState(CryptoProvider crypto)
        {
            _crypto = crypto;
        }

        /// <summary>Takes a copy of a 32-byte key and starts counting at 0 (InitializeKey).</summary>
        public void SetKey(byte[] key, int offset)
        {
            System.Array.Copy(key, offset, _key, 0, CryptoProvider.KeyBytes);
            _nonce = 0;
            HasKey = true;
        }

        /// <summary>Wipes the key.</summary>
        public void Clear()
        {
            System.Array.Clear(_key, 0, CryptoProvider.KeyBytes);
            _nonce = 0;
            HasKey = false;
        }

        /// <summary>
        /// Seals <paramref name="count"/> bytes in place and adds the 16-byte tag (EncryptWithAd). Without a key it does nothing.
        /// </summary>
        /// <returns>Bytes of the result, or <see cref="NoiseResult.NonceExhausted"/>.</returns>
        public int Encrypt(byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            if (!HasKey)
            {
                return count;
            }

            if (_nonce == ulong.MaxValue)
            {
                return NoiseResult.NonceExhausted;
            }

            _crypto.Seal(_key, 0, 0, _nonce, ad, adOffset, adCount, buffer, offset, count);
            _nonce++;
            return count + CryptoProvider.TagBytes;
        }

        /// <summary>
        /// Opens <paramref name="count"/> bytes, tag included, in place (DecryptWithAd). Without a key it does nothing.
        /// </summary>
        /// <returns>Bytes of plaintext, or a negative <see cref="NoiseResult"/>; the counter then stands still.</returns>
        public int Decrypt(byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            if (!HasKey)
            {
                return count;
            }

            if (_nonce == ulong.MaxValue)
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
    }
}
