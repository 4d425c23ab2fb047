using System;

namespace NanoLibp2p.Core.Buffers
{
    /// <summary>
    /// A connection's one buffer of bytes received: the link fills it at the end, the protocols consume it at the start
    /// and work on the bytes where they lie.
    /// </summary>
    internal sealed class ReceiveBuffer
    {
        /// <summary>The memory itself.</summary>
        internal readonly byte[] Bytes;

        /// <summary>Where the bytes not yet consumed begin.</summary>
        internal int Start;

        /// <summary>Where the link writes next; whoever has it write moves this on.</summary>
        internal int End;

        /// <summary>Takes the whole memory: <paramref name="capacity"/> bytes.</summary>
        internal ReceiveBuffer(int capacity)
        {
            Bytes = new byte[capacity];
        }

        /// <summary>Bytes not yet consumed.</summary>
        internal int Count
        {
            get { return End - Start; }
        }

        /// <summary>Bytes that the link can write at <see cref="End"/>.</summary>
        internal int Space
        {
            get { return Bytes.Length - End; }
        }

        /// <summary>Forgets everything.</summary>
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
                Start = 0;
                End = 0;
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
