using System;
using System.Text.Json;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>Project Wycheproof's vectors (C2SP/wycheproof, testvectors_v1).</summary>
public sealed class Wycheproof
{
    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void X25519(CryptoProvider crypto)
    {
        int count = 0;
        Run("x25519_test.json", (_, test) =>
        {
            byte[] shared = new byte[32];
            byte[] expected = Hex(test, "shared");
            bool nonZero = crypto.X25519(Hex(test, "private"), 0, Hex(test, "public"), 0, shared, 0);
            Assert.Equal(Bytes.Text(expected), Bytes.Text(shared));
            Assert.Equal(expected.AsSpan().ContainsAnyExcept((byte)0), nonZero);
            count++;
        });
        Assert.Equal(518, count);
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Ed25519(CryptoProvider crypto) => Run("ed25519_test.json", (group, test) =>
    {
        byte[] signature = Hex(test, "sig");
        bool valid = signature.Length == 64 && crypto.Verify(Hex(group.GetProperty("publicKey"), "pk"), Hex(test, "msg"), signature);
        Assert.Equal(Valid(test), valid);
    });

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void ChaCha20Poly1305(CryptoProvider crypto) => Run("chacha20_poly1305_test.json", (group, test) =>
    {
        // other nonce sizes are no part of the seam
        if (group.GetProperty("ivSize").GetInt32() != 96)
        {
            Assert.False(Valid(test));
            return;
        }

        byte[] key = Hex(test, "key"), iv = Hex(test, "iv"), aad = Hex(test, "aad"), message = Hex(test, "msg");
        byte[] box = [.. Hex(test, "ct"), .. Hex(test, "tag")];
        byte[] opened = (byte[])box.Clone();
        Assert.Equal(Valid(test), crypto.Open(key, iv, aad, opened));
        if (Valid(test))
        {
            Assert.Equal(message, opened[..^16]);
            Assert.Equal(box, crypto.Seal(key, iv, aad, message));
        }
        else
        {
            Assert.Equal(box, opened);
        }
    });

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void HkdfSha256(CryptoProvider crypto) => Run("hkdf_sha256_test.json", (_, test) =>
    {
        int size = test.GetProperty("size").GetInt32();
        if (!Valid(test))
        {
            Assert.True(size > 8160, "the only fault in the file is an output that is too long");
            return;
        }

        Assert.Equal(Hex(test, "okm"), crypto.Hkdf(Hex(test, "salt"), Hex(test, "ikm"), Hex(test, "info"), size));
    });

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void HmacSha256(CryptoProvider crypto) => Run("hmac_sha256_test.json", (group, test) =>
    {
        byte[] tag = Hex(test, "tag");
        byte[] mac = crypto.Hmac(Hex(test, "key"), Hex(test, "msg"))[..tag.Length];
        Assert.Equal(Valid(test), mac.AsSpan().SequenceEqual(tag));
    });

    private static bool Valid(JsonElement test) => test.GetProperty("result").GetString() != "invalid";

    private static byte[] Hex(JsonElement test, string name) => Bytes.Hex(test.GetProperty(name).GetString()!);

    private static void Run(string file, Action<JsonElement, JsonElement> check)
    {
        using JsonDocument document = SharedVectors.Read("wycheproof/" + file);
        int count = 0;
        foreach (JsonElement group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                try
                {
                    check(group, test);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    throw new InvalidOperationException($"{file}, tcId {test.GetProperty("tcId")}, {test.GetProperty("comment")}", e);
                }

                count++;
            }
        }

        Assert.Equal(document.RootElement.GetProperty("numberOfTests").GetInt32(), count);
    }
}
