using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Crypto;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core
{
    // How a connection becomes secure: multistream-select, Noise XX, and Yamux agreed on within it or after it.
    public sealed partial class Connection
    {
        // Begins the handshake when one is free: a caller's once its first message is here, so that silence keeps none.
        private void BeginHandshake()
        {
            _handshake = _node.RentHandshake(!_inbound);
            if (_handshake != null)
            {
                _handshake.Start(!_inbound, _peer);
                if (!_inbound)
                {
                    WriteHandshake();
                }
            }
            else
            {
                WaitForHandshake();
            }
        }

        private void EndHandshake()
        {
            if (_handshake != null)
            {
                _node.Handshakes.Return(_handshake);
                _handshake = null;
                HandshakeReturned();
            }
        }

        private bool ProcessSecuring()
        {
            Negotiation negotiation = FirstNegotiation;
            int used = negotiation.Receive(_node.Protocols, _receive.Bytes, _receive.Start, _receive.Count);
            _receive.Consume(used);
            TransmitNegotiation();
            switch (negotiation.State)
            {
                case NegotiationState.Agreed:
                    _state = ConnectionState.Handshaking;
                    return true;
                case NegotiationState.Refused:
                    Close(CloseReason.SecurityRefused, 0);
                    break;
                case NegotiationState.Malformed:
#if NANOFRAMEWORK_1_0
                    Close(_inbound && negotiation.WasRefused ? CloseReason.SecurityRefused : CloseReason.NegotiationMalformed, 0);
#else
                    CloseMalformed(CloseReason.SecurityRefused);
#endif
                    break;
            }

            return used > 0;
        }

        private bool ProcessHandshake()
        {
            int length = RecordLength();
            if (length >= 0 && _handshake == null)
            {
                BeginHandshake();
            }

            if (length < 0 || _handshake == null)
            {
                return false;
            }

            HandshakeRead();
            int result = _handshake.ReadMessage(_receive.Bytes, _receive.Start + RecordHeader, length);
            _receive.Consume(RecordHeader + length);
            _remoteIdCount = _handshake.RemoteIdCount;
            Array.Copy(_handshake.RemoteId, 0, RemoteId, 0, _remoteIdCount);
            if (result == 0 && _handshake.State.IsMyTurn)
            {
                result = WriteHandshake();
            }

            if (result < 0)
            {
                Close(ReasonOf(result), 0);
            }
            else if (_handshake.IsComplete)
            {
                Secured();
            }

            return true;
        }

        private int WriteHandshake()
        {
            if (_handshake.State.NeedsEphemeral)
            {
                _node.GiveEphemeral(_handshake);
            }

            int length = _handshake.MessageBytes;
            int at = _send.Append(RecordHeader + length);
            Bytes.WriteUInt16BigEndian(_send.Bytes, at, (ushort)length);
            HandshakeWritten();
            int written = _handshake.WriteMessage(_send.Bytes, at + RecordHeader);
            return written < 0 ? written : 0;
        }

        private void Secured()
        {
            if (_node.Identity.PeerId.Matches(RemoteId, 0, _remoteIdCount))
            {
                Close(CloseReason.DialledSelf, 0);
                return;
            }

            _handshake.State.Split(_sending, _receiving);
            bool muxerAgreed = _handshake.MuxerAgreed;
#if !NANOFRAMEWORK_1_0
            _usedEarlyMuxer = muxerAgreed;
#endif
            EndHandshake();
            if (_send.RecordCount > 0)
            {
                _send.CloseRecord();
            }

            // however long the peer's own records are: only what it grants tells what it takes (Yamux.WindowOfLongRecords)
            int longest = _node.Options.RecordBytes;
            if (longest > NodeOptions.SmallRecordBytes)
            {
                longest = NodeOptions.SmallRecordBytes;
            }

            _send.FrameRecords(RecordHeader, CryptoProvider.TagBytes, longest - CryptoProvider.TagBytes);
            if (muxerAgreed)
            {
                Opened();
                return;
            }

            _state = ConnectionState.Muxing;
            if (_inbound)
            {
                FirstNegotiation.Listen(1u << ProtocolTable.Yamux);
            }
            else
            {
                FirstNegotiation.Dial(ProtocolTable.Yamux);
            }

            TransmitNegotiation();
        }

        private void Opened()
        {
            _state = ConnectionState.Open;
            _wasOpen = true;
            _begun = _node.NowMs;
            Heard();
            Yamux.Start(!_inbound);
            _node.Connected(this);
        }

        private void TransmitNegotiation()
        {
            Negotiation negotiation = FirstNegotiation;
            if (negotiation.HasOutput)
            {
                int at = _send.Append(negotiation.OutputBytes(_node.Protocols));
                negotiation.Transmit(_node.Protocols, _send.Bytes, at);
            }
        }

        private static CloseReason ReasonOf(int noiseResult)
        {
            switch (noiseResult)
            {
                case NoiseResult.PayloadMalformed:
                    return CloseReason.IdentityMalformed;
                case NoiseResult.IdentityUnsupported:
                    return CloseReason.IdentityUnsupported;
                case NoiseResult.SignatureInvalid:
                    return CloseReason.IdentityInvalid;
                case NoiseResult.PeerIdMismatch:
                    return CloseReason.PeerIdMismatch;
                case NoiseResult.MuxerMismatch:
                    return CloseReason.MuxerRefused;
                default:
                    return CloseReason.HandshakeInvalid;
            }
        }
    }
}
