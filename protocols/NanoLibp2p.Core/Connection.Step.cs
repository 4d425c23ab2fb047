using NanoLibp2p.Core.Buffers;
using NanoLibp2p.Core.Multiformats;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Noise;
using NanoLibp2p.Core.Yamux;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Core
{
    // How a connection moves: link to link, from dialling to the end.
    public sealed partial class Connection
    {
        // a record is its length in two bytes, big-endian, and a Noise message (libp2p noise spec, "Wire Format")
        private const int RecordHeader = 2;

        // reads of the link in one step, so that a busy peer leaves the others their turn
        private const int MaxReads = 4;

        internal void Accept(IStreamLink link, long nowMs)
        {
            Begin(true, null, null);
            _link = link;
            Secure(nowMs);
        }

        internal void Dial(Multiaddr[] addresses, PeerId expected, long nowMs)
        {
            Begin(false, addresses, expected);
            _state = ConnectionState.Dialing;
            DialNext(0, nowMs);
        }

        /// <summary>Moves bytes both ways and looks at the clock.</summary>
        /// <returns>True when anything moved.</returns>
        internal bool Step(long nowMs)
        {
            bool moved = false;
            if (_state == ConnectionState.Dialing && _closeReason == CloseReason.None)
            {
                StepDial(nowMs);
            }

            if (_state > ConnectionState.Dialing && _closeReason == CloseReason.None)
            {
                moved = Read(nowMs);
                if (_closeReason == CloseReason.None)
                {
                    CheckClock(nowMs);
                }
            }

            if (_closeReason != CloseReason.None)
            {
                End();
                return true;
            }

            return moved;
        }

        /// <summary>Seals what was written and gives it to the link.</summary>
        /// <returns>True when the link took something.</returns>
        internal bool Flush()
        {
            if (_state <= ConnectionState.Dialing || _closeReason != CloseReason.None)
            {
                return false;
            }

            bool moved = false;
            while (true)
            {
                WriteDue();
                if (_send.ReadyCount == 0 && _send.RecordCount > 0)
                {
                    CloseRecord();
                }

                if (_send.ReadyCount == 0)
                {
                    return moved;
                }

                int taken = _link.Write(_send.Bytes, _send.ReadyOffset, _send.ReadyCount);
                if (taken <= 0)
                {
                    if (taken < 0)
                    {
                        Fail(CloseReason.LinkFailed, (int)_link.Error);
                    }

                    return moved;
                }

                _send.Sent(taken);
                moved = true;
            }
        }

        private void Begin(bool inbound, Multiaddr[] addresses, PeerId expected)
        {
            _serial++;
            _inbound = inbound;
            _addresses = addresses;
            _addressIndex = 0;
            _expected = expected;
            _remotePeer = null;
            _closeReason = CloseReason.None;
            _closeDetail = 0;
            _wasOpen = false;
            _linkEnded = false;
            _pingSent = false;
            _plainCount = 0;
            _receive.Reset();
            _send.Reset();
        }

        private void StepDial(long nowMs)
        {
            switch (_link.State)
            {
                case LinkState.Open:
                    Secure(nowMs);
                    break;
                case LinkState.Connecting:
                    if (nowMs >= _deadline)
                    {
                        NextAddress(LinkError.TimedOut, nowMs);
                    }

                    break;
                default:
                    NextAddress(_link.Error, nowMs);
                    break;
            }
        }

        private void NextAddress(LinkError error, long nowMs)
        {
            _link.Close();
            if (_addressIndex + 1 < _addresses.Length)
            {
                DialNext(_addressIndex + 1, nowMs);
            }
            else
            {
                Fail(CloseReason.DialFailed, (int)error);
            }
        }

        private void DialNext(int index, long nowMs)
        {
            _addressIndex = index;
            _deadline = nowMs + _node.Options.DialTimeoutMs;
            _link = _node.Transport.Dial(_addresses[index].Host, _addresses[index].Port);
        }

        // Begins the handshake. The initiator says all it can at once: header, /noise and the first Noise message.
        private void Secure(long nowMs)
        {
            _state = ConnectionState.Securing;
            _deadline = nowMs + _node.Options.HandshakeTimeoutMs;
            _lastHeard = nowMs;
            _handshake.Start(!_inbound, _expected);
            if (_inbound)
            {
                _negotiation.Listen(1u << ProtocolTable.Noise);
            }
            else
            {
                _negotiation.Dial(ProtocolTable.Noise);
                TransmitNegotiation();
                WriteHandshake();
            }
        }

        private bool Read(long nowMs)
        {
            bool moved = false;
            for (int i = 0; i < MaxReads; i++)
            {
                int read = 0;
                if (!_linkEnded && _receive.Space > 0)
                {
                    read = _link.Read(_receive.Bytes, _receive.End, _receive.Space);
                    if (read > 0)
                    {
                        _receive.Filled(read);
                        _lastHeard = nowMs;
                        _pingSent = false;
                        moved = true;
                    }
                    else if (read == LinkResult.Failed)
                    {
                        Fail(CloseReason.LinkFailed, (int)_link.Error);
                        return true;
                    }
                    else if (read == LinkResult.Ended)
                    {
                        _linkEnded = true;
                    }
                }

                if (Process())
                {
                    moved = true;
                }

                if (_closeReason != CloseReason.None || read <= 0)
                {
                    break;
                }
            }

            if (_linkEnded && _closeReason == CloseReason.None && !moved)
            {
                Fail(_state == ConnectionState.Open ? CloseReason.Remote : CloseReason.EndedInHandshake, 0);
            }

            return moved;
        }

        // consumes what it can; false when nothing could be
        private bool Process()
        {
            bool moved = false;
            while (_closeReason == CloseReason.None)
            {
                bool more;
                switch (_state)
                {
                    case ConnectionState.Securing:
                        more = ProcessSecuring();
                        break;
                    case ConnectionState.Handshaking:
                        more = ProcessHandshake();
                        break;
                    default:
                        more = _plainCount > 0 ? ProcessPlain() : OpenRecord();
                        break;
                }

                if (!more)
                {
                    break;
                }

                moved = true;
            }

            return moved;
        }

        private bool ProcessSecuring()
        {
            int used = _negotiation.Receive(_node.Protocols, _receive.Bytes, _receive.Start, _receive.Count);
            _receive.Consume(used);
            TransmitNegotiation();
            switch (_negotiation.State)
            {
                case NegotiationState.Agreed:
                    _state = ConnectionState.Handshaking;
                    return true;
                case NegotiationState.Refused:
                    Fail(CloseReason.SecurityRefused, 0);
                    break;
                case NegotiationState.Malformed:
                    Fail(_inbound && _negotiation.WasRefused ? CloseReason.SecurityRefused : CloseReason.NegotiationMalformed, 0);
                    break;
            }

            return used > 0;
        }

        private bool ProcessHandshake()
        {
            int length = RecordLength();
            if (length < 0)
            {
                return false;
            }

            int result = _handshake.ReadMessage(_receive.Bytes, _receive.Start + RecordHeader, length);
            _receive.Consume(RecordHeader + length);
            if (result == 0 && _handshake.IsMyTurn)
            {
                result = WriteHandshake();
            }

            if (result < 0)
            {
                Fail(ReasonOf(result), 0);
            }
            else if (_handshake.IsComplete)
            {
                Secured();
            }

            return true;
        }

        private int WriteHandshake()
        {
            if (_handshake.NeedsEphemeral)
            {
                _handshake.UseEphemeral(_node.TakeEphemeral());
                _node.DropEphemeral();
            }

            int length = _handshake.MessageBytes;
            int at = _send.Append(RecordHeader + length);
            Bytes.WriteUInt16BigEndian(_send.Bytes, at, (ushort)length);
            int written = _handshake.WriteMessage(_send.Bytes, at + RecordHeader);
            return written < 0 ? written : 0;
        }

        private void Secured()
        {
            if (_node.Identity.PeerId.Matches(_handshake.RemoteId, 0, _handshake.RemoteIdCount))
            {
                Fail(CloseReason.DialledSelf, 0);
                return;
            }

            _handshake.Split(_sending, _receiving);
            if (_send.RecordCount > 0)
            {
                _send.CloseRecord();
            }

            _send.FrameRecords(RecordHeader, CryptoProvider.TagBytes, _node.Options.RecordBytes - CryptoProvider.TagBytes);
            if (_handshake.MuxerAgreed)
            {
                Opened();
                return;
            }

            _state = ConnectionState.Muxing;
            if (_inbound)
            {
                _negotiation.Listen(1u << ProtocolTable.Yamux);
            }
            else
            {
                _negotiation.Dial(ProtocolTable.Yamux);
            }

            TransmitNegotiation();
        }

        private void Opened()
        {
            _state = ConnectionState.Open;
            _wasOpen = true;
            _yamux.Start(!_inbound);
            _node.Connected(this);
        }

        // The next record's length when all of it has arrived; -1 when not, or when it can never fit.
        private int RecordLength()
        {
            if (_receive.Count < RecordHeader)
            {
                _receive.Reserve(RecordHeader);
                return -1;
            }

            int length = Bytes.ReadUInt16BigEndian(_receive.Bytes, _receive.Start);
            if (length > _node.Options.RecordBytes)
            {
                Fail(CloseReason.RecordTooLong, length);
                return -1;
            }

            if (_receive.Count < RecordHeader + length)
            {
                _receive.Reserve(RecordHeader + length);
                return -1;
            }

            return length;
        }

        private bool OpenRecord()
        {
            int length = RecordLength();
            if (length < 0)
            {
                return false;
            }

            int at = _receive.Start + RecordHeader;
            int plain = length < CryptoProvider.TagBytes
                ? NoiseResult.TooShort
                : _receiving.Decrypt(null, 0, 0, _receive.Bytes, at, length);
            if (plain < 0)
            {
                Fail(plain == NoiseResult.NonceExhausted ? CloseReason.KeyExhausted : CloseReason.RecordInvalid, length);
                return false;
            }

            _plainOffset = at;
            _plainCount = plain;
            if (plain == 0)
            {
                _receive.Consume(RecordHeader + length);
            }

            return true;
        }

        private bool ProcessPlain()
        {
            int used;
            if (_state == ConnectionState.Muxing)
            {
                used = _negotiation.Receive(_node.Protocols, _receive.Bytes, _plainOffset, _plainCount);
                TransmitNegotiation();
                switch (_negotiation.State)
                {
                    case NegotiationState.Agreed:
                        Opened();
                        break;
                    case NegotiationState.Refused:
                    case NegotiationState.Malformed:
                        Fail(CloseReason.MuxerRefused, 0);
                        break;
                }
            }
            else
            {
                used = _yamux.Receive(_receive.Bytes, _plainOffset, _plainCount);
                if (used < 0)
                {
                    Fail(ReasonOfYamux(used), 0);
                    return false;
                }
            }

            _plainOffset += used;
            _plainCount -= used;
            if (_plainCount == 0)
            {
                _receive.Consume(_plainOffset + CryptoProvider.TagBytes - _receive.Start);
            }

            return used > 0;
        }

        private void CheckClock(long nowMs)
        {
            if (_state != ConnectionState.Open)
            {
                if (nowMs >= _deadline)
                {
                    Fail(CloseReason.HandshakeTimeout, 0);
                }

                return;
            }

            for (int i = 0; i < _streams.Length; i++)
            {
                Libp2pStream stream = _streams[i];
                if (stream.IsOpen && !stream.IsAgreed && nowMs >= stream.Deadline)
                {
                    stream.Reset();
                }
            }

            if (nowMs >= KeepAliveDeadline)
            {
                if (_pingSent)
                {
                    Fail(CloseReason.KeepAliveTimeout, 0);
                }
                else
                {
                    // with no room to ask, the peer has not read for as long: the time runs all the same
                    _yamux.Ping((uint)_serial);
                    _pingSent = true;
                }
            }
        }

        private void WriteDue()
        {
            if (_state == ConnectionState.Open)
            {
                for (int i = 0; i < _streams.Length; i++)
                {
                    Libp2pStream stream = _streams[i];
                    if (stream.IsOpen && (stream.Negotiation.HasOutput || stream.CloseWriteDue))
                    {
                        TransmitNegotiation(stream);
                    }
                }

                _yamux.Transmit();
            }
        }

        private void TransmitNegotiation()
        {
            if (_negotiation.HasOutput)
            {
                int at = _send.Append(_negotiation.OutputBytes(_node.Protocols));
                _negotiation.Transmit(_node.Protocols, _send.Bytes, at);
            }
        }

        private void CloseRecord()
        {
            if (_state >= ConnectionState.Muxing)
            {
                int at = _send.RecordOffset;
                int count = _sending.Encrypt(null, 0, 0, _send.Bytes, at, _send.RecordCount);
                if (count < 0)
                {
                    Fail(CloseReason.KeyExhausted, 0);
                    return;
                }

                Bytes.WriteUInt16BigEndian(_send.Bytes, at - RecordHeader, (ushort)count);
            }

            _send.CloseRecord();
        }

        private void End()
        {
            // a last word where the peer can hear it; whether it leaves is up to the link
            if (_state == ConnectionState.Open && _closeReason != CloseReason.LinkFailed)
            {
                bool orderly = _closeReason == CloseReason.Local || _closeReason == CloseReason.Remote;
                _yamux.GoAway(orderly ? 0u : 1u);
            }

            LastFlush();
            if (_wasOpen)
            {
                _yamux.Abort();
            }

            if (_link != null)
            {
                _link.Close();
            }

            _handshake.Clear();
            _sending.Clear();
            _receiving.Clear();
            _node.Closed(this);
            _link = null;
            _addresses = null;
            _state = ConnectionState.Free;
        }

        private void LastFlush()
        {
            if (_state <= ConnectionState.Dialing || _link == null)
            {
                return;
            }

            for (int i = 0; i < MaxReads; i++)
            {
                if (_send.ReadyCount == 0 && _send.RecordCount > 0)
                {
                    CloseRecord();
                }

                int taken = _send.ReadyCount == 0 ? 0 : _link.Write(_send.Bytes, _send.ReadyOffset, _send.ReadyCount);
                if (taken <= 0)
                {
                    return;
                }

                _send.Sent(taken);
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

        private static CloseReason ReasonOfYamux(int yamuxResult)
        {
            switch (yamuxResult)
            {
                case YamuxResult.WindowOverrun:
                    return CloseReason.YamuxWindowOverrun;
                case YamuxResult.StreamFlood:
                    return CloseReason.StreamFlood;
                default:
                    return CloseReason.YamuxMalformed;
            }
        }
    }
}
