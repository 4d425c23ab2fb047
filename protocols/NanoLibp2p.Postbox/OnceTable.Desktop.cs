#if !NANOFRAMEWORK_1_0
using System;

namespace NanoLibp2p.Postbox
{
    // What mail over frame sessions needs of it.
    internal sealed partial class OnceTable
    {
        /// <summary>Writes this gateway's acknowledgements as those of a call (SPEC.md 14.1): as many as fit.</summary>
        /// <param name="gateway">The gateway's number.</param>
        /// <param name="to">Takes them.</param>
        /// <param name="at">Where they go.</param>
        /// <param name="end">Where the room ends.</param>
        /// <param name="written">How many were written.</param>
        /// <returns>The offset behind them.</returns>
        internal int WriteShort(uint gateway, byte[] to, int at, int end, out int written)
        {
            written = 0;
            for (int i = 0; i < Data[PendingCount]; i++)
            {
                int from = Pending + (PendingBytes * i);
                int size = Data[from] < HasProof ? 5 : 13;
                if (IsOf(i, gateway))
                {
                    if (end - at < size)
                    {
                        break;
                    }

                    to[at] = Data[from];
                    Array.Copy(Data, from + NameAt, to, at + 1, 4);
                    Array.Copy(Data, from + ProofAt, to, at + 5, size - 5);
                    at += size;
                    written++;
                }
            }

            return at;
        }

        /// <summary>Forgets the oldest of this gateway's acknowledgements, so many.</summary>
        internal void Confirm(uint gateway, int count)
        {
            int i = 0;
            while (i < Data[PendingCount] && count > 0)
            {
                if (IsOf(i, gateway))
                {
                    RemovePending(i);
                    IsDirty = true;
                    count--;
                }
                else
                {
                    i++;
                }
            }
        }
    }
}
#endif
