using System;

namespace NanoLibp2p.PubSub
{
    /// <summary>What waits to be written to one peer: whole RPCs in a ring. An RPC that has no room is not taken at all.</summary>
    internal sealed class SendQueue
    {
        private readonly byte[] _ring;
        private int _start;
        private int _count;

        public SendQueue(int capacity)
        {
            _ring = new byte[capacity];
        }

        /// <summary>The ring itself.</summary>
        public byte[] Ring
        {
            get { return _ring; }
        }

        /// <summary>Bytes that wait.</summary>
        public int Count
        {
            get { return _count; }
        }

        /// <summary>Bytes that can be appended.</summary>
        public int Room
        {
            get { return _ring.Length - _count; }
        }

        /// <summary>Where the bytes that wait begin.</summary>
        public int Start
        {
            get { return _start; }
        }

        /// <summary>How many of them lie there in one piece.</summary>
        public int Piece
        {
            get { return _count < _ring.Length - _start ? _count : _ring.Length - _start; }
        }

        public bool Append(byte[] rpc, int offset, int count)
        {
            if (count > Room)
            {
                return false;
            }

            int end = _start + _count;
            if (end >= _ring.Length)
            {
                end -= _ring.Length;
            }

            int first = _ring.Length - end < count ? _ring.Length - end : count;
            Array.Copy(rpc, offset, _ring, end, first);
            if (first < count)
            {
                Array.Copy(rpc, offset + first, _ring, 0, count - first);
            }

            _count += count;
            return true;
        }

        public void Written(int count)
        {
            _count -= count;
            _start = _count == 0 ? 0 : (_start + count) % _ring.Length;
        }

        public void Clear()
        {
            _start = 0;
            _count = 0;
        }
    }
}
