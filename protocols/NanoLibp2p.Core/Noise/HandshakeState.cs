using System;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Core.Noise
{
    /// <summary>
    /// The HandshakeState of the Noise Protocol Framework (section 5.3) for X25519, ChaCha20-Poly1305 and SHA-256: any
    /// pattern of E, S, EE, ES, SE and SS. Messages are made and read in place.
    /// </summary>
    /// <remarks>One object serves any number of handshakes, one after the other, and allocates only in its constructor.</remarks>
    public sealed class HandshakeState
    {
        private const int KeyBytes = CryptoProvider.KeyBytes;

        /// <summary>The peer's static public key, 32 bytes, once it was received or given.</summary>
        public readonly byte[] RemoteStatic = new byte[KeyBytes];

        /// <summary>Messages that have passed, either way.</summary>
        public int MessageIndex;

        private readonly CryptoProvider _crypto;
        private readonly SymmetricState _symmetric;
        private readonly KeyPair _e = new KeyPair();
        private readonly byte[] _re = new byte[KeyBytes];
        private readonly byte[] _secret = new byte[KeyBytes];
        private NoisePattern _pattern;
        private KeyPair _s;
        private bool _initiator;
        private bool _hasEphemeral;

        /// <summary>Makes a state; <see cref="Start"/> begins a handshake.</summary>
        public HandshakeState(CryptoProvider crypto)
        {
            _crypto = crypto;
            _symmetric = new SymmetricState(crypto);
        }

        /// <summary>True when the next message is ours to write.</summary>
        public bool IsMyTurn
        {
            get { return MessageIndex < _pattern.Messages.Length && ((MessageIndex & 1) == 0) == _initiator; }
        }

        /// <summary>True after the pattern's last message.</summary>
        public bool IsComplete
        {
            get { return MessageIndex == _pattern.Messages.Length; }
        }

        /// <summary>Begins a handshake (Initialize).</summary>
        /// <param name="pattern">Which.</param>
        /// <param name="initiator">True for the side that writes the first message.</param>
        /// <param name="prologue">What both sides must agree on; may be empty.</param>
        /// <param name="localStatic">Our static keys; null where the pattern needs none. Kept, not copied.</param>
        /// <param name="remoteStatic">The peer's static public key, 32 bytes, where the pattern knows it; else null.</param>
        public void Start(NoisePattern pattern, bool initiator, byte[] prologue, KeyPair localStatic, byte[] remoteStatic)
        {
            _pattern = pattern;
            _initiator = initiator;
            _s = localStatic;
            MessageIndex = 0;
            _hasEphemeral = false;
            _symmetric.Initialize(pattern.ProtocolName);
            _symmetric.MixHash(prologue, 0, prologue.Length);
            if (remoteStatic != null)
            {
                Array.Copy(remoteStatic, 0, RemoteStatic, 0, KeyBytes);
            }

            MixKnown(pattern.InitiatorKnown, initiator);
            MixKnown(pattern.ResponderKnown, !initiator);
        }

        /// <summary>Gives the ephemeral keys of this handshake, made while nobody waited. They are copied; use them for nothing else.</summary>
        public void UseEphemeral(KeyPair ephemeral)
        {
            _e.CopyFrom(ephemeral);
            _hasEphemeral = true;
        }

        /// <summary>True when <see cref="WriteMessage"/> will need an ephemeral key that was not given yet.</summary>
        public bool NeedsEphemeral
        {
            get { return !_hasEphemeral && IsMyTurn && _pattern.Messages[MessageIndex][0] == NoisePattern.E; }
        }

        /// <summary>Bytes that the next message has before its payload: keys, and a key's tag.</summary>
        public int HeaderBytes
        {
            get
            {
                byte[] tokens = _pattern.Messages[MessageIndex];
                bool keyed = _symmetric.HasKey;
                int bytes = 0;
                for (int i = 0; i < tokens.Length; i++)
                {
                    if (tokens[i] == NoisePattern.E)
                    {
                        bytes += KeyBytes;
                    }
                    else if (tokens[i] == NoisePattern.S)
                    {
                        bytes += keyed ? KeyBytes + CryptoProvider.TagBytes : KeyBytes;
                    }
                    else
                    {
                        keyed = true;
                    }
                }

                return bytes;
            }
        }

        /// <summary>
        /// Writes the next message around a payload that the caller has put <see cref="HeaderBytes"/> after
        /// <paramref name="offset"/>. The buffer has room for 16 bytes after it. An ephemeral key must have been given.
        /// </summary>
        /// <returns>Bytes of the message, or a negative <see cref="NoiseResult"/>.</returns>
        public int WriteMessage(byte[] buffer, int offset, int payloadCount)
        {
            byte[] tokens = _pattern.Messages[MessageIndex];
            int at = offset;
            for (int i = 0; i < tokens.Length; i++)
            {
                if (tokens[i] == NoisePattern.E)
                {
                    Array.Copy(_e.PublicKey, 0, buffer, at, KeyBytes);
                    _symmetric.MixHash(buffer, at, KeyBytes);
                    at += KeyBytes;
                }
                else if (tokens[i] == NoisePattern.S)
                {
                    Array.Copy(_s.PublicKey, 0, buffer, at, KeyBytes);
                    int written = _symmetric.EncryptAndHash(buffer, at, KeyBytes);
                    if (written < 0)
                    {
                        return written;
                    }

                    at += written;
                }
                else if (!MixDh(tokens[i]))
                {
                    return NoiseResult.KeyInvalid;
                }
            }

            int payload = _symmetric.EncryptAndHash(buffer, at, payloadCount);
            if (payload < 0)
            {
                return payload;
            }

            MessageIndex++;
            return at + payload - offset;
        }

        /// <summary>Reads the peer's next message and leaves its payload, decrypted, where it lay.</summary>
        /// <param name="buffer">The message at <paramref name="offset"/>; its bytes change.</param>
        /// <param name="offset">Where the message begins.</param>
        /// <param name="count">Bytes of the message.</param>
        /// <param name="payloadOffset">Where the payload begins.</param>
        /// <returns>Bytes of payload, or a negative <see cref="NoiseResult"/>.</returns>
        public int ReadMessage(byte[] buffer, int offset, int count, out int payloadOffset)
        {
            byte[] tokens = _pattern.Messages[MessageIndex];
            int at = offset;
            int end = offset + count;
            payloadOffset = at;
            for (int i = 0; i < tokens.Length; i++)
            {
                if (tokens[i] == NoisePattern.E)
                {
                    if (end - at < KeyBytes)
                    {
                        return NoiseResult.TooShort;
                    }

                    Array.Copy(buffer, at, _re, 0, KeyBytes);
                    _symmetric.MixHash(buffer, at, KeyBytes);
                    at += KeyBytes;
                }
                else if (tokens[i] == NoisePattern.S)
                {
                    int length = _symmetric.HasKey ? KeyBytes + CryptoProvider.TagBytes : KeyBytes;
                    if (end - at < length)
                    {
                        return NoiseResult.TooShort;
                    }

                    int read = _symmetric.DecryptAndHash(buffer, at, length);
                    if (read < 0)
                    {
                        return read;
                    }

                    Array.Copy(buffer, at, RemoteStatic, 0, KeyBytes);
                    at += length;
                }
                else if (!MixDh(tokens[i]))
                {
                    return NoiseResult.KeyInvalid;
                }
            }

            int payload = _symmetric.DecryptAndHash(buffer, at, end - at);
            if (payload < 0)
            {
                return payload;
            }

            payloadOffset = at;
            MessageIndex++;
            return payload;
        }

        /// <summary>After the last message: keys the two ciphers and wipes what the handshake knew.</summary>
        public void Split(CipherState sending, CipherState receiving)
        {
            if (_initiator)
            {
                _symmetric.Split(sending, receiving);
            }
            else
            {
                _symmetric.Split(receiving, sending);
            }

            Clear();
        }

        /// <summary>Copies the handshake hash, 32 bytes, that both sides share.</summary>
        public void CopyHash(byte[] buffer, int offset)
        {
            _symmetric.CopyHash(buffer, offset);
        }

        /// <summary>Wipes the secrets of a handshake that ended or broke off.</summary>
        public void Clear()
        {
            _symmetric.Clear();
            _e.Clear();
            _s = null;
            _hasEphemeral = false;
            Array.Clear(_secret, 0, KeyBytes);
        }

        private void MixKnown(byte[] tokens, bool own)
        {
            for (int i = 0; i < tokens.Length; i++)
            {
                if (tokens[i] == NoisePattern.S)
                {
                    _symmetric.MixHash(own ? _s.PublicKey : RemoteStatic, 0, KeyBytes);
                }
                else
                {
                    _symmetric.MixHash(own ? _e.PublicKey : _re, 0, KeyBytes);
                }
            }
        }

        private bool MixDh(byte token)
        {
            // ES is the initiator's e with the responder's s; SE the other way round
            bool ownStatic = token == NoisePattern.SS || token == (_initiator ? NoisePattern.SE : NoisePattern.ES);
            bool theirStatic = token == NoisePattern.SS || token == (_initiator ? NoisePattern.ES : NoisePattern.SE);
            KeyPair own = ownStatic ? _s : _e;
            if (!_crypto.X25519(own.PrivateKey, 0, theirStatic ? RemoteStatic : _re, 0, _secret, 0))
            {
                return false;
            }

            _symmetric.MixKey(_secret, 0, KeyBytes);
            return true;
        }
    }
}
