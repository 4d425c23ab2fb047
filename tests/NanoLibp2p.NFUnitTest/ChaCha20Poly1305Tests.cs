using System;
using nanoFramework.TestFramework;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>ChaCha20-Poly1305: RFC 8439 section 2.8.2.</summary>
    [TestClass]
    public class ChaCha20Poly1305Tests
    {
        private const string Key = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f";
        private const string Data = "50515253c0c1c2c3c4c5c6c7";

        private const string Text =
            "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f6666"
            + "657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069"
            + "742e";

        private const string Sealed =
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b29"
            + "05d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b"
            + "6116" + "1ae10b594f09e26a7e902ecbd0600691";

        // the nonce 070000004041424344454647 as the seam takes it: its first four bytes and its last eight, each little-endian
        private const uint NoncePrefix = 7;
        private const ulong NonceCounter = 0x4746454443424140;

        [TestMethod]
        public static void A_text_is_sealed_as_in_RFC_8439()
        {
            byte[] text = Hex.Bytes(Text);
            byte[] data = Hex.Bytes(Data);
            byte[] buffer = new byte[text.Length + CryptoProvider.TagBytes];
            Array.Copy(text, 0, buffer, 0, text.Length);
            new ManagedCrypto().Seal(Hex.Bytes(Key), 0, NoncePrefix, NonceCounter, data, 0, data.Length, buffer, 0, text.Length);
            Assert.AreEqual(Sealed, Hex.Text(buffer));
        }

        [TestMethod]
        public static void What_was_sealed_opens_and_what_was_changed_does_not()
        {
            ManagedCrypto crypto = new ManagedCrypto();
            byte[] key = Hex.Bytes(Key);
            byte[] data = Hex.Bytes(Data);
            byte[] buffer = Hex.Bytes(Sealed);
            buffer[50] ^= 0x80;
            Assert.IsFalse(crypto.Open(key, 0, NoncePrefix, NonceCounter, data, 0, data.Length, buffer, 0, buffer.Length),
                "a changed text opened");
            buffer[50] ^= 0x80;
            Assert.IsFalse(crypto.Open(key, 0, NoncePrefix, NonceCounter + 1, data, 0, data.Length, buffer, 0, buffer.Length),
                "another nonce opened");
            Assert.IsTrue(crypto.Open(key, 0, NoncePrefix, NonceCounter, data, 0, data.Length, buffer, 0, buffer.Length),
                "what was sealed does not open");
            Assert.AreEqual(Text, Hex.Text(buffer, 0, buffer.Length - CryptoProvider.TagBytes), "the text");
        }
    }
}
