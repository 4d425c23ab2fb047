namespace NanoLibp2p.Multiformats
{
    /// <summary>
    /// Texts of bytes in the bases that peer ids come in, and the character that names the base in front (multibase spec). For the
    /// caller's text, so these may allocate.
    /// </summary>
    public static partial class Multibase
    {
        /// <summary>Base58 with Bitcoin's alphabet (multibase <c>base58btc</c>): the usual text of a peer id.</summary>
        public const char Base58 = 'z';

        private const string Base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

        internal static string ToBase58(byte[] bytes, int offset, int count)
        {
            return BaseText.EncodeNumber(Base58Alphabet, bytes, offset, count);
        }

        internal static int FromBase58(string text, byte[] buffer)
        {
            return BaseText.DecodeNumber(Base58Alphabet, text, 0, buffer, 0, buffer.Length);
        }
    }
}
