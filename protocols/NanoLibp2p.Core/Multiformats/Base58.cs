namespace NanoLibp2p.Core.Multiformats
{
    /// <summary>Base58 with Bitcoin's alphabet (multibase <c>base58btc</c>): the usual text of a peer id.</summary>
    public static class Base58
    {
        /// <summary>The character that says so in front of a multibase text.</summary>
        public const char Prefix = 'z';

        private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

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
