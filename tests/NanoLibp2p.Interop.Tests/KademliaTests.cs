using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Our Kademlia client, with the connections of a device, in a DHT of js-libp2p's servers.</summary>
public class KademliaTests(JsDht dht) : IClassFixture<JsDht>
{
    private readonly KademliaOptions _options = new() { RequestTimeoutMs = 30_000 };

    [Fact]
    public async Task A_peer_is_found_through_others_and_answers_where_they_say()
    {
        (NanoPeer nano, KademliaClient client, LookupHandler heard) = await StartAsync();
        await using (nano)
        {
            LookupResult result = await heard.LookAsync(nano, () => client.FindPeer(PeerId.Parse(dht.Servers[2].PeerId)));

            Assert.Equal(LookupResult.Found, result);
            Assert.All(heard.Peers, peer => Assert.Equal(dht.Servers[2].PeerId, peer.Peer));
            string address = heard.Peers.SelectMany(peer => peer.Addresses).First(one => one == dht.Servers[2].Address);
            NanoConnection connection = await nano.DialAsync(address);
            Assert.Equal(dht.Servers[2].PeerId, connection.PeerId);
        }
    }

    [Fact]
    public async Task A_value_that_we_put_is_got_by_js_and_by_us_and_what_js_finds_bad_is_refused()
    {
        (NanoPeer nano, KademliaClient client, LookupHandler heard) = await StartAsync();
        await using (nano)
        {
            byte[] key = Encoding.ASCII.GetBytes("/test/" + Guid.NewGuid().ToString("N"));
            byte[] value = "good day"u8.ToArray();

            Assert.Equal(LookupResult.Stored,
                await heard.LookAsync(nano, () => client.PutValue(key, 0, key.Length, value, 0, value.Length)));
            Assert.Equal(dht.Servers.Length, heard.Count);
            Assert.Equal("good day", (await dht.Servers[1].CallAsync("dhtGet", new { key = Encoding.ASCII.GetString(key) })).GetString());

            Assert.Equal(LookupResult.Found, await heard.LookAsync(nano, () => client.GetValue(key, 0, key.Length)));
            Assert.Equal("good day", heard.Value);

            // a namespace that js has no validator for
            byte[] other = "/unknown/x"u8.ToArray();
            Assert.Equal(LookupResult.Refused,
                await heard.LookAsync(nano, () => client.PutValue(other, 0, other.Length, value, 0, value.Length)));
        }
    }

    [Fact]
    public async Task A_value_that_js_puts_is_got()
    {
        (NanoPeer nano, KademliaClient client, LookupHandler heard) = await StartAsync();
        await using (nano)
        {
            string key = "/test/" + Guid.NewGuid().ToString("N");
            await dht.Servers[2].CallAsync("dhtPut", new { key, value = "good evening" });
            byte[] bytes = Encoding.ASCII.GetBytes(key);

            Assert.Equal(LookupResult.Found, await heard.LookAsync(nano, () => client.GetValue(bytes, 0, bytes.Length)));
            Assert.Equal("good evening", heard.Value);
        }
    }

    [Fact]
    public async Task A_public_key_is_stored_and_got()
    {
        (NanoPeer nano, KademliaClient client, LookupHandler heard) = await StartAsync();
        await using (nano)
        {
            byte[] key = [.. "/pk/"u8, .. PeerId.Parse(nano.PeerId).ToBytes()];

            Assert.Equal(LookupResult.Stored,
                await heard.LookAsync(nano, () => client.PutValue(key, 0, key.Length, nano.PublicKey, 0, nano.PublicKey.Length)));
            Assert.Equal(LookupResult.Found, await heard.LookAsync(nano, () => client.GetValue(key, 0, key.Length)));
        }
    }

    [Fact]
    public async Task What_we_provide_js_finds_with_our_address_and_what_js_provides_we_find()
    {
        (NanoPeer nano, KademliaClient client, LookupHandler heard) = await StartAsync();
        await using (nano)
        {
            (string cid, byte[] multihash) = NewCid();
            _options.Announced = [Multiaddr.Parse(nano.Address)];
            Assert.Equal(LookupResult.Stored, await heard.LookAsync(nano, () => client.Provide(multihash, 0, multihash.Length)));
            Assert.Equal(dht.Servers.Length, heard.Count);
            JsonElement provider = (await dht.Servers[1].CallAsync("dhtProviders", new { cid })).EnumerateArray().Single();
            Assert.Equal(nano.PeerId, provider.GetProperty("peer").GetString());
            Assert.Contains(provider.GetProperty("addrs").EnumerateArray(), address =>
                nano.Address.StartsWith(address.GetString()!, StringComparison.Ordinal));

            (cid, multihash) = NewCid();
            await dht.Servers[2].CallAsync("dhtProvide", new { cid });
            Assert.Equal(LookupResult.Found, await heard.LookAsync(nano, () => client.FindProviders(multihash, 0, multihash.Length)));
            Assert.Contains(heard.Peers, peer => peer.Peer == dht.Servers[2].PeerId && peer.Addresses.Contains(dht.Servers[2].Address));
        }
    }

    // A node with two connections: one for js's servers, which may dial whom they were told of, and one for the client's dials.
    private async Task<(NanoPeer, KademliaClient, LookupHandler)> StartAsync()
    {
        LookupHandler heard = new LookupHandler();
        _options.Seeds = [Multiaddr.Parse(dht.Servers[0].Address)];
        KademliaClient client = new KademliaClient(_options) { Events = heard };
        NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions { MaxConnections = 2, DialTimeoutMs = 30_000 }, client);
        await nano.DoAsync(() => client.Node.KeepsPlaceForDials = true);
        return (nano, client, heard);
    }

    // a CIDv1 of codec raw, in base32
    private static (string Cid, byte[] Multihash) NewCid()
    {
        byte[] multihash = [0x12, 0x20, .. SHA256.HashData(Guid.NewGuid().ToByteArray())];
        byte[] cid = [0x01, 0x55, .. multihash];
        return (Multibase.Base32 + Multibase.Encode(Multibase.Base32, cid, 0, cid.Length), multihash);
    }
}

/// <summary>Three DHT servers of js that know each other.</summary>
public sealed class JsDht : IAsyncLifetime
{
    /// <summary>The servers; the others have dialled the first.</summary>
    public JsPeer[] Servers { get; private set; } = [];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Servers = await Task.WhenAll(Enumerable.Range(0, 3)
            .Select(_ => JsPeer.StartAsync(new JsPeerOptions { Dht = KademliaOptions.PublicId, Patience = 30_000 })));
        await Servers[1].DialAsync(Servers[0].Address);
        await Servers[2].DialAsync(Servers[0].Address);
        await Servers[2].DialAsync(Servers[1].Address);
        using CancellationTokenSource late = new(NanoPeer.Patience);
        foreach (JsPeer server in Servers)
        {
            while ((await server.CallAsync("dhtSize")).GetInt32() < Servers.Length - 1)
            {
                await Task.Delay(50, late.Token);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (JsPeer server in Servers)
        {
            await server.DisposeAsync();
        }
    }
}
