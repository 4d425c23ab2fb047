#if !NANOFRAMEWORK_1_0
using System;

namespace NanoLibp2p.Core
{
    // A receive buffer whose memory is rented: all of it while the connection reads, and between two steps as much as what is not consumed
    // takes.
    internal partial class ReceiveBuffer
    {
        private static readonly byte[] _none = new byte[0];

        /// <summary>Moves the bytes to a buffer of that size; 0 when there are none.</summary>
        internal void Move(BufferPool pool, int size)
        {
            if (size == Bytes.Length)
            {
                return;
            }

            byte[] moved = size == 0 ? _none : pool.Rent(size);
            Array.Copy(Bytes, Start, moved, 0, Count);
            if (Bytes.Length > 0)
            {
                pool.Return(Bytes);
            }

            Bytes = moved;
            End -= Start;
            Start = 0;
        }
    }
}
#endif
