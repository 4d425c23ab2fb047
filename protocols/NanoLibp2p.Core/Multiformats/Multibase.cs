namespace NanoLibp2p.Core.Multiformats
{
    /// <summary>Text whose first character names its base (multiformats multibase spec). Known: base58btc, base36, base32, base64url.</summary>
    public static class Multibase
    {
        /// <summary>The first character names no base that is known here.</summary>
        public const int UnknownBase = -4;

        /// <summary>The bytes of a text with its prefix.</summary>
        /// <returns>The bytes written, <see cref="UnknownBase"/>, or a negative code of <see cref="BaseText"/>.</returns>
        public static int Decode(string text, byte[] buffer, int offset, int capacity)
        {
            switch (string.IsNullOrEmpty(text) ? '\0' : text[0])
            {
                case Base58.Prefix:
                    return Base58.Decode(text, 1, buffer, offset, capacity);
                case Base36.Prefix:
                    return Base36.Decode(text, 1, buffer, offset, capacity);
                case Base32.Prefix:
                    return Base32.Decode(text, 1, buffer, offset, capacity);
                case Base64Url.Prefix:
                    return Base64Url.Decode(text, 1, buffer, offset, capacity);
                default:
                    return UnknownBase;
            }
        }
    }
}
