#if !NANOFRAMEWORK_1_0
using System;

namespace NanoLibp2p.PubSub
{
    // Where memory is no matter: which of the numbers behind the highest came, in a ring of bits for each author (RFC 6479).
    internal sealed partial class ReplayGuard
    {
        // null without a window
        private ulong[] _bits;

        private uint Words
        {
            get { return (uint)_bits.Length / ((uint)_entries.Length / 2); }
        }

        partial void MakeWindow(PubSubOptions options)
        {
            int words = (options.ReplayWindow + 63) / 64;
            if (words > 0 && options.ReplayAuthors > 0)
            {
                _bits = new ulong[words * options.ReplayAuthors];
            }
        }

        partial void FillWindow(int entry, bool taken)
        {
            if (_bits == null)
            {
                return;
            }

            for (uint i = 0; i < Words; i++)
            {
                _bits[First(entry) + i] = taken ? ulong.MaxValue : 0;
            }

            // a bit above the highest is set when its number comes
            ulong last = _entries[entry + 1];
            if (taken)
            {
                _bits[WordOf(entry, last)] = (2UL << (int)(last & 63)) - 1;
            }
        }

        partial void LookInWindow(int entry, ulong number, ref bool refused)
        {
            if (_bits != null && (_entries[entry + 1] >> 6) - (number >> 6) < Words)
            {
                refused = ((_bits[WordOf(entry, number)] >> (int)(number & 63)) & 1) != 0;
            }
        }

        partial void MarkInWindow(int entry, ulong number)
        {
            if (_bits == null)
            {
                return;
            }

            // what was behind the window before is ahead of the old highest now
            ulong last = _entries[entry + 1];
            for (ulong word = 1; number > last && word <= (number >> 6) - (last >> 6) && word <= Words; word++)
            {
                _bits[WordOf(entry, last + (word << 6))] = 0;
            }

            _bits[WordOf(entry, number)] |= 1UL << (int)(number & 63);
        }

        partial void MoveWindow(int from, int to)
        {
            if (_bits != null)
            {
                Array.Copy(_bits, First(from), _bits, First(to), Words);
            }
        }

        private uint First(int entry)
        {
            return ((uint)entry / 2) * Words;
        }

        private uint WordOf(int entry, ulong number)
        {
            return First(entry) + (uint)((number >> 6) % Words);
        }
    }
}
#endif
