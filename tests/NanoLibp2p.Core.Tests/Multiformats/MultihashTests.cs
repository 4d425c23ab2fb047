using System;
using CsCheck;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Tests.Multiformats;

public class MultihashTests
{
    [Theory]
    [InlineData("1220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0)]
    [InlineData("122041dd7b6443542e75701aa98a0c235951a28a0d851b11564d20022ab11d2589a8", 0)]
    [InlineData("0003010203", 0)]
    [InlineData("120ae3b0c44298fc1c149afb", Multihash.BadLength)]
    [InlineData("1220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8", Multihash.BadLength)]
    [InlineData("1220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85500", Multihash.BadLength)]
    [InlineData("1221c05877cbae039d70a5e600ea02c6f9f2942439285c9e344e26f8d280c850fad600", Multihash.BadLength)]
    [InlineData("00020102ff", Multihash.BadLength)]
    [InlineData("00830001020300", Multihash.BadLength)]
    [InlineData("0000", Multihash.BadLength)]
    [InlineData("12", Multihash.BadLength)]
    [InlineData("", Multihash.BadLength)]
    [InlineData("110ada39a3ee5e6b4b0d3255", Multihash.UnknownFunction)]
    [InlineData("1340cf83e1357eefb8bd", Multihash.UnknownFunction)]
    public void A_multihash_is_checked_by_function_and_length(string hex, int code)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Equal(code, Multihash.Check(bytes, 0, bytes.Length));
        Assert.Equal(code, Multihash.Check([0x12, .. bytes, 0x20], 1, bytes.Length));
    }

    [Fact]
    public void An_identity_holds_up_to_42_bytes()
    {
        Assert.Equal(0, Multihash.Check([0, 42, .. new byte[42]], 0, 44));
        Assert.Equal(Multihash.BadLength, Multihash.Check([0, 43, .. new byte[43]], 0, 45));
    }

    [Fact]
    public void Garbage_is_never_read_outside_its_range()
    {
        Gen.Select(Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)0x12), Gen.Byte), Gen.Byte.Array[0, 50]).Sample((first, rest) =>
        {
            byte[] bytes = [first, .. rest];
            int code = Multihash.Check(bytes, 0, bytes.Length);
            Assert.InRange(code, Multihash.UnknownFunction, 0);
            if (code == 0)
            {
                Assert.Equal(bytes[1], bytes.Length - 2);
            }
        });
    }
}
