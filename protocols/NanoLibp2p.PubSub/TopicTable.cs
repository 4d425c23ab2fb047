using NanoLibp2p.Buffers;

namespace NanoLibp2p.PubSub
{
    /// <summary>The topics of a node. A name is matched as it arrives, in pieces, so that it never has to be kept: sets of topics are
    /// bits.</summary>
    internal sealed class TopicTable
    {
        public int Count;

        private readonly Topic[] _topics;

        public TopicTable(int capacity)
        {
            _topics = new Topic[capacity];
        }

        public Topic this[int index]
        {
            get { return _topics[index]; }
        }

        public void Add(Topic topic)
        {
            _topics[Count++] = topic;
        }

        /// <summary>The topic with this name, or null.</summary>
        public Topic Find(byte[] name, int offset, int count)
        {
            int index = Single(Matching(OfLength((ulong)(uint)count), 0, name, offset, count));
            return index < 0 ? null : _topics[index];
        }

        /// <summary>The set of topics with names of so many bytes.</summary>
        public uint OfLength(ulong bytes)
        {
            uint set = 0;
            for (int i = 0; i < Count; i++)
            {
                if ((uint)_topics[i].Utf8Name.Length == bytes)
                {
                    set |= 1u << i;
                }
            }

            return set;
        }

        /// <summary>Those of a set whose names have these bytes at <paramref name="position"/>.</summary>
        public uint Matching(uint set, int position, byte[] buffer, int offset, int count)
        {
            uint left = set;
            for (int i = 0; left != 0; i++, left >>= 1)
            {
                if ((left & 1u) != 0 && !Bytes.Equal(_topics[i].Utf8Name, position, buffer, offset, count))
                {
                    set &= ~(1u << i);
                }
            }

            return set;
        }

        /// <summary>The index of the one topic in a set; -1 when there is none.</summary>
        public static int Single(uint set)
        {
            int index = -1;
            while (set != 0)
            {
                set >>= 1;
                index++;
            }

            return index;
        }
    }
}
