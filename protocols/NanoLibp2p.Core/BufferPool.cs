#if !NANOFRAMEWORK_1_0
using System.Collections.Generic;

namespace NanoLibp2p.Core
{
    /// <summary>
    /// A node's buffers, where its connections have none of their own: rented while they hold bytes, so that thousands of idle connections
    /// take none (NodeOptions.BufferBytes). For one thread.
    /// </summary>
    public sealed class BufferPool
    {
        /// <summary>
        /// Bytes up to which a connection has its buffer even where the pool is short: enough for each to go on, with small records.
        /// </summary>
        public const int LeastBytes = 1024;

        // free bytes that are kept for the next; what is more is left to the garbage collector
        private const long MostKept = 4 * 1024 * 1024;

        private readonly Dictionary<int, Stack<byte[]>> _free = new Dictionary<int, Stack<byte[]>>();
        private readonly long _budget;
        private long _rented;
        private long _kept;

        /// <summary>Makes a pool; it takes memory as it is rented.</summary>
        /// <param name="budget">Bytes rented from which on <see cref="IsShort"/> is true.</param>
        public BufferPool(long budget)
        {
            _budget = budget;
        }

        /// <summary>Bytes that are rented now.</summary>
        public long RentedBytes
        {
            get { return _rented; }
        }

        /// <summary>
        /// True when as much as the budget is rented. Connections then collect no more than <see cref="LeastBytes"/> to send, and what
        /// peers send goes through a buffer that is lent for a step; whoever rents for other ends asks here first.
        /// </summary>
        public bool IsShort
        {
            get { return _rented >= _budget; }
        }

        /// <summary>Rents a buffer of exactly that many bytes, whatever is in them; from short pools too.</summary>
        public byte[] Rent(int bytes)
        {
            _rented += bytes;
            if (_free.TryGetValue(bytes, out Stack<byte[]> free) && free.Count > 0)
            {
                _kept -= bytes;
                return free.Pop();
            }

            return new byte[bytes];
        }

        /// <summary>Takes a rented buffer back; it is not the caller's any more.</summary>
        public void Return(byte[] buffer)
        {
            int bytes = buffer.Length;
            _rented -= bytes;
            if (_kept + bytes > MostKept)
            {
                return;
            }

            if (!_free.TryGetValue(bytes, out Stack<byte[]> free))
            {
                free = new Stack<byte[]>();
                _free.Add(bytes, free);
            }

            free.Push(buffer);
            _kept += bytes;
        }

        /// <summary>The size to rent for so many bytes: 1, 4, 16 or 64 KiB, or the whole capacity.</summary>
        internal static int SizeFor(int bytes, int capacity)
        {
            int size = LeastBytes;
            while (size < bytes && size < 64 * 1024)
            {
                size *= 4;
            }

            return size < bytes || size > capacity ? capacity : size;
        }
    }
}
#endif
