using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames.Airtime;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Readings over a radio: each on its topic once, signed by its device, whatever is lost (SPEC.md 9, 12, 13).</summary>
public class NodeTests
{
    [Fact]
    public void A_reading_becomes_the_devices_own_message_which_anybody_verifies()
    {
        ManagedCrypto crypto = new();
        Radio radio = new(Lora(255), crypto);
        radio.Node.SetTopic(0, "greenhouse/climate", FrameTopic.Signed, null);
        radio.Start();
        int reading = Publish(radio, "{\"n\":17}");
        radio.Until(() => radio.Settled.Contains(reading));

        FramePublication message = Assert.Single(radio.Published);
        Assert.Equal("greenhouse/climate", message.Topic);
        Assert.Equal(radio.Device.PeerId, message.From);
        Assert.Equal("{\"n\":17}", Data(message));
        Verify(message);

        // what a stranger of frames does: fields 1 to 4 under the prefix
        Assert.Equal(message, Assert.Single(radio.Gateway.Outbox()));
        radio.Gateway.Published(message);
        Assert.Empty(radio.Gateway.Outbox());
    }

    [Theory]
    [InlineData(0.3, FrameTopic.Signed, 255)]
    [InlineData(0.5, FrameTopic.Signed, 128)]
    [InlineData(0.3, FrameTopic.Batched, 96)]
    [InlineData(0.5, FrameTopic.Batched | FrameTopic.Protobuf, 96)]
    public void Each_reading_is_on_its_topic_once_however_much_is_lost(double loss, int flags, int mtu)
    {
        Radio radio = new(Lora(mtu), new CheapCrypto(), seed: mtu + flags, loss: loss);
        radio.Node.SetTopic(0, "t", flags, null);
        radio.Start();
        List<string> sent = [];
        for (int i = 0; i < 64; i++)
        {
            sent.Add($"r{i}");
            Publish(radio, $"r{i}");
            radio.Run(60_000);
        }

        radio.Settle();
        Assert.Empty(radio.Lost);
        bool isProtobuf = (flags & FrameTopic.Protobuf) != 0;
        string[] got = [.. radio.Published.SelectMany<FramePublication, string>(one => isProtobuf ? Readings(one) : Data(one).Split('\n'))];
        Assert.Equal(sent.Order(), got.Order());
        Assert.Equal(64, radio.Settled.Count);
    }

    [Fact]
    public void A_compact_reading_of_three_numbers_is_seven_bytes_on_air_and_JSON_on_the_topic()
    {
        Radio radio = new(Lora(96), new CheapCrypto());
        radio.Node.SetTopic(0, "t", FrameTopic.Batched, "{\"c\":%1,\"rh\":%1,\"hpa\":%1}");
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        for (int i = 0; i < 8; i++)
        {
            Assert.True(radio.Node.PublishValues(0, [-153 + i, 472, 10132], 3, false) >= 0);
        }

        radio.Until(() => radio.Settled.Count == 8);
        FramePublication message = Assert.Single(radio.Published);
        Assert.Equal("{\"c\":-15.3,\"rh\":47.2,\"hpa\":1013.2}", Data(message).Split('\n')[0]);
        Assert.Equal("{\"c\":-14.6,\"rh\":47.2,\"hpa\":1013.2}", Data(message).Split('\n')[7]);
        Assert.Contains(radio.Up, frame => frame.Length == 12 + 7);
        Assert.Equal(FrameResult.NoTopic, radio.Node.PublishValues(0, [1, 2], 2, false));
    }

