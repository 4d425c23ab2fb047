namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// The highest number of each author's messages, so that none comes twice however old it is: a fixed table, the authors that were
    /// pinned first. A new author takes the place of the one that is there longest.
    /// </summary>
    internal sealed partial class ReplayGuard
    {
        // Numbers in order are Unix time in nanoseconds, which gets there in 2116, or below. Random ones (js floodsub) soon are above, and
        // only the author can sign one.
        private const ulong LeastUnordered = 1UL << 62;

        // who, and his highest number
        private readonly ulong[] _entries;
        private int _next;
        private int _pinned;

        public ReplayGuard(PubSubOptions options)
        {
            _entries = new ulong[2 * options.ReplayAuthors];
            MakeWindow(options);
        }

        /// <summary>Whether a number was taken before, or came too late to tell.</summary>
        public bool Refuses(ulong author, ulong number)
        {
            int at = Find(author);
            if (at < 0 || number > _entries[at + 1] || _entries[at + 1] >= LeastUnordered)
            {
                return false;
            }

            bool refused = true;
            LookInWindow(at, number, ref refused);
            return refused;
        }

        /// <summary>Takes a number that is not refused.</summary>
        public void Take(ulong author, ulong number)
        {
            int at = Find(author);
            if (at < 0)
            {
                if (_next >= _entries.Length)
                {
                    _next = _pinned;
                }

                if (_pinned == _entries.Length)
                {
                    return;
                }

                at = _next;
                _next += 2;
                _entries[at] = author;
                _entries[at + 1] = number;
                FillWindow(at, false);
            }

            MarkInWindow(at, number);
            if (number > _entries[at + 1])
            {
                _entries[at + 1] = number;
            }
        }

        /// <summary>Keeps an author for ever, and refuses all numbers up to one.</summary>
        /// <returns>False when all places are taken by pinned authors.</returns>
        public bool Pin(ulong author, ulong last)
        {
            int at = Find(author);
            if (at < 0 || at >= _pinned)
            {
                if (_pinned == _entries.Length)
                {
                    return false;
                }

                // changes places with the first that isn't pinned
                if (at < 0)
                {
                    at = _pinned;
                    _entries[at + 1] = 0;
                }

                ulong known = _entries[at + 1];
                last = known > last ? known : last;
                MoveWindow(_pinned, at);
                _entries[at] = _entries[_pinned];
                _entries[at + 1] = _entries[_pinned + 1];
                at = _pinned;
                _pinned += 2;
                _next = _next < _pinned ? _pinned : _next;
                _entries[at] = author;
            }

            if (last >= _entries[at + 1])
            {
                _entries[at + 1] = last;
            }

            FillWindow(at, true);
            return true;
        }

        // with an author's last number already there: all of the numbers up to it, or none, count as taken
        partial void FillWindow(int entry, bool taken);

        partial void LookInWindow(int entry, ulong number, ref bool refused);

        partial void MakeWindow(PubSubOptions options);

        partial void MarkInWindow(int entry, ulong number);

        partial void MoveWindow(int from, int to);

        private int Find(ulong author)
        {
            int at = _entries.Length - 2;
            while (at >= 0 && _entries[at] != author)
            {
                at -= 2;
            }

            return at;
        }
    }
}
