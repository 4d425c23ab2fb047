using System;
using System.Collections.Generic;
using System.Formats.Cbor;
using System.Linq;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests.Page;

public sealed class ReadingTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly HashSet<PeerId> _admitted = [];
    private readonly ReadingBook _book;
    private ulong _number;

    public ReadingTests() => _book = new ReadingBook(_time, _admitted.Contains);

    [Theory]
    [InlineData("""{"n":1,"t":5,"celsius":21.5}""", "n=1 t=5 celsius=21.5")]
    [InlineData("""{"valve":{"isOpen":true,"position":0.25},"name":"x"}""", "valve.isOpen=1 valve.position=0.25")]
    [InlineData("[1,[2]]", "0=1 1.0=2")]
    [InlineData(" 21.5 ", "value=21.5")]
    [InlineData("""{"a":1,"a":2}""", "a=1")]
    [InlineData("""{"a":1e999}""", "")]
    [InlineData("""{"a":1""", "")]
    [InlineData("""{"a":{"b":{"c":{"d":{"e":1}}}},"z":2}""", "z=2")]
    [InlineData("hello", "")]
    [InlineData("", "")]
    public void The_numbers_of_a_JSON_reading_are_found(string json, string expected)
        => Assert.Equal(expected, Told(ReadingParser.Parse(Encoding.UTF8.GetBytes(json))));

    [Fact]
    public void The_numbers_of_a_CBOR_reading_are_found()
    {
        CborWriter cbor = new();
        cbor.WriteTag(CborTag.SelfDescribeCbor);
        cbor.WriteStartMap(null);
        cbor.WriteTextString("celsius");
        cbor.WriteDouble(-2.5);
        cbor.WriteInt32(7);
        cbor.WriteInt32(-8);
        cbor.WriteByteString([1, 2]);
        cbor.WriteInt32(9);
        cbor.WriteTextString("name");
        cbor.WriteTextString("x");
        cbor.WriteTextString("more");
        cbor.WriteStartArray(null);
        cbor.WriteBoolean(true);
        cbor.WriteHalf((Half)0.5);
        cbor.WriteEndArray();
        cbor.WriteEndMap();

        Assert.Equal("celsius=-2.5 7=-8 more.0=1 more.1=0.5", Told(ReadingParser.Parse(cbor.Encode())));
    }

    [Fact]
    public void A_reading_that_is_giant_deep_or_wide_costs_no_more_than_its_bounds()
    {
        string wide = $"{{{string.Join(',', Enumerable.Range(0, 400).Select(i => $"\"f{i}\":{i}"))}}}";
        string deep = string.Concat(Enumerable.Repeat("[", 4000)) + string.Concat(Enumerable.Repeat("]", 4000));
        string longName = $"{{\"{new string('x', 65)}\":1,\"{new string('y', 64)}\":2}}";

        Assert.Equal(ReadingParser.MaxFields, ReadingParser.Parse(Encoding.UTF8.GetBytes(wide)).Count);
        Assert.Empty(ReadingParser.Parse(Encoding.UTF8.GetBytes(deep)));
        Assert.Equal([64], ReadingParser.Parse(Encoding.UTF8.GetBytes(longName)).Select(one => one.Name.Length));
        Assert.Empty(ReadingParser.Parse(Encoding.UTF8.GetBytes("{\"a\":1}" + new string(' ', ReadingParser.MaxBytes))));
        Assert.Empty(ReadingParser.Parse([.. Enumerable.Repeat((byte)0x81, 8000), 1]));
        Assert.Empty(ReadingParser.Parse([.. Enumerable.Repeat((byte)0xc1, 8000), 1]));
    }

    [Fact]
    public void Whatever_comes_is_bounded_numbers_or_nothing()
        => Gen.OneOf(
            Gen.Byte.Array[0, 64],
            Gen.OneOf<string>("{", "}", "[", "]", "\"a\"", ":", ",", "1", "-", "1e9", "true", "null", "\\u0000", " ")
                .Array[0, 32].Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts)))).Sample(bytes =>
            {
                IReadOnlyList<ReadingField> all = ReadingParser.Parse(bytes);
                Assert.True(all.Count <= ReadingParser.MaxFields);
                Assert.All(all, one => Assert.True(double.IsFinite(one.Value) && one.Name.Length is > 0 and <= ReadingParser.MaxName));
            });

    [Fact]
    public void A_series_has_its_points_in_the_order_of_their_times_and_no_more_than_300()
    {
        PeerId peer = Peer();
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        for (int i = 0; i < ReadingSeries.MaxPoints + 10; i++)
        {
            // what was kept while nobody heard comes the newest first, from a clock that is right
            Take(peer, $$"""{"t":{{now - (1000 * i)}},"v":{{i}}}""");
        }

        SeriesJson series = Assert.Single(_book.All());
        Assert.Equal(ReadingSeries.MaxPoints, series.Values.Length);
        Assert.Equal(series.Times.Order(), series.Times);
        Assert.Equal((0, now), (series.Values[^1], series.Times[^1]));
        Assert.Equal(299, series.Values[0]);

        Take(peer, $$"""{"t":{{now - 500}},"v":-1}""");
        series = Assert.Single(_book.All());
        Assert.Equal((298, -1, 0), (series.Values[0], series.Values[^2], series.Values[^1]));
        Assert.Equal(series.Times.Order(), series.Times);
        Assert.Equal(ReadingSeries.MaxPoints + 11, series.Heard);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(99_999_999_999_999)]
    [InlineData(1_600_000_000_000)]
    public void A_time_that_can_not_be_is_that_at_which_it_came(long told)
    {
        Take(Peer(), $$"""{"t":{{told}},"v":1}""");

        Assert.Equal([_time.GetUtcNow().ToUnixTimeMilliseconds()], Assert.Single(_book.All()).Times);
    }

    [Fact]
    public void The_feed_has_the_newest_point_of_each_series_once()
    {
        PeerId peer = Peer();
        Take(peer, """{"a":1,"b":2}""");
        _time.Advance(TimeSpan.FromSeconds(1));
        Take(peer, """{"a":3}""");

        Assert.Equal([("a", 3.0), ("b", 2.0)], _book.TakeNew().Select(one => (one.Field, Assert.Single(one.Values))));
        Assert.Empty(_book.TakeNew());
    }

    [Fact]
    public void A_thousand_strangers_and_their_fields_take_the_place_of_no_device_that_is_admitted()
    {
        PeerId device = Peer();
        _admitted.Add(device);
        Take(device, """{"celsius":21.5}""");
        for (int i = 0; i < 1000; i++)
        {
            Take(Peer(i), $$"""{"a":{{i}},"b":1}""");
        }

        Assert.Equal(ReadingBook.MaxSeries, _book.Count);
        Assert.Contains(_book.All(), one => one.Peer == device.ToString());

        // the authors whose series are gone are forgotten as well
        Assert.InRange(_book.Authors().Count, 1, ReadingBook.MaxSeries);
    }

    [Fact]
    public void One_author_has_32_series()
    {
        PeerId peer = Peer();
        for (int i = 0; i < 100; i++)
        {
            Take(peer, $$"""{"f{{i}}":1}""");
        }

        Assert.Equal(ReadingBook.MaxOfAuthor, _book.Count);
    }

    [Fact]
    public void Unsigned_messages_and_those_without_numbers_are_counted_and_not_plotted()
    {
        _book.Take(new TopicMessage("t", "1"u8.ToArray(), null, 0, Peer()));
        Take(Peer(), "hello");
        Take(Peer(), """{"n":1,"t":2}""");

        Assert.Equal((0, 3L), (_book.Count, _book.PassedOver));
    }

    private static string Told(IReadOnlyList<ReadingField> fields)
        => string.Join(' ', fields.Select(one => FormattableString.Invariant($"{one.Name}={one.Value}")));

    // of no key; nothing here is signed
    private static PeerId Peer(int number = -1)
    {
        byte[] key = new byte[32];
        BitConverter.TryWriteBytes(key, number);
        return PeerId.FromEd25519(key, 0);
    }

    private void Take(PeerId from, string json)
        => _book.Take(new TopicMessage("t", Encoding.UTF8.GetBytes(json), from, ++_number, from));
}
