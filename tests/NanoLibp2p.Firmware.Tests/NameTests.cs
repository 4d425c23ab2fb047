using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>A name in the dial list, on boards that stand still while one is looked up.</summary>
public class NameTests
{
    private const string Peer = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";

    [Fact]
    public void A_name_is_looked_up_once_however_often_the_connection_is_lost()
    {
        World world = OfName(out Gateway gateway, out NameDriver driver, out Device device);
        for (int i = 1; i <= 5; i++)
        {
            Assert.True(world.Run(() => gateway.Host.Connected == i, 60_000));
            Assert.Equal(gateway.Host.Node.Identity.PeerId, device.Dialed!.RemotePeer);
            Lose(world, device);
        }

        Assert.Equal(1, driver.LookUps);
    }

    [Fact]
    public void A_host_that_has_another_address_now_is_looked_up_again()
    {
        World world = OfName(out Gateway gateway, out NameDriver driver, out Device device);
        Assert.True(world.Run(() => gateway.Host.Connected == 1, 60_000));
        driver.HasMoved = true;
        Lose(world, device);

        Assert.True(world.Run(() => gateway.Host.Connected == 2, 60_000));
        driver.HasMoved = false;
        Lose(world, device);
        Assert.True(world.Run(() => gateway.Host.Connected == 3, 60_000));
        Assert.Equal(2, driver.LookUps);
    }

