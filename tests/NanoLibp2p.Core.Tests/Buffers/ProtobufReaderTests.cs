using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Core.Tests.Buffers;

public class ProtobufReaderTests
{
    private static readonly Func<int, bool> _noField = _ => false;

    [Theory]
    [InlineData("089601", "1:varint=150; end")]
    [InlineData("120774657374696E67", "2:bytes(7)=74657374696E67; end")]
    [InlineData("0D01000080", "1:fixed=2147483649; end")]
    [InlineData("09FFFFFFFFFFFFFFFF", "1:fixed=18446744073709551615; end")]
    [InlineData("08FFFFFFFFFFFFFFFFFF01", "1:varint=18446744073709551615; end")]
    [InlineData("08808000", "1:varint=0; end")]
    [InlineData("F8FFFFFF0F01", "536870911:varint=1; end")]
    [InlineData("1200", "2:bytes(0)=; end")]
    [InlineData("", "end")]
    public void A_message_is_read_field_by_field(string hex, string expected)
    {
        Assert.Equal(expected, Whole(hex));
    }

    [Theory]
    [InlineData("00", "the field number 0")]
    [InlineData("0200", "the field number 0 with bytes")]
    [InlineData("0B", "a group's begin")]
    [InlineData("0C", "a group's end")]
    [InlineData("0E", "wire type 6")]
    [InlineData("0F", "wire type 7")]
    [InlineData("808080801001", "a field number of 30 bits")]
    [InlineData("0880808080808080808002", "a varint of more than 64 bits")]
    [InlineData("088080808080808080808001", "a varint of eleven bytes")]
    [InlineData("08", "a message that ends before a varint")]
    [InlineData("0880", "a message that ends inside a varint")]
    [InlineData("88", "a message that ends inside a tag")]
    [InlineData("12", "a message that ends before a length")]
    [InlineData("1202AA", "a field longer than its message")]
    [InlineData("12FFFFFFFFFFFFFFFFFF01", "a field of 2^64 - 1 bytes")]
    [InlineData("0DAABBCC", "a message that ends inside a fixed field")]
    public void What_is_not_protobuf_is_malformed_for_good(string hex, string what)
    {
        Assert.True(Whole(hex).EndsWith("malformed", StringComparison.Ordinal), what);

        byte[] bytes = Convert.FromHexString(hex);
        ProtobufReader reader = new();
        reader.Reset((ulong)bytes.Length);
        Drain(reader, bytes, 1, _noField, _noField);
        Assert.Equal(ProtobufEvent.Malformed, reader.Next([0x08, 0x01], 0, 2));
        Assert.Equal(0, reader.Consumed);

        reader.Reset(2);
        Assert.Equal(ProtobufEvent.Varint, reader.Next([0x08, 0x01], 0, 2));
    }

    [Fact]
    public void An_entered_field_gives_its_own_fields_and_its_own_end()
    {
        // field 3 { field 1: 150, field 2 { field 1: 1 } }, field 4: 5
        Assert.Equal("3:bytes(7){ 1:varint=150; 2:bytes(2){ 1:varint=1; end }; end }; 4:varint=5; end",
            Whole("1A0708960112020801" + "2005", enter: field => field is 3 or 2));
    }

    [Fact]
    public void An_entered_field_of_no_bytes_ends_at_once()
    {
        Assert.Equal("3:bytes(0){ end }; 4:varint=5; end", Whole("1A002005", enter: field => field == 3));
    }

    [Theory]
    [InlineData("1A0208800101", "a varint that runs out of the entered field")]
    [InlineData("1A0312020801", "a field longer than the entered field")]
    public void An_entered_field_bounds_what_is_in_it(string hex, string what)
    {
        Assert.True(Whole(hex, enter: field => field == 3).EndsWith("malformed", StringComparison.Ordinal), what);
    }

