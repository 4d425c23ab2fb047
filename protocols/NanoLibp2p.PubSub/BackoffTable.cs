namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// Who may not be grafted yet, by peer and topic: a back-off outlives the connection, since the peer remembers it too. When the
    /// table is full, the one that ends first gives way.
    /// </summary>
    internal sealed class BackoffTable
    {
        private readonly ulong[] _peers;
        private readonly byte[] _topics;
        private readonly long[] _ends;

        public BackoffTable(int capacity)
        {
            _peers = new ulong[capacity];
            _topics = new byte[capacity];
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

                _peers[at] = peer;
                _topics[at] = (byte)topic;
                _ends[at] = endMs;
            }
            else if (_ends[at] < endMs)
            {
                _ends[at] = endMs;
            }

            return _ends[at];
        }

        private int Find(ulong peer, int topic)
        {
            for (int i = 0; i < _peers.Length; i++)
            {
                if (_peers[i] == peer && _topics[i] == topic && _ends[i] != 0)
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
