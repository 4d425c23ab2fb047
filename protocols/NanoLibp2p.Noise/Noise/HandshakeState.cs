using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Noise
{
    /// <summary>
    /// The HandshakeState of the Noise Protocol Framework (section 5.3) for X25519, ChaCha20-Poly1305 and SHA-256: any
    /// pattern of E, S, EE, ES, SE and SS. Messages are made and read in place.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   Start > (UseEphemeral) > WriteMessage, ReadMessage in turns > IsComplete > Split
    /// </code>
    /// <see cref="Split"/> and <see cref="Clear"/> lead back to the beginning: one object serves any number of handshakes, one after
    /// the other, and allocates only in its constructor. A message that does not open changes nothing of the state, so that a forged
    /// datagram does not end a handshake.
    /// </remarks>
    public sealed partial class HandshakeState
    {
        private const int KeyBytes = CryptoProvider.KeyBytes;

        /// <summary>The peer's static public key, 32 bytes, not a copy: proved to be the peer's when the handshake is complete.</summary>
        public readonly byte[] RemoteStatic = new byte[KeyBytes];

        private readonly CryptoProvider _crypto;
        internal readonly SymmetricState Symmetric;
        internal readonly KeyPair Ephemeral = new KeyPair();
        private readonly byte[] _re = new byte[KeyBytes];

        // null unless a handshake is under way
        private NoisePattern _pattern;
        private KeyPair _s;
        internal int Index;
        private bool _initiator;
        private bool _hasEphemeral;

        /// <summary>Makes a state; <see cref="Start"/> begins a handshake.</summary>
        public HandshakeState(CryptoProvider crypto)
        {
            _crypto = crypto;
            Symmetric = new SymmetricState(crypto);
        }

        /// <summary>Messages that have passed, either way.</summary>
        public int MessageIndex
        {
            get { return Index; }
        }

        /// <summary>True when the next message is ours to write.</summary>
        public bool IsMyTurn
        {
            get { return _pattern != null && Index < _pattern.Messages.Length && ((Index & 1) == 0) == _initiator; }
        }

        /// <summary>True after the pattern's last message, until <see cref="Split"/>.</summary>
        public bool IsComplete
        {
            get { return _pattern != null && Index == _pattern.Messages.Length; }
        }

        /// <summary>Begins a handshake (Initialize). One that was under way is forgotten.</summary>
        /// <param name="pattern">What each message carries.</param>
        /// <param name="initiator">True for the side that writes the first message.</param>
        /// <param name="prologue">What both sides must agree on; may be empty.</param>
        /// <param name="localStatic">Our static keys; null where the pattern needs none. Kept, not copied.</param>
        /// <param name="remoteStatic">The peer's static public key, 32 bytes, where the pattern knows it; else null. Copied.</param>
        /// <exception cref="ArgumentException">Both sides know a static key before the first message of this pattern, and it was not
        /// given.</exception>
        public void Start(NoisePattern pattern, bool initiator, byte[] prologue, KeyPair localStatic, byte[] remoteStatic)
        {
            Clear();
            Begin(pattern, initiator, prologue, localStatic, remoteStatic);
        }

        /// <summary>As <see cref="Start"/>, after <see cref="Clear"/>, with the ephemeral keys made in <see cref="Ephemeral"/> in
        /// between.</summary>
        internal void Begin(NoisePattern pattern, bool initiator, byte[] prologue, KeyPair localStatic, byte[] remoteStatic)
        {
            Symmetric.Initialize(pattern.ProtocolName);
            Symmetric.MixHash(prologue, 0, prologue.Length);
            byte[] ours = localStatic == null ? null : localStatic.PublicKey;
            MixKnown(pattern.InitiatorKnown, initiator ? ours : remoteStatic);
            MixKnown(pattern.ResponderKnown, initiator ? remoteStatic : ours);
            if (remoteStatic != null)
            {
                Array.Copy(remoteStatic, 0, RemoteStatic, 0, KeyBytes);
            }

            _initiator = initiator;
            _s = localStatic;
            Index = 0;
            _pattern = pattern;
        }

        /// <summary>Gives the ephemeral keys of this handshake, made while nobody waited. They are copied; use them for nothing
        /// else.</summary>
        /// <exception cref="InvalidOperationException">No handshake is under way, or it has its ephemeral keys.</exception>
        public void UseEphemeral(KeyPair ephemeral)
        {
            if (_pattern == null || _hasEphemeral)
            {
                throw new InvalidOperationException(EphemeralTwice);
            }

            if (ephemeral != Ephemeral)
            {
                Ephemeral.CopyFrom(ephemeral);
            }

            _hasEphemeral = true;
        }

        /// <summary>True when <see cref="WriteMessage"/> will need ephemeral keys that were not given yet.</summary>
        public bool NeedsEphemeral
        {
            get { return !_hasEphemeral && IsMyTurn && _pattern.Messages[Index][0] == NoisePattern.E; }
        }

        /// <summary>Bytes that the next message has before its payload: keys, and a key's tag.</summary>
        /// <exception cref="InvalidOperationException">No handshake is under way, or it is complete.</exception>
        public int HeaderBytes
        {
            get
            {
                bool keyed;
                return Header(out keyed);
            }
        }

        /// <summary>
        /// Writes the next message around a payload that the caller has put <see cref="HeaderBytes"/> after
        /// <paramref name="offset"/>.
        /// </summary>
        /// <param name="buffer">Has room for the header, the payload, and 16 bytes more once there is a key.</param>
        /// <param name="offset">Where the message goes.</param>
        /// <param name="payloadCount">Bytes of the payload.</param>
        /// <returns>Bytes of the message, or a negative <see cref="NoiseResult"/>.</returns>
        /// <exception cref="InvalidOperationException">
        /// No message is due or the peer's is, or a key is missing: ephemeral ones come from <see cref="UseEphemeral"/>, static ones from
        /// <see cref="Start"/>. </exception>
        /// <exception cref="ArgumentException">The buffer has no room for the message. Nothing has changed.</exception>
        public int WriteMessage(byte[] buffer, int offset, int payloadCount)
        {
            bool keyed;
            int header = Header(out keyed);
            Bytes.Check(buffer, offset + header, payloadCount);
            Begin(true, buffer, offset, header + payloadCount + (keyed ? CryptoProvider.TagBytes : 0));
            int payload = Pass(true, buffer, offset, offset + header + payloadCount);
            return payload < 0 ? payload : header + payload;
        }

        /// <summary>Reads the peer's next message and leaves its payload, decrypted, where it lay.</summary>
        /// <param name="buffer">The message at <paramref name="offset"/>; its bytes change, also when it does not open.</param>
        /// <param name="offset">Where the message begins.</param>
        /// <param name="count">Bytes of the message.</param>
        /// <param name="payloadOffset">Where the payload begins.</param>
        /// <returns>
        /// Bytes of payload, or a negative <see cref="NoiseResult"/>; the state is then as it was before the message, but for
        /// <see cref="RemoteStatic"/>. </returns>
        /// <exception cref="InvalidOperationException">No message is due, or ours is.</exception>
        /// <exception cref="ArgumentException">The message is not within the buffer.</exception>
        public int ReadMessage(byte[] buffer, int offset, int count, out int payloadOffset)
        {
            bool keyed;
            int header = Header(out keyed);
            Begin(false, buffer, offset, count);
            payloadOffset = offset + header;
            return count < header ? NoiseResult.TooShort : Pass(false, buffer, offset, offset + count);
        }

        /// <summary>After the last message: keys the two ciphers and wipes what the handshake knew.</summary>
        /// <exception cref="InvalidOperationException">The handshake is not complete.</exception>
        public void Split(CipherState sending, CipherState receiving)
        {
            if (!IsComplete)
            {
                throw new InvalidOperationException(SplitEarly);
            }

            Symmetric.Split(_initiator ? sending : receiving, _initiator ? receiving : sending);
            Clear();
        }

#if !NANOFRAMEWORK_1_0
        /// <summary>Copies the handshake hash, 32 bytes, that both sides share.</summary>
        public void CopyHash(byte[] buffer, int offset)
        {
            Symmetric.CopyHash(buffer, offset);
        }
#endif

        /// <summary>Wipes the secrets of a handshake that ended or broke off; the next one begins with <see cref="Start"/>.</summary>
        public void Clear()
        {
            Symmetric.Clear();
            Ephemeral.Clear();
            _s = null;
            _pattern = null;
            _hasEphemeral = false;
        }

        // what both sides know before the first message: in all patterns here a static key or nothing
        private void MixKnown(byte[] tokens, byte[] key)
        {
            if (tokens.Length > 0)
            {
                if (key == null)
                {
                    throw new ArgumentException(MissingStatic);
                }

                Symmetric.MixHash(key, 0, KeyBytes);
            }
        }

        private int Header(out bool keyed)
        {
            if (_pattern == null || IsComplete)
            {
                throw new InvalidOperationException(NoMessageDue);
            }

            byte[] tokens = _pattern.Messages[Index];
            keyed = Symmetric.HasKey;
            int bytes = 0;
            for (int i = 0; i < tokens.Length; i++)
            {
                if (tokens[i] > NoisePattern.S)
                {
                    keyed = true;
                }
                else
                {
                    bytes += tokens[i] == NoisePattern.S && keyed ? KeyBytes + CryptoProvider.TagBytes : KeyBytes;
                }
            }

            return bytes;
        }

        private void Begin(bool writing, byte[] buffer, int offset, int count)
        {
            if (IsMyTurn != writing)
            {
                throw new InvalidOperationException(NotYourTurn);
            }

            if (writing && NeedsEphemeral)
            {
                throw new InvalidOperationException(NoEphemeral);
            }

            Bytes.Check(buffer, offset, count);
            Symmetric.Save();
        }

        // One message, either way. Its payload goes up to the end; the tag of one that is written comes behind it.
        private int Pass(bool writing, byte[] buffer, int at, int end)
        {
            byte[] tokens = _pattern.Messages[Index];
            int result = 0;
            for (int i = 0; i < tokens.Length && result >= 0; i++)
            {
                byte token = tokens[i];
                if (token > NoisePattern.S)
                {
                    result = MixDh(token);
                    continue;
                }

                bool isStatic = token == NoisePattern.S;
                int length = isStatic && Symmetric.HasKey ? KeyBytes + CryptoProvider.TagBytes : KeyBytes;
                if (writing)
                {
                    Array.Copy(Own(isStatic).PublicKey, 0, buffer, at, KeyBytes);
                }

                if (!isStatic)
                {
                    Symmetric.MixHash(buffer, at, KeyBytes);
                }
                else
                {
                    result = writing ? Symmetric.EncryptAndHash(buffer, at, KeyBytes) : Symmetric.DecryptAndHash(buffer, at, length);
                }

                if (!writing && result >= 0)
                {
                    Array.Copy(buffer, at, isStatic ? RemoteStatic : _re, 0, KeyBytes);
                }

                at += length;
            }

            if (result >= 0)
            {
                result = writing ? Symmetric.EncryptAndHash(buffer, at, end - at) : Symmetric.DecryptAndHash(buffer, at, end - at);
            }

            if (result < 0)
            {
                Symmetric.Restore();
            }
            else
            {
                Index++;
            }

            return result;
        }

        private int MixDh(byte token)
        {
            // ES is the initiator's e with the responder's s; SE the other way round
            bool ownStatic = token == NoisePattern.SS || token == (_initiator ? NoisePattern.SE : NoisePattern.ES);
            bool theirStatic = token == NoisePattern.SS || token == (_initiator ? NoisePattern.ES : NoisePattern.SE);
            if (!_crypto.X25519(Own(ownStatic).PrivateKey, 0, theirStatic ? RemoteStatic : _re, 0, Symmetric.Secret, 0))
            {
                return NoiseResult.KeyInvalid;
            }

            Symmetric.MixKey();
            return 0;
        }

        private KeyPair Own(bool isStatic)
        {
            if (isStatic && _s == null)
            {
                throw new InvalidOperationException(MissingStatic);
            }

            return isStatic ? _s : Ephemeral;
        }
    }
}
