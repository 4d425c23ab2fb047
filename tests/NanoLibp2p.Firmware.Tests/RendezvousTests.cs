using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Discovery;
using NanoLibp2p.Firmware.Discovery;
using NanoLibp2p.Firmware.Rendezvous;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Rendezvous;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>Devices that find another gateway at a rendezvous point, in virtual time.</summary>
public class RendezvousTests
{
    private readonly World _world = new();
    private readonly TestPoint _point = new();
    private readonly Gateway _pointHost;

    public RendezvousTests()
    {
        TestNode host = new(_world.Network, new NodeOptions { MaxConnections = 4, MaxStreams = 32, LargeRecordBytes = 0 });
        host.Node.Add(_point);
        _pointHost = _world.AddGateway(host);
        _pointHost.Listen();
    }

    [Fact]
    public void A_device_whose_gateway_is_gone_finds_another_at_the_point_and_loses_no_reading()
    {
        Gateway first = AddGateway();
        Gateway second = AddGateway();
        _point.Answer = _ => TestPoint.Found(Registered(second));
        Device device = AddDevice(out TestBoard board, $"dial = {first.Address}", "gateway = any");
        Assert.True(_world.Run(() => first.Heard.Count == 40, 60_000));
        Assert.Empty(_point.Questions);

        first.GoAway();

        Assert.True(_world.Run(() => second.Heard.Count > 10, 60_000));
        Assert.Equal(0u, device.Dropped);
        Assert.Equal(Enumerable.Range(1, (int)device.Sent), first.Counts.Concat(second.Counts).Distinct().Order().Take((int)device.Sent));
        Assert.Contains(board.Lines, line => line.Contains($"found {second.Address} by rendezvous; the settings name nobody"));
        Assert.All(_pointHost.Host.Node.Connections, connection => Assert.False(connection.IsOpen));
        int asked = _point.Questions.Count;
        _world.Run(600_000);
        Assert.Equal(asked, _point.Questions.Count);
    }

    [Fact]
    public void The_first_question_asks_for_the_gateways_of_the_namespace_and_the_settings_may_have_another()
    {
        AddDevice(out _);
        Assert.True(_world.Run(() => _point.Questions.Count > 0, 5_000));
        Assert.Equal([0x1B, 0x08, 3, 0x2A, 0x17, 0x0A, 0x13, .. "nanolibp2p/gateways"u8.ToArray(), 0x10, 8], _point.Questions[0]);

        _point.Questions.Clear();
        AddDevice(out _, "namespace = farm");
        Assert.True(_world.Run(() => _point.Questions.Any(question => question.Length == 13), 5_000));
    }

    [Fact]
    public void The_dial_list_and_mDNS_have_their_turn_before_the_point_is_asked()
    {
        Gateway announced = AddGateway();
        MulticastNetwork group = new() { Subnet = [127, 0, 0] };
        Mdns mdns = new(group.AddPort(), new SeededRandom(7), Mdns.PublicService, Mdns.MinPacketBytes);
        _world.Others.Add(mdns.Poll);
        mdns.Announce(announced.Address);
        Gateway registered = AddGateway();
        _point.Answer = _ => TestPoint.Found(Registered(registered));
        TestBoard board = new(_world.Network);
        DeviceSettings settings = DeviceSettings.Parse(Text(
            "dial = /ip4/127.0.0.1/tcp/9", "gateway = any", $"rendezvous = {_pointHost.Address}"));
        Device device = new RendezvousDevice(new DeviceFactory((one, read) =>
        {
            Device made = SensorProgram.Create(one, read, new DeviceOptions());
            made.Finder = MdnsFinder.Create(one, group.AddPort(), read);
            return made;
        })).Create(board, settings);
        _world.Add(device);

        Assert.True(_world.Run(() => announced.Heard.Count > 5, 20_000));
        Assert.Empty(_point.Questions);

        announced.GoAway();
        mdns.Close();
        Assert.True(_world.Run(() => registered.Heard.Count > 5, 120_000));
        Assert.Equal(0u, device.Dropped);
    }

