using NanoLibp2p.Buffers;

namespace NanoLibp2p.Multiformats
{
    /// <summary>The text of IP addresses. For the caller's text, so reading takes characters; a wrong one is a result, not an
    /// exception.</summary>
    public static class IpText
    {
        // 8 groups of 4 with their colons
        private const int MaxText = 39;

        /// <summary>Reads a dotted IPv4 address: four decimal numbers to 255 without leading zeros. Writes 4 bytes.</summary>
        public static bool ParseIp4(char[] text, int start, int count, byte[] buffer, int offset)
        {
            int at = start;
            int end = start + count;
            for (int i = 0; i < 4; i++)
            {
                if (i > 0 && (at == end || text[at++] != '.'))
                {
                    return false;
                }
                int first = at;
                int value = ParseDecimal(text, ref at, end, 255);
                // "01" is octal to some, decimal to others
                if (value < 0 || (text[first] == '0' && at - first > 1))
                {
                    return false;
                }
                buffer[offset + i] = (byte)value;
            }
            return at == end;
        }

        /// <summary>Reads an IPv6 address (RFC 4291 2.2, all three forms, without a zone). Writes 16 bytes.</summary>
        public static bool ParseIp6(char[] text, int start, int count, byte[] buffer, int offset)
        {
            int at = start;
            int end = start + count;
            int used = 0;
            int gap = -1;
            if (count >= 2 && text[at] == ':' && text[at + 1] == ':')
            {
                gap = 0;
                at += 2;
            }
            while (at < end)
            {
                int first = at;
                int value = 0;
                while (at < end && HexValue(text[at]) >= 0 && at - first < 5)
                {
                    value = (value << 4) | HexValue(text[at++]);
                }
                if (at < end && text[at] == '.')
                {
                    // the last 32 bits, dotted
                    if (used > 12 || !ParseIp4(text, first, end - first, buffer, offset + used))
                    {
                        return false;
                    }
                    used += 4;
                    break;
                }
                if (at == first || at - first > 4 || used == 16)
                {
                    return false;
                }
                buffer[offset + used++] = (byte)(value >> 8);
                buffer[offset + used++] = (byte)value;
                if (at == end)
                {
                    break;
                }
                if (text[at++] != ':' || at == end)
                {
                    return false;
                }
                if (text[at] == ':')
                {
                    if (gap >= 0)
                    {
                        return false;
                    }
                    gap = used;
                    at++;
                }
            }

            // "::" stands for at least one group
            if (gap < 0 ? used != 16 : used > 14)
            {
                return false;
            }
            for (int i = 1; gap >= 0 && i <= 16 - gap; i++)
            {
                int from = used - i;
                buffer[offset + 16 - i] = from >= gap ? buffer[offset + from] : (byte)0;
            }
            return true;
        }

        /// <summary>The text of 4 or 16 bytes; IPv6 in the one form of RFC 5952.</summary>
        public static string Format(byte[] address, int offset, int count)
        {
            char[] text = new char[MaxText];
            int at = 0;
            if (count == 4)
            {
                at = FormatIp4(address, offset, text, at);
                return new string(text, 0, at);
            }

            // The longest run of at least two zero groups, the first of equals (RFC 5952 4.2).
            int best = -1;
            int bestRun = 1;
            for (int i = 0, run = 0; i < 8; i++)
            {
                run = Bytes.ReadUInt16BigEndian(address, offset + 2 * i) == 0 ? run + 1 : 0;
                if (run > bestRun)
                {
                    bestRun = run;
                    best = i - run + 1;
                }
            }
            // IPv4-mapped addresses end dotted (RFC 5952 5)
            bool mapped = best == 0 && bestRun == 5 && address[offset + 10] == 0xFF && address[offset + 11] == 0xFF;
            for (int i = 0; i < 8; i++)
            {
                if (i == best)
                {
                    text[at++] = ':';
                    text[at++] = ':';
                    i += bestRun - 1;
                    continue;
                }
                if (i > 0 && text[at - 1] != ':')
                {
                    text[at++] = ':';
                }
                if (mapped && i == 6)
                {
                    at = FormatIp4(address, offset + 12, text, at);
                    break;
                }
                int group = Bytes.ReadUInt16BigEndian(address, offset + 2 * i);
                for (int shift = 12; shift >= 0; shift -= 4)
                {
                    if (shift == 0 || group >> shift != 0)
                    {
                        int digit = (group >> shift) & 15;
                        text[at++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
                    }
                }
            }
            return new string(text, 0, at);
        }

        /// <summary>Reads decimal digits up to <paramref name="maximum"/> and moves <paramref name="at"/> behind them.</summary>
        /// <returns>The number, or -1 when there is none or a larger one.</returns>
        internal static int ParseDecimal(char[] text, ref int at, int end, int maximum)
        {
            int value = -1;
            while (at < end && text[at] >= '0' && text[at] <= '9')
            {
                value = (value < 0 ? 0 : value * 10) + text[at] - '0';
                if (value > maximum)
                {
                    return -1;
                }
                at++;
            }
            return value;
        }

        private static int FormatIp4(byte[] address, int offset, char[] text, int at)
        {
            for (int i = 0; i < 4; i++)
            {
                if (i > 0)
                {
                    text[at++] = '.';
                }
                int value = address[offset + i];
                for (int unit = 100; unit > 0; unit /= 10)
                {
                    if (unit == 1 || value >= unit)
                    {
                        text[at++] = (char)('0' + value / unit % 10);
                    }
                }
            }
            return at;
        }

        private static int HexValue(char c)
        {
            // lower case is one bit more
            int letter = c | 0x20;
            return c >= '0' && c <= '9' ? c - '0'
                : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10
                : -1;
        }
    }
}
