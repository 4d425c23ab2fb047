using System;
using System.Linq;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Links that are shorter, gateways that are gone, sessions that end: what waits is not stopped, nor published twice.</summary>
public sealed class RoamingTests
{
    [Fact]
    public void A_reading_that_does_not_fit_the_present_link_waits_for_a_longer_one_and_stops_nobody()
    {
        FrameNodeOptions options = NodeTests.Lora(255);
        options.ReadingBytes = 160;
        Radio radio = Open(options);
        string text = new('x', 150);
        NodeTests.Publish(radio, text);
        options.Session.Mtu = 96;
        NodeTests.Publish(radio, "short");
        int before = radio.Up.Count;
        radio.Until(() => radio.Published.Count == 1, 600_000);
        radio.Run(7_200_000);
        Assert.Equal(0, radio.Node.HeldMs);
        Assert.InRange(radio.Up.Count - before, 1, 6);

        options.Session.Mtu = 255;
        radio.Node.Ask();
        radio.Until(() => radio.Settled.Count == 2, 600_000);
        Assert.Equal(["short", text], radio.Published.Select(NodeTests.Data));
        Assert.Empty(radio.Lost);
    }

    [Fact]
    public void A_reading_that_fits_no_frame_of_the_session_any_more_is_told_as_lost()
    {
        FrameNodeOptions options = NodeTests.Lora(255);
        options.ReadingBytes = 200;
        Radio radio = Open(options);
        int reading = NodeTests.Publish(radio, new string('x', radio.Node.MaxReading(0)));
        options.Session.IsShort = false;
        radio.Node.Roam();
        NodeTests.Publish(radio, "short");
        radio.Until(() => radio.Published.Count == 1, 600_000);
        Assert.Equal([(reading, 3)], radio.Lost);
    }

    [Theory]
    [InlineData(true, 60_000)]
    [InlineData(false, 24 * 3_600_000)]
    public void A_gateway_that_is_gone_for_good_gives_way_to_another_of_the_list(bool isPreferred, long withinMs)
    {
        Radio radio = Open(NodeTests.Lora(128));
        radio.ReplaceGateway();
        int place = radio.Node.AddGateway(radio.Gateway.Card.ToArray(), radio.Gateway.StaticKey.ToArray());
        Assert.Equal(1, place);
        if (isPreferred)
        {
            radio.Node.Prefer(place);
        }

        for (long end = radio.Now + withinMs; radio.Node.Session.Record.Gateway != place;)
        {
            Assert.True(radio.Now < end, $"not within {withinMs} ms; state {radio.Node.State}");
            NodeTests.Publish(radio, "r");
            radio.Run(60_000);
        }

        radio.Settle();
        Assert.Equal(FrameState.Open, radio.Node.State);
        Assert.NotEmpty(radio.Published);
    }

    [Fact]
    public void A_session_that_the_gateway_closes_is_over_also_where_the_store_takes_nothing()
    {
        Radio radio = Open(NodeTests.Lora(128));
        radio.Board.IsFull = true;
        radio.Run(1);
        radio.Node.OnFrame(radio.Node.Session, FrameInner.Close, false, [2], 0, 1);
        Assert.Equal(1, radio.StoreFailures);
        Assert.False(radio.Node.Session.IsOpen);
        int before = radio.Up.Count;
        NodeTests.Publish(radio, "r");
        radio.Run(30_000);
        Assert.Equal(before, radio.Up.Count);

        radio.Board.IsFull = false;
        radio.Until(() => radio.Settled.Count == 1, 600_000);
    }

    [Fact]
    public void Readings_that_were_signed_are_not_signed_again_among_others_when_the_answer_is_lost()
    {
        Radio radio = new(NodeTests.Lora(96), new CheapCrypto());
        radio.Node.SetTopic(0, "t", FrameTopic.Batched, null);
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        string[] sent = [.. Enumerable.Range(0, 6).Select(i => $"reading-{i}")];

        byte[] first = [.. "first"u8];
        radio.Node.Publish(0, first, 0, first.Length, true);
        radio.Settle();
        radio.Published.Clear();

        // an answer, with what it acknowledges and without
        radio.Drops = frame => frame.Length is 14 or 18;
        for (int i = 0; i < sent.Length; i++)
        {
            byte[] bytes = [.. sent[i].Select(letter => (byte)letter)];
            radio.Node.Publish(0, bytes, 0, bytes.Length, i == 2);
            radio.Node.Ask();
            radio.Run(60_000);
        }

        Assert.Equal(sent[..3], radio.Published.SelectMany(one => NodeTests.Data(one).Split('\n')));
        radio.Run(600_000);
        radio.Drops = null;
        byte[] last = [.. "last"u8];
        radio.Node.Publish(0, last, 0, last.Length, true);
        radio.Settle();
        Assert.Equal([.. sent, "last"], radio.Published.SelectMany(one => NodeTests.Data(one).Split('\n')));
    }

    [Fact]
    public void Who_asks_after_a_reading_gets_the_answer_to_the_reading_and_sends_nothing_else()
    {
        Radio radio = Open(NodeTests.Lora(128));
        NodeTests.Publish(radio, "r0");
        radio.Settle();
        radio.Run(60_000);
        int before = radio.Up.Count;
        NodeTests.Publish(radio, "r1");
        radio.Node.Ask();
        radio.Run(60_000);
        Assert.Equal(2, radio.Settled.Count);
        Assert.Equal(before + 1, radio.Up.Count);

        // and with nothing to publish it asks all the same
        radio.Node.Ask();
        radio.Run(60_000);
        Assert.Equal(before + 2, radio.Up.Count);
    }

    private static Radio Open(FrameNodeOptions options)
    {
        Radio radio = new(options, new CheapCrypto());
        radio.Node.SetTopic(0, "t", FrameTopic.Signed, null);
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        radio.Run(60_000);
        return radio;
    }
}
