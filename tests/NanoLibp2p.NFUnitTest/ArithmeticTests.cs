using nanoFramework.TestFramework;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>
    /// The arithmetic that shared source relies on. nanoFramework v1 takes the sign of a shift and of a widening from the value, not from the
    /// operation as .NET does; what is written here in one of the ways that restore it must come out the same on both.
    /// </summary>
    [TestClass]
    public class ArithmeticTests
    {
        // fields, so that no compiler computes anything beforehand
        private static uint s_high = 0x80000001;
        private static ulong s_wide = 0x8000000000000001;
        private static uint s_ones = 0xFFFFFFFF;
        private static int s_minus = -7;
        private static int s_shift = 33;
        private static int s_field;

        [TestMethod]
        public static void A_sign_that_an_or_restores_is_kept_in_a_shift()
        {
            Assert.AreEqual(-1073741824, (0 | (int)s_high) >> 1);
            Assert.AreEqual(-4611686018427387904L, (0L | (long)s_wide) >> 1);
            Assert.AreEqual(-2147483647L, 0L | (long)(0 | (int)s_high));
        }

        [TestMethod]
        public static void A_sign_that_an_element_or_a_field_restores_is_kept_in_a_shift()
        {
            int[] element = new int[1];
            element[0] = (int)s_high;
            s_field = (int)s_high;
            Assert.AreEqual(-1073741824, element[0] >> 1);
            Assert.AreEqual(-1073741824, s_field >> 1);
        }

        [TestMethod]
        public static void An_unsigned_shift_brings_zeros_in()
        {
            Assert.AreEqual(0x40000000u, s_high >> 1);
            Assert.AreEqual(0x4000000000000000ul, s_wide >> 1);
            Assert.AreEqual(0xC0u, (s_high << 7) | (s_high >> 25));
        }

        [TestMethod]
        public static void Unsigned_numbers_are_compared_as_such()
        {
            Assert.IsTrue(s_high > 0x7FFFFFFF);
            Assert.IsTrue(s_wide > 0x7FFFFFFFFFFFFFFF);
            Assert.IsFalse(s_wide < 1);
            Assert.IsTrue(s_minus < 0);
        }

        [TestMethod]
        public static void Unsigned_numbers_wrap_around()
        {
            Assert.AreEqual(0u, s_ones + 1);
            Assert.AreEqual(0xFFFFFFFEu, 0u - 2 * (s_ones - 0xFFFFFFFE));
            Assert.AreEqual(0xFFFFFFFE00000001ul, (ulong)s_ones * s_ones);
            Assert.AreEqual(1ul, s_wide * s_wide);
        }

        [TestMethod]
        public static void A_division_rounds_towards_zero()
        {
            Assert.AreEqual(-3, s_minus / 2);
            Assert.AreEqual(-1, s_minus % 2);
            Assert.AreEqual(0x7FFFFFFFu, s_ones / 2);
            Assert.AreEqual(3074457345618258603ul, s_wide / 3);
            Assert.AreEqual(9ul, s_wide % 10);
        }

        [TestMethod]
        public static void A_shift_takes_the_lowest_bits_of_its_count()
        {
            Assert.AreEqual(2u, 1u << s_shift);
            Assert.AreEqual(0x200000000ul, 1ul << s_shift);
        }

        [TestMethod]
        public static void A_narrow_number_keeps_its_lowest_bits()
        {
            int low = (byte)s_high;
            Assert.AreEqual(1, low);
            low = (sbyte)s_ones;
            Assert.AreEqual(-1, low);
            low = (ushort)s_ones;
            Assert.AreEqual(0xFFFF, low);
        }
    }
}
