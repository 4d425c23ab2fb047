using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NanoLibp2p.Host.Discovery;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Discovery;

/// <summary>Nodes of this host find each other through its interfaces, at a port and with a service name of the test's own.</summary>
public class MdnsServiceTests
{
    private readonly MdnsServiceOptions _options = new() { Port = FreePort(), Service = $"_p2p-{Guid.NewGuid():N}._udp.local" };

    public static bool HasIp6 => LocalNetwork.Find().Any(one => one.Family == AddressFamily.InterNetworkV6
        && one.Own.Any(own => own.Address.AddressFamily == AddressFamily.InterNetworkV6));

    [Fact]
    public async Task Two_nodes_of_a_network_find_each_other_and_can_dial_by_peer_id_alone()
    {
        await using Libp2pNode one = await StartAsync("/ip4/0.0.0.0/tcp/0");
        await using Libp2pNode two = await StartAsync("/ip4/0.0.0.0/tcp/0");
        ConcurrentQueue<FoundPeer> found = new();
        await using MdnsService first = MdnsService.Start(one, _options);
        first.PeerFound += found.Enqueue;
        await using MdnsService second = MdnsService.Start(two, _options);

        await Nodes.UntilAsync(() => !found.IsEmpty && two.PeerStore.Find(one.PeerId) != null, "both are found");

        Assert.All(found, peer => Assert.Equal(two.PeerId, peer.Peer));
        Assert.All(found.SelectMany(peer => peer.Addresses),
            address => Assert.Contains(address.WithPeerId(two.PeerId), two.AnnouncedAddresses));
        Assert.All(one.PeerStore.Find(two.PeerId)!.Addresses, address => Assert.Equal(AddressSource.Discovery, address.Source));
        await one.DialAsync(two.PeerId).WaitAsync(Nodes.Patience);
        Assert.True(one.IsConnected(two.PeerId));
    }

    [Fact(SkipUnless = nameof(HasIp6), Skip = "this host has no IPv6 network")]
    public async Task Two_nodes_find_each_other_by_IPv6()
    {
        await using Libp2pNode one = await StartAsync("/ip6/::/tcp/0");
        await using Libp2pNode two = await StartAsync("/ip6/::/tcp/0");
        await using MdnsService first = MdnsService.Start(one, _options);
        await using MdnsService second = MdnsService.Start(two, _options);

        await Nodes.UntilAsync(() => one.PeerStore.Find(two.PeerId) != null, "the other is found");

        Assert.StartsWith("/ip6/", one.PeerStore.Find(two.PeerId)!.Addresses[0].Address.ToString());
        await one.DialAsync(two.PeerId).WaitAsync(Nodes.Patience);
        Assert.True(one.IsConnected(two.PeerId));
    }

    [Fact]
    public async Task Everybody_who_is_found_is_dialed_where_that_is_wanted_and_who_is_silent_is_not_found()
    {
        await using Libp2pNode silent = await StartAsync("/ip4/0.0.0.0/tcp/0");
        await using Libp2pNode one = await StartAsync("/ip4/0.0.0.0/tcp/0");
        await using Libp2pNode two = await StartAsync("/ip4/0.0.0.0/tcp/0");
        await using MdnsService listener = MdnsService.Start(silent,
            new MdnsServiceOptions { Port = _options.Port, Service = _options.Service, Announce = false });
        await using MdnsService first = MdnsService.Start(one, _options);

        await Nodes.UntilAsync(() => silent.PeerStore.Find(one.PeerId) != null, "the silent one finds");
        await using MdnsService second = MdnsService.Start(two,
            new MdnsServiceOptions { Port = _options.Port, Service = _options.Service, Dial = true });
        await Nodes.UntilAsync(() => two.IsConnected(one.PeerId), "the found one is dialed");

        Assert.Null(one.PeerStore.Find(silent.PeerId));
        Assert.False(two.IsConnected(silent.PeerId));
    }

