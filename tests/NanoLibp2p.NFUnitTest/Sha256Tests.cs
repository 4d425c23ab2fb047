using nanoFramework.TestFramework;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>SHA-256: the examples to FIPS 180-4 that RFC 6234 section 8.5 repeats.</summary>
    [TestClass]
    public class Sha256Tests
    {
        [TestMethod]
        public static void Hashes_are_those_of_RFC_6234()
        {
            Assert.AreEqual("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Hash("", 1), "of no bytes");
            Assert.AreEqual("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Hash("abc", 1), "of abc");
            Assert.AreEqual("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
                Hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1), "of two blocks");
        }

        [TestMethod]
        public static void The_data_may_come_in_pieces()
        {
            Assert.AreEqual("594847328451bdfa85056225462cc1d867d877fb388df0ce35f25ab5562bfbb5",
                Hash("0123456701234567012345670123456701234567012345670123456701234567", 10), "of ten blocks");
        }

        private static string Hash(string text, int times)
        {
            ManagedCrypto crypto = new ManagedCrypto();
            byte[] data = Bytes.Ascii(text);
            byte[] hash = new byte[CryptoProvider.Sha256Bytes];
            crypto.Sha256Start();
            for (int i = 0; i < times; i++)
            {
                crypto.Sha256Update(data, 0, i);
                crypto.Sha256Update(data, i, data.Length - i);
            }

            crypto.Sha256Finish(hash, 0);
            return Hex.Text(hash);
        }
    }
}
