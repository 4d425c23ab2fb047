using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Gateway.Telemetry;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests.Telemetry;

/// <summary>What strangers publish on the topic of telemetry costs no more than its bounds.</summary>
public sealed class TelemetryBookTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly HashSet<PeerId> _admitted = [];
    private readonly TelemetryBook _book;

    public TelemetryBookTests() => _book = new TelemetryBook(_time, Peer(0), _admitted.Contains);

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public void A_report_is_read_as_it_was_written()
    {
        TelemetryReport report = new(
            Now, 60, "nanoLibp2p", "0.1.0", "Dach Süd", -33.9, 151.2,
            [new("tcp", 3, 40, 1, 12.5, 80), new("ws", 1, 0, 0, null, null)],
            [new("go-libp2p", "0.41.1", 2), new("other", "", 1)], [new(Peer(7).ToString(), "tcp", 20, 2, 1.5)]);
        byte[] written = TelemetryCodec.Write(report);

        Assert.Equal(TelemetryVerdict.Good, TelemetryCodec.Read(written, _time.GetUtcNow(), out TelemetryReport? read));
        Assert.Equal(written, TelemetryCodec.Write(read!));
        Assert.Equal(("Dach Süd", -33.9, 1.5), (read!.Label, read.Latitude, read.Gateways[0].RoundTripMs));
    }

    [Theory]
    [InlineData("every", "9")]
    [InlineData("every", "3601")]
    [InlineData("every", "10.5")]
    [InlineData("every", null)]
    [InlineData("t", "\"now\"")]
    [InlineData("t", "-1")]
    [InlineData("program", "\"\"")]
    [InlineData("program", "\"a b\"")]
    [InlineData("program", "\"1234567890123456789012345\"")]
    [InlineData("version", "\"<b>\"")]
    [InlineData("version", "1")]
    [InlineData("label", "\"123456789012345678901234567890123\"")]
    [InlineData("label", "\"a\\u202eb\"")]
    [InlineData("label", "\"a\\nb\"")]
    [InlineData("label", "\"\\ud800\"")]
    [InlineData("label", "null")]
    [InlineData("lat", "1")]
    [InlineData("links", "{}")]
    [InlineData("links", "[1]")]
    [InlineData("links", """[{"transport":"tcp","peers":1,"pings":1,"lost":2}]""")]
    [InlineData("links", """[{"transport":"tcp","peers":-1,"pings":1,"lost":0}]""")]
    [InlineData("links", """[{"transport":"tcp","peers":1,"pings":1,"lost":0,"roundTripMs":-1}]""")]
    [InlineData("links", """[{"transport":"tcp","peers":1,"pings":1,"lost":0,"roundTripMs":1e999}]""")]
    [InlineData("links", """[{"transport":"pigeon","peers":1,"pings":1,"lost":0}]""")]
    [InlineData("links", """[{"transport":"tcp","peers":1,"pings":1,"lost":0},{"transport":"tcp","peers":1,"pings":1,"lost":0}]""")]
    [InlineData("programs", """[{"name":"x","version":"","peers":9999999}]""")]
    [InlineData("gateways", """[{"peer":"12D3","transport":"tcp","pings":1,"lost":0}]""")]
    public void A_field_that_lies_makes_it_no_report(string field, string? value)
    {
        JsonObject json = JsonNode.Parse(Written())!.AsObject();
        json.Remove(field);
        string text = json.ToJsonString();
        text = value == null ? text : $"{{\"{field}\":{value},{text[1..]}";

        Assert.Equal(TelemetryVerdict.Malformed, Read(text));
    }

    [Fact]
    public void A_report_that_is_too_long_too_wide_or_too_deep_is_none()
    {
        string sound = Written();
        string many = string.Join(',', Enumerable.Repeat("""{"name":"x","version":"","peers":1}""", TelemetryCodec.MaxEntries + 1));

        Assert.Equal(TelemetryVerdict.Good, Read(sound));
        Assert.Equal(TelemetryVerdict.Malformed, Read(sound + new string(' ', TelemetryCodec.MaxBytes)));
        Assert.Equal(TelemetryVerdict.Malformed, Changed("\"programs\":[]", $"\"programs\":[{many}]"));
        Assert.Equal(TelemetryVerdict.Malformed, Changed("{\"v\"", "{\"x\":[[[[1]]]],\"v\""));
        Assert.Equal(TelemetryVerdict.Malformed, Changed("{\"v\"", "{\"v\":1,\"v\""));
        Assert.Equal(TelemetryVerdict.Good, Changed("{\"v\"", "{\"x\":[1],\"v\""));
        Assert.Equal(TelemetryVerdict.OtherVersion, Changed("\"v\":1", "\"v\":2"));

        TelemetryVerdict Changed(string before, string after) => Read(sound.Replace(before, after, StringComparison.Ordinal));
    }

    [Fact]
    public void A_place_that_is_told_to_a_metre_is_kept_to_a_tenth_of_a_degree()
    {
        string text = Written().Replace("{\"v\"", "{\"lat\":47.376913,\"lon\":-8.541694,\"v\"", StringComparison.Ordinal);

        byte[] message = Encoding.UTF8.GetBytes(text);
        Assert.Equal(TelemetryVerdict.Good, TelemetryCodec.Read(message, _time.GetUtcNow(), out TelemetryReport? read));
        Assert.Equal((47.4, -8.5), (read!.Latitude, read.Longitude));
        Assert.Equal(TelemetryVerdict.Malformed, Read(text.Replace("47.376913", "90.5", StringComparison.Ordinal)));
    }

    [Fact]
    public void Whatever_comes_is_a_report_or_none_and_nothing_is_thrown()
        => Gen.OneOf(
            Gen.Byte.Array[0, 64],
            Gen.Select(Gen.Int[0, Written().Length - 1], Gen.Byte, (at, value) =>
            {
                byte[] bytes = Encoding.UTF8.GetBytes(Written());
                bytes[at] = value;
                return bytes;
            })).Sample(bytes => Enum.IsDefined(TelemetryCodec.Read(bytes, _time.GetUtcNow(), out TelemetryReport? _)), iter: 3000);

    [Fact]
    public void Beyond_64_gateways_strangers_wait_for_a_place_and_an_admitted_one_takes_the_oldest_strangers()
    {
        for (int i = 1; i <= TelemetryBook.MaxGateways; i++)
        {
            Assert.True(Take(i));
            _time.Advance(TimeSpan.FromSeconds(0.1));
        }

        Assert.False(Take(100));
        Assert.Equal(TelemetryBook.MaxGateways, _book.All().Count);
        _admitted.Add(Peer(101));
        Assert.True(Take(101));
        Assert.False(_book.Has(Peer(1)));
        Assert.True(_book.Has(Peer(2)) && _book.Has(Peer(101)));
        Assert.Equal(1, _book.PassedOver);

        // who says nothing for three of its intervals is gone, and there is room
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(_book.All());
        Assert.True(Take(100));
    }

    [Fact]
    public void Of_a_gateway_that_floods_one_report_in_5_s_is_read_and_of_all_strangers_32_a_second()
    {
        Assert.True(Take(1));
        Assert.False(Take(1, Now + 1));
        _time.Advance(TelemetryBook.Gap);
        Assert.True(Take(1, Now + 1));

        _time.Advance(TimeSpan.FromSeconds(1));
        int taken = Enumerable.Range(2, 50).Count(i => Take(i));
        Assert.Equal(TelemetryBook.MaxPerSecond, taken);
        _admitted.Add(Peer(60));
        Assert.True(Take(60));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Take(61));
    }

    [Fact]
    public void An_old_report_that_is_sent_again_takes_nobodys_place()
    {
        Assert.True(Take(1));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.False(Take(1, Now - 20));
        Assert.False(Take(2, Now - 4000));
        Assert.False(Take(3, Now + 4000));
        Assert.Equal([Peer(1)], _book.All().Select(one => one.Peer));
    }

    [Fact]
    public void Unsigned_ones_and_its_own_are_not_taken()
    {
        Assert.False(_book.Take(new TopicMessage("t", Encoding.UTF8.GetBytes(Written()), null, 0, Peer(1))));
        Assert.False(Take(0));
        Assert.Empty(_book.All());
    }

    private static PeerId Peer(int number)
    {
        byte[] key = new byte[32];
        BitConverter.TryWriteBytes(key, number);
        return PeerId.FromEd25519(key, 0);
    }

    private string Written(long? time = null)
        => Encoding.UTF8.GetString(TelemetryCodec.Write(new TelemetryReport(time ?? Now, 10, "x", "1", null, null, null, [], [], [])));

    private TelemetryVerdict Read(string text)
        => TelemetryCodec.Read(Encoding.UTF8.GetBytes(text), _time.GetUtcNow(), out TelemetryReport? _);

    private bool Take(int number, long? time = null)
        => _book.Take(new TopicMessage("t", Encoding.UTF8.GetBytes(Written(time)), Peer(number), 1, Peer(number)));
}
