using System;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Core.Noise
{
    /// <summary>
    /// The SymmetricState of the Noise Protocol Framework (section 5.2) with SHA-256: the chaining key ck, the handshake
    /// hash h and a cipher that the two of them key anew with every secret.
    /// </summary>
    public sealed class SymmetricState
    {
        private const int HashBytes = CryptoProvider.Sha256Bytes;

        private readonly CryptoProvider _crypto;
        private readonly CipherState _cipher;
        private readonly byte[] _ck = new byte[HashBytes];
        private readonly byte[] _h = new byte[HashBytes];

        // HKDF's outputs: the next ck and a key
        private readonly byte[] _okm = new byte[2 * HashBytes];

        /// <summary>Makes an empty state; <see cref="Initialize"/> begins.</summary>
        public SymmetricState(CryptoProvider crypto)
        {
            _crypto = crypto;
            _cipher = new CipherState(crypto);
        }

        /// <summary>True once a secret was mixed in, so that what follows is encrypted.</summary>
        public bool HasKey
        {
            get { return _cipher.HasKey; }
        }

        /// <summary>Begins with a protocol's name in ASCII (InitializeSymmetric).</summary>
        public void Initialize(byte[] protocolName)
        {
            if (protocolName.Length <= HashBytes)
            {
                Array.Clear(_h, 0, HashBytes);
                Array.Copy(protocolName, 0, _h, 0, protocolName.Length);
            }
            else
            {
                _crypto.Sha256Start();
                _crypto.Sha256Update(protocolName, 0, protocolName.Length);
                _crypto.Sha256Finish(_h, 0);
            }

            Array.Copy(_h, 0, _ck, 0, HashBytes);
            _cipher.Clear();
        }

        /// <summary>h = SHA-256(h || data).</summary>
        public void MixHash(byte[] data, int offset, int count)
        {
            _crypto.Sha256Start();
            _crypto.Sha256Update(_h, 0, HashBytes);
            _crypto.Sha256Update(data, offset, count);
            _crypto.Sha256Finish(_h, 0);
        }

        /// <summary>ck, k = HKDF(ck, secret), and the cipher starts anew with k.</summary>
        public void MixKey(byte[] secret, int offset, int count)
        {
            Expand(secret, offset, count);
            _cipher.SetKey(_okm, HashBytes);
            Array.Clear(_okm, 0, _okm.Length);
        }

        /// <summary>Encrypts in place if there is a key, and mixes the result into h. The buffer has room for 16 bytes more.</summary>
        /// <returns>Bytes of the result, or a negative <see cref="NoiseResult"/>.</returns>
        public int EncryptAndHash(byte[] buffer, int offset, int count)
        {
            int written = _cipher.Encrypt(_h, 0, HashBytes, buffer, offset, count);
            if (written >= 0)
            {
                MixHash(buffer, offset, written);
            }

            return written;
        }

        /// <summary>Mixes the ciphertext into h and decrypts it in place if there is a key.</summary>
        /// <returns>Bytes of plaintext, or a negative <see cref="NoiseResult"/>.</returns>
        public int DecryptAndHash(byte[] buffer, int offset, int count)
        {
            // the cipher needs the old h as associated data, the hash needs the bytes before they are decrypted
            Array.Copy(_h, 0, _okm, 0, HashBytes);
            MixHash(buffer, offset, count);
            return _cipher.Decrypt(_okm, 0, HashBytes, buffer, offset, count);
        }

        /// <summary>Ends the handshake: two keys, the first for what the initiator sends (Split).</summary>
        public void Split(CipherState initiatorToResponder, CipherState responderToInitiator)
        {
            Expand(_okm, 0, 0);
            initiatorToResponder.SetKey(_okm, 0);
            responderToInitiator.SetKey(_okm, HashBytes);
            Clear();
        }

        /// <summary>Copies h, which both sides share and nobody else knows (channel binding, section 11.2).</summary>
        public void CopyHash(byte[] buffer, int offset)
        {
            Array.Copy(_h, 0, buffer, offset, HashBytes);
        }

        /// <summary>Wipes the secrets; h stays.</summary>
        public void Clear()
        {
            _cipher.Clear();
            Array.Clear(_ck, 0, HashBytes);
            Array.Clear(_okm, 0, _okm.Length);
        }

        private void Expand(byte[] secret, int offset, int count)
        {
            _crypto.HkdfSha256(_ck, 0, HashBytes, secret, offset, count, _okm, 0, 0, _okm, 0, _okm.Length);
            Array.Copy(_okm, 0, _ck, 0, HashBytes);
        }
    }
}
