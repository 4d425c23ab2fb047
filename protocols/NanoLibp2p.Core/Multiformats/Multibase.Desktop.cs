#if !NANOFRAMEWORK_1_0
using System;

namespace NanoLibp2p.Core.Multiformats
{
    // what a device never writes: it reads all four bases and writes base58
    public static partial class Multibase
    {
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
    }
}
#endif
