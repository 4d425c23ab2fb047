#nullable disable

using System;

namespace NanoLibp2p.Tests
{
    /// <summary>One direction of a <see cref="MemoryLink"/>: bytes in order, each piece with its time of arrival. Allocates only when
    /// made.</summary>
    internal sealed class MemoryPipe
    {
        private const int MaxPieces = 256;

        private readonly MemoryNetwork _network;
        private readonly byte[] _ring;
        private readonly int[] _pieceCount = new int[MaxPieces];
        private readonly long[] _pieceTime = new long[MaxPieces];
        private int _firstPiece;
        private int _pieces;
        private int _readAt;
        private int _stored;

        public bool Ended;
        public bool Broken;

        public MemoryPipe(MemoryNetwork network)
        {
            _network = network;
            _ring = new byte[network.Capacity];
        }

        public long TotalWritten { get; private set; }

        /// <summary>True when every byte was read.</summary>
        public bool IsEmpty
        {
            get { return _pieces == 0; }
        }

        /// <summary>True when a byte can be read now.</summary>
        public bool HasArrived
        {
            get { return _pieces > 0 && _pieceTime[_firstPiece] <= _network.NowMs; }
        }

        /// <summary>When the next piece arrives that is still under way; long.MaxValue when none is.</summary>
        public long NextArrival
        {
            get
            {
                for (int i = 0; i < _pieces; i++)
                {
                    long time = _pieceTime[(_firstPiece + i) % MaxPieces];
                    if (time > _network.NowMs)
                    {
                        return time;
                    }
                }

                return long.MaxValue;
            }
        }

        public void Reset()
        {
            _firstPiece = 0;
            _pieces = 0;
            _readAt = 0;
            _stored = 0;
            Ended = false;
            Broken = false;
            TotalWritten = 0;
        }

        public int Write(byte[] buffer, int offset, int count)
        {
            int room = _ring.Length - _stored;
            int taken = _network.Pick(count < room ? count : room);
            if (taken == 0 || _pieces == MaxPieces)
            {
                return 0;
            }

            int at = (_readAt + _stored) % _ring.Length;
            int first = _ring.Length - at < taken ? _ring.Length - at : taken;
            Array.Copy(buffer, offset, _ring, at, first);
            Array.Copy(buffer, offset + first, _ring, 0, taken - first);
            _stored += taken;
            TotalWritten += taken;

            long arrival = _network.NowMs + _network.PickDelay();
            int last = (_firstPiece + _pieces - 1 + MaxPieces) % MaxPieces;
            if (_pieces > 0 && _pieceTime[last] >= arrival)
            {
                _pieceCount[last] += taken;
                return taken;
            }

            int next = (_firstPiece + _pieces) % MaxPieces;
            _pieceCount[next] = taken;
            _pieceTime[next] = arrival;
            _pieces++;
            return taken;
        }

        public int Read(byte[] buffer, int offset, int count)
        {
            int read = 0;
            int wanted = _network.Pick(count);
            while (_pieces > 0 && read < wanted && _pieceTime[_firstPiece] <= _network.NowMs)
            {
                int part = _pieceCount[_firstPiece] < wanted - read ? _pieceCount[_firstPiece] : wanted - read;
                int first = _ring.Length - _readAt < part ? _ring.Length - _readAt : part;
                Array.Copy(_ring, _readAt, buffer, offset + read, first);
                Array.Copy(_ring, 0, buffer, offset + read + first, part - first);
                _readAt = (_readAt + part) % _ring.Length;
                _stored -= part;
                read += part;
                _pieceCount[_firstPiece] -= part;
                if (_pieceCount[_firstPiece] == 0)
                {
                    _firstPiece = (_firstPiece + 1) % MaxPieces;
                    _pieces--;
                }
            }

            return read;
        }
    }
}
