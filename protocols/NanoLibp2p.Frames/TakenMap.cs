namespace NanoLibp2p.Frames
{
    /// <summary>
    /// What a receiver says of the numbers that it has taken (SPEC.md 8.1): the highest, and which of the 16 below it. Taken means opened,
    /// new, and responsibility for it assumed.
    /// </summary>
    public sealed class TakenMap
    {
        /// <summary>The highest number taken; -1 for none.</summary>
        internal int Highest = -1;

        /// <summary>Bit i, 0 to 15: number <see cref="Highest"/> - 1 - i was taken.</summary>
        internal int Map;

        /// <summary>Begins anew.</summary>
        public void Reset()
        {
            Highest = -1;
            Map = 0;
        }

        /// <summary>Notes a number that was taken.</summary>
        public void Mark(int number)
        {
            int up = number - Highest;
            if (up > 0)
            {
                // what was the highest stands beside what was below it, and nothing was before the first
                int map = Highest < 0 ? 0 : (Map << 1) | 1;
                Map = up <= 16 ? (map << (up - 1)) & 0xFFFF : 0;
                Highest = number;
            }
            else if (up < 0 && up >= -16)
            {
                Map |= 1 << (-up - 1);
            }
        }

        /// <summary>Whether a number was taken, as far as the map says.</summary>
        public bool Has(int number)
        {
            int down = Highest - number;
            return down == 0 || (down > 0 && down <= 16 && ((Map >> (down - 1)) & 1) != 0);
        }

        /// <summary>Takes over what the other side says of our numbers.</summary>
        /// <param name="next">The number that our next frame will have.</param>
        /// <param name="low">The low 12 bits of the highest taken one.</param>
        /// <param name="map">The 16 below it.</param>
        /// <returns>False when we have sent none with these bits: there is nothing to be read in it, and nothing has changed.</returns>
        public bool Read(int next, int low, int map)
        {
            int highest = next - 1 - ((next - 1 - low) & (FrameHead.Numbers - 1));
            if (highest < 0)
            {
                return false;
            }

            Highest = highest;
            Map = map;
            return true;
        }
    }
}
