using System;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Segments;

namespace NanoLibp2p.Hal.Ieee802154
{
    /// <summary>
    /// Frames over IEEE 802.15.4, through an XBee (S2C, XBee 3 with 802.15.4 firmware) or a radio that speaks its API mode 2 on a serial
    /// line. A frame goes as packets of <see cref="PacketBytes"/>, each acknowledged by the far radio; one that is not ends its frame.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   nothing to send --Send--> packet written --status: delivered--> next packet, or done
    ///                                            --status: not delivered, or none in 2 s--> the frame is dropped
    /// </code>
    /// </remarks>
    public sealed class XBeeLink : SegmentedLink
    {
        /// <summary>Bytes of a packet, its head among them: what every firmware takes in one radio frame.</summary>
        public const int PacketBytes = 100;

        private const int WindowMs = 300;

        // the radio's own repeats take some 100 ms
        private const int StatusMs = 2000;

        // requests in a row without a status after which the line is opened anew
        private const int SilentAfter = 3;

        private readonly IRadioLine _port;
        private readonly XBeeCodec _codec = new XBeeCodec();
        private readonly PacketSplitter _splitter = new PacketSplitter(FrameMtu);
        private readonly PacketJoiner[] _joiners;
        private readonly byte[] _addresses;
        private readonly long[] _lastUse;
        private readonly byte[] _far;
        private readonly bool _isOneToOne;
        private readonly byte[] _to = new byte[XBeeFrames.AddressBytes];
        private readonly byte[] _from = new byte[XBeeFrames.AddressBytes];
        private readonly byte[] _request = new byte[XBeeFrames.RequestHead + PacketBytes];
        private readonly byte[] _line = new byte[XBeeCodec.MaxLine];
        private readonly byte[] _read = new byte[64];
        private int _readAt;
        private int _readCount;
        private int _lineAt;
        private int _lineCount;
        private int _frameCount;
        private int _id;
        private bool _isAwaited;
        private long _statusUntil;
        private int _silent;
        private long _now;
        private long _uses;

        /// <summary>Takes its memory.</summary>
        /// <param name="port">The line, which this link opens and closes.</param>
        /// <param name="far">8 bytes of the gateway's address (SH and SL of its radio): what others send is ignored. Null on a gateway, and
        /// where it is not known: then what has no address goes to all.</param>
        /// <param name="senders">How many senders may be in the middle of a frame at once: 1 on a device. Each takes 244 bytes.</param>
        /// <exception cref="ArgumentException">The address has not 8 bytes, or there is no sender.</exception>
        public XBeeLink(IRadioLine port, byte[] far, int senders)
        {
            if ((far != null && far.Length != XBeeFrames.AddressBytes) || senders < 1)
            {
                throw new ArgumentException("give 8 bytes of address or null, and at least one sender");
            }

            _port = port;
            _isOneToOne = far != null;
            _far = far != null ? far : new byte[] { 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };
            _joiners = new PacketJoiner[senders];
            _addresses = new byte[senders * XBeeFrames.AddressBytes];
            _lastUse = new long[senders];
            for (int i = 0; i < senders; i++)
            {
                _joiners[i] = new PacketJoiner(FrameMtu);
            }
        }

        /// <summary>Frames of which a packet was not delivered, since the start.</summary>
        public int Undelivered { get; private set; }

        /// <summary>Packets of others than the gateway, where that is known, since the start.</summary>
        public int Ignored { get; private set; }

        /// <summary>How often the line was opened anew because the radio said nothing.</summary>
        public int Reopened { get; private set; }

        /// <inheritdoc/>
        public override bool HasAddresses
        {
            get { return true; }
        }

        /// <inheritdoc/>
        public override int AnswerMs
        {
            get { return WindowMs; }
        }

        /// <summary>By 250 kbit/s: 32 us a byte, and 31 bytes more a packet.</summary>
        public override int TimeOnAirUs(int count)
        {
            int packets = (count + PacketBytes - 2) / (PacketBytes - 1);
            return (count + (32 * packets)) * 32;
        }

        /// <inheritdoc/>
        public override int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
        {
            int refuses = Refuses(count);
            if (refuses != 0)
            {
                return refuses;
            }

            if (to != null && toCount > 0 && toCount != XBeeFrames.AddressBytes)
            {
                return FrameLinkResult.TooLate;
            }

            if (_splitter.IsBusy || _lineCount > 0)
            {
                return FrameLinkResult.Busy;
            }

            Array.Copy(to != null && toCount > 0 ? to : _far, 0, _to, 0, XBeeFrames.AddressBytes);
            _splitter.Start(frame, offset, count);
            WritePacket();
            return count;
        }

        /// <inheritdoc/>
        public override int Receive(byte[] buffer, int offset, int capacity)
        {
            Read();
            while (IsOpen && _frameCount > 0)
            {
                int count = _frameCount;
                _frameCount = 0;
                if (count <= capacity)
                {
                    Array.Copy(_joiners[Find(_from)].Frame, 0, buffer, offset, count);
                    return count;
                }

                Read();
            }

            return IsOpen ? 0 : LinkResult.Failed;
        }

        /// <summary>8 bytes: the sender's address.</summary>
        public override int CopyAddress(byte[] buffer, int offset)
        {
            Array.Copy(_from, 0, buffer, offset, XBeeFrames.AddressBytes);
            return XBeeFrames.AddressBytes;
        }

