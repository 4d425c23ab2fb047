#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Multiformats
{
    // what a device never needs: it reads and writes peer ids in base58
    public static partial class BaseText
    {
        /// <summary>The last character carries bits of no byte: characters are missing, or it is not the form an encoder writes.</summary>
        public const int BadTail = -3;

        // Groups of 5 or 6 bits, most significant first, without padding (RFC 4648).
        internal static string EncodeBits(string alphabet, int width, byte[] bytes, int offset, int count)
        {
            char[] digits = alphabet.ToCharArray();
            char[] text = new char[(count * 8 + width - 1) / width];
            uint mask = (1u << width) - 1;
            uint pending = 0;
            int bits = 0;
            int at = offset;
            for (int i = 0; i < text.Length; i++)
            {
                if (bits < width)
                {
                    // the last digit is filled up with zero bits
                    pending = (pending << 8) | (at < offset + count ? bytes[at] : 0u);
                    at++;
                    bits += 8;
                }
                bits -= width;
                text[i] = digits[(int)((pending >> bits) & mask)];
            }
            return new string(text);
        }

        // Groups of 5 or 6 bits, most significant first, without padding (RFC 4648).
        internal static int DecodeBits(string alphabet, int width, string text, int start, byte[] buffer, int offset, int capacity)
        {
            char[] chars = text.ToCharArray();
            byte[] values = ValuesOf(alphabet.ToCharArray());
            uint pending = 0;
            int bits = 0;
            int at = 0;
            for (int i = start; i < chars.Length; i++)
            {
                char c = chars[i];
                uint digit = c < 128 ? values[c] : 0u;
                if (digit == 0)
                {
                    return BadCharacter;
                }
                pending = (pending << width) | (digit - 1);
                bits += width;
                if (bits >= 8)
                {
                    if (at == capacity)
                    {
                        return TooLong;
                    }
                    bits -= 8;
                    buffer[offset + at++] = (byte)(pending >> bits);
                }
            }
            return bits >= width || (pending & ((1u << bits) - 1)) != 0 ? BadTail : at;
        }
    }
}
#endif
