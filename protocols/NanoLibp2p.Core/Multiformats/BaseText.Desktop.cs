#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Multiformats
{
    // what a device never writes: it reads all four bases and writes base58
    public static partial class BaseText
    {
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
    }
}
#endif
