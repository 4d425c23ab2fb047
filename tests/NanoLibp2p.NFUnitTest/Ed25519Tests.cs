using nanoFramework.TestFramework;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>Ed25519: RFC 8032 section 7.1, TEST 2 and TEST 3.</summary>
    [TestClass]
    public class Ed25519Tests
    {
        [TestMethod]
        public static void Keys_and_signatures_are_those_of_RFC_8032()
        {
            Check("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
            Check("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
        }

        [TestMethod]
        public static void A_changed_message_or_signature_is_refused()
        {
            ManagedCrypto crypto = new ManagedCrypto();
            byte[] key = Hex.Bytes("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
            byte[] message = Hex.Bytes("af82");
            byte[] signature = Hex.Bytes(
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
            message[1] ^= 1;
            Assert.IsFalse(crypto.Ed25519Verify(key, 0, message, 0, 2, signature, 0), "a changed message was taken");
            message[1] ^= 1;
            signature[63] ^= 1;
            Assert.IsFalse(crypto.Ed25519Verify(key, 0, message, 0, 2, signature, 0), "a changed signature was taken");
        }

        private static void Check(string seed, string publicKey, string message, string signature)
        {
            ManagedCrypto crypto = new ManagedCrypto();
            byte[] secret = Hex.Bytes(seed);
            byte[] data = Hex.Bytes(message);
            byte[] key = new byte[CryptoProvider.KeyBytes];
            crypto.Ed25519PublicKey(secret, 0, key, 0);
            Assert.AreEqual(publicKey, Hex.Text(key));
            byte[] signed = new byte[CryptoProvider.SignatureBytes];
            crypto.Ed25519Sign(secret, 0, key, 0, data, 0, data.Length, signed, 0);
            Assert.AreEqual(signature, Hex.Text(signed));
            Assert.IsTrue(crypto.Ed25519Verify(key, 0, data, 0, data.Length, signed, 0), "the signature was refused");
        }
    }
}
