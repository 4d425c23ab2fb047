namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// The messages sent last, as the RPCs that carried them, for peers that ask for one by IWANT. The oldest give way to the
    /// next. Each knows which connections it was sent or told to.
    /// </summary>
    internal sealed class MessageCache
    {
        // what is kept of each entry, for Get, in one array: a field of an object costs three times as much on a device
        public const int Frame = 0;
        public const int FrameCount = 1;
        private const int Begin = 2;
        public const int TopicIndex = 3;
        public const int Life = 4;
        public const int Part1 = 5;
        public const int Part1Count = 6;
        public const int Part2 = 7;
        public const int Part2Count = 8;
        private const int Fields = 9;

        public readonly byte[] Bytes;

        /// <summary>Entries there are; the oldest is number 0 for the members below.</summary>
        public int Count;

        private readonly int[] _fields;
        private readonly ulong[] _hashes;
        private readonly uint[] _told;
        private readonly int _toldWords;
        private readonly int _capacity;
        private int _first;
        private int _next;

        public MessageCache(int entries, int bytes, int connections)
        {
            Bytes = new byte[bytes];
            _fields = new int[entries * Fields];
            _hashes = new ulong[entries];
            _toldWords = (connections + 31) >> 5;
            _told = new uint[entries * _toldWords];
            _capacity = entries;
        }

        /// <summary>Makes an entry of <paramref name="size"/> bytes in one piece, which is filled in and described by <see cref="Set"/> at once.</summary>
        /// <returns>Where it begins in <see cref="Bytes"/>.</returns>
        public int Add(int size)
        {
            if (_next + size > Bytes.Length)
            {
                // those behind are the oldest, and would be left there out of order
                while (Count > 0 && _fields[(_first * Fields) + Begin] >= _next)
                {
                    DropFirst();
                }

                _next = 0;
            }

            while (Count > 0 && (Count == _capacity || Overlaps(size)))
            {
                DropFirst();
            }

            int begin = _next;
            int slot = Slot(Count);
            _fields[(slot * Fields) + Begin] = begin;
            for (int i = 0; i < _toldWords; i++)
            {
                _told[(slot * _toldWords) + i] = 0;
            }

            Count++;
            _next = begin + size;
            return begin;
        }

        /// <summary>Describes the newest entry.</summary>
        /// <param name="hash">The hash of its id.</param>
        /// <param name="topic">Its topic's index.</param>
        /// <param name="life">Heartbeats in which peers are told of it.</param>
        /// <param name="frame">Where its RPC begins.</param>
        /// <param name="frameCount">Bytes of the RPC.</param>
        /// <param name="part1">Where the author or, of an unsigned message, the data begin.</param>
        /// <param name="part1Count">Bytes of these.</param>
        /// <param name="part2">Where the sequence number begins; of no meaning for an unsigned message.</param>
        /// <param name="part2Count">Bytes of it.</param>
        public void Set(ulong hash, int topic, int life, int frame, int frameCount, int part1, int part1Count, int part2, int part2Count)
        {
            int slot = Slot(Count - 1);
            _hashes[slot] = hash;
            int at = slot * Fields;
            _fields[at + TopicIndex] = topic;
            _fields[at + Life] = life;
            _fields[at + Frame] = frame;
            _fields[at + FrameCount] = frameCount;
            _fields[at + Part1] = part1;
            _fields[at + Part1Count] = part1Count;
            _fields[at + Part2] = part2;
            _fields[at + Part2Count] = part2Count;
        }

        /// <summary>The number of the entry with this id, or -1.</summary>
        public int Find(ulong hash)
        {
            for (int i = Count - 1; i >= 0; i--)
            {
                if (_hashes[Slot(i)] == hash)
                {
                    return i;
                }
            }

            return -1;
        }

        /// <summary>One of the figures of an entry that are named above.</summary>
        public int Get(int entry, int field)
        {
            return _fields[(Slot(entry) * Fields) + field];
        }

        /// <summary>Makes every entry one heartbeat older.</summary>
        public void Age()
        {
            for (int i = 0; i < Count; i++)
            {
                int at = (Slot(i) * Fields) + Life;
                if (_fields[at] > 0)
                {
                    _fields[at]--;
                }
            }
        }

        public bool WasTold(int entry, int connection)
        {
            return (_told[(Slot(entry) * _toldWords) + (connection >> 5)] & (1u << (connection & 31))) != 0;
        }

        public void SetTold(int entry, int connection, bool told)
        {
            int at = (Slot(entry) * _toldWords) + (connection >> 5);
            uint bit = 1u << (connection & 31);
            _told[at] = told ? _told[at] | bit : _told[at] & ~bit;
        }

        /// <summary>Forgets what was told on a connection: another peer is there now.</summary>
        public void ForgetTold(int connection)
        {
            for (int i = 0; i < Count; i++)
            {
                SetTold(i, connection, false);
            }
        }

        private int Slot(int entry)
        {
            int slot = _first + entry;
            return slot < _capacity ? slot : slot - _capacity;
        }

        private bool Overlaps(int size)
        {
            int begin = _fields[(_first * Fields) + Begin];
            return begin >= _next && begin < _next + size;
        }

        private void DropFirst()
        {
            _first = Slot(1);
            Count--;
            if (Count == 0)
            {
                _next = 0;
            }
        }
    }
}
