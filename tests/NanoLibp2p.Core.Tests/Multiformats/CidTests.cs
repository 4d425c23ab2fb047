using System;
using CsCheck;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Tests.Multiformats;

/// <summary>CID spec, "Human-Readable CIDs" and "Decoding algorithm"; texts that IPFS programs print.</summary>
public class CidTests
{
    // the empty unixfs folder, which every IPFS node has
    private const string V0 = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn";
    private const string V1 = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354";

    // "hello world" as raw bytes; what the npm package multiformats makes of it, in base32, base36, base58 and base64url
    private const string Hello = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
    private const string Hello36 = "k2cwued9o1pvrt3q271rrqbo49x30tbxwpoeaq75z14e5ui2rzygpbe1";
    private const string Hello58 = "zb2rhj7crUKTQYRGCRATFaQ6YFLTde2YzdqbbhAASkL9uRDXn";
    private const string Hello64 = "uAVUSILlNJ7mTTT4IpS5S19p9q_rEhO_jelOA7pCI96zi783p";
    private const string Sha512 =
        "baguqee2agcpmyse4cllowtgeb5imsaxswtio257okenhy6u3zu6kq3km3bxzrhotlpc76smwodndijk3iwym7wbq5apwaxoppxcvilutv2ono3y";
    private const string HelloDigest = "B94D27B9934D3E08A52E52D7DA7DABFAC484EFE37A5380EE9088F7ACE2EFCDE9";

    [Fact]
    public void Versions_0_and_1_of_the_same_content_have_the_same_multihash()
    {
        Cid zero = Cid.Parse(V0);
        Cid one = Cid.Parse(V1);
        Assert.Equal((0, (ulong)Cid.DagPb), (zero.Version, zero.Codec));
        Assert.Equal((1, (ulong)Cid.DagPb), (one.Version, one.Codec));
        Assert.Equal(zero.Multihash, one.Multihash);
        Assert.Equal(34, zero.Multihash.Length);
        Assert.Equal(V0, zero.ToString());
        Assert.Equal(V1, one.ToString());
        Assert.NotEqual(zero, one);
    }

    [Fact]
    public void A_digest_makes_the_cid_that_others_make()
    {
        Cid cid = Cid.FromSha256(Cid.Raw, Convert.FromHexString(HelloDigest));
        Assert.Equal(Hello, cid.ToString());
        Assert.Equal(cid, Cid.Parse(Hello));
        Assert.Equal(cid.GetHashCode(), Cid.Parse(Hello).GetHashCode());
        Assert.Equal("01551220" + HelloDigest, Convert.ToHexString(cid.ToBytes()));
        Assert.Throws<ArgumentException>(() => Cid.FromSha256(Cid.Raw, new byte[31]));
    }

    [Fact]
    public void Each_base_gives_the_same_cid()
    {
        Cid cid = Cid.Parse(Hello);
        Assert.All(new[] { Hello36, Hello58, Hello64 }, text => Assert.Equal(cid, Cid.Parse(text)));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(null, "empty")]
    [InlineData("hello", "neither with Qm nor with a known multibase prefix")]
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5", "cut")]
    [InlineData("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3N", "neither with Qm")]
    [InlineData("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3N0", "a character which its base doesn't have")]
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n1e", "a character which its base doesn't have")]
    [InlineData("b", "cut")]
    [InlineData("zQmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", "version 0 has no multibase prefix")]
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5eaa", "length that it states")]
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5f", "can't be the end of a whole byte")]
    public void What_is_no_cid_is_refused_with_its_reason(string? text, string why)
    {
        Assert.Null(Cid.TryParse(text, out string error));
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => Cid.Parse(text));
    }

    [Fact]
    public void A_text_of_any_length_is_refused_without_much_arithmetic()
        => Assert.Contains("1000000 characters", Refused("z" + new string('z', 999_999)), StringComparison.Ordinal);

    [Fact]
    public void Any_hash_function_and_codec_is_read()
    {
        // sha2-512 of dag-json, which has two bytes
        Cid cid = Cid.Parse(Sha512);
        Assert.Equal(0x129ul, cid.Codec);
        Assert.Equal(66, cid.Multihash.Length);
        Assert.Equal(Sha512, cid.ToString());
    }

    [Fact]
    public void Any_text_is_read_or_refused_and_what_is_read_is_written_back()
        => Gen.Char["bkzu" + "Qm1234567acdefghij"].Array[0, 80].Sample(text =>
        {
            Cid? cid = Cid.TryParse(new string(text), out string error);
            return cid == null ? error.Length > 0 : Cid.Parse(cid.ToString()).Equals(cid);
        });

    private static string Refused(string text)
    {
        Assert.Null(Cid.TryParse(text, out string error));
        return error;
    }
}
