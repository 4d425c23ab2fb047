namespace NanoLibp2p.NFUnitTest
{
    /// <summary>Bytes as text, the way documents print them.</summary>
    internal static class Hex
    {
        private const string Digits = "0123456789abcdef";

        public static byte[] Bytes(string text)
        {
            char[] digits = text.ToCharArray();
            byte[] bytes = new byte[digits.Length / 2];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)((Value(digits[2 * i]) << 4) | Value(digits[2 * i + 1]));
            }

            return bytes;
        }

        public static string Text(byte[] bytes)
        {
            return Text(bytes, 0, bytes.Length);
        }

        public static string Text(byte[] bytes, int offset, int count)
        {
            char[] digits = Digits.ToCharArray();
            char[] text = new char[2 * count];
            for (int i = 0; i < count; i++)
            {
                text[2 * i] = digits[bytes[offset + i] >> 4];
                text[2 * i + 1] = digits[bytes[offset + i] & 15];
            }

            return new string(text);
        }

        private static int Value(char digit)
        {
            return digit <= '9' ? digit - '0' : digit - 'a' + 10;
        }
    }
}