    [Fact]
    public void No_more_than_four_messages_are_entered()
    {
        ProtobufReader reader = new();
        byte[] bytes = Convert.FromHexString("0A080A060A040A020A00");
        reader.Reset((ulong)bytes.Length);
        int at = 0;
        for (int depth = 1; depth <= ProtobufReader.MaxDepth; depth++)
        {
            Assert.Equal(ProtobufEvent.BytesBegin, reader.Next(bytes, at, bytes.Length - at));
            at += reader.Consumed;
            Assert.True(reader.Enter());
            Assert.Equal(depth, reader.Depth);
        }
        Assert.Equal(ProtobufEvent.BytesBegin, reader.Next(bytes, at, bytes.Length - at));
        at += reader.Consumed;
        Assert.False(reader.Enter());
        Assert.Equal(ProtobufEvent.BytesEnd, reader.Next(bytes, at, 0));
        for (int depth = ProtobufReader.MaxDepth; depth >= 0; depth--)
        {
            Assert.Equal(ProtobufEvent.EndOfMessage, reader.Next(bytes, at, 0));
        }
        Assert.Equal(bytes.Length, at);
    }

    [Fact]
    public void A_field_is_entered_only_before_its_first_byte()
    {
        ProtobufReader reader = new();
        reader.Reset(5);
        Assert.False(reader.Enter());
        Assert.Equal(ProtobufEvent.BytesBegin, reader.Next([0x0A, 3, 0x08], 0, 3));
        Assert.Equal(ProtobufEvent.BytesChunk, reader.Next([0x08], 0, 1));
        Assert.False(reader.Enter());
        Assert.Equal(0, reader.Depth);
    }

    [Fact]
    public void A_skipped_field_is_silent()
    {
        Assert.Equal("2:bytes(3)skipped; 4:varint=5; end", Whole("1203AABBCC2005", skip: field => field == 2));
    }

    [Fact]
    public void Each_chunk_tells_its_place_in_the_field()
    {
        ProtobufReader reader = new();
        byte[] bytes = [0x12, 5, 10, 11, 12, 13, 14];
        reader.Reset(7);
        byte[] field = new byte[5];
        int at = 0;
        foreach (int piece in new[] { 3, 1, 3 })
        {
            int end = at + piece;
            ProtobufEvent found;
            while ((found = reader.Next(bytes, at, end - at)) > ProtobufEvent.NeedMore && found != ProtobufEvent.EndOfMessage)
            {
                if (found == ProtobufEvent.BytesChunk)
                {
                    Assert.Equal(5ul, reader.Value);
                    Array.Copy(bytes, at, field, (int)reader.FieldOffset, reader.Consumed);
                }
                at += reader.Consumed;
            }
            at += reader.Consumed;
        }
        Assert.Equal([10, 11, 12, 13, 14], field);
    }

    [Fact]
    public void A_length_prefix_is_read_first_and_what_follows_is_left()
    {
        ProtobufReader reader = new();
        byte[] bytes = [0x80 | 3, 0, 0x08, 0x96, 0x01, 0x77];
        reader.ResetDelimited(3);
        Assert.True(reader.MayEnd);
        Assert.Equal(ProtobufEvent.NeedMore, reader.Next(bytes, 0, 1));
        Assert.False(reader.MayEnd);
        Assert.Equal(ProtobufEvent.Varint, reader.Next(bytes, 1, 5));
        Assert.Equal(150ul, reader.Value);
        Assert.Equal(4, reader.Consumed);
        Assert.Equal(ProtobufEvent.EndOfMessage, reader.Next(bytes, 5, 1));
        Assert.Equal(0, reader.Consumed);
        Assert.True(reader.MayEnd);
    }

    [Fact]
    public void A_length_prefix_above_the_maximum_is_too_long()
    {
        ProtobufReader reader = new();
        reader.ResetDelimited(1000);
        Assert.Equal(ProtobufEvent.TooLong, reader.Next([0xE9, 0x07], 0, 2));
        Assert.Equal(1001ul, reader.Value);
        Assert.Equal(ProtobufEvent.Malformed, reader.Next([1], 0, 1));
    }

