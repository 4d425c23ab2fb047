using nanoFramework.TestFramework;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>X25519: RFC 7748 sections 5.2 and 6.1.</summary>
    [TestClass]
    public class X25519Tests
    {
        [TestMethod]
        public static void Scalar_times_point_is_as_in_RFC_7748()
        {
            Assert.AreEqual("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552", Multiply(
                "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"), "the first of section 5.2");
            Assert.AreEqual("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957", Multiply(
                "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"), "the second of section 5.2");
        }

        [TestMethod]
        public static void Two_parties_agree_as_in_RFC_7748()
        {
            const string Alice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
            const string Bob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
            byte[] key = new byte[CryptoProvider.KeyBytes];
            new ManagedCrypto().X25519Base(Hex.Bytes(Bob), 0, key, 0);
            Assert.AreEqual("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Hex.Text(key));
            Assert.AreEqual("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Multiply(Alice, Hex.Text(key)),
                "the shared secret");
        }

        [TestMethod]
        public static void A_point_of_small_order_is_no_key()
        {
            byte[] shared = new byte[CryptoProvider.KeyBytes];
            Assert.IsFalse(new ManagedCrypto().X25519(Hex.Bytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"), 0,
                new byte[CryptoProvider.KeyBytes], 0, shared, 0), "the point was taken");
        }

        private static string Multiply(string scalar, string point)
        {
            byte[] shared = new byte[CryptoProvider.KeyBytes];
            Assert.IsTrue(new ManagedCrypto().X25519(Hex.Bytes(scalar), 0, Hex.Bytes(point), 0, shared, 0), "the point was refused");
            return Hex.Text(shared);
        }
    }
}
