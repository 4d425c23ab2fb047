using System;
using System.Linq;
using System.Numerics;

namespace NanoLibp2p.Crypto.Tests;

public sealed class Scalar25519Tests
{
    private static readonly BigInteger _l = (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    [Fact]
    public void Hashes_are_reduced_modulo_L_also_around_its_multiples()
    {
        Scalar25519 scalar = new();
        uint[] o = new uint[8];
        BigInteger largest = (BigInteger.One << 512) - 1;
        foreach (BigInteger value in Multiples(largest).Concat(Enumerable.Range(0, 500).Select(i => Next(i, 64))))
        {
            scalar.Reduce(Write(value, 64), o);
            Assert.Equal(value % _l, Value(o));
        }
    }

    [Fact]
    public void Products_and_sums_are_reduced_modulo_L()
    {
        Scalar25519 scalar = new();
        uint[] a = new uint[8], b = new uint[8], c = new uint[8], o = new uint[8];
        for (int i = 0; i < 500; i++)
        {
            BigInteger x = i < 8 ? _l - 1 - i : Next(3 * i, 32), y = i % 8 == 0 ? _l - 1 : Next(3 * i + 1, 32), z = i % 5 == 0
                ? _l - 1 : Next(3 * i + 2, 32);
            Scalar25519.Load(Write(x, 32), 0, a, 8);
            Scalar25519.Load(Write(y, 32), 0, b, 8);
            Scalar25519.Load(Write(z, 32), 0, c, 8);
            scalar.MultiplyAdd(a, b, c, o);
            Assert.Equal((x * y + z) % _l, Value(o));
        }
    }

    [Fact]
    public void Only_numbers_below_L_are_reduced()
    {
        Scalar25519 scalar = new();
        uint[] words = new uint[10];
        foreach (BigInteger below in new[] { BigInteger.Zero, 1, _l - 1, _l - (BigInteger.One << 32), _l - (BigInteger.One << 200) })
        {
            Assert.True(scalar.IsReduced(Write(below, 32), 0, words));
        }

        foreach (BigInteger above
            in new[] { _l, _l + 1, _l + (BigInteger.One << 31), _l + (BigInteger.One << 200), (BigInteger.One << 256) - 1 })
        {
            Assert.False(scalar.IsReduced(Write(above, 32), 0, words));
        }
    }

    [Fact]
    public void The_comb_s_digits_are_the_scalar_or_the_scalar_and_L()
    {
        Scalar25519 scalar = new();
        uint[] words = new uint[8], digits = new uint[10];
        BigInteger top = BigInteger.One << 255;
        foreach (BigInteger value
            in new[] { BigInteger.Zero, 1, 2, _l - 1, _l - 2, top - 1,
                top - 2 }.Concat(Enumerable.Range(0, 200).Select(i => Next(i, 32) % top)))
        {
            Scalar25519.Load(Write(value, 32), 0, words, 8);
            scalar.Recode(words, digits);
            BigInteger sum = 0;
            for (int i = 0; i < BaseTable.Teeth * BaseTable.Combs * BaseTable.Spacing; i++)
            {
                sum += (digits[i / 32] >> (i % 32) & 1) == 1 ? BigInteger.One << i : -(BigInteger.One << i);
            }

            Assert.Equal(value.IsEven ? value + _l : value, sum);
        }
    }

    private static BigInteger[] Multiples(BigInteger largest) =>
        [.. new[] { BigInteger.Zero, 1, 2, largest / _l / 2, largest / _l - 1,
            largest / _l }.SelectMany(n => new[] { n * _l, n * _l + 1, n * _l + _l - 1 })
            .Where(n => n <= largest), largest];

    private static BigInteger Next(int seed, int bytes)
    {
        byte[] value = new byte[bytes];
        new Random(seed).NextBytes(value);
        return new(value, isUnsigned: true);
    }

    private static byte[] Write(BigInteger value, int count)
    {
        byte[] bytes = new byte[count];
        Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
        return bytes;
    }

    private static BigInteger Value(uint[] words) => words.Reverse().Aggregate(BigInteger.Zero, (sum, word) => (sum << 32) + word);
}
