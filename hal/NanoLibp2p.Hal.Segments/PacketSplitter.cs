using System;

namespace NanoLibp2p.Hal.Segments
{
    /// <summary>
    /// Cuts a frame into packets for a driver whose packets are smaller than the MTU (frame sessions, SPEC.md section 2). Each begins
    /// with one byte: first (1 bit) | last (1) | count mod 64 (6); the count goes on from frame to frame. Sans-IO.
    /// </summary>
    public sealed class PacketSplitter
    {
        /// <summary>Set in the first packet of a frame.</summary>
        internal const int First = 0x80;

        /// <summary>Set in its last.</summary>
        internal const int Last = 0x40;

        /// <summary>The bits of the count.</summary>
        internal const int CountMask = 0x3F;

        private readonly byte[] _frame;
        private int _count;
        private int _taken;
        private int _number;

        /// <summary>Takes its memory.</summary>
        /// <param name="mtu">The longest frame in bytes.</param>
        public PacketSplitter(int mtu)
        {
            _frame = new byte[mtu];
        }

        /// <summary>Whether packets are left of the frame.</summary>
        public bool IsBusy
        {
            get { return _count > 0; }
        }

        /// <summary>Takes a frame; the buffer is the caller's again. What was left of the one before is dropped.</summary>
        /// <param name="frame">Has it.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes, 1 to the MTU.</param>
        public void Start(byte[] frame, int offset, int count)
        {
            Array.Copy(frame, offset, _frame, 0, count);
            _count = count;
            _taken = 0;
        }

        /// <summary>Writes the next packet. Until <see cref="Advance"/> it is the same again, so that one which the radio did not take is
        /// not lost.</summary>
        /// <param name="packet">Takes it.</param>
        /// <param name="offset">Where.</param>
        /// <param name="capacity">The longest packet that the radio takes now, at least 2; it may change from packet to packet.</param>
        /// <returns>Bytes of the packet; 0 when none is left.</returns>
        public int Peek(byte[] packet, int offset, int capacity)
        {
            if (_count == 0)
            {
                return 0;
            }

            int piece = Piece(capacity);
            int head = _number & CountMask;
            head |= _taken == 0 ? First : 0;
            head |= _taken + piece == _count ? Last : 0;
            packet[offset] = (byte)head;
            Array.Copy(_frame, _taken, packet, offset + 1, piece);
            return piece + 1;
        }

        /// <summary>The packet that <see cref="Peek"/> wrote with that capacity was taken.</summary>
        public void Advance(int capacity)
        {
            _taken += Piece(capacity);
            _number = (_number + 1) & CountMask;
            if (_taken == _count)
            {
                _count = 0;
            }
        }

        /// <summary>Drops what is left: the connection ended.</summary>
        public void Reset()
        {
            _count = 0;
        }

        private int Piece(int capacity)
        {
            int left = _count - _taken;
            return left < capacity - 1 ? left : capacity - 1;
        }
    }
}
