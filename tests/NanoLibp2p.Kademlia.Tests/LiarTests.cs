using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>Peers that lie, stumble or say nothing cost a lookup a request each, and no more.</summary>
public class LiarTests
{
    private static readonly byte[] _key = [0x12, 0x20, .. Enumerable.Repeat((byte)0x5A, 32)];

    public static TheoryData<string> Faults => new(_faults.Keys);

    // what a closest peer does in place of its part
    private static readonly Dictionary<string, Action<DhtWorld, DhtPeer>> _faults = new()
    {
        ["answers with itself"] = (_, peer) => peer.Answer = request => Closer(request, peer.Name, peer.Name),
        ["answers with the client"] = (world, peer) => peer.Answer = request =>
            Closer(request, new NamedPeer(world.Node.Identity.PeerId.ToBytes(), peer.Name.Addresses)),
        ["answers with nothing"] = (_, peer) => peer.Answer = request => Closer(request),
        ["answers another question"] = (_, peer) => peer.Answer = request =>
            new DhtMessage { Type = (request.Type + 1) % 5, Key = request.Key, Closer = peer.Closest(request.Key) }.Encode(),
        ["answers with ids that are none"] = (_, peer) => peer.Answer = request =>
            Closer(request, new([], []), new(new byte[100], []), new([0x12, 0x20, 1], []), new([0x55, 1, 2], [])),
        ["lists without an end"] = (world, peer) => peer.Answer = request =>
            Closer(request, [.. Enumerable.Range(2_000, 3_000).Select(i => new DhtPeer(world, i).Name)]),
        ["lists addresses without an end"] = (world, peer) => peer.Answer = request =>
            Closer(request, new NamedPeer(new DhtPeer(world, 5_000).Id,
                [.. Enumerable.Repeat(DhtPeer.Bytes(Multiaddr.Parse("/ip4/10.9.9.9/tcp/9")), 9_000)])),
        ["says a length beyond all bounds"] = (_, peer) => peer.Answer = _ => [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x08, 0x03],
        ["says a varint without an end"] = (_, peer) => peer.Answer = _ => [0x40, 0x08, .. Enumerable.Repeat((byte)0xFF, 60)],
        ["says a field longer than its message"] = (_, peer) => peer.Answer = _ => [0x04, 0x42, 0x7F, 0x0A, 0x00],
        ["says noise"] = (_, peer) => peer.Answer = _ => [.. Enumerable.Range(1, 200).Select(i => (byte)((i * 37) ^ (i >> 2)))],
        ["ends in the middle of a message"] = (_, peer) => peer.Answer = request => Closer(request, peer.Name)[..^5],
        ["never answers"] = (_, peer) => peer.Answer = _ => null!,
        ["answers half and then nothing more"] = (_, peer) =>
        {
            peer.Answer = request => Closer(request, peer.Name)[..^5];
            peer.EndsStreams = false;
        },
        ["resets the stream"] = (_, peer) => peer.ResetsStreams = true,
        ["does not speak the protocol"] = (_, peer) => peer.Serves = false,
        ["is gone"] = (_, peer) => peer.IsGone = true,
        ["lets a dial hang"] = (_, peer) => peer.DialsHang = true,
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Half_of_the_closest_peers_with_a_fault_keep_nobody_from_the_others(string fault)
    {
        KademliaOptions options = new KademliaOptions();
        DhtWorld world = new DhtWorld(120, options, seed: 7);
        DhtPeer[] closest = [.. world.Closest(_key).Where(peer => peer.Index != 0).Take(8)];
        for (int i = 0; i < closest.Length; i += 2)
        {
            _faults[fault](world, closest[i]);
        }

        DhtPeer[] sound = [.. closest.Where((_, i) => i % 2 == 1)];
        sound[^1].Providers[Convert.ToHexString(_key)] = world.Peers[9].Name;

        world.Client.FindProviders(_key, 0, _key.Length);

        Assert.Equal(LookupResult.Found, world.Finish(options.LookupTimeoutMs));
        Assert.Equal(world.Peers[9].Identity.PeerId, world.Heard.Peers.Single().Id);
        Assert.InRange(world.Client.Asked, 4, 30);
        world.Run(() => world.Node.Connections.All(connection => connection.State == ConnectionState.Free), 5_000);
        Assert.All(world.Node.Connections, connection => Assert.Equal(ConnectionState.Free, connection.State));
    }

    [Fact]
    public void A_liar_whose_peers_are_closer_than_any_and_do_not_exist_hides_nobody()
    {
        KademliaOptions options = new KademliaOptions();
        DhtWorld world = new DhtWorld(150, options, seed: 8);
        options.Seeds = [world.Peers[0].Address, world.Peers[1].Address];

        // ids that beat the whole network, as anybody can make them
        ulong target = DhtPeer.PositionOf(_key);
        ulong nearest = world.Closest(_key).First().Position ^ target;
        DhtPeer[] invented = [.. Enumerable.Range(10_000, 60_000).Select(i => new DhtPeer(world, i))
            .Where(peer => (peer.Position ^ target) < nearest).Take(20)];
        Assert.Equal(20, invented.Length);
        world.Peers[0].Answer = request => Closer(request, [.. invented.Select(peer => peer.Name), .. world.Peers[0].Closest(request.Key)]);
        world.Closest(_key).First().Providers[Convert.ToHexString(_key)] = world.Peers[9].Name;

        world.Client.FindProviders(_key, 0, _key.Length);

        Assert.Equal(LookupResult.Found, world.Finish(options.LookupTimeoutMs));
    }

    [Fact]
    public void A_peer_that_a_liar_named_with_a_wrong_address_is_reached_by_the_one_that_others_name()
    {
        DhtWorld world = new DhtWorld(100, seed: 3);
        DhtPeer best = world.Closest(_key).First();
        byte[] wrong = DhtPeer.Bytes(Multiaddr.Parse("/ip4/10.77.77.77/tcp/77"));
        world.Peers[0].Answer = request =>
            Closer(request, [.. world.Peers[0].Closest(request.Key)
                .Select(peer => new NamedPeer(peer.Id, peer.Id == best.Id ? [wrong] : peer.Addresses))]);
        if (!world.Peers[0].Table.Contains(best))
        {
            world.Peers[0].Table.Add(best);
        }

        best.Providers[Convert.ToHexString(_key)] = world.Peers[9].Name;

        world.Client.FindProviders(_key, 0, _key.Length);

        Assert.Equal(LookupResult.Found, world.Finish());
        Assert.Contains("10.77.77.77:77", world.Host.Dials);
        Assert.Equal(1, best.Requests);
    }

    [Fact]
    public void Liars_that_send_a_lookup_from_one_to_the_next_end_it_at_its_limit_of_requests()
    {
        KademliaOptions options = new KademliaOptions { MaxRequests = 12 };
        DhtWorld world = new DhtWorld(400, options, seed: 2);
        ulong target = DhtPeer.PositionOf(_key);
        DhtPeer[] nearer = [.. world.Peers.OrderByDescending(peer => peer.Position ^ target)];
        int next = 0;
        foreach (DhtPeer peer in world.Peers)
        {
            // always one that is a little closer
            peer.Answer = request => Closer(request, nearer[next++].Name);
        }

        world.Client.FindProviders(_key, 0, _key.Length);

        Assert.Equal(LookupResult.TooManyRequests, world.Finish());
        Assert.InRange(world.Requests, 10, 12);
    }

    [Fact]
    public void Silent_peers_end_a_lookup_at_its_limit_of_time()
    {
        KademliaOptions options = new KademliaOptions { LookupTimeoutMs = 50_000, RequestTimeoutMs = 10_000 };
        DhtWorld world = new DhtWorld(100, options);
        foreach (DhtPeer peer in world.Peers.Skip(1))
        {
            peer.Answer = _ => null!;
        }

        world.Client.FindProviders(_key, 0, _key.Length);

        Assert.Equal(LookupResult.TimedOut, world.Finish());
        Assert.InRange(world.Network.NowMs, 50_000, 50_100);
        Assert.InRange(world.Client.Asked, 5, 7);
    }

    [Theory]
    [InlineData("of another key")]
    [InlineData("without a key")]
    [InlineData("that is not valid")]
    [InlineData("longer than fits")]
    public void A_record_is_not_taken(string record)
    {
        DhtWorld world = new DhtWorld(60);
        byte[] key = Encoding.ASCII.GetBytes("/greenhouse/v");
        foreach (DhtPeer peer in world.Peers)
        {
            peer.Answer = request => new DhtMessage
            {
                Type = request.Type,
                Key = request.Key,
                RecordKey = record == "of another key" ? "/greenhouse/x"u8.ToArray() : record == "without a key" ? null : key,
                RecordValue = record == "that is not valid" ? "x"u8.ToArray() : record == "longer than fits"
                    ? [.. Enumerable.Repeat((byte)'v', 300)] : "v"u8.ToArray(),
            }.Encode();
        }

        world.Client.GetValue(key, 0, key.Length);

        bool sawOne = record is "that is not valid" or "longer than fits";
        Assert.Equal(sawOne ? LookupResult.NoValidValue : LookupResult.NotFound, world.Finish());
        Assert.Null(world.Heard.Value);
    }

    [Fact]
    public void One_peer_that_sends_a_value_many_times_agrees_once()
    {
        DhtWorld world = new DhtWorld(20);
        byte[] key = Encoding.ASCII.GetBytes("/greenhouse/v");
        DhtPeer liar = world.Peers[0];
        liar.Answer = request =>
        {
            MemoryStream body = new MemoryStream();
            body.Write(new DhtMessage { Type = request.Type, Key = key }.Body());
            MemoryStream record = new MemoryStream();
            DhtMessage.Field(record, 1, key);
            DhtMessage.Field(record, 2, "v of one"u8.ToArray());
            for (int i = 0; i < 10; i++)
            {
                DhtMessage.Field(body, 3, record.ToArray());
            }

            return DhtMessage.Delimited(body.ToArray());
        };

        world.Client.GetValue(key, 0, key.Length);

        Assert.Equal(LookupResult.Found, world.Finish());
        Assert.Equal(1, world.Heard.Agreeing);
    }

    [Fact]
    public void Who_echoes_something_else_than_it_was_given_has_not_stored_it()
    {
        DhtWorld world = new DhtWorld(30);
        byte[] key = Encoding.ASCII.GetBytes("/greenhouse/v");
        byte[] value = "v"u8.ToArray();
        DhtPeer[] closest = [.. world.Closest(key).Take(8)];
        for (int i = 0; i < 3; i++)
        {
            DhtPeer peer = closest[i];
            peer.Answer = request => request.Type == DhtMessage.PutValue ? (request with { RecordValue = "v older"u8.ToArray() }).Encode()
                : peer.Honest(request);
        }

        world.Client.PutValue(key, 0, key.Length, value, 0, value.Length);

        Assert.Equal(LookupResult.Stored, world.Finish());
        Assert.Equal(5, world.Heard.Count);
    }

    [Fact]
    public void A_record_that_all_refuse_is_told_as_refused()
    {
        DhtWorld world = new DhtWorld(30);
        byte[] key = Encoding.ASCII.GetBytes("/greenhouse/v");
        foreach (DhtPeer peer in world.Peers)
        {
            // js resets the stream
            peer.Answer = request => request.Type == DhtMessage.PutValue ? [0] : peer.Honest(request);
        }

        world.Client.PutValue(key, 0, key.Length, "v"u8.ToArray(), 0, 1);

        Assert.Equal(LookupResult.Refused, world.Finish());
        Assert.Equal(0, world.Heard.Count);
    }

    private static byte[] Closer(DhtMessage request, params NamedPeer[] peers) =>
        new DhtMessage { Type = request.Type, Key = request.Key, Closer = peers }.Encode();
}
