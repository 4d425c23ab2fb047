using System;

namespace NanoLibp2p.Hal.Segments
{
    /// <summary>
    /// Joins the packets that a <see cref="PacketSplitter"/> cut, for one sender. A frame of which a packet is missing is dropped, and so
    /// is one that exceeds the MTU; a packet that comes twice in a row counts once. Sans-IO.
    /// </summary>
    public sealed class PacketJoiner
    {
        private readonly byte[] _frame;
        private int _count;
        private int _number;
        private bool _isOpen;

        /// <summary>Takes its memory.</summary>
        /// <param name="mtu">The longest frame in bytes.</param>
        public PacketJoiner(int mtu)
        {
            _frame = new byte[mtu];
        }

        /// <summary>The frame that <see cref="Receive"/> has completed, from 0 on; the joiner's own, until the next call.</summary>
        public byte[] Frame
        {
            get { return _frame; }
        }

        /// <summary>Frames of which a packet was missing, or that were too long, since the start.</summary>
        public int Dropped { get; private set; }

        /// <summary>Consumes one packet.</summary>
        /// <returns>Bytes of the frame that it completes; 0 when it completes none.</returns>
        public int Receive(byte[] packet, int offset, int count)
        {
            // the head alone carries nothing and is no packet
            if (count < 2)
            {
                return 0;
            }

            int head = packet[offset];
            int number = head & PacketSplitter.CountMask;
            if ((head & PacketSplitter.First) != 0)
            {
                Drop();
                _isOpen = true;
                _count = 0;
            }
            else if (!_isOpen || number == _number)
            {
                // the rest of a frame that was dropped, or a packet again
                return 0;
            }
            else if (number != ((_number + 1) & PacketSplitter.CountMask))
            {
                Drop();
                return 0;
            }

            _number = number;
            if (_count + count - 1 > _frame.Length)
            {
                Drop();
                return 0;
            }

            Array.Copy(packet, offset + 1, _frame, _count, count - 1);
            _count += count - 1;
            if ((head & PacketSplitter.Last) == 0)
            {
                return 0;
            }

            _isOpen = false;
            return _count;
        }

        /// <summary>Forgets what has come of a frame: the connection ended.</summary>
        public void Reset()
        {
            _isOpen = false;
        }

        private void Drop()
        {
            if (_isOpen)
            {
                Dropped++;
                _isOpen = false;
            }
        }
    }
}
