namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// Who may not be grafted yet, by peer and topic: a back-off outlives the connection, since the peer remembers it too. When the
    /// table is full, the one that ends first gives way.
    /// </summary>
    internal sealed class BackoffTable
    {
        private readonly ulong[] _keys;
        private readonly long[] _ends;

        public BackoffTable(int capacity)
        {
            _keys = new ulong[capacity];
            _ends = new long[capacity];
        }

        public bool IsActive(ulong peer, int topic, long nowMs)
        {
            int at = Find(peer, topic);
            return at >= 0 && _ends[at] > nowMs;
        }

        /// <summary>Begins a back-off, or makes one longer; never shorter.</summary>
        /// <returns>When it ends.</returns>
        public long Set(ulong peer, int topic, long endMs)
        {
            int at = Find(peer, topic);
            if (at < 0)
            {
                at = 0;
                for (int i = 1; i < _ends.Length; i++)
                {
                    if (_ends[i] < _ends[at])
                    {
                        at = i;
                    }
                }

                _keys[at] = KeyOf(peer, topic);
                _ends[at] = endMs;
            }
            else if (_ends[at] < endMs)
            {
                _ends[at] = endMs;
            }

            return _ends[at];
        }

        // a peer is a hash, which has room for one of 32 topics
        private static ulong KeyOf(ulong peer, int topic)
        {
            return peer ^ ((ulong)(uint)topic << 59);
        }

        private int Find(ulong peer, int topic)
        {
            ulong key = KeyOf(peer, topic);
            int at = _keys.Length - 1;
            while (at >= 0 && (_keys[at] != key || _ends[at] == 0))
            {
                at--;
            }

            return at;
        }
    }
}
