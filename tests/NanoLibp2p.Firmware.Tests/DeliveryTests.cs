using System;
using System.Linq;
using System.Text.Json;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class DeliveryTests
{
    [Fact]
    public void A_reading_arrives_signed_with_its_number_and_its_time()
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device);
        board.Date = 1_767_225_600_000;

        Assert.True(world.Run(() => device.Sent == 1, 1000));

        Assert.Equal("""{"n":1,"t":1767225600000,"count":1}""", Assert.Single(gateway.Heard));
        Assert.True(gateway.LastWasSigned);
        Assert.Equal(0, device.Kept);
    }

    [Fact]
    public void Readings_are_taken_in_the_interval_and_arrive_in_order()
    {
        World world = World.OfTwo(out Gateway gateway, out _, out Device device, seed: 7);
        world.Network.MaxDelayMs = 30;
        world.Network.MaxPiece = 50;

        world.Run(60_500);

        Assert.Equal(Enumerable.Range(1, 61), gateway.Counts);
        Assert.Equal(61, device.Readings);
        Assert.Equal(61u, device.Sent);
        Assert.Equal(0u, device.Dropped);
    }

    [Fact]
    public void Readings_are_kept_while_the_link_is_down_and_sent_in_order_when_it_is_back()
    {
        World world = World.OfTwo(out Gateway gateway, out _, out Device device);
        world.Run(5500);
        Assert.Equal(Enumerable.Range(1, 6), gateway.Counts);

        gateway.GoAway();
        world.Run(30_000);
        Assert.Equal(30, device.Kept);
        Assert.Equal(6, gateway.Heard.Count);
        gateway.Listen();

        Assert.True(world.Run(() => device.Kept == 0, 60_000));
        Assert.Equal(Enumerable.Range(1, (int)device.Readings), gateway.Counts);
        Assert.Equal(0u, device.Dropped);
    }

    [Fact]
    public void A_full_ring_drops_the_oldest_and_counts_them()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        Device device = world.AddDevice(new TestBoard(world.Network), new DeviceOptions { RingBytes = 300 }, 1000, gateway.Address);
        world.Run(99_500);
        Assert.Equal(100, device.Readings);
        int kept = device.Kept;
        Assert.InRange(kept, 5, 15);
        Assert.Equal(100u - (uint)kept, device.Dropped);

        gateway.Listen();
        Assert.True(world.Run(() => device.Kept == 0, 120_000));

        Assert.Equal(Enumerable.Range((int)device.Dropped + 1, gateway.Heard.Count), gateway.Counts);
        Assert.Equal((uint)device.Readings, device.Dropped + device.Sent);
    }

    [Fact]
    public void What_a_dying_link_swallowed_is_sent_again_over_the_next()
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device);
        world.Run(3500);
        Assert.Equal(4, gateway.Heard.Count);

        // the device can still write, but nothing arrives: Wi-Fi that is out of reach
        board.Network.LastDialed.Other.Dead = true;
        world.Run(10_000);
        Assert.Equal(4u, device.Sent);
        Assert.Equal(10, device.Kept);

        Assert.True(world.Run(() => device.Kept == 0, 120_000));
        Assert.Equal(Enumerable.Range(1, (int)device.Readings), gateway.Counts.Distinct());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nothing_counts_as_sent_before_it_has_arrived(uint seed)
    {
        World world = new(seed);
        world.Network.MaxDelayMs = 40;
        world.Network.MaxPiece = 60;
        // a link that takes little at a time
        world.Network.Capacity = 300;
        Gateway gateway = world.AddGateway("a");
        // records so short that a queue of readings takes several, and a ping could overtake some
        DeviceOptions options = new() { MaxReconnectMs = 1000, Node = new NodeOptions { RecordBytes = NodeOptions.MinRecordBytes } };
        Device device = world.AddDevice(new TestBoard(world.Network, seed), options, 300, gateway.Address);
        world.Run(15_000);
        gateway.Listen();

        Assert.True(world.Run(() => device.Sent > gateway.Heard.Count || device.Sent >= 100, 60_000));

        Assert.InRange(gateway.Heard.Count, 100, 200);
    }

    [Fact]
    public void Without_confirmation_what_a_dying_link_swallowed_counts_as_sent()
    {
        World world =
            World.OfTwo(out Gateway gateway, out TestBoard board, out Device device, new DeviceOptions { ConfirmReadings = false });
        world.Run(3500);

        board.Network.LastDialed.Other.Dead = true;
        world.Run(10_000);

        Assert.Equal(14u, device.Sent);
        Assert.Equal(0, device.Kept);
        Assert.Equal(4, gateway.Heard.Count);
    }

    [Fact]
    public void A_peer_that_subscribes_late_gets_what_was_kept()
    {
        World world = new();
        Gateway gateway = world.AddGateway();
        gateway.Listen();
        Device device = world.AddDevice(new TestBoard(world.Network), null, 1000, gateway.Address);
        world.Run(9500);
        Assert.Equal(1, gateway.Host.Connected);
        Assert.Equal(10, device.Kept);

        gateway.PubSub.Join("a");

        Assert.True(world.Run(() => device.Kept == 0, 500));
        Assert.Equal(Enumerable.Range(1, 10), gateway.Counts);
    }

    [Fact]
    public void A_topic_that_nobody_hears_does_not_hold_up_another()
    {
        World world = World.OfTwo(out Gateway gateway, out _, out Device device);
        CountingSensor unheard = new();
        device.Publish(unheard, device.OpenTopic("b"), 1000);

        world.Run(9500);

        Assert.Equal(10, gateway.Heard.Count);
        Assert.Equal(10, unheard.Count);
        gateway.PubSub.Join("b");
        Assert.True(world.Run(() => device.Kept == 0, 400));
        Assert.Equal(20, gateway.Heard.Count);
    }

    [Fact]
    public void A_sensor_that_throws_costs_its_reading_and_one_line()
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device);
        board.Counter.Fault = new InvalidOperationException("no answer on the bus");
        world.Run(2500);
        board.Counter.Fault = null;
        world.Run(2000);

        Assert.Equal(3, board.Lines.Count(line => line.EndsWith("failed: no answer on the bus")));
        Assert.Equal([1, 2], gateway.Counts);
        Assert.Equal(2, device.Readings);
        Assert.Equal(4, JsonDocument.Parse(gateway.Heard[0]).RootElement.GetProperty("n").GetInt32());
    }

    [Fact]
    public void A_reading_that_is_too_long_is_left_out_and_the_log_says_which_limit()
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device);
        board.Counter.Fields = 40;

        world.Run(500);

        Assert.Empty(gateway.Heard);
        Assert.Contains(board.Lines, line => line.Contains("exceeds MaxReadingBytes = 256"));
        Assert.Equal(1, device.Readings);
        Assert.Equal(1u, device.Dropped);
    }

    [Fact]
    public void Time_that_was_slept_through_is_not_made_up_for()
    {
        World world = World.OfTwo(out Gateway gateway, out _, out Device device);
        world.Run(500);

        world.Network.NowMs += 20_000;
        world.Run(500);

        Assert.Equal(2, device.Readings);
    }

    [Fact]
    public void Message_numbers_rise_over_a_restart()
    {
        World world = new();
        TestBoard board = new(world.Network);
        ulong first = Number(board);
        ulong second = Number(board);
        board.Date = 1_767_225_600_000;
        ulong third = Number(board);
        board.Date = 0;
        ulong fourth = Number(board);

        Assert.True(first < second && second < third && third < fourth);
        Assert.Equal(1_767_225_600_000_000_000u, third);

        // js-libp2p's floodsub loses leading zeros, and with them the signature
        Assert.True(first >= 1UL << 56);

        static ulong Number(TestBoard board) =>
            SensorProgram.Create(board, DeviceSettings.Parse(""), new DeviceOptions()).PubSub.SequenceNumber;
    }

    [Fact]
    public void A_peer_that_hears_nothing_confirms_nothing_of_what_another_was_to_hear()
    {
        World world = new();
        Gateway bystander = world.AddGateway();
        Gateway gateway = world.AddGateway("a");
        gateway.Listen();
        TestBoard board = new(world.Network);
        DeviceOptions options = new();
        options.Node.MaxConnections = 2;
        Device device = world.AddDevice(board, options, 1000);
        device.Listen("/ip4/127.0.0.1/tcp/5000");
        bystander.Host.Dial(Multiaddr.Parse("/ip4/127.0.0.1/tcp/5000"));
        Assert.True(world.Run(() => bystander.Host.Connected == 1, 100));
        device.DialList.Add(gateway.Address);
        world.Run(3500);
        Assert.Equal(4u, device.Sent);

        // the bystander's link lives on
        board.Network.LastDialed.Other.Dead = true;
        world.Run(10_000);
        Assert.Equal(4u, device.Sent);
        Assert.Equal(10, device.Kept);

        Assert.True(world.Run(() => device.Kept == 0, 120_000));
        Assert.Equal(Enumerable.Range(1, (int)device.Readings), gateway.Counts.Distinct());
        Assert.Equal(1, bystander.Host.Connected);
    }

    [Fact]
    public void A_peer_that_does_not_answer_pings_counts_what_was_handed_over()
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device);
        Assert.True(world.Run(() => gateway.Host.Connected == 1, 100));
        Assert.Equal(0u, device.Sent);

        // what the node would tell of a peer without the protocol
        device.Node.Ping.Events.OnPingFailed(device.Dialed!);
        device.Node.Ping.Events.OnPingFailed(device.Dialed!);
        world.Run(5500);

        Assert.Equal(6u, device.Sent);
        Assert.Equal(0, device.Kept);
    }

    [Fact]
    public void A_peer_that_ends_its_ping_stream_now_and_then_still_confirms()
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device);
        world.Run(3500);
        Assert.Equal(4u, device.Sent);

        // as a peer does with a stream that was idle, just when the next ping is on its way
        device.Node.Ping.Events.OnPingFailed(device.Dialed!);
        board.Network.LastDialed.Other.Dead = true;
        world.Run(10_000);
        Assert.Equal(4u, device.Sent);

        Assert.True(world.Run(() => device.Kept == 0, 120_000));
        Assert.Equal(Enumerable.Range(1, (int)device.Readings), gateway.Counts.Distinct());
    }

    [Fact]
    public void Sizes_that_do_not_fit_each_other_are_refused_with_their_values()
    {
        DeviceOptions options = new() { MaxReadingBytes = 400 };

        ArgumentException e = Assert.Throws<ArgumentException>(options.Check);

        Assert.Equal("a reading of MaxReadingBytes = 400 makes a message of up to 586 bytes, and MaxMessageBytes = 512;"
            + " raise PubSubOptions.MaxMessageBytes or lower DeviceOptions.MaxReadingBytes", e.Message);
        Assert.Throws<ArgumentException>(new DeviceOptions { RingBytes = 100 }.Check);
        Assert.Throws<ArgumentException>(new DeviceOptions { MaxReconnectMs = 10 }.Check);
        Assert.Throws<ArgumentException>(new DeviceOptions { MaxSensors = 0 }.Check);
        new DeviceOptions().Check();
    }

    [Fact]
    public void The_longest_reading_that_the_options_allow_goes_out()
    {
        DeviceOptions options = new();
        World world = World.OfTwo(out Gateway gateway, out _, out Device device, options, everyMs: 100_000);
        string name = new string('x', options.PubSub.MaxTopicBytes);
        gateway.PubSub.Join(name);
        device.Publish(new LongSensor(options.MaxReadingBytes), device.OpenTopic(name), 100_000);

        Assert.True(world.Run(() => device.Sent == 2, 1000));
        Assert.Contains(gateway.Heard, text => text.Length == options.MaxReadingBytes);
    }

    private sealed class LongSensor(int count) : Sensor
    {
        public override void Read(Reading reading) => reading.Write(Enumerable.Repeat((byte)'x', count).ToArray(), 0, count);
    }
}
