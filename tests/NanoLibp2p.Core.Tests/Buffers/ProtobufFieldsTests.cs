using System;
using CsCheck;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Core.Tests.Buffers;

/// <summary>Whole protobuf messages, as the desktop's protocols read and write them.</summary>
public class ProtobufFieldsTests
{
    [Fact]
    public void What_is_written_is_read_again()
    {
        byte[] message = new ProtobufMessage()
            .Varint(1, ulong.MaxValue)
            .Fixed64(2, 0x0102030405060708)
            .Bytes(3, [9, 8, 7])
            .Message(4, new ProtobufMessage().Varint(1, 5))
            .Bytes(5, [])
            .ToArray();

        ProtobufFields fields = new(message);
        Assert.True(fields.Next() && fields.Is(1, WireType.Varint) && fields.Value == ulong.MaxValue);
        Assert.True(fields.Next() && fields.Is(2, WireType.Fixed64) && fields.Value == 0x0102030405060708);
        Assert.True(fields.Next() && fields.Is(3, WireType.Bytes) && fields.Bytes.SequenceEqual((byte[])[9, 8, 7]));
        Assert.True(fields.Next() && fields.Is(4, WireType.Bytes) && fields.Bytes.SequenceEqual((byte[])[8, 5]));
        Assert.True(fields.Next() && fields.Is(5, WireType.Bytes) && fields.Bytes.IsEmpty);
        Assert.False(fields.Next());
        Assert.False(fields.IsMalformed);
    }

    [Fact]
    public void A_fixed64_is_eight_bytes_with_the_least_significant_first()
    {
        Assert.Equal((byte[])[0x11, 8, 7, 6, 5, 4, 3, 2, 1], new ProtobufMessage().Fixed64(2, 0x0102030405060708).ToArray());
    }

    [Fact]
    public void A_message_on_a_stream_has_its_length_before_it()
    {
        byte[] delimited = new ProtobufMessage().Bytes(1, new byte[200]).ToDelimitedArray();

        Assert.Equal(0xCB, delimited[0]);
        Assert.Equal(0x01, delimited[1]);
        Assert.Equal(2 + 203, delimited.Length);
    }

    [Theory]
    [InlineData("08", "a value that is missing")]
    [InlineData("0880", "a value that is cut")]
    [InlineData("08ffffffffffffffffff02", "a value of more than 64 bits")]
    [InlineData("09010203", "a fixed field that is cut")]
    [InlineData("0a05aa", "a field longer than the message")]
    [InlineData("0affffffff7f", "a length beyond everything")]
    [InlineData("0a80808080800100", "a length in six bytes")]
    [InlineData("0001", "field 0")]
    [InlineData("0b0c", "a group")]
    [InlineData("0f01", "a wire type that there is none of")]
    [InlineData("8080808080010801", "a tag in six bytes")]
    public void What_is_no_protobuf_is_malformed(string hex, string what)
    {
        ProtobufFields fields = new(Convert.FromHexString(hex));

        Assert.False(fields.Next(), what);
        Assert.True(fields.IsMalformed, what);
        Assert.False(fields.Next(), what);
    }

    [Fact]
    public void It_finds_what_the_reader_of_pieces_finds()
    {
        Gen.Byte[0, 20].Array[0, 24].Sample(message =>
        {
            ProtobufReader reader = new();
            reader.Reset((ulong)message.Length);
            ProtobufFields fields = new(message);
            int offset = 0;
            while (true)
            {
                bool isFound = fields.Next();
                ProtobufEvent found;
                do
                {
                    found = reader.Next(message, offset, message.Length - offset);
                    offset += reader.Consumed;
                }
                while (found is ProtobufEvent.BytesBegin or ProtobufEvent.BytesChunk);
                if (found is ProtobufEvent.EndOfMessage or ProtobufEvent.Malformed)
                {
                    return !isFound && fields.IsMalformed == (found == ProtobufEvent.Malformed);
                }

                if (!isFound || fields.Field != reader.Field || fields.WireType != reader.WireType || fields.Value != reader.Value)
                {
                    return false;
                }
            }
        });
    }
}
