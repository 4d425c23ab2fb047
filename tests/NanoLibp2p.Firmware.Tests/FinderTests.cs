using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Discovery;
using NanoLibp2p.Firmware.Discovery;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Datagrams;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>Devices that find their gateway by mDNS, in virtual time and over a multicast group in memory.</summary>
public class FinderTests
{
    private readonly MulticastNetwork _group = new() { Subnet = [127, 0, 0] };
    private readonly World _world = new();
    private readonly Dictionary<Gateway, Mdns> _announced = [];
    private uint _seed = 100;

    [Fact]
    public void A_device_without_any_address_finds_its_gateway_and_delivers()
    {
        Gateway gateway = AddGateway();
        Device device = AddDevice(out TestBoard board, out MulticastNetwork.Port port);

        Assert.True(_world.Run(() => gateway.Heard.Count == 3, 5_000));

        string line = Assert.Single(board.Lines, line => line.Contains("found"));
        Assert.EndsWith($"found {gateway.Address}; the settings name nobody, so any peer of this network is taken: store gateway = "
            + $"{IdOf(gateway)} to keep to this one", line);
        _world.Run(1_000);
        Assert.False(port.IsOpen);
        Assert.NotNull(device.Dialed);
    }

    [Fact]
    public void A_gateway_that_comes_later_is_found_within_seconds()
    {
        Device device = AddDevice(out _, out _);
        _world.Run(600_000);
        Assert.Equal(600, device.Readings, 1.0);

        Gateway gateway = AddGateway();

        Assert.True(_world.Run(() => gateway.Heard.Count > 0, 2_000));
        Assert.True(_world.Run(() => device.Kept <= 1, 10_000));
    }

    [Fact]
    public void With_a_gateway_named_nobody_else_is_called()
    {
        Gateway[] others = [AddGateway(), AddGateway(), AddGateway()];
        Gateway named = AddGateway(announce: false);
        AddDevice(out TestBoard board, out _, $"gateway = {IdOf(named)}");
        _world.Run(120_000);
        Assert.All(others, other => Assert.Equal(0, other.Host.Connected));

        Announce(named);

        Assert.True(_world.Run(() => named.Heard.Count > 0, 5_000));
        Assert.All(others, other => Assert.Equal(0, other.Host.Connected));
        Assert.EndsWith($"found {named.Address}", Assert.Single(board.Lines, line => line.Contains("found")));
    }

    [Fact]
    public void Who_claims_to_be_the_named_gateway_costs_a_dial_and_gets_no_reading()
    {
        Gateway named = AddGateway(announce: false);
        Gateway liar = AddGateway(announce: false);
        string false_ = liar.Address.Replace(IdOf(liar), IdOf(named));
        Mdns mdns = NewMdns();
        mdns.Announce(false_);
        AddDevice(out TestBoard board, out _, $"gateway = {IdOf(named)}");
        _world.Run(30_000);
        Assert.Equal(0, liar.Messages);
        Assert.InRange(board.Lines.Count(line => line.Contains("no connection")), 2, 8);

        Announce(named);

        Assert.True(_world.Run(() => named.Heard.Count > 0, 10_000));
        Assert.Equal(0, liar.Messages);
    }

    [Fact]
    public void A_flood_of_false_addresses_does_not_keep_the_true_one_out()
    {
        Gateway named = AddGateway(announce: false);
        int port = 10_000;
        long nextMs = 0;
        _world.Others.Add(now =>
        {
            if (now >= nextMs)
            {
                nextMs = now + 50;
                _group.Send(Txt($"dnsaddr=/ip4/127.0.0.1/tcp/{port++}/p2p/{IdOf(named)}"));
            }

            return nextMs;
        });
        Device device = AddDevice(out _, out _, $"gateway = {IdOf(named)}");
        _world.Run(20_000);

        Announce(named);

        Assert.True(_world.Run(() => named.Heard.Count > 0, 300_000));
        Assert.Equal(0u, device.Dropped);
    }

