namespace NanoLibp2p.Crypto.Tests;

/// <summary>RFC 7748 sections 5.2 and 6.1: X25519.</summary>
public sealed class Rfc7748
{
    private const string Nine = "0900000000000000000000000000000000000000000000000000000000000000";

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Scalar_times_point_is_as_in_section_5_2(CryptoProvider crypto)
    {
        Assert.Equal("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552", Bytes.Text(crypto.X25519(
            Bytes.Hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
            Bytes.Hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))));
        Assert.Equal("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957", Bytes.Text(crypto.X25519(
            Bytes.Hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
            Bytes.Hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"))));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Iterated_1_and_1000_times_it_is_as_in_section_5_2(CryptoProvider crypto)
    {
        byte[] k = Bytes.Hex(Nine), u = Bytes.Hex(Nine);
        for (int i = 1; i <= 1000; i++)
        {
            byte[] next = crypto.X25519(k, u);
            u = k;
            k = next;
            if (i == 1)
            {
                Assert.Equal("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", Bytes.Text(k));
            }
        }

        Assert.Equal("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", Bytes.Text(k));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Two_parties_agree_as_in_section_6_1(CryptoProvider crypto)
    {
        byte[] alice = Bytes.Hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] bob = Bytes.Hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        byte[] alicePublic = crypto.X25519Base(alice), bobPublic = crypto.X25519Base(bob);
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Bytes.Text(alicePublic));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Bytes.Text(bobPublic));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Bytes.Text(crypto.X25519(alice, bobPublic)));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Bytes.Text(crypto.X25519(bob, alicePublic)));
    }
}
