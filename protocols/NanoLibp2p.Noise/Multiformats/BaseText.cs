namespace NanoLibp2p.Multiformats
{
    /// <summary>
    /// The two ways from bytes to digits that the bases of <see cref="Multibase"/> share: one large number, or groups of bits, which a
    /// device has no use for.
    /// </summary>
    public static partial class BaseText
    {
        /// <summary>A character that the base doesn't have.</summary>
        public const int BadCharacter = -1;

        /// <summary>More bytes than the buffer's capacity.</summary>
        public const int TooLong = -2;

        // Up to base 36 one letter has one value, whatever its case (multibase spec, table: "case-insensitive").
        private static byte[] ValuesOf(char[] alphabet)
        {
            byte[] values = new byte[128];
            for (int i = 0; i < alphabet.Length; i++)
            {
                char c = alphabet[i];
                values[c] = (byte)(i + 1);
                if (alphabet.Length <= 36 && c >= 'a')
                {
                    values[c - 0x20] = (byte)(i + 1);
                }
            }
            return values;
        }

        // The bytes as one big-endian number. Each leading zero byte is a leading zero digit.
        internal static string EncodeNumber(string alphabet, byte[] bytes, int offset, int count)
        {
            char[] digits = alphabet.ToCharArray();
            uint radix = (uint)digits.Length;
            int end = offset + count;
            int zeros = 0;
            while (zeros < count && bytes[offset + zeros] == 0)
            {
                zeros++;
            }

            // a byte is at most 8 / log2(36) = 1.55 digits
            int capacity = count + count * 3 / 5 + 1;
            byte[] number = new byte[capacity];
            int used = 0;
            for (int i = offset + zeros; i < end; i++)
            {
                uint carry = bytes[i];
                for (int j = 0; j < used || carry != 0; j++)
                {
                    carry += (uint)number[j] << 8;
                    number[j] = (byte)(carry % radix);
                    carry /= radix;
                    if (j == used)
                    {
                        used++;
                    }
                }
            }

            char[] text = new char[zeros + used];
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = digits[i < zeros ? 0 : number[zeros + used - 1 - i]];
            }
            return new string(text);
        }

        internal static int DecodeNumber(string alphabet, string text, int start, byte[] buffer, int offset, int capacity)
        {
            char[] chars = text.ToCharArray();
            char[] digits = alphabet.ToCharArray();
            byte[] values = ValuesOf(digits);
            uint radix = (uint)digits.Length;
            int zeros = 0;
            int used = 0;
            for (int i = start; i < chars.Length; i++)
            {
                char c = chars[i];
                uint carry = c < 128 ? values[c] : 0u;
                if (carry == 0)
                {
                    return BadCharacter;
                }
                carry--;
                if (used == 0 && carry == 0)
                {
                    zeros++;
                }
                // the number grows behind the zeros with its lowest byte first
                int first = offset + zeros;
                for (int j = 0; j < used || carry != 0; j++)
                {
                    if (j == used)
                    {
                        if (zeros + used >= capacity)
                        {
                            return TooLong;
                        }
                        buffer[first + used++] = 0;
                    }
                    carry += buffer[first + j] * radix;
                    buffer[first + j] = (byte)carry;
                    carry >>= 8;
                }
            }
            if (zeros + used > capacity)
            {
                return TooLong;
            }
            for (int i = 0; i < zeros; i++)
            {
                buffer[offset + i] = 0;
            }
            for (int low = offset + zeros, high = low + used - 1; low < high; low++, high--)
            {
                byte swap = buffer[low];
                buffer[low] = buffer[high];
                buffer[high] = swap;
            }
            return zeros + used;
        }
    }
}
