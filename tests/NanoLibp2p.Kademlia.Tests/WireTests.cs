using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>What goes over the wire, byte by byte (kad-dht spec, "RPC messages").</summary>
public class WireTests
{
    [Fact]
    public void Find_node_asks_with_the_bytes_of_the_peer_id()
    {
        DhtWorld world = new DhtWorld(1);
        PeerId sought = PeerId.Parse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
        Assert.Equal("26" + "0804" + "1222" + Convert.ToHexString(sought.ToBytes()),
            Sent(world, () => world.Client.FindPeer(sought)).First());
    }

    [Fact]
    public void Get_providers_asks_with_the_multihash()
    {
        DhtWorld world = new DhtWorld(1);
        byte[] key = [0, 0x12, 0x02, 0xAB, 0xCD];
        Assert.Equal("08" + "0803" + "1204" + "1202ABCD", Sent(world, () => world.Client.FindProviders(key, 1, 4)).First());
    }

    [Fact]
    public void Get_value_asks_with_the_key()
    {
        DhtWorld world = new DhtWorld(1);
        Assert.Equal("08" + "0801" + "1204" + "2F612F62", Sent(world, () => world.Client.GetValue("/a/b"u8.ToArray(), 0, 4)).First());
    }

    [Fact]
    public void Put_value_has_the_key_twice_and_the_value()
    {
        DhtWorld world = new DhtWorld(1);
        List<string> sent = Sent(world, () => world.Client.PutValue("/a/b"u8.ToArray(), 0, 4, "-b1-"u8.ToArray(), 1, 2));
        Assert.Equal(["08" + "0804" + "1204" + "2F612F62", "14" + "0800" + "1204" + "2F612F62" + "1A0A" + "0A04" + "2F612F62" + "1202"
            + "6231"], sent);
    }

    [Fact]
    public void Add_provider_has_our_id_and_addresses_and_a_request_with_an_answer_behind_it()
    {
        DhtWorld world = new DhtWorld(1, new KademliaOptions { Announced = [Multiaddr.Parse("/ip4/1.2.3.4/tcp/4001")] });
        string id = Convert.ToHexString(world.Node.Identity.PeerId.ToBytes());
        List<string> sent = Sent(world, () => world.Client.Provide([0x12, 0x02, 1, 2], 0, 4));
        Assert.Equal("08" + "0803" + "1204" + "12020102", sent[2]);
        Assert.Equal("3C" + "0802" + "1204" + "12020102" + "4A32" + "0A26" + id + "1208" + "0401020304060FA1", sent[1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(81)]
    public void A_key_has_1_to_80_bytes(int bytes)
    {
        DhtWorld world = new DhtWorld(1);
        Assert.Contains("1 to 80", Assert.Throws<ArgumentException>(() => world.Client.FindProviders(new byte[bytes], 0, bytes)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_key_and_value_are_stored()
    {
        KademliaOptions options = new KademliaOptions();
        DhtWorld world = new DhtWorld(1, options);
        byte[] key = [.. "/a/"u8, .. Enumerable.Repeat((byte)'k', 77)];
        byte[] value = [.. Enumerable.Repeat((byte)'k', options.ValueBytes)];

        world.Client.PutValue(key, 0, 80, value, 0, value.Length);

        Assert.Equal(LookupResult.Stored, world.Finish());
        Assert.Equal(value, world.Peers[0].Values[Convert.ToHexString(key)]);
        Assert.Throws<ArgumentException>(() => world.Client.PutValue(key, 0, 80, [.. value, 0], 0, value.Length + 1));
    }

    [Theory]
    [InlineData("Candidates = 0; give 1 to 128")]
    [InlineData("Closest = 21; give 1 to 20")]
    [InlineData("Parallel = 9; give 1 to 4")]
    [InlineData("PeerBytes = 65; give 66 to 1024")]
    [InlineData("ValueBytes = 127; give 128 to 65536")]
    [InlineData("Quorum = 0; give 1 to 128")]
    [InlineData("MaxRequests = 0; give 1 to 65536")]
    [InlineData("RequestTimeoutMs = 0; give 1 to 2147483647")]
    [InlineData("LookupTimeoutMs = 0; give 1 to 2147483647")]
    public void An_option_out_of_range_is_told_with_the_range(string message)
    {
        KademliaOptions options = new KademliaOptions();
        string[] words = message.Split(' ');
        typeof(KademliaOptions).GetField(words[0])!.SetValue(options, int.Parse(words[2].TrimEnd(';')));
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => new KademliaClient(options)).Message);
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/1")]
    [InlineData("/ip4/1.2.3.4/udp/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA")]
    [InlineData("/ip6zone/eth0/ip6/fe80::1/tcp/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA")]
    public void A_seed_is_a_tcp_address_with_a_peer_id(string seed)
    {
        KademliaOptions options = new KademliaOptions { Seeds = [Multiaddr.Parse(seed)] };
        Assert.Contains("can't be a seed", Assert.Throws<ArgumentException>(() => new KademliaClient(options)).Message,
            StringComparison.Ordinal);
    }

    // what the one peer was sent, in hexadecimal
    private static List<string> Sent(DhtWorld world, Action start)
    {
        List<string> sent = new List<string>();
        DhtPeer peer = world.Peers[0];
        peer.Seen = bytes => sent.Add(Convert.ToHexString(bytes));
        start();
        world.Finish();
        return sent;
    }
}
