using nanoFramework.TestFramework;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>
    /// The arithmetic that shared source relies on. nanoFramework v1 takes the sign of a shift and of a widening from the value, not from
    /// the operation as .NET does; what is written here in one of the ways that restore it must come out the same on both.
    /// </summary>
    [TestClass]
    public class ArithmeticTests
    {
        // fields, so that no compiler computes anything beforehand
        private static uint _high = 0x80000001;
        private static ulong _wide = 0x8000000000000001;
        private static uint _ones = 0xFFFFFFFF;
        private static int _minus = -7;
        private static int _shift = 33;
        private static int _field;

        [TestMethod]
        public static void A_sign_that_an_or_restores_is_kept_in_a_shift()
        {
            Assert.AreEqual(-1073741824, (0 | (int)_high) >> 1);
            Assert.AreEqual(-4611686018427387904L, (0L | (long)_wide) >> 1);
            Assert.AreEqual(-2147483647L, 0L | (long)(0 | (int)_high));
        }

        [TestMethod]
        public static void A_sign_that_an_element_or_a_field_restores_is_kept_in_a_shift()
        {
            int[] element = new int[1];
            element[0] = (int)_high;
            _field = (int)_high;
            Assert.AreEqual(-1073741824, element[0] >> 1);
            Assert.AreEqual(-1073741824, _field >> 1);
        }

        [TestMethod]
        public static void An_unsigned_shift_brings_zeros_in()
        {
            Assert.AreEqual(0x40000000u, _high >> 1);
            Assert.AreEqual(0x4000000000000000ul, _wide >> 1);
            Assert.AreEqual(0xC0u, (_high << 7) | (_high >> 25));
        }

        [TestMethod]
        public static void Unsigned_numbers_are_compared_as_such()
        {
            Assert.IsTrue(_high > 0x7FFFFFFF);
            Assert.IsTrue(_wide > 0x7FFFFFFFFFFFFFFF);
            Assert.IsFalse(_wide < 1);
            Assert.IsTrue(_minus < 0);
        }

        [TestMethod]
        public static void Unsigned_numbers_wrap_around()
        {
            Assert.AreEqual(0u, _ones + 1);
            Assert.AreEqual(0xFFFFFFFEu, 0u - 2 * (_ones - 0xFFFFFFFE));
            Assert.AreEqual(0xFFFFFFFE00000001ul, (ulong)_ones * _ones);
            Assert.AreEqual(1ul, _wide * _wide);
        }

        [TestMethod]
        public static void A_division_rounds_towards_zero()
        {
            Assert.AreEqual(-3, _minus / 2);
            Assert.AreEqual(-1, _minus % 2);
            Assert.AreEqual(0x7FFFFFFFu, _ones / 2);
            Assert.AreEqual(3074457345618258603ul, _wide / 3);
            Assert.AreEqual(9ul, _wide % 10);
        }

        [TestMethod]
        public static void A_shift_takes_the_lowest_bits_of_its_count()
        {
            Assert.AreEqual(2u, 1u << _shift);
            Assert.AreEqual(0x200000000ul, 1ul << _shift);
        }

        [TestMethod]
        public static void A_narrow_number_keeps_its_lowest_bits()
        {
            int low = (byte)_high;
            Assert.AreEqual(1, low);
            low = (sbyte)_ones;
            Assert.AreEqual(-1, low);
            low = (ushort)_ones;
            Assert.AreEqual(0xFFFF, low);
        }
    }
}
