using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Connections;

/// <summary>Who may connect, and who is shown the door while a node runs.</summary>
public class AccessTests
{
    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_that_is_blocked_while_it_is_connected_is_told_so_and_stays_out_both_ways(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode other = await Nodes.StartAsync(1, poller);
        await client.DialAsync(server);
        await other.DialAsync(server);
        await Nodes.UntilAsync(() => server.Peers.Count == 2, "both are connected");

        server.Access.Block(client.PeerId);
        await Nodes.UntilAsync(() => !client.IsConnected(server.PeerId), "it is cut off");
        NodeEvent end = client.Events.Recent.Single(one => one.Kind == NodeEventKind.Closed);
        Assert.Equal(CloseReason.Remote, end.Reason);
        Assert.Contains("it does not allow this peer", end.Text);
        await Nodes.UntilAsync(() => server.Events.Recent.Any(one => one.Kind == NodeEventKind.Closed), "the server's log has it");
        Assert.Equal(CloseReason.Blocked, server.Events.Recent.Single(one => one.Kind == NodeEventKind.Closed).Reason);

        // Noise comes before: only then is it known who calls
        await client.DialAsync(server.ListenAddresses[0].WithoutPeerId()).WaitAsync(Nodes.Patience);
        await Nodes.UntilAsync(() => !client.IsConnected(server.PeerId), "it is cut off again");
        await Nodes.UntilAsync(() => server.Events.Recent.Any(one => one.Refusal == RefusalReason.PeerNotAllowed), "it is in the log");
        Assert.Equal(client.PeerId, server.Events.Recent.First(one => one.Refusal == RefusalReason.PeerNotAllowed).Peer);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => server.DialAsync(client));
        Assert.Equal((Libp2pError.DialFailed, CloseReason.Blocked), (error.Error, error.Reason));
        Assert.True(await other.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        Assert.Equal([other.PeerId], server.Peers);

        server.Access.Unblock(client.PeerId);
        await server.DialAsync(client);
        Assert.True(server.IsConnected(client.PeerId));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_blocked_network_is_not_heard_nor_dialled_and_its_connections_end(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.ListenAsync(shards, poller);
        await client.DialAsync(server);
        await Nodes.UntilAsync(() => server.IsConnected(client.PeerId), "it is connected");
        server.Access.Block(IPNetwork.Parse("127.0.0.0/8"));
        await Nodes.UntilAsync(() => server.Peers.Count == 0 && client.Peers.Count == 0, "it is cut off");

        using TcpClient caller = new();
        await caller.ConnectAsync(IPAddress.Loopback, server.ListenAddresses[0].Port);
        int read;
        try
        {
            read = await caller.GetStream().ReadAsync(new byte[100]).AsTask().WaitAsync(Nodes.Patience);
        }
        catch (System.IO.IOException)
        {
            read = 0;
        }

        Assert.Equal(0, read);
        await Nodes.UntilAsync(() => server.Events.Recent.Any(one => one.Refusal == RefusalReason.AddressNotAllowed), "it is in the log");
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => server.DialAsync(client));
        Assert.Equal(CloseReason.Blocked, error.Reason);

        server.Access.Unblock(IPNetwork.Parse("127.0.0.0/8"));
        await client.DialAsync(server);
        Assert.True(await client.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
    }

    [Fact]
    public async Task Once_somebody_is_allowed_nobody_else_is_and_with_the_last_taken_off_all_are()
    {
        AccessList access = new();
        await using Libp2pNode server = await Nodes.ListenAsync(2, PollerKind.Best, options => options.Access = access);
        await using Libp2pNode friend = await Nodes.StartAsync(1, PollerKind.Best);
        await using Libp2pNode stranger = await Nodes.StartAsync(1, PollerKind.Best);
        await stranger.DialAsync(server);
        access.Allow(friend.PeerId);
        await Nodes.UntilAsync(() => !stranger.IsConnected(server.PeerId), "the stranger is cut off");
        await friend.DialAsync(server);
        Assert.True(await friend.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);

        access.Disallow(friend.PeerId);
        await stranger.DialAsync(server);
        Assert.True(await stranger.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);

        access.Allow(IPNetwork.Parse("192.0.2.0/24"));
        await Nodes.UntilAsync(() => server.Peers.Count == 0, "no other network is allowed");
        access.Disallow(IPNetwork.Parse("192.0.2.0/24"));
        Assert.True(access.Allows(IPAddress.Loopback));
    }

    [Fact]
    public async Task The_applications_gate_has_its_word_on_callers_peers_and_dials()
    {
        Gate gate = new();
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options => options.Gate = gate);
        await using Libp2pNode client = await Nodes.ListenAsync(1, PollerKind.Best);
        gate.Refused = client.PeerId;
        await client.DialAsync(server);
        await Nodes.UntilAsync(() => !client.IsConnected(server.PeerId), "it is cut off");
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => server.DialAsync(client));
        Assert.Contains("Libp2pNodeOptions.Gate", error.Message);
        gate.Refused = null;
        await client.DialAsync(server);
        Assert.True(await client.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        gate.IsShut = true;
        await using Libp2pNode late = await Nodes.StartAsync(1, PollerKind.Best);
        await Assert.ThrowsAsync<Libp2pException>(() => late.DialAsync(server));
        await Nodes.UntilAsync(() => server.Events.Recent.Count(one => one.Refusal == RefusalReason.Gate) == 2, "both are in the log");
    }

    private sealed class Gate : ConnectionGate
    {
        public volatile PeerId? Refused;
        public volatile bool IsShut;

        public override bool AllowsCaller(IPAddress address) => !IsShut;

        public override bool AllowsPeer(PeerId peer, Multiaddr? address, bool isInbound) => !peer.Equals(Refused) && isInbound
            && address!.ToString().StartsWith("/ip4/127.0.0.1/tcp/", StringComparison.Ordinal);

        public override bool AllowsDial(PeerId? peer, IPAddress? address) => peer == null || !peer.Equals(Refused);
    }
}
