using System;
using System.Linq;
using NanoLibp2p.Crypto.Desktop;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>Providers may not differ, whatever the input: a device and a gateway have to agree.</summary>
public sealed class AgreementTests
{
    // the eight points of small order, and their other spellings
    private static readonly string[] _smallOrder =
    [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    [Fact]
    public void Keys_and_R_of_small_order_are_judged_alike()
    {
        ManagedCrypto managed = new();
        DesktopCrypto desktop = new();
        int accepted = 0;
        foreach (string key in _smallOrder)
        {
            foreach (string r in _smallOrder)
            {
                for (byte message = 0; message < 8; message++)
                {
                    byte[] signature = [.. Bytes.Hex(r), .. new byte[32]];
                    bool valid = managed.Verify(Bytes.Hex(key), [message], signature);
                    Assert.Equal(valid, desktop.Verify(Bytes.Hex(key), [message], signature));
                    accepted += valid ? 1 : 0;
                }
            }
        }

        // RFC 8032 accepts some of them: with S = 0 and A of small order, R = -k A is one of eight points
        Assert.NotEqual(0, accepted);
    }

    [Fact]
    public void X25519_of_points_of_small_order_is_zero_and_said_to_be()
    {
        foreach (CryptoProvider crypto in Providers.All.Select(row => row.Data))
        {
            foreach (string point in new[]
            {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            })
            {
                byte[] shared = Enumerable.Repeat((byte)7, 32).ToArray();
                Assert.False(crypto.X25519(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray(), 0, Bytes.Hex(point), 0, shared, 0));
                Assert.Equal(new byte[32], shared);
            }
        }
    }

    [Fact]
    public void Ten_thousand_random_cases_agree()
    {
        ManagedCrypto managed = new();
        DesktopCrypto desktop = new();
        Random random = new(11);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] key = new byte[32], point = new byte[32], data = new byte[random.Next(200)];
            random.NextBytes(key);
            random.NextBytes(point);
            random.NextBytes(data);
            byte[] nonce = point[..12];
            Assert.Equal(managed.Seal(key, nonce, point, data), desktop.Seal(key, nonce, point, data));
            Assert.Equal(managed.Hkdf(key, data, point, 1 + i % 100), desktop.Hkdf(key, data, point, 1 + i % 100));
            switch (i % 5)
            {
                case 0:
                    Assert.Equal(managed.X25519(key, point), desktop.X25519(key, point));
                    break;
                case 1:
                    Assert.Equal(managed.X25519Base(key), desktop.X25519Base(key));
                    break;
                case 2:
                    byte[] publicKey = managed.PublicKey(key), signature = managed.Sign(key, publicKey, data);
                    Assert.Equal(publicKey, desktop.PublicKey(key));
                    Assert.Equal(signature, desktop.Sign(key, publicKey, data));
                    signature[random.Next(64)] ^= (byte)(i % 2 << random.Next(8));
                    Assert.Equal(managed.Verify(publicKey, data, signature), desktop.Verify(publicKey, data, signature));
                    break;
                case 3:
                    Assert.Equal(managed.Sha512(data), desktop.Sha512(data));
                    break;
                default:
                    Assert.Equal(managed.Sha256(data), desktop.Sha256(data));
                    break;
            }
        }
    }

    [Fact]
    public void Large_records_agree_when_keys_take_turns()
    {
        ManagedCrypto managed = new();
        DesktopCrypto desktop = new();
        Random random = new(12);
        byte[][] keys = [new byte[32], [.. Enumerable.Repeat((byte)3, 32)]];
        byte[] nonce = new byte[12], text = new byte[65519];
        random.NextBytes(text);
        foreach (int count in new[] { 4095, 4096, 4097, 20000, 65519 })
        {
            foreach (byte[] key in new[] { keys[0], keys[1], keys[1], keys[0] })
            {
                nonce[0]++;
                byte[] box = managed.Seal(key, nonce, [1, 2], text[..count]);
                Assert.Equal(box, desktop.Seal(key, nonce, [1, 2], text[..count]));
                byte[] wrong = (byte[])box.Clone();
                wrong[random.Next(wrong.Length)] ^= 1;
                byte[] refused = (byte[])wrong.Clone();
                Assert.False(desktop.Open(key, nonce, [1, 2], refused));
                Assert.Equal(wrong, refused);
                Assert.True(desktop.Open(key, nonce, [1, 2], box));
                Assert.Equal(text[..count], box[..count]);
            }
        }
    }

    [Fact]
    public void A_hash_that_was_begun_and_left_does_not_touch_the_next()
    {
        foreach (CryptoProvider crypto in Providers.All.Select(row => row.Data))
        {
            byte[] data = [1, 2, 3];
            byte[] first = crypto.Sha256(data), second = crypto.Sha512(data);
            crypto.Sha256Start();
            crypto.Sha256Update(data, 0, 2);
            crypto.Sha512Start();
            crypto.Sha512Update(data, 0, 2);
            Assert.Equal(first, crypto.Sha256(data));
            Assert.Equal(second, crypto.Sha512(data));
        }
    }
}
