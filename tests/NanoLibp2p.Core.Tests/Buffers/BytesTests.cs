using System;
using System.Buffers.Binary;
using System.Text;
using CsCheck;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Core.Tests.Buffers;

public class BytesTests
{
    [Fact]
    public void Integers_are_read_and_written_as_the_platform_does()
    {
        Gen.ULong.Sample(value =>
        {
            byte[] expected = new byte[9];
            byte[] actual = new byte[9];

            BinaryPrimitives.WriteUInt64BigEndian(expected.AsSpan(1), value);
            Bytes.WriteUInt64BigEndian(actual, 1, value);
            Assert.Equal(expected, actual);
            Assert.Equal(value, Bytes.ReadUInt64BigEndian(expected, 1));
            Assert.Equal((uint)(value >> 32), Bytes.ReadUInt32BigEndian(expected, 1));
            Assert.Equal((ushort)(value >> 48), Bytes.ReadUInt16BigEndian(expected, 1));

            BinaryPrimitives.WriteUInt64LittleEndian(expected.AsSpan(1), value);
            Assert.Equal(value, Bytes.ReadUInt64LittleEndian(expected, 1));
            Assert.Equal((uint)value, Bytes.ReadUInt32LittleEndian(expected, 1));

            BinaryPrimitives.WriteUInt16BigEndian(expected.AsSpan(1), (ushort)value);
            expected.CopyTo(actual, 0);
            actual[1] ^= 0xFF;
            Bytes.WriteUInt16BigEndian(actual, 1, (ushort)value);
            BinaryPrimitives.WriteUInt32BigEndian(expected.AsSpan(5), (uint)value);
            Bytes.WriteUInt32BigEndian(actual, 5, (uint)value);
            Assert.Equal(expected, actual);
        });
    }

    [Fact]
    public void Ranges_compare_as_sequences()
    {
        Gen<byte[]> few = Gen.Byte[0, 3].Array[0, 5];
        Gen.Select(few, few).Sample((a, b) =>
        {
            byte[] x = [9, .. a, 9];
            byte[] y = [9, 9, .. b];
            int count = Math.Min(a.Length, b.Length);
            Assert.Equal(a.AsSpan(0, count).SequenceEqual(b.AsSpan(0, count)), Bytes.Equal(x, 1, y, 2, count));
        });
    }

    [Fact]
    public void An_ascii_literal_becomes_its_bytes()
    {
        byte[] expected = Encoding.ASCII.GetBytes("/multistream/1.0.0\n");
        Assert.Equal(expected, Bytes.Ascii("/multistream/1.0.0\n"));
    }

    [Fact]
    public void A_literal_that_is_not_ascii_is_refused_by_name()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Bytes.Ascii("/grüße/1.0.0"));
        Assert.Equal("'/grüße/1.0.0' is not ASCII", error.Message);
    }

    [Fact]
    public void Bytes_that_are_not_printable_show_as_question_marks()
    {
        Assert.Equal("a?b?~", Bytes.ToText([0, .. "a\0b"u8, 0xE4, (byte)'~', 7], 1, 5));
    }
}
