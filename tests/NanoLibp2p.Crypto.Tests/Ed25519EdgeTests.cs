using System.Linq;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>What RFC 8032 sections 5.1.3 and 5.1.7 refuse, and what they do not.</summary>
public sealed class Ed25519EdgeTests
{
    private const string Ones = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void S_and_S_plus_L_are_not_both_signatures(CryptoProvider crypto)
    {
        byte[] seed = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray(), key = crypto.PublicKey(seed), message = [1, 2, 3];
        byte[] signature = crypto.Sign(seed, key, message);
        Assert.True(crypto.Verify(key, message, signature));
        byte[] order = Bytes.Hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        int carry = 0;
        for (int i = 0; i < 32; i++)
        {
            carry += signature[32 + i] + order[i];
            signature[32 + i] = (byte)carry;
            carry >>= 8;
        }

        Assert.False(crypto.Verify(key, message, signature));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_public_key_that_is_no_point_or_not_written_the_one_way_is_refused(CryptoProvider crypto)
    {
        byte[] seed = new byte[32], key = crypto.PublicKey(seed), signature = crypto.Sign(seed, key, []);
        string[] wrong =
        [
            "ed" + Ones + "7f", // y = p, which is 0
            "ee" + Ones + "7f", // y = p + 1, which is 1
            "ff" + Ones + "7f", // y = 2^255 - 1
            "0100000000000000000000000000000000000000000000000000000000000080", // x = 0, written as odd
            "0200000000000000000000000000000000000000000000000000000000000000", // (y^2 - 1)/(d y^2 + 1) is no square
        ];
        foreach (string encoding in wrong)
        {
            Assert.False(crypto.Verify(Bytes.Hex(encoding), [], signature), encoding);
        }
    }

    [Fact]
    public void Keys_of_small_order_and_keys_not_written_the_one_way_are_doubtful_with_either_sign()
    {
        const string zeros = "000000000000000000000000000000000000000000000000000000000000";
        string[] doubtful =
        [
            "00" + zeros + "00", "01" + zeros + "00", "ec" + Ones + "7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            .. Enumerable.Range(0xED, 19)
                .Select(low => low.ToString("x2", System.Globalization.CultureInfo.InvariantCulture) + Ones + "7f"),
        ];
        foreach (string encoding in doubtful)
        {
            byte[] key = [9, .. Bytes.Hex(encoding)];
            Assert.True(CryptoProvider.IsDoubtfulEd25519(key, 1), encoding);
            key[32] |= 0x80;
            Assert.True(CryptoProvider.IsDoubtfulEd25519(key, 1), encoding);
        }
    }

    [Fact]
    public void Ordinary_keys_are_not_doubtful()
    {
        ManagedCrypto crypto = new();
        for (int i = 0; i < 200; i++)
        {
            Assert.False(CryptoProvider.IsDoubtfulEd25519(crypto.PublicKey([.. Enumerable.Range(i, 32).Select(b => (byte)b)]), 0));
        }
    }
}
