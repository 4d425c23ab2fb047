using NanoLibp2p.Buffers;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// Compact readings (SPEC.md B): a text with places for numbers is registered once with its topic, and then the numbers alone go over
    /// the air. <c>%0</c> to <c>%6</c> is a number with so many decimals, <c>%%</c> a percent sign. A number goes as a zigzag varint of its
    /// value without the point: 21.5 at <c>%1</c> is 215, two bytes.
    /// </summary>
    public static class FrameTemplate
    {
        /// <summary>The numbers of a template, at most.</summary>
        public const int MaxNumbers = 16;

        /// <summary>Whether a template can be expanded, and how many numbers it takes.</summary>
        /// <returns>Their count; -1 for a text that is no template.</returns>
        public static int Check(byte[] template, int offset, int count)
        {
            int numbers = 0;
            for (int at = offset; at < offset + count; at++)
            {
                if (template[at] != '%')
                {
                    continue;
                }

                at++;
                int digit = at < offset + count ? template[at] : 0;
                if (digit >= '0' && digit <= '6')
                {
                    numbers++;
                }
                else if (digit != '%')
                {
                    return -1;
                }
            }

            return numbers <= MaxNumbers ? numbers : -1;
        }

        /// <summary>Packs numbers.</summary>
        /// <param name="values">The numbers, without their points.</param>
        /// <param name="count">How many.</param>
        /// <param name="buffer">Takes up to 5 bytes for each.</param>
        /// <param name="offset">Where they go.</param>
        /// <returns>Bytes.</returns>
        public static int Pack(int[] values, int count, byte[] buffer, int offset)
        {
            int at = offset;
            for (int i = 0; i < count; i++)
            {
                int value = values[i];
                uint zigzag = value < 0 ? (((uint)-(value + 1)) << 1) | 1 : (uint)value << 1;
                at += Varint.Write(zigzag, buffer, at);
            }

            return at - offset;
        }

        /// <summary>Writes a reading as its template says.</summary>
        /// <param name="template">A text that was checked.</param>
        /// <param name="packed">The numbers as <see cref="Pack"/> wrote them.</param>
        /// <param name="offset">Where they begin.</param>
        /// <param name="count">Their bytes.</param>
        /// <param name="buffer">Takes the text.</param>
        /// <param name="to">Where it goes.</param>
        /// <param name="capacity">Room for it.</param>
        /// <returns>Bytes of the text; -1 when the numbers are not those of the template, or there is no room.</returns>
        public static int Expand(byte[] template, byte[] packed, int offset, int count, byte[] buffer, int to, int capacity)
        {
            int at = to;
            int end = offset + count;
            for (int i = 0; i < template.Length; i++)
            {
                // the longest number has a sign, ten digits and a point
                if (to + capacity - at < 12)
                {
                    return -1;
                }

                if (template[i] != '%' || template[i + 1] == '%')
                {
                    buffer[at++] = template[i];
                    i += template[i] == '%' ? 1 : 0;
                    continue;
                }

                ulong value;
                int bytes = Varint.Read(packed, offset, end - offset, out value);
                if (bytes < 1 || value > uint.MaxValue)
                {
                    return -1;
                }

                offset += bytes;
                i++;
                at = WriteNumber((uint)value, template[i] - '0', buffer, at);
            }

            return offset == end ? at - to : -1;
        }

        private static int WriteNumber(uint zigzag, int decimals, byte[] buffer, int at)
        {
            uint value = zigzag >> 1;
            if ((zigzag & 1) != 0)
            {
                value++;
                buffer[at++] = (byte)'-';
            }

            int digits = decimals + 1;
            uint power = 1;
            for (int i = 0; i < decimals; i++)
            {
                power *= 10;
            }

            while (digits < 10 && value / power >= 10)
            {
                power *= 10;
                digits++;
            }

            for (; digits > 0; digits--)
            {
                buffer[at++] = (byte)('0' + (value / power % 10));
                power /= 10;
                if (digits - 1 == decimals && decimals > 0)
                {
                    buffer[at++] = (byte)'.';
                }
            }

            return at;
        }
    }
}
