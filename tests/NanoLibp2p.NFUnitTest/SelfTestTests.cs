using nanoFramework.TestFramework;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.NFUnitTest
{
    [TestClass]
    public class SelfTestTests
    {
        [TestMethod]
        public static void The_known_answers_are_those_of_this_runtime()
        {
            Assert.IsTrue(SelfTest.Passes(new ManagedCrypto()), "the self-test of the cryptography failed");
        }
    }
}
