using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Tests;

namespace NanoLibp2p.Native.Tests;

/// <summary>Managed and native agree over 10,000 random cases of every operation.</summary>
public sealed class AgreementTests
{
    private const int Cases = 10_000;

    private readonly ManagedCrypto managed = new();
    private readonly CryptoProvider native;

    public AgreementTests()
    {
        Assert.SkipWhen(NativeBuild.Missing != null, NativeBuild.Missing ?? "");
        native = new NativeLayerCrypto();
    }

    [Fact]
    public void X25519_agrees() => Each(1, random =>
    {
        byte[] scalar = Next(random, 32), point = Next(random, 32);
        Assert.Equal(managed.X25519Base(scalar), native.X25519Base(scalar));
        byte[] a = new byte[32], b = Next(random, 32);
        Assert.Equal(managed.X25519(scalar, 0, point, 0, a, 0), native.X25519(scalar, 0, point, 0, b, 0));
        Assert.Equal(a, b);
    });

    [Fact]
    public void Ed25519_agrees_on_keys_signatures_and_what_is_wrong() => Each(2, random =>
    {
        byte[] seed = Next(random, 32), message = Next(random, random.Next(300)), key = managed.PublicKey(seed);
        Assert.Equal(key, native.PublicKey(seed));
        byte[] signature = managed.Sign(seed, key, message);
        Assert.Equal(signature, native.Sign(seed, key, message));

        // one in four stays right; else one bit of message, key, R or S changes
        bool right = random.Next(4) == 0;
        if (!right)
        {
            byte[] which = random.Next(4) switch { 0 when message.Length > 0 => message, 1 => key, _ => signature };
            which[random.Next(which.Length)] ^= (byte)(1 << random.Next(8));
        }

        Assert.Equal(right, managed.Verify(key, message, signature));
        Assert.Equal(right, native.Verify(key, message, signature));
    });

    [Fact]
    public void ChaCha20Poly1305_agrees_on_boxes_and_what_is_wrong() => Each(3, random =>
    {
        byte[] key = Next(random, 32), nonce = Next(random, 12), ad = Next(random, random.Next(3) * random.Next(50));
        byte[] text = Next(random, random.Next(10) == 0 ? random.Next(2000) : random.Next(200));
        byte[] box = managed.Seal(key, nonce, ad, text);
        Assert.Equal(box, native.Seal(key, nonce, ad, text));

        bool right = random.Next(2) == 0;
        if (!right)
        {
            byte[] which = random.Next(3) switch { 0 when ad.Length > 0 => ad, 1 => nonce, _ => box };
            which[random.Next(which.Length)] ^= (byte)(1 << random.Next(8));
        }

        byte[] opened = (byte[])box.Clone();
        Assert.Equal(right, managed.Open(key, nonce, ad, opened));
        Assert.Equal(right, native.Open(key, nonce, ad, box));
        Assert.Equal(opened, box);
    });

    [Fact]
    public void Hashes_in_pieces_agree() => Each(4, random =>
    {
        byte[] data = Next(random, random.Next(700)), a = new byte[64], b = new byte[64];
        managed.Sha256Start();
        managed.Sha512Start();
        native.Sha256Start();
        native.Sha512Start();
        for (int at = 0; at < data.Length;)
        {
            int count = Math.Min(1 + random.Next(200), data.Length - at);
            managed.Sha256Update(data, at, count);
            managed.Sha512Update(data, at, count);
            native.Sha256Update(data, at, count);
            native.Sha512Update(data, at, count);
            at += count;
        }

        managed.Sha512Finish(a, 0);
        native.Sha512Finish(b, 0);
        Assert.Equal(a, b);
        managed.Sha256Finish(a, 16);
        native.Sha256Finish(b, 16);
        Assert.Equal(a, b);
    });

    [Fact]
    public void HMAC_and_HKDF_agree() => Each(5, random =>
    {
        byte[] key = Next(random, random.Next(150)), data = Next(random, random.Next(150)), info = Next(random, random.Next(60));
        Assert.Equal(managed.Hmac(key, data), native.Hmac(key, data));
        int count = random.Next(200);
        Assert.Equal(managed.Hkdf(key, data, info, count), native.Hkdf(key, data, info, count));
    });

    private static void Each(int seed, Action<Random> compare)
    {
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            compare(random);
        }
    }

    private static byte[] Next(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
