using System;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Noise
{
    /// <summary>
    /// The SymmetricState of the Noise Protocol Framework (section 5.2) with SHA-256: the chaining key ck, the handshake
    /// hash h and a cipher that the two of them key anew with every secret.
    /// </summary>
    internal sealed class SymmetricState
    {
        private const int HashBytes = CryptoProvider.Sha256Bytes;
        private const int ChainingKey = HashBytes;

        /// <summary>Takes the secret of a Diffie-Hellman for <see cref="MixKey"/>; in between it has HKDF's outputs.</summary>
        internal readonly byte[] Secret = new byte[2 * HashBytes];

        private readonly CryptoProvider _crypto;
        private readonly CipherState _cipher;

        // h, then ck
        internal readonly byte[] State = new byte[2 * HashBytes];

        // as they were before the message that is being read
        private readonly CipherState _savedCipher;
        private readonly byte[] _savedState = new byte[2 * HashBytes];

        internal SymmetricState(CryptoProvider crypto)
        {
            _crypto = crypto;
            _cipher = new CipherState(crypto);
            _savedCipher = new CipherState(crypto);
        }

        /// <summary>True once a secret was mixed in, so that what follows is encrypted.</summary>
        internal bool HasKey
        {
            get { return _cipher.HasKey; }
        }

        /// <summary>Begins with a protocol's name in ASCII (InitializeSymmetric).</summary>
        internal void Initialize(byte[] protocolName)
        {
            Clear();
            if (protocolName.Length <= HashBytes)
            {
                Array.Clear(State, 0, HashBytes);
                Array.Copy(protocolName, 0, State, 0, protocolName.Length);
            }
            else
            {
                _crypto.Sha256Start();
                _crypto.Sha256Update(protocolName, 0, protocolName.Length);
                _crypto.Sha256Finish(State, 0);
            }

            Array.Copy(State, 0, State, ChainingKey, HashBytes);
        }

        /// <summary>h = SHA-256(h || data).</summary>
        internal void MixHash(byte[] data, int offset, int count)
        {
            _crypto.Sha256Start();
            _crypto.Sha256Update(State, 0, HashBytes);
            _crypto.Sha256Update(data, offset, count);
            _crypto.Sha256Finish(State, 0);
        }

        /// <summary>ck, k = HKDF(ck, <see cref="Secret"/>), and the cipher starts anew with k.</summary>
        internal void MixKey()
        {
            Expand(HashBytes);
            Array.Copy(Secret, 0, State, ChainingKey, HashBytes);
            _cipher.SetKey(Secret, HashBytes);
            Array.Clear(Secret, 0, Secret.Length);
        }

        /// <summary>Encrypts in place if there is a key, and mixes the result into h. The buffer has room for 16 bytes more.</summary>
        /// <returns>Bytes of the result, or a negative <see cref="NoiseResult"/>.</returns>
        internal int EncryptAndHash(byte[] buffer, int offset, int count)
        {
            int written = HasKey ? _cipher.Encrypt(State, 0, HashBytes, buffer, offset, count) : count;
            if (written >= 0)
            {
                MixHash(buffer, offset, written);
            }

            return written;
        }

        /// <summary>Mixes the ciphertext into h and decrypts it in place if there is a key.</summary>
        /// <returns>Bytes of plaintext, or a negative <see cref="NoiseResult"/>.</returns>
        internal int DecryptAndHash(byte[] buffer, int offset, int count)
        {
            // the cipher needs the old h as associated data, the hash needs the bytes before they are decrypted
            Array.Copy(State, 0, Secret, 0, HashBytes);
            MixHash(buffer, offset, count);
            return HasKey ? _cipher.Decrypt(Secret, 0, HashBytes, buffer, offset, count) : count;
        }

        /// <summary>Ends the handshake: two keys, the first for what the initiator sends (Split).</summary>
        internal void Split(CipherState initiatorToResponder, CipherState responderToInitiator)
        {
            Expand(0);
            initiatorToResponder.SetKey(Secret, 0);
            responderToInitiator.SetKey(Secret, HashBytes);
        }

#if !NANOFRAMEWORK_1_0
        /// <summary>Copies h, which both sides share and nobody else knows (channel binding, section 11.2).</summary>
        internal void CopyHash(byte[] buffer, int offset)
        {
            Array.Copy(State, 0, buffer, offset, HashBytes);
        }
#endif

        /// <summary>Remembers ck, h, k and n for <see cref="Restore"/>.</summary>
        internal void Save()
        {
            Array.Copy(State, 0, _savedState, 0, State.Length);
            _savedCipher.CopyFrom(_cipher);
        }

        internal void Restore()
        {
            Array.Copy(_savedState, 0, State, 0, State.Length);
            _cipher.CopyFrom(_savedCipher);
        }

        /// <summary>Wipes the secrets; h stays.</summary>
        internal void Clear()
        {
            Array.Clear(State, ChainingKey, HashBytes);
            Array.Clear(Secret, 0, Secret.Length);
            _cipher.Clear();
            Save();
        }

        /// <summary>HKDF of ck and the first bytes of <see cref="Secret"/>, which takes the two outputs; of none this is Split.</summary>
        internal void Expand(int count)
        {
            _crypto.HkdfSha256(State, ChainingKey, HashBytes, Secret, 0, count, Secret, 0, 0, Secret, 0, Secret.Length);
        }
    }
}