    [Fact]
    public void A_device_whose_gateway_is_gone_finds_another_and_loses_no_reading()
    {
        Gateway first = AddGateway();
        Device device = AddDevice(out _, out _);
        Assert.True(_world.Run(() => first.Heard.Count == 40, 60_000));
        Gateway second = AddGateway();

        first.GoAway();
        _announced[first].Close();

        Assert.True(_world.Run(() => second.Heard.Count > 10, 60_000));
        Assert.Equal(0u, device.Dropped);
        Assert.Equal(Enumerable.Range(1, (int)device.Sent), first.Counts.Concat(second.Counts).Distinct().Order().Take((int)device.Sent));
    }

    [Fact]
    public void A_gateway_that_starts_anew_is_called_at_once()
    {
        Gateway gateway = AddGateway();
        AddDevice(out _, out _);
        Assert.True(_world.Run(() => gateway.Heard.Count == 40, 60_000));

        gateway.GoAway();
        _world.Run(20_000);
        gateway.Listen();
        int before = gateway.Heard.Count;

        Assert.True(_world.Run(() => gateway.Heard.Count > before, 33_000));
    }

    [Fact]
    public void While_the_dial_list_leads_to_a_peer_nobody_is_asked_for()
    {
        Gateway gateway = _world.AddGateway("a");
        gateway.Listen();
        AddDevice(out _, out MulticastNetwork.Port port, $"dial = {gateway.Address}");

        Assert.True(_world.Run(() => gateway.Heard.Count == 100, 200_000));

        Assert.Equal(0, port.Opened);
        Assert.Empty(_group.Sent);
    }

    [Fact]
    public void A_gateway_of_the_dial_list_that_has_another_address_by_now_is_found_there()
    {
        Gateway gateway = AddGateway();
        Gateway stranger = AddGateway();
        string before = $"/ip4/127.0.0.1/tcp/9/p2p/{IdOf(gateway)}";
        AddDevice(out _, out _, $"dial = {before}");

        Assert.True(_world.Run(() => gateway.Heard.Count > 0, 20_000));

        Assert.Equal(0, stranger.Host.Connected);
    }

    [Fact]
    public void With_gateway_any_another_one_takes_over_from_the_dial_list_and_the_list_has_its_turn_again()
    {
        Gateway listed = _world.AddGateway("a");
        Gateway stranger = AddGateway();
        AddDevice(out _, out _, $"dial = {listed.Address}", "gateway = any");
        Assert.True(_world.Run(() => stranger.Heard.Count > 0, 20_000));

        listed.Listen();
        stranger.GoAway();

        Assert.True(_world.Run(() => listed.Heard.Count > 0, 70_000));
    }

    [Fact]
    public void A_peer_that_does_not_want_the_readings_is_left_for_the_next()
    {
        Gateway deaf = AddGateway(topic: "other");
        AddDevice(out TestBoard board, out _);
        Assert.True(_world.Run(() => deaf.Host.Connected == 1, 5_000));
        Gateway gateway = AddGateway();

        Assert.True(_world.Run(() => gateway.Heard.Count > 0, 80_000));

        Assert.Single(board.Lines, line => line.Contains("took none of"));
        _world.Run(120_000);
        Assert.InRange(gateway.Heard.Count, 170, 210);
    }

    [Fact]
    public void What_is_garbage_is_passed_over()
    {
        Gateway gateway = AddGateway(announce: false);
        Device device = AddDevice(out _, out _);
        _world.Run(1_000);
        foreach (string id in new[] { "x", "12D3KooW", "0OIl", new string('1', 40), new string('z', 52), new string('q', 200) })
        {
            _group.Send(Txt($"dnsaddr=/ip4/127.0.0.1/tcp/4001/p2p/{id}"));
            _world.Run(200);
        }

        Assert.Null(device.Dialed);
        Announce(gateway);
        Assert.True(_world.Run(() => gateway.Heard.Count > 0, 5_000));
    }

