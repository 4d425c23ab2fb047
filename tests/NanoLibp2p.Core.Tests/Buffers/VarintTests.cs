using System;
using CsCheck;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Core.Tests.Buffers;

/// <summary>The unsigned-varint spec of multiformats.</summary>
public class VarintTests
{
    [Theory]
    [InlineData(0ul, "00")]
    [InlineData(1ul, "01")]
    [InlineData(127ul, "7F")]
    [InlineData(128ul, "8001")]
    [InlineData(255ul, "FF01")]
    [InlineData(300ul, "AC02")]
    [InlineData(16384ul, "808001")]
    [InlineData(0x7FFFFFFFFFFFFFFFul, "FFFFFFFFFFFFFFFF7F")]
    public void The_examples_of_the_spec_read_and_write(ulong value, string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        byte[] buffer = new byte[Varint.MaxBytes];
        Assert.Equal(bytes.Length, Varint.Size(value));
        Assert.Equal(bytes.Length, Varint.Write(value, buffer, 0));
        Assert.Equal(bytes, buffer[..bytes.Length]);
        Assert.Equal(bytes.Length, Varint.Read(bytes, 0, bytes.Length, out ulong read));
        Assert.Equal(value, read);
    }

    [Theory]
    [InlineData("8000")]
    [InlineData("818000")]
    [InlineData("FFFF00")]
    [InlineData("808080808080808000")]
    public void A_varint_that_is_not_minimal_is_malformed(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Equal(Varint.Malformed, Varint.Read(bytes, 0, bytes.Length, out ulong value));
        Assert.Equal(0ul, value);
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFFF01")]
    [InlineData("808080808080808080")]
    [InlineData("80808080808080808001")]
    public void A_varint_of_ten_bytes_is_malformed_as_soon_as_nine_are_there(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Equal(0, Varint.Read(bytes, 0, 8, out _));
        Assert.Equal(Varint.Malformed, Varint.Read(bytes, 0, 9, out _));
        Assert.Equal(Varint.Malformed, Varint.Read(bytes, 0, bytes.Length, out _));
    }

    [Fact]
    public void The_largest_protobuf_varint_is_written_in_ten_bytes()
    {
        byte[] buffer = new byte[10];
        Assert.Equal(10, Varint.Size(ulong.MaxValue));
        Assert.Equal(10, Varint.Write(ulong.MaxValue, buffer, 0));
        Assert.Equal("FFFFFFFFFFFFFFFFFF01", Convert.ToHexString(buffer));
    }

    [Fact]
    public void Every_value_comes_back_and_every_prefix_asks_for_more()
    {
        Gen.ULong.Sample(any =>
        {
            // every size is as likely as another
            ulong value = (any & 0x7FFFFFFFFFFFFFFF) >> (int)(any % 63);
            byte[] bytes = new byte[Varint.Size(value)];
            Assert.Equal(bytes.Length, Varint.Write(value, bytes, 0));
            for (int count = 0; count < bytes.Length; count++)
            {
                Assert.Equal(0, Varint.Read(bytes, 0, count, out ulong partial));
                Assert.Equal(0ul, partial);
            }
            Assert.Equal(bytes.Length, Varint.Read(bytes, 0, bytes.Length, out ulong read));
            Assert.Equal(value, read);
        });
    }

    [Fact]
    public void Garbage_is_read_only_within_its_range_and_only_in_the_form_that_would_be_written()
    {
        Gen.Byte.Array[0, 12].Sample(bytes =>
        {
            int used = Varint.Read(bytes, 0, bytes.Length, out ulong value);
            Assert.InRange(used, -1, bytes.Length);
            if (used > 0)
            {
                byte[] again = new byte[Varint.Size(value)];
                Varint.Write(value, again, 0);
                Assert.Equal(bytes[..used], again);
            }
        });
    }
}
