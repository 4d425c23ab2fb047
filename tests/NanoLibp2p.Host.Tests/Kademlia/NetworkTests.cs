using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Kademlia;

/// <summary>A DHT of 120 nodes in memory.</summary>
public class NetworkTests(NetworkTests.Dht dht) : IClassFixture<NetworkTests.Dht>
{
    private static readonly byte[] _key = Encoding.ASCII.GetBytes("/test/hello");

    [Fact]
    public async Task Any_node_finds_any_other_in_a_few_hops()
    {
        Random random = new(7);
        int most = 0;
        int requests = 0;
        for (int i = 0; i < 40; i++)
        {
            SimulatedNode from = dht.Network.Nodes[random.Next(Dht.Count)];
            SimulatedNode to = dht.Network.Nodes[random.Next(Dht.Count)];
            if (from == to)
            {
                continue;
            }

            from.Disconnect();
            KademliaPeerInfo? found = await from.Service!.FindPeerAsync(to.LocalPeer);
            Assert.True(found!.IsConnected);
            Assert.Contains(to.Address, found.Addresses);
            most = Math.Max(most, from.Service.LastLookup.Hops);
            requests += from.Service.LastLookup.Requests;
        }

        Assert.InRange(most, 1, 4);
        Assert.InRange(requests, 1, 40 * 30);
    }

    [Fact]
    public async Task A_lookup_ends_at_the_nodes_that_are_closest_of_all()
    {
        byte[] target = Encoding.ASCII.GetBytes("/test/where");
        KademliaKey place = KademliaKey.Of(target);
        PeerId[] closest = [.. dht.Network.Nodes.Select(one => one.LocalPeer)
            .OrderBy(one => KademliaKey.Of(one), Comparer<KademliaKey>.Create((a, b) => place.CompareDistance(a, b))).Take(20)];
        SimulatedNode from = dht.Network.Nodes[50];
        Assert.InRange(await from.Service!.PutValueAsync(target, [1]), 19, 20);
        int holders = 0;
        foreach (PeerId peer in closest)
        {
            KademliaMessage ask = new() { Type = KademliaCodec.GetValue, Key = target };
            byte[]? answer = await dht.Network.Find(peer)!.Service!.AnswerAsync(from.LocalPeer, KademliaCodec.Write(ask), default);
            holders += KademliaCodec.TryRead(answer!, 16, out _)!.Record != null ? 1 : 0;
        }

        // the sender itself may be one of them
        Assert.InRange(holders, 18, 20);
    }

    [Fact]
    public async Task A_provider_is_found_from_anywhere_with_its_addresses()
    {
        Cid cid = Cid.Parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy");
        SimulatedNode provider = dht.Network.Nodes[3];
        Assert.InRange(await provider.Service!.ProvideAsync(cid), 15, 20);
        foreach (int i in new[] { 0, 40, 80, 119 })
        {
            List<KademliaPeerInfo> found = await AllAsync(dht.Network.Nodes[i].Service!.FindProvidersAsync(cid));
            KademliaPeerInfo one = Assert.Single(found);
            Assert.Equal(provider.LocalPeer, one.Id);
            Assert.Equal([provider.Address], one.Addresses);
        }
    }

    [Fact]
    public async Task A_value_is_found_from_anywhere_and_the_best_one_wins()
    {
        Assert.InRange(await dht.Network.Nodes[10].Service!.PutValueAsync(_key, [1, 1]), 15, 20);
        Assert.InRange(await dht.Network.Nodes[90].Service!.PutValueAsync(_key, [2, 2]), 15, 20);
        Assert.Equal([2, 2], (await dht.Network.Nodes[60].Service!.GetValueAsync(_key))!);
        Assert.Null(await dht.Network.Nodes[60].Service!.GetValueAsync(Encoding.ASCII.GetBytes("/test/nobody")));
    }

    [Fact]
    public async Task A_third_of_the_nodes_gone_leaves_the_rest_findable()
    {
        await using SimulatedNetwork own = new();
        await own.AddAsync(60);
        for (int i = 2; i < 60; i += 3)
        {
            own.Nodes[i].IsGone = true;
        }

        int found = 0;
        for (int i = 0; i < 20; i++)
        {
            SimulatedNode from = own.Nodes[3 * i];
            SimulatedNode to = own.Nodes[(3 * i) + 1];
            from.Disconnect();
            found += await from.Service!.FindPeerAsync(to.LocalPeer) is { IsConnected: true } ? 1 : 0;
        }

        Assert.Equal(20, found);
    }

    private static async Task<List<KademliaPeerInfo>> AllAsync(IAsyncEnumerable<KademliaPeerInfo> peers)
    {
        List<KademliaPeerInfo> all = [];
        await foreach (KademliaPeerInfo one in peers)
        {
            all.Add(one);
        }

        return all;
    }

    public sealed class Dht : IAsyncLifetime
    {
        internal const int Count = 120;

        internal SimulatedNetwork Network { get; } = new();

        public async ValueTask InitializeAsync()
            => await Network.AddAsync(Count, options => options.Validators["test"] = new AnyValidator());

        public ValueTask DisposeAsync() => Network.DisposeAsync();
    }
}
