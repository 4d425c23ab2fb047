using System;
using System.Net;
using CsCheck;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Tests.Multiformats;

public class IpTextTests
{
    // RFC 5952 1, 2 and 4 give the forms on the left; the right is the only one to write.
    [Theory]
    [InlineData("2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1")]
    [InlineData("2001:db8::1:0:0:1", "2001:db8::1:0:0:1")]
    [InlineData("2001:DB8:0:0:1::1", "2001:db8::1:0:0:1")]
    [InlineData("2001:db8:0:0:0:0:2:1", "2001:db8::2:1")]
    [InlineData("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [InlineData("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [InlineData("2001:0:0:1:0:0:0:1", "2001:0:0:1::1")]
    [InlineData("1:0:0:0:0:0:0:0", "1::")]
    [InlineData("0:0:0:0:0:0:0:1", "::1")]
    [InlineData("0:0:0:0:0:0:0:0", "::")]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.1")]
    [InlineData("::FFFF:C000:0201", "::ffff:192.0.2.1")]
    [InlineData("::1ff:c000:201", "::1ff:c000:201")]
    [InlineData("::ff01:c000:201", "::ff01:c000:201")]
    [InlineData("::ffff:0:c000:201", "::ffff:0:c000:201")]
    [InlineData("64:ff9b::192.0.2.33", "64:ff9b::c000:221")]
    [InlineData("1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a")]
    [InlineData("fe80::", "fe80::")]
    [InlineData("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")]
    public void Ip6_is_written_in_its_one_form(string text, string canonical)
    {
        byte[] bytes = new byte[18];
        char[] chars = ("x" + text + "x").ToCharArray();
        Assert.True(IpText.ParseIp6(chars, 1, text.Length, bytes, 1));
        Assert.Equal(canonical, IpText.Format(bytes, 1, 16));
        Assert.Equal(IPAddress.Parse(text).GetAddressBytes(), bytes[1..17]);
        Assert.Equal(0, bytes[0] | bytes[17]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1")]
    [InlineData("1:")]
    [InlineData(":1")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7:8::")]
    [InlineData("::1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4::5:6:7:8")]
    [InlineData("1::2::3")]
    [InlineData("1:2:3:4:5:6:7:8:")]
    [InlineData("12345::")]
    [InlineData("g::")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::1.2.3")]
    [InlineData("::1.2.3.256")]
    [InlineData("1.2.3.4::")]
    [InlineData("1:2:3:4:5:6:7:1.2.3.4")]
    [InlineData("::1.2.3.4:1")]
    [InlineData("1.2.3.4")]
    [InlineData("::é")]
    public void What_is_not_ip6_is_refused(string text)
    {
        Assert.False(IpText.ParseIp6(text.ToCharArray(), 0, text.Length, new byte[16], 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.4.")]
    [InlineData(".1.2.3.4")]
    [InlineData("1..2.3")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.04")]
    [InlineData("1.2.3.-4")]
    [InlineData("1.2.3.4x")]
    [InlineData("0x1.2.3.4")]
    [InlineData("1.2.3.99999999999999999999")]
    [InlineData("::1")]
    public void What_is_not_ip4_is_refused(string text)
    {
        Assert.False(IpText.ParseIp4(text.ToCharArray(), 0, text.Length, new byte[4], 0));
    }

    [Fact]
    public void Addresses_come_back_and_read_as_on_the_platform()
    {
        Gen.Byte.Array[4].Sample(bytes =>
        {
            string text = IpText.Format(bytes, 0, 4);
            Assert.Equal(new IPAddress(bytes).ToString(), text);
            byte[] read = new byte[4];
            Assert.True(IpText.ParseIp4(text.ToCharArray(), 0, text.Length, read, 0));
            Assert.Equal(bytes, read);
        });
        // runs of zeros in every place
        Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)0), Gen.Byte, Gen.Const((byte)0xFF)).Array[16].Sample(bytes =>
        {
            string text = IpText.Format(bytes, 0, 16);
            Assert.Equal(bytes, IPAddress.Parse(text).GetAddressBytes());
            byte[] read = new byte[16];
            Assert.True(IpText.ParseIp6(text.ToCharArray(), 0, text.Length, read, 0));
            Assert.Equal(bytes, read);
        });
    }

    [Fact]
    public void Any_text_reads_as_on_the_platform_or_not_at_all()
    {
        Gen.Char[".0123456789abcFx:::::"].Array[0, 24].Sample(chars =>
        {
            byte[] read = new byte[16];
            if (IpText.ParseIp6(chars, 0, chars.Length, read, 0))
            {
                Assert.Equal(IPAddress.Parse(new string(chars)).GetAddressBytes(), read);
            }
        });
    }
}
