using System;

namespace NanoLibp2p.Core
{
    /// <summary>
    /// A connection's one buffer of bytes received: the link fills it at the end, the protocols consume it at the start
    /// and work on the bytes where they lie.
    /// </summary>
    internal partial class ReceiveBuffer
    {
#if NANOFRAMEWORK_1_0
        internal readonly byte[] Bytes;
#else
        internal byte[] Bytes;
#endif

        // where the bytes not yet consumed begin
        internal int Start;

        // where the link writes next; whoever has it write moves this on
        internal int End;

        internal ReceiveBuffer(int capacity)
        {
            Bytes = new byte[capacity];
        }

        // bytes not yet consumed
        internal int Count
        {
            get { return End - Start; }
        }

        internal void Reset()
        {
            Start = 0;
            End = 0;
        }

        /// <summary>Gives up the first <paramref name="count"/> bytes.</summary>
        internal void Consume(int count)
        {
            Start += count;
            if (Start == End)
            {
                Reset();
            }
        }

        /// <summary>
        /// Makes room for <paramref name="count"/> bytes from <see cref="Start"/> on, by moving them to the front when the
        /// end is too near. Offsets taken before are void.
        /// </summary>
        internal void Reserve(int count)
        {
            if (Start != 0 && Start + count > Bytes.Length)
            {
                Array.Copy(Bytes, Start, Bytes, 0, End - Start);
                End -= Start;
                Start = 0;
            }
        }
    }
}
