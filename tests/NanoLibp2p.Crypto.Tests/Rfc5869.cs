namespace NanoLibp2p.Crypto.Tests;

/// <summary>RFC 5869 appendix A: HKDF with SHA-256.</summary>
public sealed class Rfc5869
{
    // input keying material, salt, info, pseudorandom key, output keying material
    private static readonly string[][] _cases =
    [
        // A.1
        [
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ],
        // A.2
        [
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637"
            + "38393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
            "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f9091929394959697"
            + "98999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
            "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7"
            + "e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
            "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8"
            + "367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ],
        // A.3
        [
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            "",
            "",
            "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ],
    ];

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Derived_keys_are_those_of_appendix_A(CryptoProvider crypto)
    {
        foreach (string[] test in _cases)
        {
            byte[] expected = Bytes.Hex(test[4]);
            Assert.Equal(test[4], Bytes.Text(crypto.Hkdf(Bytes.Hex(test[1]), Bytes.Hex(test[0]), Bytes.Hex(test[2]), expected.Length)));
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Extraction_is_HMAC_with_the_salt_as_key(CryptoProvider crypto)
    {
        foreach (string[] test in _cases)
        {
            Assert.Equal(test[3], Bytes.Text(crypto.Hmac(Bytes.Hex(test[1]), Bytes.Hex(test[0]))));
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Noise_may_derive_from_nothing_but_the_salt(CryptoProvider crypto)
    {
        // section 2.3 by hand: T(1) = HMAC(PRK, 1), T(2) = HMAC(PRK, T(1) | 2)
        byte[] salt = Bytes.Hex(_cases[1][1]), prk = crypto.Hmac(salt, []);
        byte[] first = crypto.Hmac(prk, [1]), second = crypto.Hmac(prk, [.. first, 2]);
        Assert.Equal([.. first, .. second], crypto.Hkdf(salt, [], [], 64));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void The_output_may_overlay_salt_and_input(CryptoProvider crypto)
    {
        byte[] salt = Bytes.Hex(_cases[0][1]), ikm = Bytes.Hex(_cases[0][0]), info = Bytes.Hex(_cases[0][2]);
        byte[] buffer = [.. salt, .. ikm, .. new byte[64]];
        crypto.HkdfSha256(buffer, 0, salt.Length, buffer, salt.Length, ikm.Length, info, 0, info.Length, buffer, 0, 42);
        Assert.Equal(_cases[0][4], Bytes.Text(buffer[..42]));
    }
}
