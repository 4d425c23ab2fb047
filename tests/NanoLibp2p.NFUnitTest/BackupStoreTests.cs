using System;
using nanoFramework.Hardware.Stm32;
using nanoFramework.TestFramework;
using NanoLibp2p.Boards.F769i;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>The store in an STM32's backup memory: two halves of records, of which the power can go in any byte.</summary>
    [TestClass]
    public class BackupStoreTests
    {
        private const string Identity = "080112407e0830617c4a7de83925dfb2694556b1";

        [TestMethod]
        public static void Values_come_back_after_a_restart_and_can_be_replaced()
        {
            Format();
            Write("identity", Identity);
            Write("number", "01");
            Write("number", "0203");
            Assert.AreEqual(Identity, Read("identity"));
            Assert.AreEqual("0203", Read("number"));
            Assert.AreEqual(-1, new BackupStore().Read("numbe", new byte[4], 0, 4), "a value of another name");
        }

        [TestMethod]
        public static void Wherever_the_power_goes_the_old_record_or_the_new_one_is_there_in_whole()
        {
            Format();
            Write("identity", Identity);
            Write("number", "01");
            byte[] before = new byte[BackupMemory.Bytes.Length];
            Array.Copy(BackupMemory.Bytes, 0, before, 0, before.Length);
            int olds = 0;
            int news = 0;

            // the header is written last, into 16 bytes
            for (int left = 0; left <= before.Length / 2; left += left < 238 ? 7 : 1)
            {
                Array.Copy(before, 0, BackupMemory.Bytes, 0, before.Length);
                BackupStore store = new BackupStore();
                BackupMemory.Left = left;
                try
                {
                    store.Write("number", new byte[] { 2 }, 0, 1);
                }
                catch (PowerCutException)
                {
                }

                BackupMemory.Left = int.MaxValue;
                Assert.AreEqual(Identity, Read("identity"));
                string number = Read("number");
                Assert.IsTrue(number == "01" || number == "02", "after " + left.ToString() + " bytes the record is " + number);
                olds += number == "01" ? 1 : 0;
                news += number == "02" ? 1 : 0;
            }

            Assert.IsTrue(olds > 0 && news > 0, "the power never went while the record was written");
        }

        [TestMethod]
        public static void A_flipped_bit_leaves_the_record_before()
        {
            Format();
            Write("number", "01");
            Write("number", "02");

            BackupMemory.Bytes[Place(2)] ^= 4;
            Assert.AreEqual("01", Read("number"));
        }

        [TestMethod]
        public static void What_does_not_fit_is_refused_and_the_rest_stays()
        {
            Format();
            Write("identity", Identity);
            Assert.IsFalse(new BackupStore().Write("number", new byte[220], 0, 220), "too much was written");
            Assert.AreEqual(Identity, Read("identity"));
        }

        // anything, as in a chip that was never written to
        private static void Format()
        {
            uint state = 7;
            for (int i = 0; i < BackupMemory.Bytes.Length; i++)
            {
                state = state * 1664525 + 1013904223;
                BackupMemory.Bytes[i] = (byte)(state >> 24);
            }

            BackupMemory.Left = int.MaxValue;
        }

        // where a value of one byte stands behind its name
        private static int Place(byte value)
        {
            for (int i = 6; i < BackupMemory.Bytes.Length; i++)
            {
                if (BackupMemory.Bytes[i] == value && BackupMemory.Bytes[i - 1] == (byte)'r' && BackupMemory.Bytes[i - 6] == (byte)'n')
                {
                    return i;
                }
            }

            throw new InvalidOperationException("there is no such record");
        }

        private static void Write(string name, string value)
        {
            byte[] bytes = Hex.Bytes(value);
            Assert.IsTrue(new BackupStore().Write(name, bytes, 0, bytes.Length), "not written: " + name);
        }

        private static string Read(string name)
        {
            byte[] buffer = new byte[64];
            int count = new BackupStore().Read(name, buffer, 0, 64);
            Assert.IsTrue(count >= 0, "there is no value " + name);
            return Hex.Text(buffer, 0, count);
        }
    }
}
