namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// Which message ids were seen lately: their hashes with the time, in a fixed table. Each set of up to 64 forgets its
    /// oldest first, and everything is forgotten after a time.
    /// </summary>
    internal sealed class SeenCache
    {
        private const int MaxWays = 64;

        private readonly ulong[] _hashes;
        private readonly uint[] _times;
        private readonly byte[] _next;
        private readonly uint _sets;
        private readonly int _ways;
        private readonly uint _lifeMs;

        /// <summary>Takes room for <paramref name="capacity"/> ids or, above 64, for the next multiple of 64.</summary>
        public SeenCache(int capacity, int lifeMs)
        {
            _ways = capacity < MaxWays ? capacity : MaxWays;
            int sets = (capacity + _ways - 1) / _ways;
            _hashes = new ulong[sets * _ways];
            _times = new uint[sets * _ways];
            _next = new byte[sets];
            _sets = (uint)sets;
            _lifeMs = (uint)lifeMs;
        }

        public bool Contains(ulong hash, long nowMs)
        {
            int first = SetOf(hash) * _ways;
            int end = first + _ways;
            for (int i = first; i < end; i++)
            {
                if (_hashes[i] == hash)
                {
                    // the low 32 bits of a millisecond count: right for ages up to 49 days, and an older one costs a message at worst
                    return hash != 0 && (uint)nowMs - _times[i] < _lifeMs;
                }
            }

            return false;
        }

        /// <summary>Adds an id, or makes it young again.</summary>
        public void Add(ulong hash, long nowMs)
        {
            int set = SetOf(hash);
            int first = set * _ways;
            int at = -1;
            for (int i = first; i < first + _ways; i++)
            {
                if (_hashes[i] == hash)
                {
                    at = i;
                    break;
                }
            }

            if (at < 0)
            {
                at = first + _next[set];
                _next[set] = (byte)((_next[set] + 1) % _ways);
            }

            _hashes[at] = hash;
            _times[at] = (uint)nowMs;
        }

        private int SetOf(ulong hash)
        {
            return _sets == 1 ? 0 : (int)((uint)(hash >> 32) % _sets);
        }
    }
}
