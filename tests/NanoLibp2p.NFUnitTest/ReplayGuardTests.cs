using nanoFramework.TestFramework;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>The table that keeps a message from being taken twice: 64-bit numbers and authors, with every bit in use.</summary>
    [TestClass]
    public class ReplayGuardTests
    {
        private const ulong Author = 0xFEDCBA9876543210;

        // Unix time in nanoseconds, as a device numbers its messages
        private const ulong Number = 1795651200000000000;

        [TestMethod]
        public static void A_number_is_taken_once_and_none_before_it_any_more()
        {
            ReplayGuard guard = new ReplayGuard(new PubSubOptions());
            Assert.IsFalse(guard.Refuses(Author, Number), "the first number was refused");
            guard.Take(Author, Number);
            Assert.IsTrue(guard.Refuses(Author, Number), "a number was taken twice");
            Assert.IsTrue(guard.Refuses(Author, Number - 1), "a number before the last was taken");
            Assert.IsTrue(guard.Refuses(Author, 0xFFFFFFFF), "a number of 32 bits was taken");
            Assert.IsFalse(guard.Refuses(Author, Number + 1), "the next number was refused");
            Assert.IsFalse(guard.Refuses(Author ^ 0x8000000000000000, Number), "the number of another author was refused");
        }

        [TestMethod]
        public static void A_number_of_33_bits_is_above_one_of_32()
        {
            ReplayGuard guard = new ReplayGuard(new PubSubOptions());
            guard.Take(1, 0xFFFFFFFF);
            Assert.IsFalse(guard.Refuses(1, 0x100000000), "a number of 33 bits was refused");
            guard.Take(1, 0x100000000);
            Assert.IsTrue(guard.Refuses(1, 0xFFFFFFFF), "a number of 32 bits was taken");
        }

        [TestMethod]
        public static void Numbers_that_are_random_are_not_refused_as_too_low()
        {
            ReplayGuard guard = new ReplayGuard(new PubSubOptions());
            guard.Take(Author, 0xF000000000000000);
            Assert.IsFalse(guard.Refuses(Author, 0x1000000000000000), "a random number was refused");
        }

        [TestMethod]
        public static void A_pinned_author_stays_however_many_others_come()
        {
            PubSubOptions options = new PubSubOptions();
            options.ReplayAuthors = 3;
            ReplayGuard guard = new ReplayGuard(options);
            Assert.IsTrue(guard.Pin(Author, Number), "there was no place");
            for (ulong other = 1; other <= 10; other++)
            {
                guard.Take(other, Number);
            }

            Assert.IsTrue(guard.Refuses(Author, Number), "a number was taken twice");
            Assert.IsFalse(guard.Refuses(Author, Number + 1), "the next number was refused");
            Assert.IsTrue(guard.Refuses(10, Number), "the last of the others was forgotten");
            Assert.IsFalse(guard.Refuses(1, Number), "the first of the others was kept");
        }
    }
}