    [Fact]
    public void A_silent_gateway_is_asked_ever_more_slowly_and_nothing_is_lost_when_it_comes_back()
    {
        Radio radio = new(Lora(255), new CheapCrypto());
        radio.Node.SetTopic(0, "t", FrameTopic.Signed, null);
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        radio.Loss = 1;
        for (int i = 0; i < 14; i++)
        {
            Publish(radio, $"r{i}");
            radio.Run(600_000);
        }

        Assert.Equal(FrameState.Doubt, radio.Node.State);
        int before = radio.Up.Count;
        radio.Run(3 * 3600 * 1000);
        Assert.InRange(radio.Up.Count - before, 1, 12);
        radio.Loss = 0;
        radio.Settle();
        Assert.Equal(FrameState.Open, radio.Node.State);
        Assert.Equal(14, radio.Published.Select(Data).Distinct().Count());
        Assert.Empty(radio.Lost);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(9)]
    public void No_sliding_hour_has_more_airtime_than_the_limit_however_often_the_power_goes(int spreading)
    {
        Radio radio = new(Lora(96), new CheapCrypto(), seed: spreading, loss: 0.3, spreading: spreading);
        radio.Configure = node => node.SetTopic(0, "t", FrameTopic.Batched, null);
        radio.Configure(radio.Node);
        radio.Start();
        Random random = new(spreading);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            // far more than an hour carries
            byte[] bytes = Encoding.UTF8.GetBytes($"r{i}");
            refused += radio.Node.Publish(0, bytes, 0, bytes.Length, false) == FrameResult.Full ? 1 : 0;
            radio.Run(random.Next(120_000));
            if (random.Next(20) == 0)
            {
                radio.Restart(random.Next(3) == 0 ? -1 : random.Next(900_000));
            }
        }

        Assert.True(radio.Lost.Count + refused > 0);
        long worst = 0;
        for (int first = 0; first < radio.Sent.Count; first++)
        {
            long from = radio.Sent[first].At;
            long air = radio.Sent.Skip(first).TakeWhile(one => one.At + one.Air <= from + 3_600_000).Sum(one => (long)one.Air);
            worst = Math.Max(worst, air);
        }