    [Fact]
    public void A_length_prefix_of_zero_is_an_empty_message()
    {
        ProtobufReader reader = new();
        reader.ResetDelimited(0);
        Assert.Equal(ProtobufEvent.EndOfMessage, reader.Next([0], 0, 1));
        Assert.Equal(1, reader.Consumed);
    }

    [Fact]
    public void An_unbounded_message_may_end_between_two_fields_only()
    {
        ProtobufReader reader = new();
        reader.Reset(ProtobufReader.Unbounded);
        byte[] bytes = [0x08, 0x96, 0x01, 0x12, 0x01, 0xAA];
        bool[] mayEnd = [true, false, false, true, false, false, true];
        Assert.True(reader.MayEnd);
        for (int i = 0; i < bytes.Length; i++)
        {
            int left = 1;
            ProtobufEvent found;
            while ((found = reader.Next(bytes, i, left)) != ProtobufEvent.NeedMore)
            {
                Assert.True(found > ProtobufEvent.NeedMore && found != ProtobufEvent.EndOfMessage);
                left -= reader.Consumed;
            }
            Assert.Equal(mayEnd[i + 1], reader.MayEnd);
        }
    }

    [Fact]
    public void A_bounded_message_may_end_only_when_it_is_whole()
    {
        ProtobufReader reader = new();
        reader.Reset(4);
        Assert.False(reader.MayEnd);
        Assert.Equal(ProtobufEvent.Varint, reader.Next([0x08, 0x01], 0, 2));
        Assert.False(reader.MayEnd);
        Assert.Equal(ProtobufEvent.Varint, reader.Next([0x08, 0x01], 0, 2));
        Assert.Equal(ProtobufEvent.EndOfMessage, reader.Next([], 0, 0));
        Assert.True(reader.MayEnd);
    }

    [Fact]
    public void What_a_writer_writes_comes_back_however_it_is_cut()
    {
        Gen.Select(Fields(2), Gen.Int[1, 9]).Sample((fields, piece) =>
        {
            byte[] bytes = Encode(fields);
            ProtobufReader reader = new();
            reader.Reset((ulong)bytes.Length);
            Assert.Equal(Describe(fields), Drain(reader, bytes, piece, field => field % 4 == 1, field => field % 4 == 2));
        });
    }

