using System;
using System.Linq;
using System.Numerics;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>Field arithmetic against big integers, on edge values as well as random ones.</summary>
public sealed class Field25519Tests
{
    private static readonly BigInteger _p = (BigInteger.One << 255) - 19;

    /// <summary>Every limb at 0 or at the largest that an element in memory may have, near p and 2^255, and random.</summary>
    private static readonly ulong[][] _elements = Make();

    [Fact]
    public void Products_sums_and_differences_are_right_and_tight()
    {
        ulong[] o = new ulong[9];
        foreach (ulong[] a in _elements)
        {
            foreach (ulong[] b in _elements)
            {
                Field25519.Mul(o, 0, a, 0, b, 0);
                Check(o, Value(a) * Value(b));
                Field25519.Add(o, 0, a, 0, b, 0);
                Check(o, Value(a) + Value(b));
                Field25519.Subtract(o, 0, a, 0, b, 0);
                Check(o, Value(a) - Value(b));
            }
        }
    }

    [Fact]
    public void Squares_inverses_and_encodings_are_right()
    {
        ulong[] o = new ulong[9];
        byte[] bytes = new byte[32];
        foreach (ulong[] a in _elements)
        {
            Field25519.SquareTimes(o, 0, a, 0, 1);
            Check(o, Value(a) * Value(a));
            Field25519.SquareTimes(o, 0, a, 0, 7);
            Check(o, BigInteger.ModPow(Value(a), 128, _p));
            Field25519.Invert(o, 0, a, 0);
            Check(o, BigInteger.ModPow(Value(a), _p - 2, _p));
            Field25519.Encode(a, 0, bytes, 0);
            Assert.Equal(Value(a) % _p, new BigInteger(bytes, isUnsigned: true));
        }
    }

    [Fact]
    public void Inverses_of_powers_of_two_and_of_numbers_around_them_are_right()
    {
        byte[] bytes = new byte[32];
        ulong[] a = new ulong[9], o = new ulong[9];
        for (int bit = 0; bit < 255; bit++)
        {
            for (int add = -1; add <= 1; add++)
            {
                BigInteger value = ((BigInteger.One << bit) + add) % _p;
                Array.Clear(bytes);
                value.TryWriteBytes(bytes, out _, isUnsigned: true);
                Field25519.Decode(bytes, 0, a, 0);
                Field25519.Invert(o, 0, a, 0);
                Check(o, BigInteger.ModPow(value, _p - 2, _p));
            }
        }
    }

    [Fact]
    public void Decoding_ignores_the_top_bit_and_takes_values_above_p_modulo_p()
    {
        Random random = new(7);
        byte[] bytes = new byte[32], again = new byte[32];
        ulong[] o = new ulong[9];
        for (int i = 0; i < 200; i++)
        {
            random.NextBytes(bytes);
            if (i < 40)
            {
                Array.Fill(bytes, (byte)0xff);
                bytes[0] = (byte)(0xff - i);
            }

            Field25519.Decode(bytes, 0, o, 0);
            BigInteger value = new BigInteger(bytes, isUnsigned: true) & ((BigInteger.One << 255) - 1);
            Check(o, value);
            Field25519.Encode(o, 0, again, 0);
            Assert.Equal(value % _p, new BigInteger(again, isUnsigned: true));
        }
    }

    private static BigInteger Value(ulong[] limbs)
    {
        BigInteger sum = 0;
        for (int k = 8; k >= 0; k--)
        {
            sum = (sum << 29) + limbs[k];
        }

        return sum;
    }

    private static void Check(ulong[] o, BigInteger expected)
    {
        Assert.Equal((expected % _p + _p) % _p, Value(o) % _p);
        for (int k = 0; k < 9; k++)
        {
            Assert.True(o[k] <= Largest(k), $"limb {k} is {o[k]}");
        }
    }

    private static ulong Largest(int k) => k == 8 ? 0x7fffffUL : k == 1 ? 0x1fffffff + 0x20000UL : 0x1fffffffUL;

    private static ulong[][] Make()
    {
        Random random = new(8);
        ulong[][] edges =
        [
            new ulong[9],
            [.. Enumerable.Range(0, 9).Select(Largest)],
            [1, 0, 0, 0, 0, 0, 0, 0, 0],
            [0x1fffffff - 18, .. Enumerable.Repeat(0x1fffffffUL, 7), 0x7fffff],
            [0x1fffffff - 19, .. Enumerable.Repeat(0x1fffffffUL, 7), 0x7fffff],
            [0x1fffffff - 17, .. Enumerable.Repeat(0x1fffffffUL, 7), 0x7fffff],
            [0x1fffffff, .. Enumerable.Repeat(0x1fffffffUL, 7), 0x7fffff],
        ];
        return
        [
            .. edges,
            .. Enumerable.Range(0, 9).Select(n => Enumerable.Range(0, 9).Select(k => k == n ? Largest(k) : 0).ToArray()),
            .. Enumerable.Range(0, 9).Select(n => Enumerable.Range(0, 9).Select(k => k == n ? 0 : Largest(k)).ToArray()),
            .. Enumerable.Range(0, 40)
                .Select(_ => Enumerable.Range(0, 9).Select(k => (ulong)random.NextInt64((long)Largest(k) + 1)).ToArray()),
        ];
    }
}
