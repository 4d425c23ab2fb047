using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Interop.Tests;

/// <summary>js-libp2p against itself: what the other tests rely on when they blame our side.</summary>
public class JsPeerTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Early_muxer_negotiation_takes_two(bool listenerHasIt, bool dialerHasIt)
    {
        await using JsPeer listener = await JsPeer.StartAsync(new JsPeerOptions { Early = listenerHasIt });
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Early = dialerHasIt, Listen = null });

        JsonElement connection = await dialer.DialAsync(listener.Address);
        JsonElement secured = await listener.WaitForAsync("secured");

        Assert.Equal(listener.PeerId, connection.GetProperty("peer").GetString());
        Assert.Equal("/yamux/1.0.0", connection.GetProperty("muxer").GetString());
        Assert.Equal(dialer.PeerId, secured.GetProperty("peer").GetString());
        Assert.Equal(dialerHasIt ? 1 : 0, secured.GetProperty("muxers").GetArrayLength());
        Assert.Equal(listenerHasIt && dialerHasIt, secured.GetProperty("early").GetBoolean());
    }

    [Fact]
    public async Task Ping_identify_echo_and_perf_work_both_ways()
    {
        await using JsPeer listener = await JsPeer.StartAsync(new JsPeerOptions { Seed = 1 });
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Seed = 2, Listen = null });
        await dialer.DialAsync(listener.Address);

        foreach ((JsPeer from, JsPeer to) in new[] { (dialer, listener), (listener, dialer) })
        {
            Assert.All(await from.PingAsync(to.PeerId, 10), rtt => Assert.InRange(rtt, 0, 5000));
            JsonElement identified = await from.CallAsync("identify", new { peer = to.PeerId });
            Assert.StartsWith("js-libp2p/", identified.GetProperty("agent").GetString(), StringComparison.Ordinal);
            await from.EchoAsync(to.PeerId, 100, 4096);
            (double upload, _) = await from.PerfAsync(to.PeerId, 10_000_000, 0);
            (_, double download) = await from.PerfAsync(to.PeerId, 0, 10_000_000);
            Assert.InRange(upload, 0.001, 30);
            Assert.InRange(download, 0.001, 30);
        }
    }

    [Fact]
    public async Task What_is_asked_of_a_connection_that_is_still_being_made_waits_for_it()
    {
        await using JsPeer listener = await JsPeer.StartAsync(new JsPeerOptions());
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Listen = null });

        Task<IReadOnlyList<double>> early = listener.PingAsync(dialer.PeerId);
        await dialer.DialAsync(listener.Address);

        Assert.Single(await early);
    }

    [Theory]
    [InlineData("gossipsub", true)]
    [InlineData("gossipsub", false)]
    [InlineData("floodsub", true)]
    public async Task A_message_published_on_one_side_arrives_on_the_other(string pubsub, bool sign)
    {
        JsPeerOptions options = new() { Pubsub = pubsub, Sign = sign };
        await using JsPeer one = await JsPeer.StartAsync(options);
        await using JsPeer other = await JsPeer.StartAsync(options);
        await one.DialAsync(other.Address);
        await one.SubscribeAsync("readings");
        await other.SubscribeAsync("readings");

        foreach ((JsPeer from, JsPeer to) in new[] { (one, other), (other, one) })
        {
            await from.WaitForSubscriberAsync("readings", to.PeerId);
            byte[] reading = Encoding.UTF8.GetBytes("21.5 degrees at " + from.PeerId);
            Assert.Equal([to.PeerId], await from.PublishAsync("readings", reading));
            JsonElement message = await to.WaitForAsync("message");
            Assert.Equal(reading, message.GetProperty("data").GetBytesFromBase64());
            Assert.Equal(sign, message.GetProperty("signed").GetBoolean());
            Assert.Equal(sign ? from.PeerId : null, message.TryGetProperty("from", out JsonElement sender) ? sender.GetString() : null);
        }
    }

    [Fact]
    public async Task The_same_seed_is_the_same_peer()
    {
        await using JsPeer one = await JsPeer.StartAsync(new JsPeerOptions { Seed = 7 });
        await using JsPeer same = await JsPeer.StartAsync(new JsPeerOptions { Seed = 7 });
        await using JsPeer other = await JsPeer.StartAsync(new JsPeerOptions { Seed = 8 });

        Assert.Equal(one.PeerId, same.PeerId);
        Assert.NotEqual(one.PeerId, other.PeerId);
    }

    [Fact]
    public async Task An_error_of_js_is_told_with_its_name()
    {
        await using JsPeer listener = await JsPeer.StartAsync(new JsPeerOptions());
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Listen = null });
        await dialer.DialAsync(listener.Address);

        JsPeerException refused =
            await Assert.ThrowsAsync<JsPeerException>(() => dialer.CallAsync("open", new { protocol = "/nobody/speaks/this" }));

        Assert.Equal("UnsupportedProtocolError", refused.Name);
    }

    [Fact]
    public async Task An_event_that_does_not_come_is_told_with_those_that_came()
    {
        await using JsPeer listener = await JsPeer.StartAsync(new JsPeerOptions());
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Listen = null });
        await dialer.DialAsync(listener.Address);
        await listener.WaitForAsync("connection:open");

        JsPeerException missing =
            await Assert.ThrowsAsync<JsPeerException>(() => listener.WaitForAsync("message", patience: TimeSpan.FromMilliseconds(50)));

        Assert.Contains("peer:connect", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_ends_early_is_told_with_its_stderr()
    {
        JsPeerException failed =
            await Assert.ThrowsAsync<JsPeerException>(() => JsPeer.StartAsync(new JsPeerOptions { Listen = "/not/an/address" }));

        Assert.Contains("Protocol not was unknown", failed.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Pieces => new("multistream", "noise", "noise-1", "noise-2", "noise-3", "muxer", "frame", "data");

    [Theory]
    [MemberData(nameof(Pieces))]
    public async Task The_scissors_cut_at_every_piece(string piece)
    {
        await using JsPeer whole = await JsPeer.StartAsync(new JsPeerOptions());
        // after a reset of its own js waits for the answer that can't come any more, as long as its patience lasts
        await using JsPeer cut = await JsPeer.StartAsync(new JsPeerOptions { Early = false, Cut = JsCut.Later, Patience = 1000 });

        foreach (string how in new[] { "close", "reset" })
        {
            // a dialer sends messages 1 and 3 of the handshake, a listener message 2
            (JsPeer from, JsPeer to) = piece == "noise-2" ? (whole, cut) : (cut, whole);
            await cut.CutAsync(new JsCut(piece, "half", how));
            string? was = null;
            for (int tries = 1; was == null; tries++)
            {
                try
                {
                    await from.DialAsync(to.Address);
                }
                catch (JsPeerException e) when (e.Name.Length > 0)
                {
                    // up to the muxer the dial itself fails, after it the connection does
                }

                try
                {
                    was = (await cut.WaitForAsync("cut", patience: TimeSpan.FromSeconds(20))).GetProperty("piece").GetString();
                }
                catch (JsPeerException) when (tries < 3)
                {
                    // on a slow machine its patience may end before it has come to that piece
                }
            }

            Assert.Equal(piece, was);
        }
    }
}
