namespace NanoLibp2p.Core.Multiformats
{
    /// <summary>Base64url without padding (RFC 4648 5, multibase <c>base64url</c>).</summary>
    public static class Base64Url
    {
        /// <summary>The character that says so in front of a multibase text.</summary>
        public const char Prefix = 'u';

        private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        /// <summary>The text of some bytes, without a prefix.</summary>
        public static string Encode(byte[] bytes, int offset, int count)
        {
            return BaseText.EncodeBits(Alphabet, 6, bytes, offset, count);
        }

        /// <summary>The bytes of a text from character <paramref name="start"/> on (1 passes over a prefix).</summary>
        /// <returns>The bytes written, at most <paramref name="capacity"/>; or a negative code of <see cref="BaseText"/>.</returns>
        public static int Decode(string text, int start, byte[] buffer, int offset, int capacity)
        {
            return BaseText.DecodeBits(Alphabet, 6, text, start, buffer, offset, capacity);
        }
    }
}
