using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class ReconnectTests
{
    private const string Nobody = "/ip4/127.0.0.1/tcp/9";

    [Fact]
    public void Garbage_is_collected_before_the_steps_of_each_handshake_and_at_no_other_time()
    {
        World world = World.OfTwo(out Gateway gateway, out TestBoard board, out Device device);
        Assert.True(world.Run(() => gateway.Messages == 2, 10_000));
        int first = board.Collections;
        Assert.True(world.Run(() => gateway.Messages == 10, 20_000));

        Assert.InRange(first, 2, 40);
        Assert.Equal(first, board.Collections);
        device.Dialed!.Close();
        Assert.True(world.Run(() => gateway.Messages == 20, 60_000));
        Assert.InRange(board.Collections, first + 2, first + 40);
        Assert.Equal(0, board.Compactions);
    }

    [Fact]
    public void Pauses_between_tries_double_up_to_the_longest_with_half_left_to_chance()
    {
        World world = new();
        TestBoard board = new(world.Network);
        Device device = world.AddDevice(board, new DeviceOptions { ReconnectMs = 1000, MaxReconnectMs = 20000 }, 100_000_000, Nobody);
        long[] tries = Tries(world, device, 12);

        int expected = 1000;
        foreach (long pause in tries.Zip(tries.Skip(1), (a, b) => b - a))
        {
            Assert.InRange(pause, expected - (expected / 2), expected);
            expected = expected * 2 > 20000 ? 20000 : expected * 2;
        }
    }

    [Fact]
    public void Two_boards_that_lost_the_same_peer_come_back_at_different_times()
    {
        long[] first = TriesOf(1);
        long[] second = TriesOf(2);

        Assert.NotEqual(first, second);
        Assert.Equal(first, TriesOf(1));

        static long[] TriesOf(uint seed)
        {
            World world = new();
            return Tries(world, world.AddDevice(new TestBoard(world.Network, seed), null, 100_000_000, Nobody), 6);
        }
    }

    [Fact]
    public void Addresses_are_tried_one_after_another_without_a_pause()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        gateway.Listen();
        Device device = world.AddDevice(new TestBoard(world.Network), null, 1000, Nobody, "/ip4/127.0.0.1/tcp/10", gateway.Address);
        long start = world.NowMs;

        Assert.True(world.Run(() => gateway.Host.Connected == 1, 100));
        Assert.Equal(start, world.NowMs);
        Assert.Equal(gateway.Host.Node.Identity.PeerId, device.Dialed!.RemotePeer);
    }

    [Fact]
    public void A_host_that_never_answers_gives_way_to_the_next_address_after_the_dial_timeout()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        gateway.Listen();
        TestBoard board = new(world.Network);
        board.Network.DialsHang = true;
        Device device = world.AddDevice(board, null, 100_000_000, Nobody, gateway.Address);
        int timeout = device.Node.Options.DialTimeoutMs;
        world.Run(timeout - 1);
        Assert.Equal(ConnectionState.Dialing, device.Dialed!.State);

        board.Network.DialsHang = false;

        Assert.True(world.Run(() => gateway.Host.Connected == 1, 10));
    }

    [Fact]
    public void After_a_lasting_connection_the_same_peer_is_called_again_after_the_first_pause()
    {
        World world = new();
        Gateway first = world.AddGateway("a");
        Gateway second = world.AddGateway("a");
        second.Listen();
        Device device = world.AddDevice(new TestBoard(world.Network), null, 1000, first.Address, second.Address);
        Assert.True(world.Run(() => second.Host.Connected == 1, 100));
        first.Listen();
        world.Run(40_000);

        second.Host.LastConnected!.Close();
        Assert.True(world.Run(() => device.Dialed == null, 100));

        Assert.InRange(device.RedialMs - world.NowMs, 500, 1000);
        Assert.True(world.Run(() => second.Host.Connected == 2, 2000));
        Assert.Equal(0, first.Host.Connected);
    }

    [Fact]
    public void A_peer_that_hangs_up_at_once_each_time_is_called_less_and_less()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        gateway.Listen();
        world.AddDevice(new TestBoard(world.Network), null, 100_000_000, gateway.Address);
        List<long> times = new();
        for (int i = 1; i <= 6; i++)
        {
            Assert.True(world.Run(() => gateway.Host.Connected == i, 100_000));
            times.Add(world.NowMs);
            gateway.Host.LastConnected!.Close();
        }

        Assert.InRange(times[^1] - times[^2], 8000, 16010);
    }

    [Fact]
    public void A_link_that_dies_without_a_word_is_noticed_and_replaced()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        gateway.Listen();
        TestBoard board = new(world.Network);
        Device device = world.AddDevice(board, null, 100_000_000, gateway.Address);
        Assert.True(world.Run(() => gateway.Host.Connected == 1, 100));

        board.Network.LastDialed.Dead = true;
        board.Network.LastDialed.Other.Dead = true;

        NodeOptions times = device.Node.Options;
        Assert.True(world.Run(() => gateway.Host.Connected == 2, times.KeepAliveMs + times.KeepAliveTimeoutMs + 1010));
        Assert.Contains(board.Lines, line => line.Contains("KeepAliveMs = 30000"));
    }

    [Fact]
    public void Another_peer_at_the_address_is_named_in_the_log_and_not_used()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        Gateway other = world.AddGateway("a");
        gateway.Listen();
        TestBoard board = new(world.Network);
        string wrong = gateway.Address.Replace(gateway.Host.Node.Identity.PeerId.ToString(), other.Host.Node.Identity.PeerId.ToString());
        world.AddDevice(board, null, 1000, wrong);

        world.Run(10_000);

        Assert.Equal(0, gateway.Messages);
        Assert.Contains(board.Lines, line => line.Contains("another peer answered") && line.Contains("next try in"));
    }

    [Fact]
    public void Peers_that_took_every_connection_make_the_device_wait_before_it_dials_again()
    {
        World world = new();
        Gateway caller = world.AddGateway("a");
        Device device = world.AddDevice(new TestBoard(world.Network), null, 1000);
        Assert.NotNull(device.Listen("/ip4/127.0.0.1/tcp/5000"));
        caller.Host.Dial(Multiformats.Multiaddr.Parse("/ip4/127.0.0.1/tcp/5000"));
        Assert.True(world.Run(() => caller.Host.Connected == 1, 100));

        device.DialList.Add(Nobody);
        world.Run(5000);

        Assert.Null(device.Dialed);
        Assert.InRange(device.RedialMs - world.NowMs, 0, 1000);
        Assert.InRange(caller.Messages, 5, 6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_pause_outgrows_the_ring_so_that_nothing_is_lost_once_the_peer_is_back(uint seed)
    {
        // ten readings of a second each
        World world = new(seed);
        Gateway gateway = world.AddGateway("a");
        Device device = world.AddDevice(new TestBoard(world.Network, seed), new DeviceOptions { RingBytes = 300 }, 1000, gateway.Address);
        world.Run(110_300);
        uint lost = device.Dropped;
        Assert.InRange(device.Kept, 9, 11);

        gateway.Listen();
        world.Run(20_000);

        Assert.InRange(device.Dropped - lost, 0u, 1u);
        Assert.Equal((uint)device.Readings, device.Sent + device.Dropped);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_peer_that_is_back_before_the_ring_is_full_misses_nothing(uint seed)
    {
        World world = World.OfTwo(out Gateway gateway, out _, out Device device, new DeviceOptions { RingBytes = 1200 }, 1000, seed);
        for (int i = 0; i < 20; i++)
        {
            world.Run(3000);
            gateway.GoAway();
            world.Run(25_000 + (i * 300));
            gateway.Listen();
            Assert.True(world.Run(() => device.Kept == 0, 20_000));
        }

        Assert.Equal(0u, device.Dropped);
    }

    [Fact]
    public void A_peer_that_costs_handshakes_is_not_dialled_more_often_because_the_ring_is_full()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        gateway.Listen();
        Gateway other = world.AddGateway("a");
        string wrong = gateway.Address.Replace(gateway.Host.Node.Identity.PeerId.ToString(), other.Host.Node.Identity.PeerId.ToString());
        TestBoard board = new(world.Network);
        world.AddDevice(board, new DeviceOptions { RingBytes = 1200 }, 1000, wrong);

        world.Run(1_000_000);

        // a quarter of 40 s, half of it left to chance
        Assert.InRange(board.Lines.Count(line => line.Contains("another peer answered")), 80, 210);
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/udp/4001")]
    [InlineData("/dnsaddr/example.org")]
    public void An_address_that_is_not_TCP_is_refused_when_it_is_added(string address)
    {
        DialList list = new();

        System.ArgumentException e = Assert.Throws<System.ArgumentException>(() => list.Add(address));

        Assert.StartsWith(address + " is not a TCP address", e.Message);
        Assert.Equal(0, list.Count);
    }

    // when each try began
    private static long[] Tries(World world, Device device, int count)
    {
        List<long> times = new();
        EndCounter ends = new();
        device.Events = ends;
        while (times.Count < count)
        {
            int before = ends.Count;
            Assert.True(world.Run(() => ends.Count > before, 1_000_000));
            Assert.Equal(CloseReason.DialFailed, ends.Reason);
            Assert.Equal((int)LinkError.Refused, ends.Detail);
            times.Add(world.NowMs);
        }

        return [.. times];
    }

    private sealed class EndCounter : NodeEvents
    {
        public int Count { get; private set; }

        public CloseReason Reason { get; private set; }

        public int Detail { get; private set; }

        public override void OnClosed(Connection connection)
        {
            Count++;
            Reason = connection.CloseReason;
            Detail = connection.CloseDetail;
        }
    }
}
