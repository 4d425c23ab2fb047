using System;
using System.Linq;
using NanoLibp2p.Core;

namespace NanoLibp2p.Firmware.Tests;

public class ClockTests
{
    private const long Start = 5_000_000;

    /// <summary>Clocks that wrap or go back a while after the start, by name.</summary>
    public static TheoryData<string> Clocks =>
        ["wraps at 32 bits", "wraps to negative numbers", "begins below zero", "is set back an hour", "is set back to zero"];

    [Theory]
    [MemberData(nameof(Clocks))]
    public void Readings_go_on_in_their_interval(string clock)
    {
        World world = World.OfTwo(out Gateway gateway, out _, out Device device);
        world.MaxStepMs = 500;
        world.Clock = ClockOf(clock, 10_400);

        world.Run(60_500);

        Assert.InRange(device.Readings, 60, 61);
        Assert.Equal(Enumerable.Range(1, (int)device.Readings), gateway.Counts);
        Assert.Equal(1, gateway.Host.Connected);
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public void A_pause_before_the_next_dial_ends_when_it_should(string clock)
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        Device device =
            world.AddDevice(new TestBoard(world.Network), new DeviceOptions { ReconnectMs = 20_000 }, 1_000_000, gateway.Address);
        world.MaxStepMs = 500;
        world.Clock = ClockOf(clock, 5_000);
        world.Run(1_000);
        Assert.Null(device.Dialed);
        gateway.Listen();

        Assert.True(world.Run(() => gateway.Host.Connected == 1, 20_000));
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public void A_dead_link_is_noticed_in_time(string clock)
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device, everyMs: 1_000_000);
        world.MaxStepMs = 500;
        world.Clock = ClockOf(clock, 20_000);
        Assert.True(world.Run(() => device.Sent == 1, 1000));
        board.Network.LastDialed.Dead = true;
        board.Network.LastDialed.Other.Dead = true;

        NodeOptions times = device.Node.Options;
        Assert.True(world.Run(() => gateway.Host.Connected == 2, times.KeepAliveMs + times.KeepAliveTimeoutMs + 1700));
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public void A_handshake_that_hangs_ends_in_time(string clock)
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        gateway.Listen();
        TestBoard board = new(world.Network);
        Device device = world.AddDevice(board, null, 1_000_000, gateway.Address);
        world.MaxStepMs = 500;
        world.Clock = ClockOf(clock, 20_000);
        world.Step();
        board.Network.LastDialed.Other.Dead = true;

        Assert.True(world.Run(() => gateway.Host.Connected == 1, device.Node.Options.HandshakeTimeoutMs + 1700));
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public void Subscriptions_grafts_and_the_time_limit_of_pings_go_on(string clock)
    {
        World world = World.OfTwo(out Gateway gateway, out _, out Device device);
        gateway.Streams.IsSilent = true;
        world.MaxStepMs = 500;
        world.Clock = ClockOf(clock, 5_000);
        world.Run(6_000);
        PubSub.Topic heard = device.PubSub.Join("a");

        Assert.True(world.Run(() => heard.MeshPeers == 1, 3_000));
        Assert.True(world.Run(() => device.Sent >= 10, 10_000));
    }

    [Fact]
    public void A_clock_that_leaps_ahead_ends_no_connection_whose_peer_is_there()
    {
        World world = World.OfTwo(out Gateway gateway, out _, out Device device);
        world.Clock = now => now < Start + 5_000 ? now : now + 10_000_000;

        world.Run(30_000);

        Assert.Equal(1, gateway.Host.Connected);
        Assert.InRange(device.Sent, 29u, 31u);
    }

    [Fact]
    public void A_32_bit_tick_that_wraps_while_the_device_waits_loses_no_time()
    {
        World world = World.OfTwo(out Gateway gateway, out _, out Device device, everyMs: 100_000);
        world.Clock = now => (uint)(uint.MaxValue + (now - Start - 150_000));

        world.Run(1_000_500);

        Assert.Equal(11, device.Readings);
    }

    private static Func<long, long> ClockOf(string name, long at)
    {
        long turn = Start + at;
        return name switch
        {
            "wraps at 32 bits" => now => (uint)(uint.MaxValue + (now - turn)),
            "wraps to negative numbers" => now => (int)(int.MaxValue + (now - turn)),
            "begins below zero" => now => now - turn,
            "is set back an hour" => now => now < turn ? now : now - 3_600_000,
            "is set back to zero" => now => now < turn ? now : now - turn,
            _ => throw new ArgumentException(name),
        };
    }
}