        Assert.InRange(worst, 20_000, 36_000);
        Assert.True(radio.Node.HeldMs >= 0);
    }

    [Fact]
    public void A_full_ring_drops_its_oldest_reading_and_says_so()
    {
        FrameNodeOptions options = Lora(255);
        options.Readings = 4;
        Radio radio = new(options, new CheapCrypto(), loss: 1);
        radio.Node.SetTopic(0, "t", FrameTopic.Signed, null);
        radio.Start();
        for (int i = 0; i < 6; i++)
        {
            Publish(radio, $"r{i}");
        }

        Assert.Equal([(0, 0), (1, 0)], radio.Lost);
        radio.Loss = 0;
        radio.Settle();
        Assert.Equal(["r2", "r3", "r4", "r5"], radio.Published.Select(Data));
    }

    [Fact]
    public void A_topic_that_the_gateway_refuses_costs_the_reading_and_nothing_else()
    {
        Radio radio = new(Lora(255), new CheapCrypto());
        radio.Node.SetTopic(0, "t", FrameTopic.Signed, null);
        radio.Start();
        Publish(radio, "one");
        radio.Until(() => radio.Settled.Count == 1);

        // the device was given another program: the gateway has the old topic under its name
        radio.Configure = node => node.SetTopic(0, "other", FrameTopic.Signed, null);
        radio.Restart(-1);
        Publish(radio, "two");
        radio.Until(() => radio.Settled.Count == 2);
        Assert.Equal(["t", "other"], radio.Published.Select(one => one.Topic));
        Assert.Empty(radio.Lost);
    }

    [Theory]
    [InlineData(16, 12)]
    [InlineData(4, 9)]
    public void Batches_end_however_many_more_readings_come_than_the_air_carries(int ring, int spreading)
    {
        FrameNodeOptions options = Lora(96);
        options.Readings = ring;
        Radio radio = new(options, new CheapCrypto(), seed: 3, loss: 0.3, spreading: spreading);
        radio.Node.SetTopic(0, "t", FrameTopic.Batched, null);
        radio.Start();
        int refused = 0;
        for (int i = 0; i < 1200; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes($"reading {i}".PadRight(20, '.'));
            int result = radio.Node.Publish(0, bytes, 0, bytes.Length, false);
            Assert.True(result >= 0 || result == FrameResult.Full, $"result {result}");
            refused += result < 0 ? 1 : 0;
            radio.Run(spreading == 12 ? 60_000 : 20_000);
        }

        // each is on the topic, told as lost, refused when it was published, or still there
        int published = radio.Published.Sum(one => Data(one).Split('\n').Length);
        Assert.InRange(1200 - radio.Settled.Count - radio.Lost.Count - refused, 0, ring);
        Assert.True(published >= 100, $"{published} on the topic, {radio.Lost.Count} lost, {refused} refused");
        Assert.Equal(published, radio.Published.SelectMany(one => Data(one).Split('\n')).Distinct().Count());
    }

    [Fact]
    public void A_topic_whose_batch_can_not_grow_in_a_full_ring_is_signed_and_holds_up_no_other()
    {
        Radio radio = new(Lora(96), new CheapCrypto());
        radio.Node.SetTopic(0, "seldom", FrameTopic.Batched, null);
        radio.Node.SetTopic(1, "often", FrameTopic.Batched, null);
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        Publish(radio, "r0");
        radio.Node.Ask();
        radio.Run(60_000);
        for (int i = 0; i < 80; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes($"o{i}");
            radio.Node.Publish(1, bytes, 0, bytes.Length, false);
            radio.Run(20_000);
        }

        Assert.Contains(radio.Published, one => one.Topic == "seldom");
        Assert.True(radio.Published.Count(one => one.Topic == "often") >= 8, $"{radio.Published.Count} messages");
    }

    [Fact]
    public void Publishing_takes_no_heap()
    {
        Radio radio = new(Lora(96), new ManagedCrypto());
        radio.Node.SetTopic(0, "t", FrameTopic.Batched, "{\"c\":%1}");
        radio.Start();
        byte[] frame = new byte[96];
        int[] values = [215];
        long used = 0;
        for (int i = 0; i < 40; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            radio.Node.PublishValues(0, values, 1, false);
            int count = radio.Node.Transmit(frame, 0, radio.Now);
            used += i < 20 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
            FrameOutgoing? answer = count == 0 ? null
                : radio.Gateway.OnFrame(radio.Link, "", frame.AsSpan(0, count), DateTimeOffset.UnixEpoch);
            radio.Pass(100);
            if (answer != null)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
                radio.Node.Receive(answer.Frame, 0, answer.Frame.Length, radio.Now);
                used += i < 20 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
            }

            radio.Pass(5000);
        }

        Assert.Equal(0, used);
        Assert.NotEmpty(radio.Published);
    }

    internal static FrameNodeOptions Lora(int mtu)
    {
        FrameNodeOptions options = new() { Airtime = new FrameLedger(36_000), HasWindows = true, MessageBytes = 512 };
        options.Session.Mtu = mtu;
        options.Session.IsShort = true;
        options.Session.Reserve = 16;
        return options;
    }

    internal static int Publish(Radio radio, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int reading = radio.Node.Publish(0, bytes, 0, bytes.Length, false);
        Assert.True(reading >= 0, $"result {reading}");
        return reading;
    }

    internal static string Data(FramePublication message)
        => Encoding.UTF8.GetString(message.Message, message.DataOffset, message.DataCount);

    private static List<string> Readings(FramePublication message)
    {
        List<string> readings = [];
        Buffers.ProtobufFields fields = new(message.Message.AsSpan(message.DataOffset, message.DataCount));
        while (fields.Next())
        {
            if (fields.Field == 1)
            {
                readings.Add(Encoding.UTF8.GetString(fields.Bytes));
            }
        }

        return readings;
    }

    private static void Verify(FramePublication message)
    {
        byte[]? signature = null;
        PeerId? from = null;
        int signed = 0;
        Buffers.ProtobufFields fields = new(message.Message);
        while (fields.Next())
        {
            from = fields.Field == 1 ? PeerId.FromBytes(fields.Bytes.ToArray(), 0, fields.Bytes.Length) : from;
            signature = fields.Field == 5 ? fields.Bytes.ToArray() : signature;
        }

        signed = message.Message.Length - 66;
        byte[] text = [.. "libp2p-pubsub:"u8, .. message.Message[..signed]];
        byte[] key = from!.ToBytes()[^32..];
        Assert.True(new ManagedCrypto().Ed25519Verify(key, 0, text, 0, text.Length, signature!, 0));
    }
}