    [Fact]
    public void A_device_that_searches_in_vain_takes_nothing_from_the_heap()
    {
        AddDevice(out TestBoard board, out MulticastNetwork.Port port, endless: true);
        board.IsSilent = true;
        _world.Run(200_000);

        long start = GC.GetAllocatedBytesForCurrentThread();
        _world.Run(200_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - start);
        Assert.Equal(0, port.Opened);
    }

    [Fact]
    public void The_finder_takes_less_than_2_KiB_of_a_boards_heap_with_mDNS()
    {
        TestBoard board = new(_world.Network);

        MdnsFinder finder = new(_group.AddPort(), board.Random, [], null);

        Assert.InRange(LiveHeap.Measure(finder, item => item is IMulticastLink or IRandom).Values.Sum(), 1_500, 2_048);
    }

    [Fact]
    public void The_settings_say_whether_and_for_whom_to_look()
    {
        TestBoard board = new(_world.Network);

        Assert.Null(MdnsFinder.Create(board, _group.AddPort(), DeviceSettings.Parse("mdns = off")));
        Assert.NotNull(MdnsFinder.Create(board, _group.AddPort(), DeviceSettings.Parse("mdns = on\ngateway = any")));
        Assert.Throws<FormatException>(
            () => MdnsFinder.Create(board, _group.AddPort(), DeviceSettings.Parse("gateway = 192.168.1.10")));
        Assert.Equal(0, DeviceSettings.Parse("mdns = on\ngateway = any").TellUnread(board));
    }

    private static byte[] Txt(string text)
    {
        byte[] name = [3, .. "one"u8, 4, .. "_p2p"u8, 4, .. "_udp"u8, 5, .. "local"u8, 0];
        return [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, .. name, 0, 16, 0, 1, 0, 0, 0, 120, (byte)((text.Length + 1) >> 8),
            (byte)(text.Length + 1), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
    }

    private static string IdOf(Gateway gateway) => gateway.Host.Node.Identity.PeerId.ToString();

    private Gateway AddGateway(bool announce = true, string topic = "a")
    {
        Gateway gateway = _world.AddGateway(topic);
        gateway.Listen();
        if (announce)
        {
            Announce(gateway);
        }

        return gateway;
    }

    private void Announce(Gateway gateway)
    {
        Mdns mdns = NewMdns();
        mdns.Announce(gateway.Address);
        _announced.Add(gateway, mdns);
    }

    private Mdns NewMdns()
    {
        Mdns mdns = new(_group.AddPort(), new SeededRandom(_seed++), Mdns.PublicService, Mdns.MinPacketBytes);
        _world.Others.Add(mdns.Poll);
        return mdns;
    }

    private Device AddDevice(out TestBoard board, out MulticastNetwork.Port port, params string[] settings) =>
        AddDevice(out board, out port, false, settings);

    private Device AddDevice(out TestBoard board, out MulticastNetwork.Port port, bool endless, params string[] settings)
    {
        board = new TestBoard(_world.Network);
        port = _group.AddPort();
        DeviceSettings read = DeviceSettings.Parse($"topic = a\nevery = 1000\n{string.Join('\n', settings)}");
        Device device = SensorProgram.Create(board, read, new DeviceOptions());
        device.Finder = MdnsFinder.Create(board, endless ? new Endless() : port, read);
        return _world.Add(device);
    }

    // a group in which somebody always asks something
    private sealed class Endless : IMulticastLink
    {
        private readonly byte[] _question =
            [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, .. "_p2p"u8, 4, .. "_udp"u8, 5, .. "local"u8, 0, 0, 12, 0, 1];

        public LinkError Open() => LinkError.None;

        public int Receive(byte[] buffer, int offset, int capacity)
        {
            Array.Copy(_question, 0, buffer, offset, _question.Length);
            return _question.Length;
        }

        public int Send(byte[] buffer, int offset, int count) => count;

        public bool IsNeighbour(byte[] address, int offset, int count) => true;

        public void Close()
        {
        }
    }
}
