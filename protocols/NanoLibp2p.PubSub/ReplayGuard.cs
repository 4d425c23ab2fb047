using System;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// The highest number of each author's messages, so that none comes twice however old it is: a fixed table, the authors that were
    /// pinned first, then the others, heard last first. With a window it knows each number that far behind the highest as well
    /// (a ring of bits, RFC 6479).
    /// </summary>
    internal sealed class ReplayGuard
    {
        // what is kept of an author, in one array: who, the highest number, and from Bits on the window
        private const int Last = 1;
        private const int Bits = 2;

        // Numbers in order are Unix time in nanoseconds, which gets there in 2116, or below. Random ones (js floodsub) soon are above, and
        // only the author can sign one.
        private const ulong LeastUnordered = 1UL << 62;

        // one more, for the one that moves
        private readonly ulong[] _entries;
        private readonly int _stride;
        private int _pinned;

        /// <summary>Takes room for so many authors, in 16 bytes each and 8 for each 64 numbers of the window.</summary>
        public ReplayGuard(int authors, int window)
        {
            _stride = Bits + ((window + 63) >> 6);
            _entries = new ulong[(authors + 1) * _stride];
        }

        /// <summary>Whether a number was taken before, or is too far behind the author's highest to tell.</summary>
        public bool Refuses(ulong author, ulong number)
        {
            int at = Find(author);
            ulong last = _entries[at + Last];
            if (at == Spare || number > last || last >= LeastUnordered)
            {
                return false;
            }

            ulong block = number >> 6;
            ulong words = (ulong)(uint)(_stride - Bits);
            return (last >> 6) - block >= words || ((_entries[at + Bits + (int)(block % words)] >> (int)(number & 63)) & 1) != 0;
        }

        /// <summary>Takes a number that is not refused. Of a new author in a full table the one that was silent for longest is forgotten.</summary>
        public void Take(ulong author, ulong number)
        {
            int at = Bring(author, number);
            if (at < 0)
            {
                return;
            }

            ulong words = (ulong)(uint)(_stride - Bits);
            ulong last = _entries[at + Last];
            if (number > last)
            {
                _entries[at + Last] = number;
                ulong steps = (number >> 6) - (last >> 6);
                for (ulong i = 1; i <= steps && i <= words; i++)
                {
                    _entries[at + Bits + (int)(((last >> 6) + i) % words)] = 0;
                }
            }

            if (words > 0)
            {
                _entries[at + Bits + (int)((number >> 6) % words)] |= 1UL << (int)(number & 63);
            }
        }

        /// <summary>Keeps an author for ever, and refuses all numbers up to one.</summary>
        /// <returns>False when all places are taken by pinned authors.</returns>
        public bool Pin(ulong author, ulong last)
        {
            int at = Bring(author, last);
            if (at < 0)
            {
                return false;
            }

            if (at == _pinned * _stride)
            {
                _pinned++;
            }

            if (last >= _entries[at + Last])
            {
                _entries[at + Last] = last;
                for (int i = Bits; i < _stride; i++)
                {
                    _entries[at + i] = ulong.MaxValue;
                }

                if (_stride > Bits)
                {
                    _entries[at + Bits + (int)((last >> 6) % (ulong)(uint)(_stride - Bits))] = (2UL << (int)(last & 63)) - 1;
                }
            }

            return true;
        }

        private int Spare
        {
            get { return _entries.Length - _stride; }
        }

        private int Find(ulong author)
        {
            int at = 0;
            while (at < Spare && _entries[at] != author)
            {
                at += _stride;
            }

            return at;
        }

        // where an author's entry is, before all others that are not pinned; -1 when there is no place for a new one
        private int Bring(ulong author, ulong last)
        {
            int front = _pinned * _stride;
            int at = Find(author);
            if (at < front)
            {
                return at;
            }

            if (front == Spare)
            {
                return -1;
            }

            if (at == Spare)
            {
                // the last is empty, or the one that was silent for longest
                Array.Clear(_entries, at, _stride);
                _entries[at] = author;
                _entries[at + Last] = last;
                at -= _stride;
            }
            else
            {
                Array.Copy(_entries, at, _entries, Spare, _stride);
            }

            Array.Copy(_entries, front, _entries, front + _stride, at - front);
            Array.Copy(_entries, Spare, _entries, front, _stride);
            return front;
        }
    }
}
