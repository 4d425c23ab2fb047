#if !NANOFRAMEWORK_1_0
using System;
using System.Collections.Generic;

namespace NanoLibp2p.Noise
{
    /// <summary>
    /// Remembers the static keys of many peers, and finds one without looking at the others. All nodes of an identity may share it,
    /// whatever threads they run on. The oldest gives way.
    /// </summary>
    public sealed class PeerBindingTable : PeerBindings
    {
        private readonly object _lock = new object();
        private readonly HashSet<string> _known = new HashSet<string>();
        private readonly Queue<string> _order = new Queue<string>();
        private readonly int _capacity;

        /// <summary>Makes a table for <paramref name="capacity"/> peers, some 300 bytes each as they come.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
        public PeerBindingTable(int capacity)
            : base(0)
        {
            if (capacity < 1)
            {
                throw new ArgumentOutOfRangeException(nameof(capacity), "room for " + capacity.ToString() + " peers; give 1 or more");
            }

            _capacity = capacity;
        }

        /// <summary>How many peers are remembered.</summary>
        public int Count
        {
            get
            {
                lock (_lock)
                {
                    return _order.Count;
                }
            }
        }

        /// <inheritdoc/>
        public override bool Contains(byte[] peerId, int peerIdCount, byte[] staticKey)
        {
            string entry = Entry(peerId, peerIdCount, staticKey);
            lock (_lock)
            {
                return _known.Contains(entry);
            }
        }

        /// <inheritdoc/>
        public override void Add(byte[] peerId, int peerIdCount, byte[] staticKey)
        {
            string entry = Entry(peerId, peerIdCount, staticKey);
            lock (_lock)
            {
                if (!_known.Add(entry))
                {
                    return;
                }

                _order.Enqueue(entry);
                if (_order.Count > _capacity)
                {
                    _known.Remove(_order.Dequeue());
                }
            }
        }

        private static string Entry(byte[] peerId, int peerIdCount, byte[] staticKey)
        {
            return Convert.ToBase64String(staticKey) + Convert.ToBase64String(peerId, 0, peerIdCount);
        }
    }
}
#endif
