using System;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.Serial
{
    /// <summary>
    /// Frames over a serial line: of a device that is wired to its gateway, or of a board whose radio is the gateway's
    /// (<see cref="SerialModem"/> runs there). Which of the two it is, the gateway's end finds out: a modem says so.
    /// </summary>
    /// <remarks>
    /// While no modem has answered the bounds are those of the wire: MTU 256, not bounded by air. A modem tells its own, and results of
    /// what it was given: a frame that it refuses is lost, <see cref="Refused"/> counts it, and <see cref="WaitMs"/> tells how long.
    /// </remarks>
    public sealed class SerialFrameLink : IFrameLink
    {
        private const int WireMtu = 256;
        private const int WireAnswerMs = 300;
        private const int HelloMs = 2000;
        private const int ResultMs = 2000;

        private readonly ISerialLine _line;
        private readonly bool _asksForModem;
        private readonly SerialPackets _packets;
        private readonly byte[] _head = new byte[ModemPacket.MaxHead];
        private readonly int[] _airUs = new int[ModemPacket.MaxSteps];
        private readonly byte[] _address = new byte[FrameLinkResult.MaxAddressBytes];
        private readonly byte[] _origin = new byte[FrameLinkResult.MaxOriginBytes];
        private int _addressCount;
        private int _originCount;
        private int _flags;
        private int _steps;
        private int _mtu = WireMtu;
        private int _answerMs = WireAnswerMs;
        private bool _isOpen;
        private bool _isModem;
        private long _nowMs;
        private long _helloAt;

        // the frame that the modem has, until it says what became of it
        private int _sendId;
        private bool _isAwaited;
        private long _awaitedUntil;
        private long _heldUntil;

        /// <summary>Takes its memory.</summary>
        /// <param name="line">The line, which this link opens and closes.</param>
        /// <param name="asksForModem">Whether the other end may be a modem: true for a gateway, false for a device.</param>
        public SerialFrameLink(ISerialLine line, bool asksForModem)
        {
            _line = line;
            _asksForModem = asksForModem;
            _packets = new SerialPackets(line, ModemPacket.MaxPacket);
        }

        /// <summary>Whether a modem is at the other end.</summary>
        public bool IsModem
        {
            get { return _isModem; }
        }

        /// <summary>Frames that the modem refused.</summary>
        public int Refused { get; private set; }

        /// <summary>Packets that were damaged on the line.</summary>
        public int Damaged
        {
            get { return _packets.Damaged; }
        }

        /// <inheritdoc/>
        public int Mtu
        {
            get { return _mtu; }
        }

        /// <inheritdoc/>
        public bool HasAddresses
        {
            get { return (_flags & ModemPacket.HasAddresses) != 0; }
        }

        /// <inheritdoc/>
        public bool IsBoundedByAir
        {
            get { return (_flags & ModemPacket.IsBoundedByAir) != 0; }
        }

        /// <inheritdoc/>
        public int AnswerMs
        {
            get { return _answerMs; }
        }

        /// <inheritdoc/>
        public int RssiDbm { get; private set; }

        /// <inheritdoc/>
        public int SnrQuarterDb { get; private set; }

        /// <inheritdoc/>
        public LinkError Open()
        {
            Close();
            LinkError error = _line.Open();
            _isOpen = error == LinkError.None;
            _helloAt = _nowMs;
            return error;
        }

        /// <inheritdoc/>
        public int TimeOnAirUs(int count)
        {
            if (!_isModem)
            {
                // ten bits a byte; around a frame are two zeros, the kind, the CRC and COBS's bytes
                long bits = 10L * (count + 6 + (count / 254));
                return (int)((bits * 1000000L) / _line.BitRate);
            }

            int step = (count + ModemPacket.StepBytes - 1) / ModemPacket.StepBytes;
            return _steps == 0 ? 0 : _airUs[step < 1 ? 0 : step > _steps ? _steps - 1 : step - 1];
        }

        /// <inheritdoc/>
        public int WaitMs(int count, bool isUrgent)
        {
            long wait = _heldUntil - _nowMs;
            return wait <= 0 ? 0 : wait > int.MaxValue ? int.MaxValue : (int)wait;
        }

        /// <inheritdoc/>
        public int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
        {
            if (!_isOpen)
            {
                return FrameLinkResult.Failed;
            }

            if (count < 1 || count > _mtu)
            {
                return FrameLinkResult.TooLong;
            }

            int head = 1;
            _head[0] = ModemPacket.Frame;
            if (_isModem)
            {
                if (_isAwaited)
                {
                    return FrameLinkResult.Busy;
                }

                if (to == null || toCount < 0 || toCount > FrameLinkResult.MaxOriginBytes)
                {
                    toCount = 0;
                }

                _head[0] = ModemPacket.Send;
                _head[1] = (byte)(_sendId + 1);
                _head[2] = (byte)(isUrgent ? ModemPacket.IsUrgent : 0);
                _head[3] = (byte)toCount;
                if (toCount > 0)
                {
                    Array.Copy(to, 0, _head, 4, toCount);
                }

                head = 4 + toCount;
            }

            int result = _packets.Send(_head, head, frame, offset, count);
            if (result != 1)
            {
                return result == 0 ? FrameLinkResult.Busy : FrameLinkResult.Failed;
            }

            if (_isModem)
            {
                _sendId = (_sendId + 1) & 0xFF;
                _isAwaited = true;
                _awaitedUntil = _nowMs + ResultMs;
            }

            return count;
        }

        /// <inheritdoc/>
        public int Receive(byte[] buffer, int offset, int capacity)
        {
            if (!_isOpen)
            {
                return LinkResult.Failed;
            }

            while (true)
            {
                int count = _packets.Receive();
                if (count <= 0)
                {
                    return count;
                }

                int at = Take(count);
                if (at > 0 && count - at <= capacity)
                {
                    Array.Copy(_packets.Packet, at, buffer, offset, count - at);
                    return count - at;
                }
            }
        }

        /// <inheritdoc/>
        public int CopyAddress(byte[] buffer, int offset)
        {
            Array.Copy(_address, 0, buffer, offset, _addressCount);
            return _addressCount;
        }

        /// <inheritdoc/>
        public int CopyOrigin(byte[] buffer, int offset)
        {
            Array.Copy(_origin, 0, buffer, offset, _originCount);
            return _originCount;
        }

        /// <inheritdoc/>
        public int Poll(long nowMs)
        {
            if (nowMs < _nowMs)
            {
                // the clock was set back: nothing is waited for longer than it would have been
                _heldUntil += nowMs - _nowMs;
                _awaitedUntil += nowMs - _nowMs;
                _helloAt += nowMs - _nowMs;
            }

            _nowMs = nowMs;
            if (!_isOpen)
            {
                return FrameLinkResult.IdleMs;
            }

            int flushed = _packets.Flush();
            if (_isAwaited && nowMs >= _awaitedUntil)
            {
                _isAwaited = false;
            }

            if (!_asksForModem)
            {
                return flushed == 1 ? FrameLinkResult.IdleMs : 1;
            }

            if (nowMs >= _helloAt)
            {
                // a modem that is known is asked seldom: it may have been changed for another
                _head[0] = ModemPacket.Hello;
                _head[1] = ModemPacket.Version;
                _packets.Send(_head, 2, _head, 0, 0);
                _helloAt = nowMs + (_isModem ? 10 * HelloMs : HelloMs);
            }

            return flushed == 1 ? (int)(_helloAt - nowMs) : 1;
        }

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
            _line.Wait(milliseconds);
        }

        /// <inheritdoc/>
        public void Close()
        {
            _line.Close();
            _packets.Reset();
            _isOpen = false;
            _isModem = false;
            _isAwaited = false;
            _flags = 0;
            _mtu = WireMtu;
            _answerMs = WireAnswerMs;
            _addressCount = 0;
            _originCount = 0;
            RssiDbm = FrameLinkResult.NoSignal;
            SnrQuarterDb = FrameLinkResult.NoSignal;
        }

        // where the frame of a packet begins; -1 when it has none
        private int Take(int count)
        {
            byte[] packet = _packets.Packet;
            switch (packet[0])
            {
                case ModemPacket.Frame when !_isModem && count > 1 && count - 1 <= _mtu:
                    _addressCount = 0;
                    _originCount = 0;
                    return 1;
                case ModemPacket.Info when _asksForModem && count >= ModemPacket.InfoBytes + 4 && packet[1] == ModemPacket.Version:
                    TakeInfo(packet, count);
                    return -1;
                case ModemPacket.Result when _isAwaited && count == ModemPacket.ResultBytes && packet[1] == _sendId:
                    _isAwaited = false;
                    Refused += packet[2] == 0 ? 0 : 1;
                    int wait = ModemPacket.Get32(packet, 3);
                    _heldUntil = _nowMs + (wait < 0 ? 0 : wait);
                    return -1;
                case ModemPacket.Heard when _isModem:
                    return TakeHeard(packet, count);
                default:
                    return -1;
            }
        }

        private void TakeInfo(byte[] packet, int count)
        {
            int mtu = ModemPacket.Get16(packet, 3);
            int steps = (count - ModemPacket.InfoBytes) / 4;
            if (mtu < 64 || mtu > ModemPacket.MaxFrame || steps > ModemPacket.MaxSteps)
            {
                return;
            }

            _flags = packet[2];
            _mtu = mtu;
            _answerMs = ModemPacket.Get16(packet, 5);
            _answerMs = _answerMs < 1 ? 1 : _answerMs;
            _steps = steps;
            for (int i = 0; i < steps; i++)
            {
                int air = ModemPacket.Get32(packet, ModemPacket.InfoBytes + (4 * i));
                _airUs[i] = air < 0 ? 0 : air;
            }

            _isModem = true;
        }

        private int TakeHeard(byte[] packet, int count)
        {
            int addressAt = 6;
            int address = count > 5 ? packet[5] : 255;
            int origin = address <= FrameLinkResult.MaxAddressBytes && count > addressAt + address ? packet[addressAt + address] : 255;
            int at = addressAt + address + 1 + origin;
            if (origin > FrameLinkResult.MaxOriginBytes || at >= count || count - at > _mtu)
            {
                return -1;
            }

            RssiDbm = ModemPacket.GetSigned16(packet, 1);
            SnrQuarterDb = ModemPacket.GetSigned16(packet, 3);
            _addressCount = address;
            _originCount = origin;
            Array.Copy(packet, addressAt, _address, 0, address);
            Array.Copy(packet, addressAt + address + 1, _origin, 0, origin);
            return at;
        }
    }
}
