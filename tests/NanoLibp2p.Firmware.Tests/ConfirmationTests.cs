using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class ConfirmationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_was_queued_for_a_stream_that_the_gateway_reset_is_sent_again(uint seed)
    {
        World world = World.OfTwo(out Gateway gateway, out _, out Device device, new DeviceOptions { ReconnectMs = 100 }, 50, seed);
        world.Network.MaxDelayMs = 120;
        world.Network.MaxPiece = 40;
        Assert.True(world.Run(() => gateway.Host.Connected == 1, 5000));
        // pubsub opens a stream that was reset again later and later
        for (int i = 0; i < 3; i++)
        {
            world.Run(731);
            gateway.Streams.ResetPubSub();
            Assert.False(world.Run(() => device.Sent > gateway.Counts.Distinct().Count() || IsMiscounted(device), 2000));
        }

        long taken = device.Readings;
        Assert.True(world.Run(() => device.Sent >= taken, 30_000),
            $"{taken} taken, {device.Sent} sent, {device.Kept} kept, {device.Dropped} dropped, {gateway.Host.Connected}");
        Assert.Equal(0u, device.Dropped);
        Assert.Empty(Enumerable.Range(1, (int)taken).Except(gateway.Counts));
    }

    [Fact]
    public void Readings_that_are_overwritten_on_their_way_count_as_dropped_once()
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device, new DeviceOptions { RingBytes = 300 }, 100);
        world.Run(2000);
        board.Network.LastDialed.Other.Dead = true;
        Assert.False(world.Run(() => IsMiscounted(device), 20_000));
        Assert.InRange(device.Dropped, 150u, 200u);

        // the link lives on: answers come to what the ring no longer has
        board.Network.LastDialed.Other.Dead = false;
        Assert.False(world.Run(() => IsMiscounted(device), 20_000));
        Assert.Equal(device.Readings, device.Sent + device.Dropped + device.Kept);
    }

    [Fact]
    public void A_gateway_that_agrees_to_ping_and_stays_silent_stops_nothing_and_brings_no_doubles()
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device);
        gateway.Streams.IsSilent = true;
        world.Run(9_000);
        Assert.Equal(0u, device.Sent);

        Assert.True(world.Run(() => device.Sent >= 10, 3_000));
        gateway.Host.LastConnected!.Close();
        world.Run(10_000);

        Assert.Equal(2, gateway.Host.Connected);
        Assert.Equal(gateway.Counts, gateway.Counts.Distinct());
        Assert.Equal(device.Readings, gateway.Heard.Count);
        world.Run(10_000);
        Assert.Equal(device.Readings, device.Sent + device.Kept);
        Assert.InRange(device.Kept, 0, 1);
    }

    [Fact]
    public void A_gateway_that_refuses_ping_confirms_by_the_link_and_a_dead_link_confirms_nothing()
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device);
        gateway.Streams.RefusesPing = true;
        world.Run(3500);
        Assert.Equal(4u, device.Sent);

        board.Network.LastDialed.Other.Dead = true;
        world.Run(10_000);

        Assert.Equal(4u, device.Sent);
        Assert.Equal(10, device.Kept);
        Assert.True(world.Run(() => device.Kept == 0, 120_000));
        Assert.Equal(Enumerable.Range(1, (int)device.Readings), gateway.Counts.Distinct());
    }

    [Fact]
    public void A_bystander_that_subscribes_hears_readings_and_confirms_none_for_the_gateway()
    {
        World world = WithBystander(Confirmers.DialList, out Gateway bystander, out Gateway gateway, out Device device);
        world.Run(9_500);
        Assert.Equal(10, bystander.Heard.Count);
        Assert.Equal(0u, device.Sent);
        Assert.Equal(10, device.Kept);

        gateway.Listen();

        Assert.True(world.Run(() => device.Kept == 0, 10_000));
        Assert.Equal(Enumerable.Range(1, (int)device.Readings), gateway.Counts);
        Assert.Equal((uint)device.Readings, device.Sent);
    }

    [Fact]
    public void A_bystander_confirms_when_the_options_say_that_any_subscriber_does()
    {
        World world = WithBystander(Confirmers.Subscribers, out Gateway bystander, out _, out Device device);

        world.Run(9_500);

        Assert.Equal(10u, device.Sent);
        Assert.Equal(10, bystander.Heard.Count);
    }

    [Fact]
    public void A_gateway_that_dials_in_confirms_when_the_dial_list_names_it()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        Device device = world.AddDevice(new TestBoard(world.Network), TwoConnections(), 1000, gateway.Address);
        device.Listen("/ip4/127.0.0.1/tcp/5000");
        gateway.Host.Dial(Multiaddr.Parse("/ip4/127.0.0.1/tcp/5000"));

        world.Run(9_500);

        Assert.Equal(10u, device.Sent);
    }

    [Fact]
    public void A_gateway_whose_queue_is_full_misses_nothing_that_a_bystander_took()
    {
        World world = WithBystander(Confirmers.DialList, out Gateway bystander, out Gateway gateway, out Device device, everyMs: 20);
        gateway.Listen();
        Assert.True(world.Run(() => gateway.Host.Connected == 1, 10_000));
        world.Run(1000);
        for (int i = 0; i < 10; i++)
        {
            // the gateway's link takes nothing for a while, the bystander's does
            Dead(gateway, true);
            world.Run(500);
            Dead(gateway, false);
            Assert.False(world.Run(() => device.Sent > gateway.Counts.Distinct().Count() || IsMiscounted(device), 500));
        }

        long taken = device.Readings;
        Assert.True(world.Run(() => device.Sent >= taken, 10_000));
        Assert.Empty(Enumerable.Range(1, (int)taken).Except(gateway.Counts));
        Assert.NotEmpty(bystander.Heard);

        static void Dead(Gateway gateway, bool dead) => ((MemoryLink)gateway.Host.LastConnected!.Link).Dead = dead;
    }

    internal static bool IsMiscounted(Device device) => device.Readings != device.Sent + device.Kept + device.Dropped;

    private static DeviceOptions TwoConnections()
    {
        DeviceOptions options = new();
        options.Node.MaxConnections = 2;
        return options;
    }

    // a device that a subscriber dialled, while the gateway of its dial list is not there yet
    private static World WithBystander(Confirmers who, out Gateway bystander, out Gateway gateway, out Device device, int everyMs = 1000)
    {
        World world = new();
        bystander = world.AddGateway("a");
        gateway = world.AddGateway("a");
        DeviceOptions options = TwoConnections();
        options.ConfirmedBy = who;
        device = world.AddDevice(new TestBoard(world.Network), options, everyMs, gateway.Address);
        device.Listen("/ip4/127.0.0.1/tcp/5000");
        bystander.Host.Dial(Multiaddr.Parse("/ip4/127.0.0.1/tcp/5000"));
        Gateway caller = bystander;
        Assert.True(world.Run(() => caller.Host.Connected == 1, 100));
        return world;
    }
}
