using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Noise
{
    /// <summary>
    /// The libp2p handshake (libp2p noise spec, revision 5): Noise XX whose payloads prove each side's identity and agree
    /// on the multiplexer. One object serves one connection after another and allocates only in its constructor.
    /// </summary>
    public sealed class NoiseHandshake
    {
        /// <summary>The Noise handshake below: whose turn it is, its ephemeral keys, its split into two ciphers, its wiping.</summary>
        public readonly HandshakeState State;

        /// <summary>The peer's id itself: <see cref="RemoteIdCount"/> bytes, not a copy. It is proved when the handshake is
        /// complete.</summary>
        public readonly byte[] RemoteId = new byte[PeerId.MaxBytes];

        private readonly CryptoProvider _crypto;
        private readonly NoiseSettings _settings;
        private readonly ProtobufReader _reader = new ProtobufReader();
        private readonly byte[] _signed = NoiseIdentity.NewSigned();
        private PeerId _expected;
        private int _remoteIdCount;
        private bool _muxerAgreed;
        private bool _accepted;

        // where the parts of a payload lie in the caller's buffer while it is checked
        private int _keyOffset;
        private int _keyCount;
        private int _signatureOffset;
        private int _signatureCount;
        private bool _offersMuxers;
        private bool _offersYamux;

        /// <summary>Makes a handshake; <see cref="Start"/> begins one.</summary>
        /// <param name="crypto">The node's provider.</param>
        /// <param name="settings">What all handshakes of the node share.</param>
        public NoiseHandshake(CryptoProvider crypto, NoiseSettings settings)
        {
            _crypto = crypto;
            _settings = settings;
            State = new HandshakeState(crypto);
        }

        /// <summary>Bytes of <see cref="RemoteId"/>; 0 before the peer has proved one.</summary>
        public int RemoteIdCount
        {
            get { return _remoteIdCount; }
        }

        /// <summary>True when both sides have offered Yamux within the handshake.</summary>
        public bool MuxerAgreed
        {
            get { return _muxerAgreed; }
        }

        /// <summary>True when all three messages have passed and the peer's identity is proved.</summary>
        public bool IsComplete
        {
            get { return _accepted && State.IsComplete; }
        }

        /// <summary>Bytes of the next message that we write.</summary>
        public int MessageBytes
        {
            get
            {
                // the first message is in clear and carries no payload
                return State.MessageIndex == 0
                    ? CryptoProvider.KeyBytes
                    : State.HeaderBytes + _settings.Identity.Payload.Length + CryptoProvider.TagBytes;
            }
        }

        /// <summary>Begins a handshake.</summary>
        /// <param name="initiator">True for the side that dialled.</param>
        /// <param name="expected">The peer id that was dialled; null accepts any.</param>
        public void Start(bool initiator, PeerId expected)
        {
            _expected = expected;
            _remoteIdCount = 0;
            _muxerAgreed = false;
            _accepted = false;
            State.Start(_settings.Pattern, initiator, _settings.Prologue, _settings.Identity.StaticKey, null);
        }

        /// <summary>Writes our next message, <see cref="MessageBytes"/> long.</summary>
        /// <returns>Bytes written, or a negative <see cref="NoiseResult"/>.</returns>
        public int WriteMessage(byte[] buffer, int offset)
        {
            if (State.MessageIndex == 0)
            {
                return State.WriteMessage(buffer, offset, 0);
            }

            byte[] payload = _settings.Identity.Payload;
            Array.Copy(payload, 0, buffer, offset + State.HeaderBytes, payload.Length);
            return State.WriteMessage(buffer, offset, payload.Length);
        }

        /// <summary>Reads the peer's next message, in place, and checks whose it is.</summary>
        /// <returns>0, or a negative <see cref="NoiseResult"/>, after which the connection must end.</returns>
        public int ReadMessage(byte[] buffer, int offset, int count)
        {
            bool first = State.MessageIndex == 0;
            int payload;
            int payloadCount = State.ReadMessage(buffer, offset, count, out payload);
            if (payloadCount < 0)
            {
                return payloadCount;
            }

            // whatever an initiator puts into the first message is not authentic and means nothing
            int result = first ? 0 : CheckPayload(buffer, payload, payloadCount);
            if (result < 0)
            {
                // our own identity is not told to a peer that was refused
                State.Clear();
            }

            return result;
        }

        private int CheckPayload(byte[] buffer, int offset, int count)
        {
            int key;
            int type;
            if (!ReadPayload(buffer, offset, count)
                || (type = PublicKey.Parse(buffer, _keyOffset, _keyCount, out key)) < 0)
            {
                return NoiseResult.PayloadMalformed;
            }

            int idCount = PeerId.Derive(buffer, _keyOffset, _keyCount, _crypto, RemoteId, 0);
            byte[] staticKey = State.RemoteStatic;
            if (!_settings.Known.Contains(RemoteId, idCount, staticKey))
            {
                NoiseIdentity.CopySigned(staticKey, _signed);
                int result = Identity.Verify(_crypto, _settings.Verifier, type, buffer, key, _keyOffset + _keyCount - key,
                    _signatureOffset, _signatureCount, _signed, _signed.Length);
                if (result != IdentityResult.Valid)
                {
                    return result == IdentityResult.Unsupported ? NoiseResult.IdentityUnsupported : NoiseResult.SignatureInvalid;
                }

                _settings.Known.Add(RemoteId, idCount, staticKey);
            }

            // a peer that proves another identity is named by the one it proved
            _remoteIdCount = idCount;
            if (_expected != null && !_expected.Matches(RemoteId, 0, idCount))
            {
                return NoiseResult.PeerIdMismatch;
            }

            // "If there is no overlap [...] the handshake MUST fail" (inlined-muxer-negotiation spec)
            if (_settings.OffersMuxer && _offersMuxers && !_offersYamux)
            {
                return NoiseResult.MuxerMismatch;
            }

            _muxerAgreed = _settings.OffersMuxer && _offersYamux;
            _accepted = true;
            return 0;
        }

        // NoiseHandshakePayload: identity_key = 1, identity_sig = 2, extensions = 4 { stream_muxers = 2 }.
        // The message lies whole in the buffer, so each field is one chunk.
        private bool ReadPayload(byte[] buffer, int offset, int count)
        {
            _keyCount = 0;
            _signatureCount = 0;
            _offersMuxers = false;
            _offersYamux = false;
            int end = offset + count;
            _reader.Reset((ulong)count);
            while (true)
            {
                ProtobufEvent found = _reader.Next(buffer, offset, end - offset);
                int field = _reader.Field;
                int at = offset;
                int consumed = _reader.Consumed;
                offset += consumed;
                switch (found)
                {
                    case ProtobufEvent.BytesBegin:
                        if (field == 4 && _reader.Depth == 0)
                        {
                            _reader.Enter();
                        }

                        break;
                    case ProtobufEvent.BytesChunk:
                        TakeField(buffer, field, at, consumed);
                        break;
                    case ProtobufEvent.EndOfMessage:
                        if (offset == end && _reader.MayEnd)
                        {
                            return _keyCount > 0 && _signatureCount > 0;
                        }

                        break;
                    case ProtobufEvent.Malformed:
                    case ProtobufEvent.NeedMore:
                        return false;
                }
            }
        }

        private void TakeField(byte[] buffer, int field, int offset, int count)
        {
            if (_reader.Depth == 1)
            {
                if (field == 2)
                {
                    byte[] yamux = _settings.MuxerId;
                    _offersMuxers = true;
                    if (count == yamux.Length && Bytes.Equal(buffer, offset, yamux, 0, count))
                    {
                        _offersYamux = true;
                    }
                }
            }
            else if (field == 1)
            {
                _keyOffset = offset;
                _keyCount = count;
            }
            else if (field == 2)
            {
                _signatureOffset = offset;
                _signatureCount = count;
            }
        }
    }
}
