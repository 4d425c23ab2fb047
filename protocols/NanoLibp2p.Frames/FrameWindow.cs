namespace NanoLibp2p.Frames
{
    /// <summary>
    /// The numbers of one direction that were opened (SPEC.md 4.4): the highest, and which of the 63 below it. Gives a head's 12 bits their
    /// number, and refuses one that was there. Nothing in it changes before a frame's tag was right.
    /// </summary>
    public sealed class FrameWindow
    {
        /// <summary>Numbers that it tells apart.</summary>
        public const int Width = 64;

        /// <summary>The highest number opened, -1 at first.</summary>
        internal int Highest = -1;

        /// <summary>Bit i: number <see cref="Highest"/> - i was opened.</summary>
        internal ulong Seen;

        /// <summary>Begins anew.</summary>
        /// <param name="floor">Numbers below it count as seen; 0 at the beginning of a session.</param>
        public void Reset(int floor)
        {
            Highest = floor - 1;
            Seen = ulong.MaxValue;
        }

        /// <summary>The number with these 12 bits between 63 below the highest and 4,032 above it.</summary>
        /// <param name="low">The bits of a frame's head.</param>
        /// <returns>The number; -1 when it is below 0, was seen, and so is to be dropped.</returns>
        public int Find(int low)
        {
            int least = Highest - (Width - 1);
            int number = least + ((low - least) & (FrameHead.Numbers - 1));
            if (number < 0)
            {
                return -1;
            }

            return number > Highest || ((Seen >> (Highest - number)) & 1) == 0 ? number : -1;
        }

        /// <summary>Notes a number that <see cref="Find"/> gave, once its frame was opened.</summary>
        public void Mark(int number)
        {
            if (number <= Highest)
            {
                Seen |= 1UL << (Highest - number);
                return;
            }

            int up = number - Highest;
            Seen = up < Width ? (Seen << up) | 1 : 1;
            Highest = number;
        }
    }
}