    [Fact]
    public async Task What_is_no_address_of_another_peer_is_passed_over_and_peers_beyond_the_bound_are_not_remembered()
    {
        await using Libp2pNode node = await StartAsync("/ip4/0.0.0.0/tcp/0");
        PeerId[] others = [.. Enumerable.Range(1, 3).Select(i => PeerId.FromEd25519([.. Enumerable.Repeat((byte)i, 32)], 0))];
        await using MdnsService service = MdnsService.Start(node,
            new MdnsServiceOptions { Port = _options.Port, Service = _options.Service, MaxPeers = 2 });

        service.Hear("/ip4/192.168.1.2/tcp/1/p2p/0OIl");
        service.Hear("/ip4/192.168.1.2/tcp/1");
        service.Hear($"/p2p/{others[0]}");
        service.Hear($"/ip4/192.168.1.2/tcp/1/p2p/{node.PeerId}");
        Assert.Equal(0, node.PeerStore.Count);

        foreach (PeerId other in others)
        {
            for (int port = 1; port <= 600; port++)
            {
                service.Hear($"/ip4/192.168.1.2/tcp/{port}/p2p/{other}");
            }
        }

        Assert.Equal(2, node.PeerStore.Count);
        Assert.Equal(PeerIdentification.MaxAddresses, node.PeerStore.Find(others[0])!.Addresses.Count);
    }

    [Fact]
    public async Task Of_a_neighbour_with_addresses_without_end_500_are_told()
    {
        await using Libp2pNode one = await StartAsync("/ip4/0.0.0.0/tcp/0");
        await using Libp2pNode two = await StartAsync("/ip4/0.0.0.0/tcp/0");
        ConcurrentQueue<FoundPeer> found = new();
        await using MdnsService first = MdnsService.Start(one, _options);
        first.PeerFound += peer =>
        {
            // here it is the service's own task that hears
            for (int port = 1; port <= 600 && found.IsEmpty; port++)
            {
                first.Hear($"/ip4/192.168.1.2/tcp/{port}/p2p/{peer.Peer}");
            }

            found.Enqueue(peer);
        };
        await using MdnsService second = MdnsService.Start(two, _options);

        await Nodes.UntilAsync(() => found.Any(peer => peer.Addresses.Count >= PeerIdentification.MaxAddresses), "they are told");

        Assert.All(found, peer => Assert.InRange(peer.Addresses.Count, 1, PeerIdentification.MaxAddresses));
    }

    [Fact]
    public async Task Options_out_of_range_are_said()
    {
        await using Libp2pNode node = await StartAsync("/ip4/0.0.0.0/tcp/0");
        Assert.Throws<ArgumentException>(() => MdnsService.Start(node, new MdnsServiceOptions { Port = 0 }));
        Assert.Throws<ArgumentException>(() => MdnsService.Start(node, new MdnsServiceOptions { MaxPeers = 0 }));
        Assert.Throws<ArgumentException>(() => MdnsService.Start(node, new MdnsServiceOptions { Lifetime = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => MdnsService.Start(node, new MdnsServiceOptions { Service = "_p2p..local" }));
    }

    [Theory]
    [InlineData("192.168.1.255", true)]
    [InlineData("192.168.0.5", false)]
    [InlineData("192.168.2.5", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("fd00:1::99", true)]
    [InlineData("fd00:2::99", false)]
    [InlineData("fe80::1", false)]
    public void Neighbours_are_those_of_the_interfaces_own_networks(string address, bool isIt)
    {
        LocalNetwork network = new(1, AddressFamily.InterNetwork,
            [(IPAddress.Parse("192.168.1.7"), 24), (IPAddress.Parse("fd00:1::7"), 64)]);

        Assert.Equal(isIt, network.IsNeighbour(IPAddress.Parse(address)));
    }

    private static Task<Libp2pNode> StartAsync(string listen)
        => Nodes.StartAsync(1, PollerKind.Async, options => options.ListenAddresses.Add(listen));

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
