using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.Serial
{
    /// <summary>
    /// Makes a board the radio of a gateway: what its link hears goes down the serial line, and what comes up the line goes on the air.
    /// The board keeps the duty cycle, whatever the gateway asks for; it has no keys and sees no plain text.
    /// </summary>
    /// <remarks>A Main opens line and radio, then calls <see cref="Poll"/> and waits, for ever. Nothing is allocated after the
    /// constructor.</remarks>
    public sealed class SerialModem
    {
        private readonly IFrameLink _radio;
        private readonly SerialPackets _packets;
        private readonly byte[] _frame = new byte[ModemPacket.MaxFrame];
        private readonly byte[] _head = new byte[ModemPacket.InfoBytes + (4 * ModemPacket.MaxSteps)];
        private readonly byte[] _origin = new byte[FrameLinkResult.MaxOriginBytes];
        private int _heard;
        private int _heardHead;
        private bool _owesInfo = true;
        private int _owedResult = -1;
        private int _result;
        private int _waitMs;

        /// <summary>Takes its memory.</summary>
        /// <param name="line">The line to the gateway, open.</param>
        /// <param name="radio">The radio, open, as a gateway's: it listens always.</param>
        public SerialModem(ISerialLine line, IFrameLink radio)
        {
            _radio = radio;
            _packets = new SerialPackets(line, ModemPacket.MaxPacket);
        }

        /// <summary>Passes on what waits in either direction.</summary>
        /// <param name="nowMs">The board's clock.</param>
        /// <returns>Milliseconds after which it wants to be called again, 0 to 10; <see cref="LinkResult.Failed"/> when line or radio
        /// broke: open them again.</returns>
        public int Poll(long nowMs)
        {
            int next = _radio.Poll(nowMs);
            int count = _packets.Receive();
            if (count > 0)
            {
                Take(_packets.Packet, count);
            }

            int sent = SendOwed();
            if (count < 0 || sent < 0 || (_heard == 0 && Hear() < 0))
            {
                return LinkResult.Failed;
            }

            if (_heard > 0)
            {
                sent = _packets.Send(_head, _heardHead, _frame, 0, _heard);
                _heard = sent == 0 ? _heard : 0;
                next = 0;
            }

            // the line has no event: it is looked at often
            return sent < 0 ? LinkResult.Failed : count > 0 ? 0 : next < 10 ? next : 10;
        }

        private void Take(byte[] packet, int count)
        {
            if (packet[0] == ModemPacket.Hello)
            {
                _owesInfo = true;
            }
            else if (packet[0] == ModemPacket.Send && count > 4)
            {
                int origin = packet[3];
                int at = 4 + origin;
                bool isWhole = origin <= FrameLinkResult.MaxOriginBytes && at < count;
                int bytes = isWhole ? count - at : 0;
                bool isUrgent = (packet[2] & ModemPacket.IsUrgent) != 0;
                int result = FrameLinkResult.TooLong;
                if (isWhole)
                {
                    System.Array.Copy(packet, 4, _origin, 0, origin);
                    result = _radio.Send(packet, at, bytes, origin == 0 ? null : _origin, origin, isUrgent);
                }

                _owedResult = packet[1];
                _result = result > 0 ? 0 : 1 - result;
                _waitMs = result == FrameLinkResult.HeldBack ? _radio.WaitMs(bytes, isUrgent) : 0;
            }
        }

        // what is owed goes before what is heard
        private int SendOwed()
        {
            if (_owesInfo && _heard == 0)
            {
                int result = _packets.Send(_head, PutInfo(), _frame, 0, 0);
                _owesInfo = result == 0;
                if (result != 1)
                {
                    return result;
                }
            }

            if (_owedResult >= 0 && _heard == 0)
            {
                _head[0] = ModemPacket.Result;
                _head[1] = (byte)_owedResult;
                _head[2] = (byte)_result;
                ModemPacket.Put32(_head, 3, _waitMs);
                int result = _packets.Send(_head, ModemPacket.ResultBytes, _frame, 0, 0);
                _owedResult = result == 0 ? _owedResult : -1;
                return result;
            }

            return 1;
        }

        private int PutInfo()
        {
            _head[0] = ModemPacket.Info;
            _head[1] = ModemPacket.Version;
            _head[2] = (byte)((_radio.HasAddresses ? ModemPacket.HasAddresses : 0)
                | (_radio.IsBoundedByAir ? ModemPacket.IsBoundedByAir : 0));
            ModemPacket.Put16(_head, 3, _radio.Mtu);
            ModemPacket.Put16(_head, 5, _radio.AnswerMs < 65535 ? _radio.AnswerMs : 65535);
            int at = ModemPacket.InfoBytes;
            for (int bytes = 0; bytes < _radio.Mtu; at += 4)
            {
                bytes += ModemPacket.StepBytes;
                ModemPacket.Put32(_head, at, _radio.TimeOnAirUs(bytes < _radio.Mtu ? bytes : _radio.Mtu));
            }

            return at;
        }

        private int Hear()
        {
            _heard = _radio.Receive(_frame, 0, _frame.Length);
            if (_heard <= 0)
            {
                int result = _heard;
                _heard = 0;
                return result;
            }

            _head[0] = ModemPacket.Heard;
            ModemPacket.Put16(_head, 1, _radio.RssiDbm);
            ModemPacket.Put16(_head, 3, _radio.SnrQuarterDb);
            int address = _radio.CopyAddress(_head, 6);
            _head[5] = (byte)address;
            int origin = _radio.CopyOrigin(_head, 7 + address);
            _head[6 + address] = (byte)origin;
            _heardHead = 7 + address + origin;
            return _heard;
        }
    }
}