    [Fact]
    public void With_a_gateway_named_nobody_else_of_the_answer_is_dialled()
    {
        Gateway[] others = [AddGateway(), AddGateway(), AddGateway()];
        Gateway named = AddGateway();
        AddDevice(out _, $"gateway = {IdOf(named)}");
        _point.Answer = _ => TestPoint.Found([.. others.Select(Registered)]);
        _world.Run(120_000);
        Assert.All(others, other => Assert.Equal(0, other.Host.Connected));
        Assert.InRange(_point.Questions.Count, 3, 12);

        _point.Answer = _ => TestPoint.Found([.. others.Select(Registered), Registered(named)]);

        Assert.True(_world.Run(() => named.Heard.Count > 0, 300_000));
        Assert.All(others, other => Assert.Equal(0, other.Host.Connected));
    }

    [Fact]
    public void Who_is_registered_at_the_address_of_another_costs_a_dial_and_gets_no_reading()
    {
        Gateway named = AddGateway();
        Gateway liar = AddGateway();
        _point.Answer = _ => TestPoint.Found(TestPoint.Registration(named.Host.Node.Identity.PeerId.ToBytes(), AddressOf(liar)));
        AddDevice(out _, $"gateway = {IdOf(named)}");

        _world.Run(120_000);

        Assert.Equal(0, liar.Messages);
        Assert.InRange(_point.Questions.Count, 3, 12);
    }

    [Fact]
    public void A_point_that_answers_with_hundreds_of_false_peers_costs_a_few_dials_a_question_and_the_pauses_grow()
    {
        int next = 0;
        Gateway target = AddGateway();
        byte[] Junk()
        {
            byte[] id = target.Host.Node.Identity.PeerId.ToBytes();
            id[^1] ^= (byte)(++next);
            id[^2] ^= (byte)(next >> 8);
            return TestPoint.Registration(id, AddressOf(target));
        }

        _point.Answer = _ => TestPoint.Found([.. Enumerable.Range(0, 500).Select(_ => Junk())]);
        Device device = AddDevice(out TestBoard board);

        _world.Run(600_000);

        Assert.InRange(_point.Questions.Count, 4, 12);
        Assert.InRange(board.Lines.Count(line => line.Contains("by rendezvous")), 4 * 4, 12 * 5);
        Assert.Null(target.Heard.FirstOrDefault());
        Assert.NotNull(device);
    }

    [Fact]
    public void A_namespace_that_is_full_of_others_is_walked_through_by_its_cookies()
    {
        Gateway named = AddGateway();
        Gateway other = AddGateway();
        byte[] cookie = [.. Enumerable.Range(0, 24).Select(i => (byte)i)];
        _point.Answer = question => question < 3 ? TestPoint.Found(0, cookie, Registered(other))
            : question == 3 ? TestPoint.Found(0, cookie) : TestPoint.Found(Registered(named));
        AddDevice(out _, $"gateway = {IdOf(named)}");

        Assert.True(_world.Run(() => named.Heard.Count > 0, 600_000));

        Assert.Equal(5, _point.Questions.Count);
        Assert.DoesNotContain("1A18", Convert.ToHexString(_point.Questions[0]));
        Assert.All(_point.Questions.GetRange(1, 3), question => Assert.EndsWith("1A18" + Convert.ToHexString(cookie),
            Convert.ToHexString(question)));

        // the answer without a peer was the end: from the beginning
        Assert.Equal(_point.Questions[0], _point.Questions[4]);
    }

