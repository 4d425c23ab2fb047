using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Core.Tests.Buffers;

public class ProtobufWriterTests
{
    [Fact]
    public void The_examples_of_the_protobuf_encoding_are_written()
    {
        byte[] buffer = new byte[32];
        int at = ProtobufWriter.WriteVarint(1, 150, buffer, 0);
        at = ProtobufWriter.WriteBytes(2, "-testing-"u8.ToArray(), 1, 7, buffer, at);
        at = ProtobufWriter.WriteLength(3, 3, buffer, at);
        at = ProtobufWriter.WriteVarint(1, 150, buffer, at);
        Assert.Equal("089601" + "120774657374696E67" + "1A03089601", Convert.ToHexString(buffer, 0, at));
        Assert.Equal(at, ProtobufWriter.SizeOfVarint(1, 150) + ProtobufWriter.SizeOfBytes(2, 7)
            + ProtobufWriter.SizeOfBytes(3, ProtobufWriter.SizeOfVarint(1, 150)));
    }

    [Fact]
    public void A_large_field_number_takes_five_bytes_of_tag()
    {
        byte[] buffer = new byte[8];
        int at = ProtobufWriter.WriteTag(536870911, WireType.Fixed32, buffer, 0);
        Assert.Equal("FDFFFFFF0F", Convert.ToHexString(buffer, 0, at));
        Assert.Equal(5 + 1, ProtobufWriter.SizeOfVarint(536870911, 0));
    }

    [Fact]
    public void Writing_allocates_nothing()
    {
        byte[] buffer = new byte[64];
        byte[] data = new byte[20];
        Assert.Equal(0, Allocated.By(() =>
        {
            int at = ProtobufWriter.WriteVarint(1, 150, buffer, 0);
            ProtobufWriter.WriteBytes(2, data, 0, data.Length, buffer, at);
        }));
    }
}
