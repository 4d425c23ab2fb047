using System;
using System.Numerics;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>Ed25519 keys as X25519 keys and back (RFC 7748 4.1), against arithmetic in big integers.</summary>
public class KeyMapTests
{
    private static readonly BigInteger _p = BigInteger.Pow(2, 255) - 19;
    private readonly KeyMap _map = new(new ManagedCrypto());

    [Fact]
    public void A_seeds_two_public_keys_are_one_under_the_map()
    {
        ManagedCrypto crypto = new();
        KeyMap shared = new(crypto);
        Random random = new(1);
        for (int i = 0; i < 50; i++)
        {
            byte[] seed = new byte[32];
            random.NextBytes(seed);
            byte[] ed = new byte[32];
            byte[] hash = new byte[64];
            byte[] expected = new byte[32];
            byte[] x = new byte[32];
            byte[] back = new byte[32];
            crypto.Ed25519PublicKey(seed, 0, ed, 0);
            crypto.Sha512Start();
            crypto.Sha512Update(seed, 0, 32);
            crypto.Sha512Finish(hash, 0);
            crypto.X25519Base(hash, 0, expected, 0);
            Assert.True(shared.ToX25519(ed, 0, x, 0));
            Assert.Equal(expected, x);
            Assert.True(shared.ToEd25519(x, 0, ed[31] >> 7, back, 0));
            Assert.Equal(ed, back);
        }
    }

    [Fact]
    public void A_point_that_is_none_is_refused_and_every_other_mapped()
    {
        Random random = new(2);
        int refused = 0;
        for (int i = 0; i < 200; i++)
        {
            byte[] key = new byte[32];
            random.NextBytes(key);
            BigInteger y = new BigInteger(key, isUnsigned: true) & (BigInteger.Pow(2, 255) - 1);
            byte[] x = new byte[32];
            bool mapped = _map.ToX25519(key, 0, x, 0);
            Assert.Equal(y < _p && IsOnCurve(y), mapped);
            refused += mapped ? 0 : 1;
            if (mapped)
            {
                BigInteger u = (1 + y) * Inverse(1 - y + _p) % _p;
                Assert.Equal(u, new BigInteger(x, isUnsigned: true));
            }
        }

        Assert.InRange(refused, 60, 140);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(19)]
    public void Keys_of_small_order_and_keys_from_p_on_are_refused(int offset)
    {
        // 1 and p - 1; p and p + 19 - 1, which is 2^255 - 1
        BigInteger y = offset switch { 1 => 1, -1 => _p - 1, _ => _p + Math.Max(0, offset - 1) };
        Assert.False(_map.ToX25519(ToBytes(y), 0, new byte[32], 0));
        byte[] signed = ToBytes(y);
        signed[31] |= 0x80;
        Assert.False(_map.ToX25519(signed, 0, new byte[32], 0));
    }

    [Fact]
    public void A_u_from_p_on_or_of_minus_1_gives_no_key()
    {
        Assert.False(_map.ToEd25519(ToBytes(_p), 0, 0, new byte[32], 0));
        Assert.False(_map.ToEd25519(ToBytes(_p + 18), 0, 0, new byte[32], 0));
        Assert.False(_map.ToEd25519(ToBytes(_p - 1), 0, 0, new byte[32], 0));
        byte[] high = ToBytes(9);
        Assert.True(_map.ToEd25519(high, 0, 1, new byte[32], 0));
        high[31] |= 0x80;
        Assert.False(_map.ToEd25519(high, 0, 0, new byte[32], 0));
    }

    [Fact]
    public void Beside_another_provider_it_has_memory_of_its_own_and_comes_to_the_same()
    {
        byte[] u = ToBytes(9);
        byte[] first = new byte[32];
        byte[] second = new byte[32];
        Assert.True(_map.ToEd25519(u, 0, 0, first, 0));
        Assert.True(new KeyMap(new FaultyCrypto(Fault.Sign)).ToEd25519(u, 0, 0, second, 0));
        Assert.Equal(first, second);
        Assert.Equal(0x58, first[0]);
    }

    private static bool IsOnCurve(BigInteger y)
    {
        BigInteger d = (_p - 121665) * Inverse(121666) % _p;
        BigInteger square = ((y * y) - 1 + _p) % _p * Inverse(((d * y % _p * y) + 1) % _p) % _p;
        return BigInteger.ModPow(square, (_p - 1) / 2, _p).IsOne;
    }

    private static BigInteger Inverse(BigInteger n) => BigInteger.ModPow(n, _p - 2, _p);

    private static byte[] ToBytes(BigInteger n)
    {
        byte[] bytes = new byte[32];
        n.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }
}
