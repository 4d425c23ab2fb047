using System;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Segments;

namespace NanoLibp2p.Hal.Ble
{
    /// <summary>
    /// Frames over one GATT connection, cut into packets of the ATT MTU (SPEC.md 2): the device's end, and one connection of a gateway's. A
    /// connection that ends takes the frame under way with it; the link stays open for the next one.
    /// </summary>
    public sealed class BleLink : SegmentedLink
    {
        private const int WindowMs = 1000;

        // what is not taken by the stack is offered again so soon
        private const int RetryMs = 5;

        private const int LeastPacket = 20;

        private readonly IAttChannel _channel;
        private readonly PacketSplitter _splitter = new PacketSplitter(FrameMtu);
        private readonly PacketJoiner _joiner = new PacketJoiner(FrameMtu);
        private readonly byte[] _packet = new byte[FrameMtu + 1];
        private int _connection;

        /// <summary>Takes its memory: three frames.</summary>
        /// <param name="channel">The connection, which this link opens and closes.</param>
        public BleLink(IAttChannel channel)
        {
            _channel = channel;
        }

        /// <summary>Whether somebody is connected.</summary>
        public bool IsConnected
        {
            get { return IsOpen && _channel.Connection != 0; }
        }

        /// <summary>False: there is one other end.</summary>
        public override bool HasAddresses
        {
            get { return false; }
        }

        /// <inheritdoc/>
        public override int AnswerMs
        {
            get { return WindowMs; }
        }

        /// <summary>At 1 Mbit/s, with 21 bytes around each packet (preamble, access address, LL, L2CAP and ATT heads, CRC).</summary>
        public override int TimeOnAirUs(int count)
        {
            int piece = PacketBytes() - 1;
            int packets = (count + piece - 1) / piece;
            return (count + (22 * packets)) * 8;
        }

        /// <summary>Takes a frame; <see cref="FrameLinkResult.Busy"/> while nobody is connected.</summary>
        public override int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
        {
            int refuses = Refuses(count);
            if (refuses != 0)
            {
                return refuses;
            }

            Pump();
            if (_connection == 0 || _splitter.IsBusy)
            {
                return FrameLinkResult.Busy;
            }

            _splitter.Start(frame, offset, count);
            Pump();
            return count;
        }

        /// <inheritdoc/>
        public override int Receive(byte[] buffer, int offset, int capacity)
        {
            if (!IsOpen)
            {
                return LinkResult.Failed;
            }

            Look();
            int count = _channel.Receive(_packet);
            while (count > 0)
            {
                int frame = _joiner.Receive(_packet, 0, count);
                if (frame > 0 && frame <= capacity)
                {
                    Array.Copy(_joiner.Frame, 0, buffer, offset, frame);
                    return frame;
                }

                count = _channel.Receive(_packet);
            }

            return 0;
        }

        /// <summary>0: no address.</summary>
        public override int CopyAddress(byte[] buffer, int offset)
        {
            return 0;
        }

        /// <inheritdoc/>
        public override int Poll(long nowMs)
        {
            if (!IsOpen)
            {
                return FrameLinkResult.IdleMs;
            }

            Pump();
            return _splitter.IsBusy ? RetryMs : FrameLinkResult.IdleMs;
        }

        /// <inheritdoc/>
        public override void Wait(int milliseconds)
        {
            _channel.Wait(milliseconds);
        }

        /// <inheritdoc/>
        public override void Close()
        {
            if (IsOpen)
            {
                IsOpen = false;
                _channel.Close();
                _splitter.Reset();
                _joiner.Reset();
            }
        }

        /// <inheritdoc/>
        protected override LinkError OpenChannel()
        {
            return _channel.Open();
        }

        private int PacketBytes()
        {
            int bytes = _channel.PacketBytes;
            return bytes < LeastPacket ? LeastPacket : bytes < _packet.Length ? bytes : _packet.Length;
        }

        // Whether the connection is still the one that what is under way belongs to.
        private void Look()
        {
            int connection = _channel.Connection;
            if (connection != _connection)
            {
                _connection = connection;
                _splitter.Reset();
                _joiner.Reset();
            }
        }

        private void Pump()
        {
            Look();
            int capacity = PacketBytes();
            int count = _splitter.Peek(_packet, 0, capacity);
            while (count > 0 && _connection != 0 && _channel.Send(_packet, count))
            {
                _splitter.Advance(capacity);
                count = _splitter.Peek(_packet, 0, capacity);
            }
        }
    }
}
