using System;

namespace NanoLibp2p.PubSub
{
    /// <summary>What waits to be written to one peer: whole RPCs in a ring. An RPC that has no room is not taken at all.</summary>
    internal sealed class SendQueue
    {
        /// <summary>The ring itself.</summary>
        public readonly byte[] Ring;

        /// <summary>Where the bytes that wait begin.</summary>
        public int Start;

        /// <summary>Bytes that wait.</summary>
        public int Count;

        public SendQueue(int capacity)
        {
            Ring = new byte[capacity];
        }

        /// <summary>Bytes that can be appended.</summary>
        public int Room
        {
            get { return Ring.Length - Count; }
        }

        /// <summary>How many of them lie there in one piece.</summary>
        public int Piece
        {
            get { return Count < Ring.Length - Start ? Count : Ring.Length - Start; }
        }

        public bool Append(byte[] rpc, int offset, int count)
        {
            if (count > Room)
            {
                return false;
            }

            int end = Start + Count;
            if (end >= Ring.Length)
            {
                end -= Ring.Length;
            }

            int first = Ring.Length - end < count ? Ring.Length - end : count;
            Array.Copy(rpc, offset, Ring, end, first);
            if (first < count)
            {
                Array.Copy(rpc, offset + first, Ring, 0, count - first);
            }

            Count += count;
            return true;
        }

        public void Written(int count)
        {
            Count -= count;
            Start = Count == 0 ? 0 : (Start + count) % Ring.Length;
        }

        public void Clear()
        {
            Start = 0;
            Count = 0;
        }
    }
}