    [Fact]
    public void Another_peer_at_the_address_that_a_name_had_has_it_looked_up_again()
    {
        World world = OfName(out Gateway gateway, out NameDriver driver, out Device device);
        Assert.True(world.Run(() => gateway.Host.Connected == 1, 60_000));
        Gateway other = world.AddGateway("a");
        gateway.Host.Node.Transport.Close();
        LinkError error;
        Assert.NotNull(other.Host.Node.Listen(Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001"), out error));
        Lose(world, device);

        Assert.True(world.Run(() => device.Node.Connections[0].CloseReason == CloseReason.PeerIdMismatch, 60_000));
        Assert.Equal(1, driver.LookUps);
        Assert.True(world.Run(() => driver.LookUps == 2, 60_000));
    }

    [Fact]
    public void While_no_name_server_answers_the_known_address_has_every_second_try()
    {
        World world = OfName(out Gateway gateway, out NameDriver driver, out Device device);
        Assert.True(world.Run(() => gateway.Host.Connected == 1, 60_000));
        driver.IsNameServerSilent = true;
        driver.HasMoved = true;
        Lose(world, device);
        Assert.True(world.Run(() => driver.Addresses == 6, 3_600_000));
        Assert.InRange(driver.LookUps, 6, 7);

        driver.HasMoved = false;
        Assert.True(world.Run(() => gateway.Host.Connected == 2, 3_600_000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_reading_is_late_because_a_name_is_looked_up(uint seed)
    {
        World world = new World(seed);
        TestBoard board = Board(world, seed, out NameDriver driver);
        driver.LookUpMs = 1500;
        driver.IsNameServerSilent = true;
        List<long> taken = new List<long>();
        board.Counter.Told = () => taken.Add(world.NowMs);
        world.AddDevice(board, new DeviceOptions { MaxReconnectMs = 8000 }, 5000, "/dns4/gateway.local/tcp/4001");
        world.Run(600_000);

        Assert.True(driver.LookUps > 60, $"{driver.LookUps} look-ups");
        Assert.All(taken.Zip(taken.Skip(1), (a, b) => b - a), interval => Assert.Equal(5000, interval));
    }

    [Fact]
    public void A_reading_is_on_its_way_to_who_dialled_in_before_a_name_is_looked_up()
    {
        World world = new World();
        TestBoard board = Board(world, 1, out NameDriver driver);
        driver.LookUpMs = 1500;
        driver.IsNameServerSilent = true;
        DeviceOptions options = new DeviceOptions { MaxReconnectMs = 8000, ConfirmReadings = false, ConfirmedBy = Confirmers.Subscribers };
        options.Node.MaxConnections = 2;
        Device device = world.AddDevice(board, options, 5000, "/dns4/gateway.local/tcp/4001");
        Gateway caller = world.AddGateway("a");
        caller.Host.Dial(device.Listen("/ip4/127.0.0.1/tcp/5001")!);
        world.Run(10_000);
        long taken = 0;
        List<long> late = new List<long>();
        board.Counter.Told = () => taken = world.NowMs;
        caller.Told = _ => late.Add(world.NowMs - taken);
        int before = driver.LookUps;
        world.Run(600_000);

        Assert.True(driver.LookUps - before > 60, $"{driver.LookUps} look-ups");
        Assert.InRange(late.Count, 118, 121);
        Assert.All(late, delay => Assert.Equal(0, delay));
    }

    [Fact]
    public void Readings_that_are_always_due_put_a_look_up_off_for_a_few_seconds_at_most()
    {
        World world = new World();
        TestBoard board = Board(world, 1, out NameDriver driver);
        driver.IsNameServerSilent = true;
        Device device = world.AddDevice(board, new DeviceOptions { ReconnectMs = 1, MaxReconnectMs = 1 }, 700,
            "/dns4/gateway.local/tcp/4001");
        for (int i = 0; i < 3; i++)
        {
            world.Run(175);
            device.Publish(new CountingSensor(), device.OpenTopic("a"), 700);
        }

        int before = driver.LookUps;
        world.Run(60_000);
        Assert.InRange(driver.LookUps - before, 11, 13);
    }

    [Fact]
    public void A_look_up_waits_for_a_handshake_to_end()
    {
        World world = new World();
        TestBoard board = Board(world, 1, out NameDriver driver);
        driver.IsNameServerSilent = true;
        DeviceOptions options = new DeviceOptions { ReconnectMs = 1000, MaxReconnectMs = 1000 };
        options.Node.MaxConnections = 3;
        options.Node.FirstByteTimeoutMs = 3000;
        Device device = world.AddDevice(board, options, 100_000_000, "/dns4/gateway.local/tcp/4001");
        Assert.NotNull(device.Listen("/ip4/127.0.0.1/tcp/5001"));
        Assert.True(world.Run(() => driver.LookUps == 3, 10_000));

        // a caller that says nothing for a while
        long called = world.NowMs;
        world.Network.AddHost().Dial("127.0.0.1", 5001);
        Assert.True(world.Run(() => driver.LookUps == 4, 10_000));
        Assert.InRange(driver.LastLookUp - called, 3000, 3010);
    }

    [Fact]
    public void Addresses_are_dialled_however_much_is_due()
    {
        World world = new World();
        TestBoard board = Board(world, 1, out NameDriver driver);
        driver.HasMoved = true;
        Device device = world.AddDevice(board, new DeviceOptions { ReconnectMs = 1000, MaxReconnectMs = 1000 }, 5000,
            "/ip4/127.0.0.1/tcp/4001");
        world.Run(100_000);

        // half of each pause is left to chance
        Assert.InRange(driver.Addresses, 100, 200);
        Assert.Equal(0, driver.LookUps);
    }

    [Theory]
    [InlineData("/dns4/gateway.local/tcp/4001/p2p/" + Peer, new byte[] { 192, 168, 1, 200 }, "/ip4/192.168.1.200/tcp/4001/p2p/" + Peer)]
    [InlineData("/dns/gateway.local/tcp/65535", new byte[] { 10, 0, 0, 9 }, "/ip4/10.0.0.9/tcp/65535")]
    [InlineData("/dns6/gw/tcp/1",
        new byte[] { 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0xa0, 0xff, 0, 0, 0x12, 0x34 },
        "/ip6/2001:db8::a0ff:0:1234/tcp/1")]
    [InlineData("/dns6/gw/tcp/1", new byte[] { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, "/dns6/gw/tcp/1")]
    [InlineData("/dns/gateway.local/tcp/1", new byte[0], "/dns/gateway.local/tcp/1")]
    [InlineData("/ip4/192.168.1.10/tcp/1", new byte[] { 10, 0, 0, 9 }, "/ip4/192.168.1.10/tcp/1")]
    [InlineData("/ip6/fe80::abcd/tcp/1", new byte[] { 10, 0, 0, 9 }, "/ip6/fe80::abcd/tcp/1")]
    public void What_a_name_led_to_is_dialled_next_time(string address, byte[] reached, string next)
    {
        DialList list = new DialList();
        list.Add("/dns4/other/tcp/1");
        list.Add(address);

        list.Reached(1, reached, reached.Length);

        Assert.Equal(next, list[1][0].ToString());
        Assert.Equal(next.StartsWith("/dns", System.StringComparison.Ordinal), list.NeedsLookUp(1));
        Assert.Equal("/dns4/other/tcp/1", list[0][0].ToString());
        Assert.True(list.NeedsLookUp(0));
    }

    // a gateway that is dialled by its name
    private static World OfName(out Gateway gateway, out NameDriver driver, out Device device)
    {
        World world = new World();
        gateway = world.AddGateway("a");
        gateway.Listen();
        TestBoard board = Board(world, 1, out driver);
        device = world.AddDevice(board, new DeviceOptions { MaxReconnectMs = 10_000 }, 1000, gateway.Address.Replace("/ip4/127.0.0.1/",
            "/dns4/gateway.local/", System.StringComparison.Ordinal));
        return world;
    }

    private static TestBoard Board(World world, uint seed, out NameDriver driver)
    {
        TestBoard board = new TestBoard(world.Network, seed);
        driver = new NameDriver(world.Network, board.Network);
        board.Driver = driver;
        return board;
    }

    private static void Lose(World world, Device device)
    {
        ((MemoryLink)device.Dialed!.Link).Break();
        world.Run(10);
    }
}