    [Fact]
    public void Garbage_gives_the_same_events_in_one_piece_as_byte_by_byte()
    {
        // mostly small bytes: likelier to be tags and lengths that fit
        Gen<byte> b = Gen.Frequency((4, Gen.Byte[0, 32]), (1, Gen.Byte));
        Gen.Select(b.Array[0, 40], Gen.Int[1, 40]).Sample((bytes, piece) =>
        {
            ProtobufReader reader = new();
            reader.Reset((ulong)bytes.Length);
            string whole = Drain(reader, bytes, bytes.Length, field => field % 2 == 1, field => field % 4 == 2);
            reader.Reset((ulong)bytes.Length);
            Assert.Equal(whole, Drain(reader, bytes, 1, field => field % 2 == 1, field => field % 4 == 2));
            reader.Reset((ulong)bytes.Length);
            Assert.Equal(whole, Drain(reader, bytes, piece, field => field % 2 == 1, field => field % 4 == 2));
            Assert.True(whole.EndsWith("end", StringComparison.Ordinal) || whole.EndsWith("malformed", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        byte[] bytes = Convert.FromHexString("089601120774657374696E671A070896011202080120052501000000");
        ProtobufReader reader = new();
        ulong sum = 0;
        long allocated = Allocated.By(() =>
        {
            reader.Reset((ulong)bytes.Length);
            int at = 0;
            ProtobufEvent found;
            while ((found = reader.Next(bytes, at, at == bytes.Length ? 0 : 1)) != ProtobufEvent.EndOfMessage || reader.Depth > 0)
            {
                at += reader.Consumed;
                sum += reader.Value;
                if (found == ProtobufEvent.BytesBegin && reader.Field == 3)
                {
                    reader.Enter();
                }
                if (found < ProtobufEvent.NeedMore || at > bytes.Length)
                {
                    throw new InvalidOperationException();
                }
                if (at == bytes.Length && found == ProtobufEvent.NeedMore)
                {
                    throw new InvalidOperationException();
                }
            }
        });
        Assert.NotEqual(0ul, sum);
        Assert.Equal(0, allocated);
    }

    private static string Whole(string hex, Func<int, bool>? enter = null, Func<int, bool>? skip = null)
    {
        byte[] bytes = Convert.FromHexString(hex);
        ProtobufReader reader = new();
        string? first = null;
        for (int piece = Math.Max(1, bytes.Length); piece > 0; piece--)
        {
            reader.Reset((ulong)bytes.Length);
            string found = Drain(reader, bytes, piece, enter ?? _noField, skip ?? _noField);
            first ??= found;
            Assert.Equal(first, found);
        }
        return first!;
    }

    // Gives a reader the bytes in pieces, each in an array of its own size, and writes down what it finds; chunks are joined.
    private static string Drain(ProtobufReader reader, byte[] bytes, int piece, Func<int, bool> enter, Func<int, bool> skip)
    {
        List<string> text = [];
        List<byte> field = [];
        int depth = 0;
        int steps = 0;
        for (int at = 0; ; at += piece)
        {
            int count = Math.Max(0, Math.Min(piece, bytes.Length - at));
            byte[] part = count == 0 ? [] : bytes[at..(at + count)];
            int offset = 0;
            for (; ; )
            {
                Assert.True(++steps < 1000, "the reader does not come to an end");
                ProtobufEvent found = reader.Next(part, offset, count - offset);
                Assert.InRange(reader.Consumed, 0, count - offset);
                offset += reader.Consumed;
                string name = reader.Field + ":";
                if (found == ProtobufEvent.NeedMore)
                {
                    Assert.Equal(count, offset);
                    Assert.True(at < bytes.Length, "the reader wants more than the whole message");
                    break;
                }
                switch (found)
                {
                    case ProtobufEvent.Varint:
                        Assert.Equal(WireType.Varint, reader.WireType);
                        text.Add(name + "varint=" + reader.Value + "; ");
                        break;
                    case ProtobufEvent.Fixed:
                        Assert.True(reader.WireType is WireType.Fixed32 or WireType.Fixed64);
                        text.Add(name + "fixed=" + reader.Value + "; ");
                        break;
                    case ProtobufEvent.BytesBegin:
                        Assert.Equal(WireType.Bytes, reader.WireType);
                        string begin = name + "bytes(" + reader.Value + ")";
                        if (enter(reader.Field) && reader.Enter())
                        {
                            depth++;
                            text.Add(begin + "{ ");
                        }
                        else if (skip(reader.Field))
                        {
                            reader.Skip();
                            text.Add(begin + "skipped; ");
                        }
                        else
                        {
                            field.Clear();
                            text.Add(begin);
                        }
                        break;
                    case ProtobufEvent.BytesChunk:
                        Assert.Equal((ulong)field.Count, reader.FieldOffset);
                        Assert.True(reader.Consumed > 0);
                        field.AddRange(part[(offset - reader.Consumed)..offset]);
                        break;
                    case ProtobufEvent.BytesEnd:
                        Assert.Equal(reader.Value, (ulong)field.Count);
                        text.Add("=" + Convert.ToHexString([.. field]) + "; ");
                        break;
                    case ProtobufEvent.EndOfMessage:
                        if (depth-- == 0)
                        {
                            Assert.Equal(ProtobufEvent.EndOfMessage, reader.Next(part, offset, count - offset));
                            return string.Concat(text) + "end";
                        }
                        text.Add("end }; ");
                        break;
                    default:
                        return string.Concat(text) + "malformed";
                }
                Assert.Equal(depth, reader.Depth);
            }
        }
    }

    private sealed record Item(int Number, ulong Value, byte[]? Data, Item[]? Inner);

    private static Gen<Item[]> Fields(int depth)
    {
        Gen<int> number = Gen.Int[0, 40].Select(any => any < 37 ? any + 1 : 1 << (any - 12));
        Gen<Item> varint = Gen.Select(number, Gen.ULong, Gen.Int[0, 63], (n, v, s) => new Item(n, v >> s, null, null));
        Gen<Item> data = Gen.Select(number, Gen.Byte.Array[0, 20], (n, d) => new Item(n / 4 * 4 + 2 + n % 2, 0, d, null));
        if (depth == 0)
        {
            return Gen.OneOf(varint, data).Array[0, 5];
        }
        Gen<Item> inner = Gen.Select(number, Fields(depth - 1), (n, f) => new Item(n / 4 * 4 + 1, 0, null, f));
        return Gen.OneOf(varint, data, inner).Array[0, 5];
    }

    private static byte[] Encode(Item[] fields)
    {
        byte[] buffer = new byte[4096];
        int at = 0;
        foreach (Item item in fields)
        {
            byte[]? data = item.Inner != null ? Encode(item.Inner) : item.Data;
            int before = at;
            if (data == null)
            {
                at = ProtobufWriter.WriteVarint(item.Number, item.Value, buffer, at);
                Assert.Equal(ProtobufWriter.SizeOfVarint(item.Number, item.Value), at - before);
            }
            else
            {
                at = ProtobufWriter.WriteBytes(item.Number, data, 0, data.Length, buffer, at);
                Assert.Equal(ProtobufWriter.SizeOfBytes(item.Number, data.Length), at - before);
            }
        }
        return buffer[..at];
    }

    private static string Describe(Item[] fields)
    {
        return string.Concat(fields.Select(item =>
            item.Inner != null ? $"{item.Number}:bytes({Encode(item.Inner).Length}){{ {Describe(item.Inner)} }}; "
            : item.Data == null ? $"{item.Number}:varint={item.Value}; "
            : item.Number % 4 == 2 ? $"{item.Number}:bytes({item.Data.Length})skipped; "
            : $"{item.Number}:bytes({item.Data.Length})={Convert.ToHexString(item.Data)}; ")) + "end";
    }

    [Theory]
    [InlineData("0b")] // a group
    [InlineData("08")] // a value that is missing
    [InlineData("0a7f01")] // a length beyond the message
    [InlineData("8a808080808000")] // a tag of seven bytes
    [InlineData("0a83808080800001")] // a length of six
    public void A_message_that_is_broken_can_be_given_up_and_the_next_one_read(string hex)
    {
        byte[] broken = Convert.FromHexString(hex);
        byte[] bytes = [0x12, (byte)broken.Length, .. broken, 0x18, 0x05];
        for (int piece = 1; piece <= bytes.Length; piece++)
        {
            ProtobufReader reader = new();
            reader.Reset((ulong)bytes.Length);
            bool gaveUp = false;
            ulong last = 0;
            ProtobufEvent found = ProtobufEvent.NeedMore;
            for (int at = 0; found != ProtobufEvent.EndOfMessage || reader.Depth > 0;)
            {
                found = reader.Next(bytes, at, Math.Min(piece, bytes.Length - at));
                at += reader.Consumed;
                if (found == ProtobufEvent.BytesBegin && reader.Depth == 0)
                {
                    Assert.True(reader.Enter());
                    Assert.False(reader.GiveUp());
                }
                else if (found == ProtobufEvent.Malformed)
                {
                    Assert.True(reader.GiveUp());
                    Assert.False(reader.GiveUp());
                    gaveUp = true;
                }
                else if (found == ProtobufEvent.Varint)
                {
                    last = reader.Value;
                }
            }

            Assert.True(gaveUp);
            Assert.Equal(5UL, last);
        }
    }

    [Fact]
    public void The_outermost_message_cannot_be_given_up()
    {
        ProtobufReader reader = new();
        reader.Reset(1);
        Assert.Equal(ProtobufEvent.Malformed, reader.Next([0x0B], 0, 1));
        Assert.False(reader.GiveUp());
    }
}
