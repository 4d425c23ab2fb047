using System;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// A ring of bytes that keeps readings in the order in which they were taken. When it is full the oldest make room. Readings lie in
    /// one piece each, so that they are published from here without a copy.
    /// </summary>
    /// <remarks>A reading takes its bytes and four more. Nothing is allocated after the constructor.</remarks>
    public sealed class ReadingRing
    {
        /// <summary>Bytes that each reading takes besides its own: length in two, source, state with gate.</summary>
        public const int HeaderBytes = 4;

        private const int SourceAt = 2;
        private const int StateAt = 3;

        // the state's byte: three bits for it, five for the gate
        private const int StateBits = 7;
        private const int GateShift = 3;

        private readonly byte[] _bytes;
        private readonly int[] _counts = new int[(int)ReadingState.Again + 1];
        private int _first;
        private int _end;
        private int _count;
        private uint _dropped;

        // where the readings before the jump to 0 end; only used while _end lies before _first
        private int _jump;

        /// <summary>Makes a ring of so many bytes, at most 65,535.</summary>
        public ReadingRing(int bytes)
        {
            _bytes = new byte[bytes];
        }

        /// <summary>The bytes that readings lie in; not a copy.</summary>
        public byte[] Bytes
        {
            get { return _bytes; }
        }

        /// <summary>Readings in it, in any state.</summary>
        public int Count
        {
            get { return _count; }
        }

        /// <summary>Bytes that the readings and what lies between them take.</summary>
        public int UsedBytes
        {
            get { return _count == 0 ? 0 : _end > _first ? _end - _first : _bytes.Length - _first + _end; }
        }

        /// <summary>Readings that were lost: pushed out before they were <see cref="ReadingState.Done"/>, or longer than the whole
        /// ring.</summary>
        public uint Dropped
        {
            get { return _dropped; }
        }

        /// <summary>Readings in a state.</summary>
        public int CountOf(ReadingState state)
        {
            return _counts[(int)state];
        }

        /// <summary>Copies a reading in, and pushes out the oldest when there is no room.</summary>
        /// <param name="source">A number of the caller's, 0 to 255.</param>
        /// <param name="reading">Its bytes; the caller's again when the call returns.</param>
        /// <param name="offset">Where they begin.</param>
        /// <param name="count">How many.</param>
        /// <returns>False when it is longer than the whole ring; it counts as dropped.</returns>
        public bool Add(int source, byte[] reading, int offset, int count)
        {
            int need = HeaderBytes + count;
            if (need > _bytes.Length)
            {
                _dropped++;
                return false;
            }

            int at = Place(need);
            while (at < 0)
            {
                if (StateOf(_first) != ReadingState.Done)
                {
                    _dropped++;
                }

                RemoveFirst();
                at = Place(need);
            }

            _bytes[at] = (byte)count;
            _bytes[at + 1] = (byte)(count >> 8);
            _bytes[at + SourceAt] = (byte)source;
            _bytes[at + StateAt] = (byte)ReadingState.Kept;
            Array.Copy(reading, offset, _bytes, at + HeaderBytes, count);
            _end = at + need;
            _count++;
            _counts[(int)ReadingState.Kept]++;
            return true;
        }

        /// <summary>The oldest reading's place, or -1 when there is none. A place holds until <see cref="Add"/> or
        /// <see cref="Trim"/>.</summary>
        public int First()
        {
            return _count == 0 ? -1 : _first;
        }

        /// <summary>The place of the reading after another one's, or -1.</summary>
        public int Next(int place)
        {
            int next = Follow(place);
            return next == _end ? -1 : next;
        }

        /// <summary>How far the reading at a place has come.</summary>
        public ReadingState StateOf(int place)
        {
            return (ReadingState)(_bytes[place + StateAt] & StateBits);
        }

        /// <summary>The gate that the reading at a place was last handed to, 0 to 31.</summary>
        internal int GateOf(int place)
        {
            return _bytes[place + StateAt] >> GateShift;
        }

        /// <summary>Who the reading at a place is from, as given to <see cref="Add"/>.</summary>
        public int SourceOf(int place)
        {
            return _bytes[place + SourceAt];
        }

        /// <summary>Where in <see cref="Bytes"/> the reading at a place begins.</summary>
        public int OffsetOf(int place)
        {
            return place + HeaderBytes;
        }

        /// <summary>Bytes of the reading at a place.</summary>
        public int LengthOf(int place)
        {
            return _bytes[place] | (_bytes[place + 1] << 8);
        }

        /// <summary>Notes how far the reading at a place has come.</summary>
        public void SetState(int place, ReadingState state)
        {
            SetState(place, state, GateOf(place));
        }

        /// <summary>Notes how far the reading at a place has come, and by which gate, 0 to 31.</summary>
        internal void SetState(int place, ReadingState state, int gate)
        {
            _counts[(int)StateOf(place)]--;
            _counts[(int)state]++;
            _bytes[place + StateAt] = (byte)((int)state | (gate << GateShift));
        }

        /// <summary>Changes all readings of a gate from one state to another.</summary>
        /// <returns>How many.</returns>
        internal int Change(int gate, ReadingState from, ReadingState to)
        {
            int changed = 0;
            int place = _counts[(int)from] == 0 ? -1 : First();
            while (place >= 0)
            {
                if (StateOf(place) == from && GateOf(place) == gate)
                {
                    SetState(place, to, gate);
                    changed++;
                }

                place = Next(place);
            }

            return changed;
        }

        /// <summary>Gives back the room of the oldest readings that are <see cref="ReadingState.Done"/>.</summary>
        public void Trim()
        {
            while (_count > 0 && StateOf(_first) == ReadingState.Done)
            {
                RemoveFirst();
            }
        }

        // where so many bytes are free in one piece, or -1
        private int Place(int need)
        {
            if (_count == 0)
            {
                _first = 0;
                _end = 0;
                return 0;
            }

            if (_end <= _first)
            {
                // the readings lie around the end: free is what is between
                return need <= _first - _end ? _end : -1;
            }

            if (need <= _bytes.Length - _end)
            {
                return _end;
            }

            if (need > _first)
            {
                return -1;
            }

            _jump = _end;
            return 0;
        }

        private void RemoveFirst()
        {
            _counts[(int)StateOf(_first)]--;
            _count--;
            _first = Follow(_first);
        }

        private int Follow(int place)
        {
            int next = place + HeaderBytes + LengthOf(place);
            return next == _jump && _end < next ? 0 : next;
        }
    }
}