    [Fact]
    public void A_refusal_is_told_with_its_status_and_the_next_point_is_asked()
    {
        Gateway gateway = AddGateway();
        _point.Answer = _ => TestPoint.Found(400, []);
        TestPoint second = new() { Answer = _ => TestPoint.Found(Registered(gateway)) };
        TestNode host = new(_world.Network, new NodeOptions { MaxConnections = 4, LargeRecordBytes = 0 });
        host.Node.Add(second);
        Gateway secondHost = _world.AddGateway(host);
        secondHost.Listen();
        AddDevice(out TestBoard board, $"rendezvous = {secondHost.Address}");

        Assert.True(_world.Run(() => gateway.Heard.Count > 0, 60_000));

        Assert.Single(_point.Questions);
        Assert.Contains(board.Lines, line => line.EndsWith($"the rendezvous point {_pointHost.Address} refused with status 400"));
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("garbage")]
    [InlineData("other type")]
    [InlineData("no answer in it")]
    [InlineData("too long")]
    [InlineData("cut off")]
    public void An_answer_that_is_none_costs_a_pause_and_the_next_one_counts(string what)
    {
        Gateway gateway = AddGateway();
        byte[] whole = TestPoint.Found(Registered(gateway));
        byte[]? bad = what switch
        {
            "silent" => null,
            "garbage" => [5, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            "other type" => [2, 8, 3],
            "no answer in it" => [2, 8, 4],
            "too long" => [0xFF, 0xFF, 0xFF, 0x7F, .. whole.AsSpan(1)],
            _ => whole[..60],
        };
        _point.Answer = question => question == 0 ? bad : whole;
        AddDevice(out TestBoard board);

        Assert.True(_world.Run(() => gateway.Heard.Count > 0, 60_000));

        Assert.Equal(2, _point.Questions.Count);
        Assert.Contains(board.Lines, line => line.EndsWith("gave no answer"));
    }

    [Fact]
    public void What_is_no_record_is_passed_over_and_so_is_what_a_device_cannot_dial()
    {
        Gateway gateway = AddGateway();
        byte[] id = gateway.Host.Node.Identity.PeerId.ToBytes();
        byte[] address = AddressOf(gateway);
        _point.PieceBytes = 1;
        _point.Answer = _ => TestPoint.Found(
            TestPoint.Enveloped([0xFF, 0xFF]),
            TestPoint.Enveloped([]),
            [0x12, 2, 0xFF, 0xFF],
            TestPoint.Registration([1, 2, 3], address),
            TestPoint.Registration(id, Udp(), [], [4, 1], new byte[200], [.. address, 0xCC, 0x03], Other(address), Zero()),
            TestPoint.Registration(id, [.. address, 0xA5, 0x03, (byte)id.Length, .. id]));
        AddDevice(out TestBoard board);

        Assert.True(_world.Run(() => gateway.Heard.Count > 0, 60_000));

        Assert.Single(board.Lines, line => line.Contains("by rendezvous"));
        Assert.Single(_point.Questions);

        byte[] Other(byte[] place) => [.. place, 0xA5, 0x03, (byte)id.Length, .. _pointHost.Host.Node.Identity.PeerId.ToBytes()];
    }

    [Fact]
    public void One_peer_has_three_addresses_at_the_most_dialled_and_the_next_peer_its_turn()
    {
        Gateway gateway = AddGateway();
        byte[] stranger = _pointHost.Host.Node.Identity.PeerId.ToBytes();
        stranger[^1] ^= 1;
        _point.Answer = _ => TestPoint.Found(
            TestPoint.Registration(stranger,
                [.. Enumerable.Range(1, 200).Select(port => Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}").ToBytes())]),
            Registered(gateway));
        AddDevice(out TestBoard board);

        Assert.True(_world.Run(() => gateway.Heard.Count > 0, 60_000));

        Assert.Equal(4, board.Lines.Count(line => line.Contains("by rendezvous")));
    }

    [Fact]
    public void A_point_that_is_gone_is_dialled_again_with_pauses_that_grow()
    {
        _pointHost.GoAway();
        Device device = AddDevice(out TestBoard board);

        _world.Run(3_600_000);

        Assert.InRange(board.Lines.Count(line => line.Contains("no connection")), 12, 40);
        Assert.Null(device.Dialed);
    }

    [Fact]
    public void A_device_that_searches_in_vain_takes_nothing_from_the_heap_but_for_its_dials()
    {
        TestBoard board = new(_world.Network);
        Listener listener = new();
        RendezvousQuery query = new("a"u8.ToArray(), listener);
        TestNode host = new(_world.Network, new NodeOptions { LargeRecordBytes = 0 });
        host.Node.Add(query);
        Gateway one = _world.AddGateway(host);
        _point.Answer = _ => _answer;
        Connection connection = host.Node.Dial([Multiaddr.Parse(_pointHost.Address)])!;
        Assert.True(_world.Run(() => connection.IsOpen, 10_000));
        Ask(5);
        long heard = listener.Addresses;

        // only the device's own steps count
        long taken = 0;
        for (int i = 0; i < 200; i++)
        {
            Assert.True(query.Discover(connection));
            while (query.IsBusy)
            {
                long start = GC.GetAllocatedBytesForCurrentThread();
                host.Node.Poll(_world.NowMs);
                taken += GC.GetAllocatedBytesForCurrentThread() - start;
                _pointHost.Host.Node.Poll(_world.NowMs);
                _world.Network.NowMs++;
            }
        }

        Assert.Equal(0, taken);
        Assert.Equal(heard + (200 * 8), listener.Addresses);
        Assert.NotNull(one);
        Assert.NotNull(board);

        void Ask(int times)
        {
            for (int i = 0; i < times; i++)
            {
                Assert.True(query.Discover(connection));
                Assert.True(_world.Run(() => !query.IsBusy, 10_000));
            }
        }
    }

    [Fact]
    public void The_query_takes_less_than_700_bytes_of_a_boards_heap_and_the_finder_less_than_700_more()
    {
        TestBoard board = new(_world.Network);
        Device device = SensorProgram.Create(board, DeviceSettings.Parse("topic = a"), new DeviceOptions());
        static bool IsOthers(object item) => item is string or IRandom or Device or Node or Multiaddr or IDeviceLog;
        RendezvousFinder finder = new(device, null!, [_pointHost.Address], RendezvousFinder.GatewayNamespace, [], board);
        RendezvousQuery query = new(new byte[20], new Listener());
        int ofQuery = LiveHeap.Measure(query, IsOthers).Values.Sum();
        int both = LiveHeap.Measure(finder, IsOthers).Values.Sum();

        Assert.InRange(ofQuery, 500, 716);
        Assert.InRange(both - ofQuery, 300, 716);
    }

    [Fact]
    public void Settings_that_can_be_no_point_are_refused_with_what_to_write()
    {
        TestBoard board = new(_world.Network);

        Assert.Contains("no TCP address with a peer id", Assert.Throws<ArgumentException>(
            () => Make("rendezvous = /ip4/1.2.3.4/tcp/1")).Message);
        Assert.Throws<FormatException>(() => Make("rendezvous = here"));
        Assert.Contains("give 1 to 255", Assert.Throws<ArgumentException>(
            () => Make($"rendezvous = {_pointHost.Address}\nnamespace = {new string('x', 256)}")).Message);
        Assert.Null(Make("topic = a").Finder);
        Assert.DoesNotContain(board.Lines, line => line.Contains("unknown"));

        Device Make(string text) => new RendezvousDevice().Create(board, DeviceSettings.Parse(text));
    }

    private readonly byte[] _answer = TestPoint.Found([.. Enumerable.Range(0, 8).Select(i => TestPoint.Registration(
        [0, 36, 8, 1, 18, 32, .. new byte[31], (byte)i], Multiaddr.Parse("/ip4/10.0.0.1/tcp/4001").ToBytes()))]);

    private static byte[] Udp() => Multiaddr.Parse("/ip4/127.0.0.1/udp/4001").ToBytes();

    private static byte[] Zero() => [4, 127, 0, 0, 1, 6, 0, 0];

    private static byte[] AddressOf(Gateway gateway) => Multiaddr.Parse(gateway.Address).WithoutPeerId().ToBytes();

    private static byte[] Registered(Gateway gateway)
        => TestPoint.Registration(gateway.Host.Node.Identity.PeerId.ToBytes(), AddressOf(gateway));

    private static string IdOf(Gateway gateway) => gateway.Host.Node.Identity.PeerId.ToString();

    private static string Text(params string[] settings) => $"topic = a\nevery = 1000\n{string.Join('\n', settings)}";

    private Gateway AddGateway()
    {
        Gateway gateway = _world.AddGateway("a");
        gateway.Listen();
        return gateway;
    }

    private Device AddDevice(out TestBoard board, params string[] settings)
    {
        board = new TestBoard(_world.Network);
        return _world.Add(new RendezvousDevice().Create(board,
            DeviceSettings.Parse(Text([$"rendezvous = {_pointHost.Address}", .. settings]))));
    }

    private sealed class Listener : RendezvousEvents
    {
        public long Addresses { get; private set; }

        public override void OnAddress(RendezvousQuery query, byte[] peerId, int idCount, byte[] address, int count) => Addresses++;

        public override void OnEnd(RendezvousQuery query, int status)
        {
        }
    }
}
