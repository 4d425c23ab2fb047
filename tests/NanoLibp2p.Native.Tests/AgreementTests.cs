using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Tests;

namespace NanoLibp2p.Native.Tests;

/// <summary>Managed and native agree over 10,000 random cases of every operation.</summary>
public sealed class AgreementTests
{
    private const int Cases = 10_000;

    private readonly ManagedCrypto _managed = new();
    private readonly CryptoProvider _native;

    public AgreementTests()
    {
        Assert.SkipWhen(NativeBuild.Missing != null, NativeBuild.Missing ?? "");
        _native = new NativeLayerCrypto();
    }

    [Fact]
    public void X25519_agrees() => Each(1, random =>
    {
        byte[] scalar = Next(random, 32), point = Next(random, 32);
        Assert.Equal(_managed.X25519Base(scalar), _native.X25519Base(scalar));
        byte[] a = new byte[32], b = Next(random, 32);
        Assert.Equal(_managed.X25519(scalar, 0, point, 0, a, 0), _native.X25519(scalar, 0, point, 0, b, 0));
        Assert.Equal(a, b);
    });

    [Fact]
    public void Ed25519_agrees_on_keys_signatures_and_what_is_wrong() => Each(2, random =>
    {
        byte[] seed = Next(random, 32), message = Next(random, random.Next(300)), key = _managed.PublicKey(seed);
        Assert.Equal(key, _native.PublicKey(seed));
        byte[] signature = _managed.Sign(seed, key, message);
        Assert.Equal(signature, _native.Sign(seed, key, message));

        // one in four stays right; else one bit of message, key, R or S changes
        bool right = random.Next(4) == 0;
        if (!right)
        {
            byte[] which = random.Next(4) switch { 0 when message.Length > 0 => message, 1 => key, _ => signature };
            which[random.Next(which.Length)] ^= (byte)(1 << random.Next(8));
        }

        Assert.Equal(right, _managed.Verify(key, message, signature));
        Assert.Equal(right, _native.Verify(key, message, signature));
    });

    [Fact]
    public void ChaCha20Poly1305_agrees_on_boxes_and_what_is_wrong() => Each(3, random =>
    {
        byte[] key = Next(random, 32), nonce = Next(random, 12), ad = Next(random, random.Next(3) * random.Next(50));
        byte[] text = Next(random, random.Next(10) == 0 ? random.Next(2000) : random.Next(200));
        byte[] box = _managed.Seal(key, nonce, ad, text);
        Assert.Equal(box, _native.Seal(key, nonce, ad, text));

        bool right = random.Next(2) == 0;
        if (!right)
        {
            byte[] which = random.Next(3) switch { 0 when ad.Length > 0 => ad, 1 => nonce, _ => box };
            which[random.Next(which.Length)] ^= (byte)(1 << random.Next(8));
        }

        byte[] opened = (byte[])box.Clone();
        Assert.Equal(right, _managed.Open(key, nonce, ad, opened));
        Assert.Equal(right, _native.Open(key, nonce, ad, box));
        Assert.Equal(opened, box);
    });

    [Fact]
    public void Hashes_in_pieces_agree() => Each(4, random =>
    {
        byte[] data = Next(random, random.Next(700)), a = new byte[64], b = new byte[64];
        _managed.Sha256Start();
        _managed.Sha512Start();
        _native.Sha256Start();
        _native.Sha512Start();
        for (int at = 0; at < data.Length;)
        {
            int count = Math.Min(1 + random.Next(200), data.Length - at);
            _managed.Sha256Update(data, at, count);
            _managed.Sha512Update(data, at, count);
            _native.Sha256Update(data, at, count);
            _native.Sha512Update(data, at, count);
            at += count;
        }

        _managed.Sha512Finish(a, 0);
        _native.Sha512Finish(b, 0);
        Assert.Equal(a, b);
        _managed.Sha256Finish(a, 16);
        _native.Sha256Finish(b, 16);
        Assert.Equal(a, b);
    });

    [Fact]
    public void HMAC_and_HKDF_agree() => Each(5, random =>
    {
        byte[] key = Next(random, random.Next(150)), data = Next(random, random.Next(150)), info = Next(random, random.Next(60));
        Assert.Equal(_managed.Hmac(key, data), _native.Hmac(key, data));
        int count = random.Next(200);
        Assert.Equal(_managed.Hkdf(key, data, info, count), _native.Hkdf(key, data, info, count));
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
