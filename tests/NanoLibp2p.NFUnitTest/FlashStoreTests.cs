using nanoFramework.TestFramework;
using NanoLibp2p.Boards.Nano;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>The store of boards with a file system, on a disk of which the power can go after any step.</summary>
    [TestClass]
    public class FlashStoreTests
    {
        private const string Folder = "I:\\";
        private const string Old = "0102030405";
        private const string New = "f1f2f3f4f5f6f7";

        [TestMethod]
        public static void A_value_comes_back_and_can_be_replaced()
        {
            MemoryDisk.Format();
            Assert.AreEqual(-1, new FlashStore(Folder).Read("identity", new byte[8], 0, 8), "a value on an empty disk");
            Assert.IsTrue(Write(Old));
            Assert.AreEqual(Old, Read());
            Assert.IsTrue(Write(New));
            Assert.AreEqual(New, Read());
            Assert.AreEqual(1, MemoryDisk.Files);
        }

        [TestMethod]
        public static void Wherever_the_power_goes_the_old_value_or_the_new_one_is_there_in_whole()
        {
            CutEverywhere(Old);
        }

        [TestMethod]
        public static void Wherever_the_power_goes_the_first_value_is_there_in_whole_or_not_at_all()
        {
            CutEverywhere("");
        }

        [TestMethod]
        public static void A_value_that_is_longer_than_the_room_is_told_from_none()
        {
            MemoryDisk.Format();
            Write(New);
            Assert.AreEqual(-2, new FlashStore(Folder).Read("identity", new byte[6], 0, 6), "a value of seven bytes");
        }

        private static void CutEverywhere(string before)
        {
            int olds = 0;
            int news = 0;
            bool done = false;
            for (int steps = 0; !done; steps++)
            {
                MemoryDisk.Format();
                if (before.Length > 0)
                {
                    Write(before);
                }

                MemoryDisk.CutAfter(steps);
                done = Write(New) && MemoryDisk.Left > 0;
                MemoryDisk.PowerOn();
                string value = Read();
                Assert.IsTrue(value == before || value == New, "after " + steps.ToString() + " steps the value is " + value);
                olds += value == before ? 1 : 0;
                news += value == New ? 1 : 0;

                // and the board goes on
                Assert.IsTrue(Write("aa"));
                Assert.AreEqual("aa", Read());
                Assert.AreEqual(1, MemoryDisk.Files);
            }

            Assert.IsTrue(olds > 0 && news > 1, "the power never went while a value was written");
        }

        private static bool Write(string value)
        {
            byte[] bytes = Hex.Bytes(value);
            return new FlashStore(Folder).Write("identity", bytes, 0, bytes.Length);
        }

        private static string Read()
        {
            byte[] buffer = new byte[32];
            int count = new FlashStore(Folder).Read("identity", buffer, 0, 32);
            Assert.AreNotEqual(-2, count);
            return count < 0 ? "" : Hex.Text(buffer, 0, count);
        }
    }
}
