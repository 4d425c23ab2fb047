using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Yamux;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core
{
    // How a connection moves: bytes from the link to the streams and back, the clock, and the end.
    public sealed partial class Connection
    {
        // a record is its length in two bytes, big-endian, and a Noise message (libp2p noise spec, "Wire Format")
        internal const int RecordHeader = 2;

        // reads of the link in one step, so that a busy peer leaves the others their turn
        internal const int MaxReads = 4;

        // writes to the link in one flush, where a stream has ever more to say
        private const int MaxWrites = 16;

        // a deadline that the next step sets: what is begun between two polls knows no better time than that of the last
        private const long NotStarted = -1;

        /// <summary>Moves bytes both ways and looks at the clock.</summary>
        /// <returns>True when anything moved.</returns>
        internal bool Step(long nowMs)
        {
            bool moved = false;
            if (_state == ConnectionState.Dialing)
            {
                StepDial(nowMs);
            }

            if (IsLive)
            {
                if (IsWaiting)
                {
                    BeginHandshake();
                }

                // what a peer says while it waits for its handshake stays in the link
                moved = !IsWaiting && Read();
                if (IsLive)
                {
                    CheckClock(nowMs);
                }
            }

            if (_state == ConnectionState.Ending)
            {
                End();
                return true;
            }

            SettleReceive();
            return moved;
        }

        /// <summary>Seals what was written and gives it to the link.</summary>
        /// <returns>True when the link took something.</returns>
        internal bool Send()
        {
            if (!IsLive)
            {
                return false;
            }

            bool moved = false;
            for (int i = 0; i < MaxWrites; i++)
            {
                WriteDue();
                if (!WriteLink())
                {
                    return moved;
                }

                moved = true;
            }

            MoreToSend();
            return moved;
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
                Broken();
            }

            return taken > 0;
        }

        private bool Read()
        {
            bool moved = false;
            RentReceive();
#if NANOFRAMEWORK_1_0
            for (int i = 0; i < MaxReads; i++)
#else
            for (int i = 0; i < _node.ReadsPerStep; i++)
#endif
            {
                int read = _linkEnded ? 0 : ReadLink();
                if (read > 0)
                {
                    moved = true;
                }
                else if (read == LinkResult.Failed)
                {
                    Broken();
                    return true;
                }
                else if (read == LinkResult.Ended)
                {
                    _linkEnded = true;
                    Heard();
                }

                if (Process())
                {
                    moved = true;
                }

                if (!IsLive || read <= 0)
                {
                    break;
                }
            }

            if (moved)
            {
                Heard();
            }
            else if (_linkEnded && (!IsOpen || _plainCount == 0))
            {
                // not before a protocol has taken what it holds back, or the keep-alive's time is over
                Close(IsOpen ? CloseReason.Remote : CloseReason.EndedInHandshake, 0);
            }

            return moved;
        }

        // takes what the link has and the buffer has room for; of a long record no more than that record
        private int ReadLink()
        {
            ReceiveBuffer buffer = _receive;
            int end = IsBorrowing ? RecordHeader + Bytes.ReadUInt16BigEndian(buffer.Bytes, 0) : buffer.Bytes.Length;
            LimitRead(ref end);
            int read = buffer.End < end ? _link.Read(buffer.Bytes, buffer.End, end - buffer.End) : 0;
            if (read > 0)
            {
                buffer.End += read;
            }

            return read;
        }

        // The link broke. What the peer said before counts all the same: go closes with a GoAway and a reset (SO_LINGER 0). Its data
        // are for nobody any more.
        private void Broken()
        {
            int error = (int)_link.Error;
            RentReceive();
            do
            {
                if (IsOpen)
                {
                    Yamux.Abort();
                }

                Process();
            }
            while (IsLive && ReadLink() > 0);

            Close(CloseReason.LinkFailed, error);
        }

        // consumes what it can; false when nothing could be
        private bool Process()
        {
            bool moved = false;
            while (IsLive)
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
            if (RecordHeader + length > buffer.Bytes.Length)
            {
                Borrow(length);
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
                Close(plain == NoiseResult.NonceExhausted ? CloseReason.KeyExhausted : CloseReason.RecordInvalid, length);
                return false;
            }

            _plainOffset = at;
            _plainCount = plain;
            RecordOpened();
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
#if !NANOFRAMEWORK_1_0
                        Close(CloseReason.MuxerRefused, 0);
                        break;
                    case NegotiationState.Malformed:
                        CloseMalformed(CloseReason.MuxerRefused);
                        break;
#else
                    case NegotiationState.Malformed:
                        Close(CloseReason.MuxerRefused, 0);
                        break;
#endif
                }
            }
            else
            {
                used = Yamux.Receive(_receive.Bytes, _plainOffset, _plainCount);
                if (used < 0)
                {
                    Close(
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
                GiveBack();
            }
            else if (used > 0 && IsBorrowing)
            {
                SetDeadline(CloseReason.RecordTimeout, _node.Options.RecordTimeoutMs);
            }

            return used > 0;
        }

        private void CheckClock(long nowMs)
        {
            Libp2pStream[] streams = _streams;
            int count = Yamux.UsedStreams;
            PickUnsettled(ref streams, ref count);
            for (int i = 0; IsOpen && i < count; i++)
            {
                Libp2pStream stream = streams[i];
                if (stream.IsOpen && !stream.IsAgreed)
                {
                    if (stream.Deadline == NotStarted)
                    {
                        stream.Deadline = nowMs + _node.Options.NegotiationTimeoutMs;
                    }
                    else if (nowMs >= stream.Deadline)
                    {
                        TellLate(stream);
                        stream.Reset();
                    }
                }
            }

            CheckRecord(nowMs);
            CheckStreams(nowMs);
            if (nowMs < _deadline)
            {
                return;
            }

            if (_deadlineReason == CloseReason.None)
            {
                // with no room to ask, the peer has not read for as long: the time runs all the same
                Yamux.Ping((uint)_serial);
                PingWritten();
                SetDeadline(CloseReason.KeepAliveTimeout, _node.Options.KeepAliveTimeoutMs);
            }
            else
            {
                NodeOptions options = _node.Options;
                int detail = IsBorrowing ? Bytes.ReadUInt16BigEndian(_receive.Bytes, 0)
                    : _deadlineReason == CloseReason.HandshakeTimeout && _deadline < _begun + options.HandshakeTimeoutMs
                    ? options.FirstByteTimeoutMs
                    : 0;
                Close(_deadlineReason, detail);
            }
        }

        private void WriteDue()
        {
            if (IsOpen)
            {
                DropSettled();
                Libp2pStream[] streams = _streams;
                int count = Yamux.UsedStreams;
                PickUnsettled(ref streams, ref count);
                for (int i = 0; i < count; i++)
                {
                    Libp2pStream stream = streams[i];
                    if (!stream.IsOpen)
                    {
                        continue;
                    }

                    if (stream.Negotiation.HasOutput || stream.IsCloseWaiting)
                    {
                        TransmitNegotiation(stream);
                    }

                    TellRoom(stream);
                }

                Yamux.Transmit();
            }
        }

        private void CloseRecord()
        {
            if (_sending.HasKey)
            {
                int at = _send.RecordOffset;
                int count = _sending.Encrypt(null, 0, 0, _send.Bytes, at, _send.RecordCount);
                if (count < 0)
                {
                    Close(CloseReason.KeyExhausted, 0);
                    return;
                }

                Bytes.WriteUInt16BigEndian(_send.Bytes, at - RecordHeader, (ushort)count);
            }

            _send.CloseRecord();
        }

        private void End()
        {
            // a last word where the peer can hear it; whether it leaves is up to the link
            if (_wasOpen && _closeReason != CloseReason.LinkFailed)
            {
#if NANOFRAMEWORK_1_0
                bool orderly = _closeReason == CloseReason.Local || _closeReason == CloseReason.Remote;
                bool ourLimit = _closeReason == CloseReason.RecordTooLong || _closeReason == CloseReason.RecordTimeout;
                Yamux.GoAway(orderly ? 0u : ourLimit ? 2u : 1u);
#else
                Yamux.GoAway(GoAwayCode());
#endif
            }

            for (int i = 0; i < MaxReads && _link != null && WriteLink(); i++)
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
            GiveBack();
            _sending.Clear();
            _receiving.Clear();
            _node.Closed(this);
            _link = null;
            _addresses = null;
            _state = ConnectionState.Free;
            Freed();
        }
    }
}
