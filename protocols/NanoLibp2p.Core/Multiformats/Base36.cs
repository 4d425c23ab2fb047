namespace NanoLibp2p.Core.Multiformats
{
    /// <summary>Base36 in lower case (multibase <c>base36</c>): short enough for a DNS label. Decoding takes either case.</summary>
    public static class Base36
    {
        /// <summary>The character that says so in front of a multibase text.</summary>
        public const char Prefix = 'k';

        private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

        /// <summary>The text of some bytes, without a prefix.</summary>
        public static string Encode(byte[] bytes, int offset, int count)
        {
            return BaseText.EncodeNumber(Alphabet, bytes, offset, count);
        }

        /// <summary>The bytes of a text from character <paramref name="start"/> on (1 passes over a prefix).</summary>
        /// <returns>The bytes written, at most <paramref name="capacity"/>; or a negative code of <see cref="BaseText"/>.</returns>
        public static int Decode(string text, int start, byte[] buffer, int offset, int capacity)
        {
            return BaseText.DecodeNumber(Alphabet, text, start, buffer, offset, capacity);
        }
    }
}