        /// <inheritdoc/>
        public override int Poll(long nowMs)
        {
            if (nowMs < _now && _isAwaited)
            {
                _statusUntil -= _now - nowMs;
            }

            _now = nowMs;
            if (!IsOpen)
            {
                return FrameLinkResult.IdleMs;
            }

            WriteLine();
            Read();
            if (_isAwaited && _now >= _statusUntil)
            {
                _silent++;
                DropFrame();
                if (_silent >= SilentAfter)
                {
                    _silent = 0;
                    Reopened++;
                    IsOpen = _port.Open() == LinkError.None;
                }
            }

            return _lineCount > 0 ? 1 : _isAwaited ? 0 | (int)(_statusUntil - _now) : FrameLinkResult.IdleMs;
        }

        /// <inheritdoc/>
        public override void Wait(int milliseconds)
        {
            if (_readAt == _readCount && _frameCount == 0)
            {
                _port.Wait(milliseconds);
            }
        }

        /// <inheritdoc/>
        public override void Close()
        {
            if (IsOpen)
            {
                _port.Close();
                Break();
            }
        }

        /// <inheritdoc/>
        protected override LinkError OpenChannel()
        {
            return _port.Open();
        }

        private void Break()
        {
            IsOpen = false;
            _isAwaited = false;
            _lineCount = 0;
            _frameCount = 0;
            _readAt = 0;
            _readCount = 0;
            _splitter.Reset();
            for (int i = 0; i < _joiners.Length; i++)
            {
                _joiners[i].Reset();
            }
        }

        // Reads the line until a frame is whole, which waits in its joiner for Receive, or nothing more has come.
        private void Read()
        {
            while (IsOpen && _frameCount == 0)
            {
                if (_readAt == _readCount)
                {
                    _readAt = 0;
                    _readCount = _port.Read(_read, 0, _read.Length);
                    if (_readCount <= 0)
                    {
                        bool isBroken = _readCount < 0;
                        _readCount = 0;
                        if (isBroken)
                        {
                            Break();
                        }

                        return;
                    }
                }

                int data = _codec.Receive(_read[_readAt]);
                _readAt++;
                if (data > 0)
                {
                    _frameCount = Take(data);
                }
            }
        }

        // Bytes of a frame that the API frame completes, 0 for none.
        private int Take(int count)
        {
            byte[] data = _codec.Data;
            if (data[0] == XBeeFrames.Received && count > XBeeFrames.ReceivedHead)
            {
                if (_isOneToOne && !IsFrom(_far, 0, data, XBeeFrames.ReceivedAddress))
                {
                    // a stranger's packet would take the joiner from the gateway's frame
                    Ignored++;
                    return 0;
                }

                Array.Copy(data, XBeeFrames.ReceivedAddress, _from, 0, XBeeFrames.AddressBytes);
                return _joiners[Find(_from)].Receive(data, XBeeFrames.ReceivedHead, count - XBeeFrames.ReceivedHead);
            }

            if (data[0] == XBeeFrames.TransmitStatus && count >= XBeeFrames.StatusBytes && _isAwaited && data[XBeeFrames.StatusId] == _id)
            {
                _isAwaited = false;
                _silent = 0;
                if (data[XBeeFrames.StatusDelivery] == 0)
                {
                    _splitter.Advance(PacketBytes);
                    WritePacket();
                }
                else
                {
                    DropFrame();
                }
            }

            return 0;
        }

        private void DropFrame()
        {
            _isAwaited = false;
            _splitter.Reset();
            Undelivered++;
        }

        private void WritePacket()
        {
            int count = _splitter.Peek(_request, XBeeFrames.RequestHead, PacketBytes);
            if (count == 0)
            {
                return;
            }

            // 0 would ask for no status
            _id = _id == 255 ? 1 : _id + 1;
            _request[0] = XBeeFrames.TransmitRequest;
            _request[1] = (byte)_id;
            Array.Copy(_to, 0, _request, 2, XBeeFrames.AddressBytes);

            // the network address is not known, one hop, no options
            _request[10] = 0xFF;
            _request[11] = 0xFE;
            _request[12] = 0;
            _request[13] = 0;
            _lineCount = XBeeCodec.Transmit(_request, XBeeFrames.RequestHead + count, _line);
            _lineAt = 0;
            _isAwaited = true;
            _statusUntil = _now + StatusMs;
            WriteLine();
        }

        private void WriteLine()
        {
            if (_lineCount == 0)
            {
                return;
            }

            int taken = _port.Write(_line, _lineAt, _lineCount - _lineAt);
            if (taken < 0)
            {
                Break();
                return;
            }

            _lineAt += taken;
            if (_lineAt == _lineCount)
            {
                _lineCount = 0;
            }
        }

        // The joiner of a sender: its own, else that of whom nothing was heard for longest.
        private int Find(byte[] address)
        {
            int oldest = 0;
            for (int i = 0; i < _joiners.Length; i++)
            {
                if (Has(i, address))
                {
                    _uses++;
                    _lastUse[i] = _uses;
                    return i;
                }

                oldest = _lastUse[i] < _lastUse[oldest] ? i : oldest;
            }

            Array.Copy(address, 0, _addresses, oldest * XBeeFrames.AddressBytes, XBeeFrames.AddressBytes);
            _joiners[oldest].Reset();
            _uses++;
            _lastUse[oldest] = _uses;
            return oldest;
        }

        private bool Has(int slot, byte[] address)
        {
            return IsFrom(_addresses, slot * XBeeFrames.AddressBytes, address, 0);
        }

        private static bool IsFrom(byte[] known, int knownAt, byte[] address, int addressAt)
        {
            for (int i = 0; i < XBeeFrames.AddressBytes; i++)
            {
                if (known[knownAt + i] != address[addressAt + i])
                {
                    return false;
                }
            }

            return true;
        }
    }
}
