using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Interop.Tests;

/// <summary>The desktop library's Kademlia and js-libp2p's, each as client and as server of the other.</summary>
public sealed class HostKademliaTests(JsDht dht) : IClassFixture<JsDht>, IDisposable
{
    private const string PrivateProtocol = "/greenhouse/kad/1.0.0";

    private readonly CancellationTokenSource _late = new(NanoPeer.Patience);
    private readonly List<MemoryKademliaStore> _stores = [];

    public void Dispose() => _late.Dispose();

    [Fact]
    public async Task In_a_DHT_of_js_a_client_finds_peers_values_and_providers_and_stores_its_own()
    {
        await using Libp2pNode node = await ListenAsync();
        await using KademliaService kad = Start(node, KademliaServiceOptions.PublicProtocol, KademliaMode.Client, dht.Servers[0].Address);

        KademliaPeerInfo? found = await kad.FindPeerAsync(PeerId.Parse(dht.Servers[2].PeerId), _late.Token);
        Assert.True(found!.IsConnected);
        Assert.Contains(Bare(dht.Servers[2].Address), found.Addresses);

        string key = "/test/" + Guid.NewGuid().ToString("N");
        Assert.Equal(dht.Servers.Length, await kad.PutValueAsync(Bytes(key), "good day"u8.ToArray(), _late.Token));
        Assert.Equal("good day", (await dht.Servers[1].CallAsync("dhtGet", new { key })).GetString());
        string other = "/test/" + Guid.NewGuid().ToString("N");
        await dht.Servers[2].CallAsync("dhtPut", new { key = other, value = "good evening" });
        Assert.Equal("good evening"u8.ToArray(), await kad.GetValueAsync(Bytes(other), 0, _late.Token));

        Cid own = NewCid();
        Assert.Equal(dht.Servers.Length, await kad.ProvideAsync(own, _late.Token));
        JsonElement provider = (await dht.Servers[1].CallAsync("dhtProviders", new { cid = own.ToString() })).EnumerateArray().Single();
        Assert.Equal(node.PeerId.ToString(), provider.GetProperty("peer").GetString());
        Assert.Contains(node.ListenAddresses[0].WithoutPeerId().ToString(),
            provider.GetProperty("addrs").EnumerateArray().Select(one => one.GetString()));

        Cid its = NewCid();
        await dht.Servers[2].CallAsync("dhtProvide", new { cid = its.ToString() });
        KademliaPeerInfo one = Assert.Single(await AllAsync(kad.FindProvidersAsync(its, _late.Token)));
        Assert.Equal(dht.Servers[2].PeerId, one.Id.ToString());
        Assert.Contains(Bare(dht.Servers[2].Address), one.Addresses);
    }

    [Fact]
    public async Task In_a_DHT_of_their_own_js_and_a_server_of_ours_serve_each_other()
    {
        await using Libp2pNode hub = await ListenAsync();
        await using KademliaService server = Start(hub, PrivateProtocol, KademliaMode.Server);
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Dht = PrivateProtocol, Patience = 30_000 });
        await js.DialAsync(hub.ListenAddresses[0].ToString());
        await UntilAsync(async () => (await js.CallAsync("dhtSize")).GetInt32() == 1 && server.TableCount == 1);

        // js stores and provides at ours, and finds it there again
        string key = "/test/" + Guid.NewGuid().ToString("N");
        await js.CallAsync("dhtPut", new { key, value = "good morning" });
        Cid cid = NewCid();
        await js.CallAsync("dhtProvide", new { cid = cid.ToString() });

        await using Libp2pNode node = await ListenAsync();
        await using KademliaService client = Start(node, PrivateProtocol, KademliaMode.Client, hub.ListenAddresses[0].ToString());
        Assert.Equal("good morning"u8.ToArray(), await client.GetValueAsync(Bytes(key), 0, _late.Token));
        KademliaPeerInfo provider = Assert.Single(await AllAsync(client.FindProvidersAsync(cid, _late.Token)));
        Assert.Equal(js.PeerId, provider.Id.ToString());
        Assert.Contains(Bare(js.Address), provider.Addresses);
        KademliaPeerInfo? found = await client.FindPeerAsync(PeerId.Parse(js.PeerId), _late.Token);
        Assert.True(found!.IsConnected);

        // what a client of ours stores js finds
        string other = "/test/" + Guid.NewGuid().ToString("N");
        Assert.Equal(2, await client.PutValueAsync(Bytes(other), "good night"u8.ToArray(), _late.Token));
        Assert.Equal("good night", (await js.CallAsync("dhtGet", new { key = other })).GetString());
        Cid own = NewCid();
        Assert.Equal(2, await client.ProvideAsync(own, _late.Token));
        JsonElement told = (await js.CallAsync("dhtProviders", new { cid = own.ToString() })).EnumerateArray().First();
        Assert.Equal(node.PeerId.ToString(), told.GetProperty("peer").GetString());
    }

    [Fact]
    public async Task A_server_of_ours_in_a_DHT_of_js_is_told_of_by_them_and_answers()
    {
        await using Libp2pNode node = await ListenAsync();
        await using KademliaService kad = Start(node, KademliaServiceOptions.PublicProtocol, KademliaMode.Server, dht.Servers[0].Address);
        int before = dht.Servers.Length - 1;
        await UntilAsync(async () => kad.TableCount == dht.Servers.Length
            && (await dht.Servers[0].CallAsync("dhtSize")).GetInt32() > before);
        string key = "/test/" + Guid.NewGuid().ToString("N");
        await dht.Servers[0].CallAsync("dhtPut", new { key, value = "good grief" });

        // one of the four that js stores it at
        StoredValue? kept = null;
        await UntilAsync(async () => (kept = await _stores[^1].GetValueAsync(Bytes(key), _late.Token)) != null);
        Assert.Equal("good grief"u8.ToArray(), kept!.Value);
    }

    private static Task<Libp2pNode> ListenAsync()
    {
        Libp2pNodeOptions options = new();
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return Libp2pNode.StartAsync(options);
    }

    private KademliaService Start(Libp2pNode node, string protocol, KademliaMode mode, params string[] bootstrap)
    {
        _stores.Add(new MemoryKademliaStore());
        KademliaServiceOptions options = new()
        {
            Protocol = protocol,
            Mode = mode,
            PublicAddressesOnly = false,
            Store = _stores[^1],
            QueryTimeout = TimeSpan.FromSeconds(30),
        };
        options.Validators["test"] = new GoodValidator();
        foreach (string address in bootstrap)
        {
            options.Bootstrap.Add(Multiaddr.Parse(address));
        }

        return KademliaService.Start(node, options);
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static Multiaddr Bare(string address) => Multiaddr.Parse(address).WithoutPeerId();

    private static Cid NewCid() => Cid.FromSha256(Cid.Raw, SHA256.HashData(Guid.NewGuid().ToByteArray()));

    private static async Task<List<KademliaPeerInfo>> AllAsync(IAsyncEnumerable<KademliaPeerInfo> peers)
    {
        List<KademliaPeerInfo> all = [];
        await foreach (KademliaPeerInfo one in peers)
        {
            all.Add(one);
        }

        return all;
    }

    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(50, _late.Token);
        }
    }

    // as the one of js's test peers
    private sealed class GoodValidator : IValueValidator
    {
        public bool IsValid(byte[] key, byte[] value) => value.AsSpan().StartsWith("good"u8);

        public int Select(byte[] key, IReadOnlyList<byte[]> values) => 0;
    }
}
