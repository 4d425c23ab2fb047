using System;

namespace NanoLibp2p.Core.Buffers
{
    /// <summary>
    /// A connection's one buffer of bytes received: the link fills it at the end, the protocols consume it at the start
    /// and work on the bytes where they lie.
    /// </summary>
    public sealed class ReceiveBuffer
    {
        /// <summary>The memory itself.</summary>
        public readonly byte[] Bytes;

        /// <summary>Where the bytes not yet consumed begin.</summary>
        public int Start;

        /// <summary>Where the link writes next; whoever has it write moves this on.</summary>
        public int End;


        /// <summary>Takes the whole memory: <paramref name="capacity"/> bytes.</summary>
        public ReceiveBuffer(int capacity)
        {
            Bytes = new byte[capacity];
        }

        /// <summary>Bytes not yet consumed.</summary>
        public int Count
        {
            get { return End - Start; }
        }

        /// <summary>Bytes that the link can write at <see cref="End"/>.</summary>
        public int Space
        {
            get { return Bytes.Length - End; }
        }

        /// <summary>Forgets everything.</summary>
        public void Reset()
        {
            Start = 0;
            End = 0;
        }

        /// <summary>Gives up the first <paramref name="count"/> bytes.</summary>
        public void Consume(int count)
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
        public void Reserve(int count)
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
