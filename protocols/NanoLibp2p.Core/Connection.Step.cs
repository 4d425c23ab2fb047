using NanoLibp2p.Core.Buffers;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Noise;
using NanoLibp2p.Core.Yamux;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Core
{
    // How a connection moves: bytes from the link to the streams and back, the clock, and the end.
    public sealed partial class Connection
    {
        // a record is its length in two bytes, big-endian, and a Noise message (libp2p noise spec, "Wire Format")
        private const int RecordHeader = 2;

        // reads of the link in one step, so that a busy peer leaves the others their turn
        private const int MaxReads = 4;

        // a deadline that the next step sets: what is begun between two polls knows no better time than that of the last
        private const long NotStarted = -1;

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
                if (IsWaiting)
                {
                    BeginHandshake();
                }

                // what a peer says while it waits for its handshake stays in the link
                moved = !IsWaiting && Read(nowMs);
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
                if (!WriteLink())
                {
                    return moved;
                }

                moved = true;
            }
        }

        // Gives the link what is ready or, when nothing is, the open record. True when it took something.
        private bool WriteLink()
        {
            if (_send.ReadyCount == 0 && _send.RecordCount > 0)
            {
                CloseRecord();
            }

            int ready = _send.ReadyCount;
            int taken = ready == 0 ? 0 : _link.Write(_send.Bytes, _send.ReadyOffset, ready);
            if (taken > 0)
            {
                _send.Sent(taken);
            }
            else if (taken < 0)
            {
                Fail(CloseReason.LinkFailed, (int)_link.Error);
            }

            return taken > 0;
        }

        private bool Read(long nowMs)
        {
            bool moved = false;
            ReceiveBuffer buffer = _receive;
            for (int i = 0; i < MaxReads; i++)
            {
                int read = 0;
                int space = buffer.Space;
                if (!_linkEnded && space > 0)
                {
                    read = _link.Read(buffer.Bytes, buffer.End, space);
                    if (read > 0)
                    {
                        buffer.End += read;
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

        // The next record's length when all of it has arrived; -1 when not, or when it can never fit.
        private int RecordLength()
        {
            ReceiveBuffer buffer = _receive;
            if (buffer.Count < RecordHeader)
            {
                buffer.Reserve(RecordHeader);
                return -1;
            }

            int length = Bytes.ReadUInt16BigEndian(buffer.Bytes, buffer.Start);
            if (length > _node.Options.RecordBytes)
            {
                Fail(CloseReason.RecordTooLong, length);
                return -1;
            }

            if (buffer.Count < RecordHeader + length)
            {
                buffer.Reserve(RecordHeader + length);
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
                used = FirstNegotiation.Receive(_node.Protocols, _receive.Bytes, _plainOffset, _plainCount);
                TransmitNegotiation();
                switch (FirstNegotiation.State)
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
                used = Yamux.Receive(_receive.Bytes, _plainOffset, _plainCount);
                if (used < 0)
                {
                    Fail(
                        used == YamuxResult.WindowOverrun ? CloseReason.YamuxWindowOverrun
                        : used == YamuxResult.StreamFlood ? CloseReason.StreamFlood
                        : CloseReason.YamuxMalformed,
                        0);
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
                if (nowMs >= _deadline || (_pingSent && nowMs >= SparedUntil))
                {
                    Fail(CloseReason.HandshakeTimeout, _pingSent ? _node.Options.FirstByteTimeoutMs : 0);
                }

                return;
            }

            for (int i = 0; i < Yamux.UsedStreams; i++)
            {
                Libp2pStream stream = _streams[i];
                if (stream.IsOpen && !stream.IsAgreed)
                {
                    if (stream.Deadline == NotStarted)
                    {
                        stream.Deadline = nowMs + _node.Options.NegotiationTimeoutMs;
                    }
                    else if (nowMs >= stream.Deadline)
                    {
                        stream.Reset();
                    }
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
                    Yamux.Ping((uint)_serial);
                    _pingSent = true;

                    // after a long step, or a leap of the clock, the peer has its whole time all the same
                    _lastHeard = nowMs - _node.Options.KeepAliveMs;
                }
            }
        }

        private void WriteDue()
        {
            if (_state == ConnectionState.Open)
            {
                for (int i = 0; i < Yamux.UsedStreams; i++)
                {
                    Libp2pStream stream = _streams[i];
                    if (stream.IsOpen && (stream.Negotiation.HasOutput || stream.IsCloseWaiting))
                    {
                        TransmitNegotiation(stream);
                    }
                }

                Yamux.Transmit();
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
                Yamux.GoAway(orderly ? 0u : 1u);
            }

            for (int i = 0; i < MaxReads && _state > ConnectionState.Dialing && WriteLink(); i++)
            {
            }

            if (_wasOpen)
            {
                Yamux.Abort();
            }

            if (_link != null)
            {
                _link.Close();
            }

            EndHandshake();
            _sending.Clear();
            _receiving.Clear();
            _node.Closed(this);
            _link = null;
            _addresses = null;
            _state = ConnectionState.Free;
        }
    }
}
