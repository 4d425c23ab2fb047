using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Discovery;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Interop.Tests;

/// <summary>mDNS with js-libp2p on this host's own network, at a port and with a service name of the test's own.</summary>
public class MdnsTests
{
    private readonly int _port = FreePort();
    private readonly string _service = $"_p2p-{Guid.NewGuid():N}._udp.local";

    [Fact]
    public async Task Js_and_we_find_each_other_and_each_dials_what_it_found()
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(120));
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        options.ListenAddresses.Add("/ip4/0.0.0.0/tcp/0");
        await using Libp2pNode node = await Libp2pNode.StartAsync(options, late.Token);
        await using MdnsService mdns = MdnsService.Start(node, new MdnsServiceOptions { Port = _port, Service = _service });
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions
        {
            Listen = "/ip4/0.0.0.0/tcp/0",
            Mdns = new JsMdns(_port, _service),
        });
        PeerId peer = PeerId.Parse(js.PeerId);

        JsonElement found = await js.WaitForAsync("peer:discovery");
        while (node.PeerStore.Find(peer) == null)
        {
            await Task.Delay(5, late.Token);
        }

        Assert.Equal(node.PeerId.ToString(), found.GetProperty("peer").GetString());
        string[] addresses = [.. found.GetProperty("addrs").EnumerateArray().Select(one => one.GetString()!)];
        Assert.All(addresses, address => Assert.Contains(Multiaddr.Parse(address).WithPeerId(node.PeerId), node.AnnouncedAddresses));
        Assert.All(node.PeerStore.Find(peer)!.Addresses,
            address => Assert.Contains(address.Address.WithPeerId(peer).ToString(), js.Addresses));

        await js.DialAsync($"{addresses[0]}/p2p/{node.PeerId}");
        while (!node.IsConnected(peer))
        {
            await Task.Delay(5, late.Token);
        }

        await node.DisconnectAsync(peer, late.Token);
        await js.WaitForAsync("connection:close");
        await node.DialAsync(peer, late.Token);
        Assert.True(node.IsConnected(peer));
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
