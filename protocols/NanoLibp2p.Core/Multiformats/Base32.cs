namespace NanoLibp2p.Core.Multiformats
{
    /// <summary>Base32 in lower case without padding (RFC 4648 6, multibase <c>base32</c>). Decoding takes either case.</summary>
    public static class Base32
    {
        /// <summary>The character that says so in front of a multibase text.</summary>
        public const char Prefix = 'b';

        private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

        /// <summary>The text of some bytes, without a prefix.</summary>
        public static string Encode(byte[] bytes, int offset, int count)
        {
            return BaseText.EncodeBits(Alphabet, 5, bytes, offset, count);
        }

        /// <summary>The bytes of a text from character <paramref name="start"/> on (1 passes over a prefix).</summary>
        /// <returns>The bytes written, at most <paramref name="capacity"/>; or a negative code of <see cref="BaseText"/>.</returns>
        public static int Decode(string text, int start, byte[] buffer, int offset, int capacity)
        {
            return BaseText.DecodeBits(Alphabet, 5, text, start, buffer, offset, capacity);
        }
    }
}
