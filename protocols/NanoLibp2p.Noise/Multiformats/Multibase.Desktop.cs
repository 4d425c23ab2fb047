#if !NANOFRAMEWORK_1_0
using System;

namespace NanoLibp2p.Multiformats
{
    // what a device never needs: it reads and writes peer ids in base58
    public static partial class Multibase
    {
        /// <summary>Base36 in lower case (multibase <c>base36</c>): short enough for a DNS label. Decoding takes either case.</summary>
        public const char Base36 = 'k';

        /// <summary>Base32 in lower case without padding (RFC 4648 6, multibase <c>base32</c>). Decoding takes either case.</summary>
        public const char Base32 = 'b';

        /// <summary>Base64url without padding (RFC 4648 5, multibase <c>base64url</c>).</summary>
        public const char Base64Url = 'u';

        /// <summary>A prefix other than these four, or an empty text.</summary>
        public const int UnknownBase = -4;

        /// <summary>The text of some bytes in one of the four bases, without its prefix.</summary>
        /// <exception cref="ArgumentException">The prefix is not of the four.</exception>
        public static string Encode(char prefix, byte[] bytes, int offset, int count)
        {
            string alphabet = AlphabetOf(prefix);
            if (alphabet == null)
            {
                throw new ArgumentException("'" + prefix.ToString() + "' is not the prefix of a base known here: z, k, b or u");
            }

            int width = WidthOf(prefix);
            return width == 0
                ? BaseText.EncodeNumber(alphabet, bytes, offset, count)
                : BaseText.EncodeBits(alphabet, width, bytes, offset, count);
        }

        /// <summary>The bytes of a text with its prefix.</summary>
        /// <returns>The bytes written, at most <paramref name="capacity"/>; <see cref="UnknownBase"/>, or a negative code of
        /// <see cref="BaseText"/>.</returns>
        public static int Decode(string text, byte[] buffer, int offset, int capacity)
        {
            return Decode(string.IsNullOrEmpty(text) ? '\0' : text[0], text, 1, buffer, offset, capacity);
        }

        /// <summary>The bytes of a text in a base from character <paramref name="start"/> on (1 passes over a prefix).</summary>
        /// <returns>The same as of the other form.</returns>
        public static int Decode(char prefix, string text, int start, byte[] buffer, int offset, int capacity)
        {
            string alphabet = AlphabetOf(prefix);
            int width = WidthOf(prefix);
            return alphabet == null ? UnknownBase
                : width == 0 ? BaseText.DecodeNumber(alphabet, text, start, buffer, offset, capacity)
                : BaseText.DecodeBits(alphabet, width, text, start, buffer, offset, capacity);
        }

        private static string AlphabetOf(char prefix)
        {
            switch (prefix)
            {
                case Base58:
                    return Base58Alphabet;
                case Base36:
                    return "0123456789abcdefghijklmnopqrstuvwxyz";
                case Base32:
                    return "abcdefghijklmnopqrstuvwxyz234567";
                case Base64Url:
                    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
                default:
                    return null;
            }
        }

        // bits of a character; 0 where all the bytes are one large number
        private static int WidthOf(char prefix)
        {
            return prefix == Base32 ? 5 : prefix == Base64Url ? 6 : 0;
        }
    }
}
#endif
