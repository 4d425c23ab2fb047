using System;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Relay.Tests;

public class CircuitTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_device_is_dialed_through_its_relay_and_each_end_has_proved_itself_to_the_other(bool borrows)
    {
        RelayWorld world = new(borrows: borrows);
        Connection dialed = world.DialThrough();
        Assert.Equal(world.Device.Node.Identity.PeerId, dialed.RemotePeer);
        Assert.Equal(world.Caller.Node.Identity.PeerId, world.Device.LastConnected.RemotePeer);
        Assert.IsAssignableFrom<StreamLink>(dialed.Link);
        Assert.False(((StreamLink)dialed.Link).IsLimited);
        Assert.False(dialed.IsInbound);
        Assert.True(world.Device.LastConnected.IsInbound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_megabyte_goes_through_a_circuit_and_comes_back_as_it_was(bool borrows)
    {
        RelayWorld world = new(borrows: borrows);
        Connection dialed = world.DialThrough();
        world.Asking.Send(dialed, 1_000_000);
        Assert.True(world.Run(() => world.Asking.Returned == 1_000_000, 600_000), $"{world.Asking.Returned} came back");
        Assert.False(world.Asking.IsWrong);
        Assert.InRange(world.Hop.Passed, 2_000_000, 2_500_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Records_that_need_a_large_buffer_within_records_that_need_one_too_go_through(int callers)
    {
        NodeOptions device = new() { RecordBytes = 512, LargeRecordBytes = 2048, MaxConnections = 3, MaxStreams = 12 };
        RelayWorld world = new(device: device);
        TestNode other = world.AddNode();
        RelayDialer second = new(1);
        EchoProtocol asking = new();
        other.Node.Add(second);
        other.Node.Add(asking);
        world.Asking.Send(world.DialThrough(), 100_000);
        if (callers == 2)
        {
            Connection dialed = second.Dial(world.Address)!;
            Assert.True(world.Run(() => dialed.IsOpen));
            asking.Send(dialed, 100_000);
        }

        Assert.True(world.Run(() => world.Asking.Returned + asking.Returned == callers * 100_000, 600_000), $"{world.Asking.Returned}");
        Assert.False(world.Asking.IsWrong || asking.IsWrong);
        Assert.Equal(0, world.Hop.BrokenStops);
    }

    [Fact]
    public void A_dialer_takes_such_records_too()
    {
        NodeOptions device = new() { RecordBytes = 512, LargeRecordBytes = 2048, MaxConnections = 3, MaxStreams = 12 };
        RelayWorld world = new(device: device);
        TestNode caller = world.Simulation.Add(new TestNode(world.Simulation.Network, device, new CheapCrypto()));
        RelayDialer dialer = new(1);
        EchoProtocol asking = new();
        caller.Node.Add(dialer);
        caller.Node.Add(asking);
        Connection dialed = dialer.Dial(world.Address)!;
        Assert.True(world.Run(() => dialed.IsOpen));
        asking.Send(dialed, 100_000);
        Assert.True(world.Run(() => asking.Returned == 100_000, 600_000), $"{asking.Returned}");
    }

    [Fact]
    public void A_limit_marks_both_ends_as_limited()
    {
        RelayWorld world = new();
        world.Hop.Limit = (120, 1 << 17);
        Connection dialed = world.DialThrough();
        Assert.True(((StreamLink)dialed.Link).IsLimited);
        Assert.True(((StreamLink)world.Device.LastConnected.Link).IsLimited);
    }

    [Fact]
    public void When_one_end_closes_the_other_hears_that_it_was_in_order_and_the_circuit_is_free_again()
    {
        RelayWorld world = new(new RelayOptions { MaxCircuits = 1 });
        for (int i = 0; i < 5; i++)
        {
            Connection dialed = world.DialThrough();
            int closed = world.Device.Closed;
            dialed.Close();
            Assert.True(world.Run(() => world.Device.Closed > closed));
            Assert.Equal(CloseReason.Remote, world.Device.LastReason);
            world.Simulation.Run(100);
            Assert.Equal(0, world.Hop.OpenStops);
        }
    }

    [Fact]
    public void When_the_relay_goes_both_ends_hear_of_it_and_come_back()
    {
        RelayWorld world = new();
        world.DialThrough();
        foreach (Connection connection in world.RelayNode.Node.Connections.Where(one => one.State == ConnectionState.Open))
        {
            connection.Close();
        }

        Assert.True(world.Run(() => world.Device.Closed == 2 && world.Caller.Closed == 2));
        Assert.True(world.Run(() => world.Client.IsReserved));
        world.DialThrough();
    }

    [Theory]
    [InlineData(201, Hal.LinkError.NoResources)]
    [InlineData(202, Hal.LinkError.Refused)]
    [InlineData(203, Hal.LinkError.Refused)]
    [InlineData(204, Hal.LinkError.Unreachable)]
    public void What_the_relay_refuses_is_told_as_why_the_dial_failed(int status, Hal.LinkError error)
    {
        RelayWorld world = new();
        world.Hop.Refusal = Wire.Hop(TestHop.Status, status);
        Asked asked = new(world.Dialer);
        world.Caller.Node.Events = asked;
        Connection dialed = world.Dialer.Dial(world.Address);
        Assert.True(world.Run(() => asked.Reason == CloseReason.DialFailed));
        Assert.Equal((int)error, asked.Detail);
        Assert.Equal((RelayStatus)status, asked.Status);
        Assert.Equal(ConnectionState.Free, dialed.State);
        world.Hop.Refusal = null;
        world.Caller.Node.Events = world.Caller;
        world.DialThrough();
    }

    [Fact]
    public void A_peer_that_is_another_one_than_was_dialed_is_turned_away()
    {
        RelayWorld world = new();
        TestNode other = world.AddNode();
        RelayClient client = new(new RelayOptions { Relays = [world.RelayAddress] });
        other.Node.Add(client);
        Assert.True(world.Run(() => client.IsReserved));
        string address = client.Address!;

        // the relay leads to the device in place of the other
        Connection there = world.RelayNode.Node.Connections.First(one => one.IsOpen && one.RemotePeer.Equals(other.Node.Identity.PeerId));
        Connection device = world.RelayNode.Node.Connections.First(one => one.IsOpen && one != there);
        byte[] id = [.. device.RemoteId];
        Array.Copy(there.RemoteId, device.RemoteId, id.Length);
        Array.Copy(id, there.RemoteId, id.Length);
        world.Dialer.Dial(address);
        Assert.True(world.Run(() => world.Caller.LastReason == CloseReason.PeerIdMismatch));
    }

    [Fact]
    public void An_address_without_a_network_address_of_the_relay_needs_it_to_be_connected()
    {
        RelayWorld world = new();
        string address = $"/p2p/{world.RelayAddress.PeerId}/p2p-circuit/p2p/{world.Device.Node.Identity.PeerId}";
        Assert.Throws<ArgumentException>(() => world.Dialer.Dial(address));
        Connection relay = world.Caller.Dial(world.RelayAddress);
        Assert.True(world.Run(() => relay.IsOpen));
        Connection dialed = world.Dialer.Dial(address);
        Assert.True(world.Run(() => dialed.IsOpen));
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/4001")]
    [InlineData("/p2p-circuit/p2p/12D3KooWAvErDLuzhbYYiXFU7iDTFM1vyVRB8dRTaVCnyhZ7b4tz")]
    [InlineData("/ip4/127.0.0.1/tcp/4001/p2p-circuit/p2p/12D3KooWAvErDLuzhbYYiXFU7iDTFM1vyVRB8dRTaVCnyhZ7b4tz")]
    public void What_is_no_circuit_address_is_refused(string address)
    {
        RelayWorld world = new();
        Assert.Throws<ArgumentException>(() => world.Dialer.Dial(address));
    }

    [Fact]
    public void Callers_beyond_the_circuits_are_told_so()
    {
        RelayWorld world = new(new RelayOptions { MaxCircuits = 1 }, connections: 4);
        world.DialThrough();
        world.Dialer.Dial(world.Address);
        Assert.True(world.Run(() => world.Caller.LastReason == CloseReason.DialFailed));
        Assert.Equal(201, world.Hop.Answers[^1]);
    }

    [Fact]
    public void Who_gives_way_to_a_circuit_makes_place_for_it()
    {
        RelayWorld world = new();
        TestNode guest = world.AddNode();
        Connection called = guest.Dial(world.Device.Listen());
        Assert.True(world.Run(() => called.IsOpen && world.Device.Connected == 2));
        world.Simulation.Run(20_000);
        Assert.Equal(0, guest.Closed);
        world.DialThrough();
        Assert.Equal(1, guest.Closed);
        Assert.Equal(100, world.Hop.Answers[^1]);
    }

    [Fact]
    public void A_full_node_where_nobody_gives_way_refuses_a_circuit_at_once()
    {
        RelayWorld world = new();
        TestNode other = world.AddNode();
        Connection dialed = world.Device.Dial(other.Listen());
        Assert.True(world.Run(() => dialed.IsOpen));
        world.Dialer.Dial(world.Address);
        Assert.True(world.Run(() => world.Hop.Answers.Count == 1, 3_000));
        Assert.Equal(201, world.Hop.Answers[0]);
        Assert.True(dialed.IsOpen);
    }

    [Fact]
    public void Without_a_free_connection_a_dial_says_so_and_leaves_nothing_behind()
    {
        RelayWorld world = new(connections: 2);
        world.DialThrough();
        Assert.Null(world.Dialer.Dial(world.Address));
        world.Caller.Node.Connections.First(one => one.Link is StreamLink).Close();
        world.Simulation.Run(1_000);
        world.DialThrough();
    }

    [Fact]
    public void A_peer_that_is_dialed_while_another_gives_way_to_a_circuit_is_dialed_at_its_own_address()
    {
        RelayWorld world = new(connections: 3);
        Connection relay = world.Caller.Dial(world.RelayAddress);
        Multiaddr listening = world.Caller.Listen();
        world.AddNode().Dial(listening);
        world.AddNode().Dial(listening);
        Assert.True(world.Run(() => relay.IsOpen && world.Caller.Connected == 3));
        world.Simulation.Run(20_000);
        TestNode other = world.AddNode();
        Replacing replacing = new(world.Caller.Node, other.Listen());
        world.Caller.Node.Events = replacing;
        world.Caller.Poll(world.Simulation.Network.NowMs);
        Connection dialed = world.Dialer.Dial(world.Address);
        Assert.True(world.Run(() => dialed.IsOpen && replacing.Dialed is { IsOpen: true }));
        Assert.False(replacing.Dialed!.Link is StreamLink);
        Assert.True(dialed.Link is StreamLink);
        Assert.Equal(other.Node.Identity.PeerId, replacing.Dialed.RemotePeer);
    }

    [Fact]
    public void What_comes_behind_the_relays_answer_in_the_same_record_belongs_to_the_circuit()
    {
        RelayWorld world = new();
        world.Hop.Behind = [0x13, .. "/multistream/9.9.9\n"u8];
        world.Dialer.Dial(world.Address);
        Assert.True(world.Run(() => world.Caller.LastReason == CloseReason.NegotiationMalformed));
    }

    [Fact]
    public void What_comes_behind_the_call_in_the_same_record_belongs_to_the_circuit()
    {
        RelayWorld world = new();
        Connection there = world.RelayNode.Node.Connections.First(one => one.IsOpen);
        byte[] call = Wire.Stop(0, peer: world.Caller.Node.Identity.PeerId.ToBytes());
        world.Hop.OpenStop(there, [.. call, 0x13, .. "/multistream/1.0.0\n"u8, 0x07, .. "/noise\n"u8]);
        Assert.True(world.Run(() => world.Hop.Passed == 0 && world.Device.Node.Connections.Any(
            one => one.State == ConnectionState.Handshaking)));
    }

    [Fact]
    public void A_relay_is_never_used_through_another_relay()
    {
        RelayWorld world = new(connections: 3, begins: false);
        RelayDialer back = new(1);
        world.Device.Node.Add(back);
        Assert.True(world.Run(() => world.Client.IsReserved));
        world.DialThrough();

        // the device's only connection to the caller is a circuit, so the caller is no relay that could be reached
        string through = $"/p2p/{world.Caller.Node.Identity.PeerId}/p2p-circuit/p2p/{world.RelayAddress.PeerId}";
        Assert.Throws<ArgumentException>(() => back.Dial(through));
    }

    [Fact]
    public void Connected_peers_are_told_the_circuit_address_by_identify_push()
    {
        RelayWorld world = new(begins: false);
        world.Device.Node.Add(new RelayAnnouncer(world.Client));
        Pushes pushes = new();
        world.RelayNode.Node.Identify.Events = pushes;
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, 100, expire: 1, addresses:
        [
            Multiaddr.Parse("/ip4/192.168.1.7/tcp/4001").WithPeerId(world.RelayAddress.PeerId).ToBytes(),
            Multiaddr.Parse("/ip4/8.8.8.8/udp/4001/quic-v1").WithPeerId(world.RelayAddress.PeerId).ToBytes(),
            Multiaddr.Parse("/ip4/8.8.8.8/tcp/4001").WithPeerId(world.RelayAddress.PeerId).ToBytes(),
            Multiaddr.Parse("/ip4/8.8.4.4/tcp/4001").WithPeerId(world.RelayAddress.PeerId).ToBytes(),
        ]);
        Assert.True(world.Run(() => pushes.Address != null));
        Assert.Equal($"/ip4/8.8.8.8/tcp/4001/p2p/{world.RelayAddress.PeerId}/p2p-circuit", pushes.Address!.ToString());
    }

    [Fact]
    public void With_private_addresses_alone_the_one_that_was_dialed_is_told()
    {
        RelayWorld world = new(begins: false);
        world.Device.Node.Add(new RelayAnnouncer(world.Client));
        Pushes pushes = new();
        world.RelayNode.Node.Identify.Events = pushes;
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, 100, expire: 1, addresses:
            [Multiaddr.Parse("/ip4/10.1.2.3/tcp/4001").ToBytes()]);
        Assert.True(world.Run(() => pushes.Address != null));
        Assert.Equal($"{world.RelayAddress}/p2p-circuit", pushes.Address!.ToString());
    }

    [Fact]
    public void A_reservation_at_another_relay_is_told_with_that_ones_address()
    {
        RelayWorld world = new(new RelayOptions { RefreshMs = 20_000 }, begins: false);
        TestNode second = world.AddNode();
        TestHop hop = new();
        second.Node.Add(hop);
        world.Options.Relays = [world.RelayAddress, second.Listen()];
        world.Device.Node.Add(new RelayAnnouncer(world.Client));
        Pushes pushes = new();
        second.Node.Identify.Events = pushes;
        world.Hop.Reservation = () => Answer("/ip4/8.8.8.8/tcp/4001");
        hop.Reservation = () => Answer("/ip4/9.9.9.9/tcp/4002");
        Assert.True(world.Run(() => world.Hop.Reservations == 2));

        // the first gives no more
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, 200);
        Assert.True(world.Run(() => pushes.Address != null, 90_000));
        Assert.Equal($"/ip4/9.9.9.9/tcp/4002/p2p/{world.Options.Relays[1].PeerId}/p2p-circuit", pushes.Address!.ToString());

        static byte[] Answer(string address) => Wire.Hop(TestHop.Status, 100, expire: 1, addresses: [Multiaddr.Parse(address).ToBytes()]);
    }

    [Fact]
    public void What_a_relay_told_that_gave_no_reservation_is_no_address_of_the_next()
    {
        RelayWorld world = new(begins: false);
        TestNode second = world.AddNode();
        TestHop hop = new();
        second.Node.Add(hop);
        world.Options.Relays = [world.RelayAddress, second.Listen()];
        world.Device.Node.Add(new RelayAnnouncer(world.Client));
        Pushes pushes = new();
        second.Node.Identify.Events = pushes;
        byte[] elsewhere = Multiaddr.Parse("/ip4/8.8.8.8/tcp/4001").ToBytes();
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, 200, expire: 1, addresses: [elsewhere]);
        Assert.True(world.Run(() => pushes.Address != null, 90_000));
        Assert.Equal($"{world.Options.Relays[1]}/p2p-circuit", pushes.Address!.ToString());
    }

    private sealed class Pushes : Core.Identify.IdentifyEvents
    {
        private byte[] _field = [];

        public Multiaddr? Address { get; private set; }

        public override void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool isLast)
        {
            _field = [.. _field, .. buffer.AsSpan(offset, count)];
            if (isLast)
            {
                if (field == 2)
                {
                    Address = Multiaddr.FromBytes(_field, 0, _field.Length);
                }

                _field = [];
            }
        }

        public override void OnEnd(Connection connection, bool complete) => Assert.True(complete);
    }

    // dials a peer as soon as another one has given way
    private sealed class Replacing(Node node, Multiaddr address) : NodeEvents
    {
        public Connection? Dialed { get; private set; }

        public override void OnClosed(Connection connection)
        {
            if (connection.CloseReason == CloseReason.GaveWay)
            {
                Dialed ??= node.Dial([address]);
            }
        }
    }

    private sealed class Asked(RelayDialer client) : NodeEvents
    {
        public CloseReason Reason { get; private set; }

        public int Detail { get; private set; }

        public RelayStatus Status { get; private set; }

        public override void OnClosed(Connection connection)
        {
            Reason = connection.CloseReason;
            Detail = connection.CloseDetail;
            Status = client.StatusOf(connection);
        }
    }
}
