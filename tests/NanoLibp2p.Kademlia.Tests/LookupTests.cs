using System;
using System.Linq;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>Lookups among sound peers: they come to the true closest, and end.</summary>
public class LookupTests
{
    [Theory]
    [InlineData(300, 1, 1)]
    [InlineData(300, 1, 2)]
    [InlineData(300, 2, 3)]
    [InlineData(40, 1, 4)]
    [InlineData(9, 2, 5)]
    public void A_lookup_asks_the_truly_closest_peers_with_few_requests(int peers, int parallel, uint seed)
    {
        KademliaOptions options = new KademliaOptions { Parallel = parallel };
        DhtWorld world = new DhtWorld(peers, options, parallel, seed);
        byte[] key = [0x12, 0x20, .. Enumerable.Repeat((byte)seed, 32)];

        world.Client.FindProviders(key, 0, key.Length);

        Assert.Equal(LookupResult.NotFound, world.Finish(60_000));
        Assert.All(world.Closest(key).Take(options.Closest), peer => Assert.Equal(1, peer.Requests));
        Assert.InRange(world.Requests, options.Closest, 24);
        Assert.Equal(world.Requests, world.Client.Asked);
    }

    [Fact]
    public void A_peer_is_found_by_its_id_and_the_handler_gets_what_it_can_dial()
    {
        DhtWorld world = new DhtWorld(300);
        DhtPeer sought = world.Peers[250];

        world.Client.FindPeer(sought.Identity.PeerId);

        Assert.Equal(LookupResult.Found, world.Finish(60_000));
        Assert.Equal(1, world.Heard.Count);
        (PeerId id, Multiaddr[] addresses) = Assert.Single(world.Heard.Peers);
        Assert.Equal(sought.Identity.PeerId, id);
        Assert.Equal(sought.Address, Assert.Single(addresses));
        Assert.Equal(0, sought.Requests);
    }

    [Fact]
    public void A_peer_that_nobody_knows_is_not_found()
    {
        DhtWorld world = new DhtWorld(60);
        DhtPeer other = new DhtPeer(world, 1_000);

        world.Client.FindPeer(other.Identity.PeerId);

        Assert.Equal(LookupResult.NotFound, world.Finish(60_000));
        Assert.Equal(0, world.Heard.Count);
    }

    [Fact]
    public void The_handler_says_when_it_has_heard_of_enough_providers()
    {
        DhtWorld world = new DhtWorld(100);
        byte[] key = Encoding.ASCII.GetBytes("something that many provide");
        int number = 0;
        foreach (DhtPeer peer in world.Closest(key).Take(8))
        {
            peer.Providers[Convert.ToHexString(key)] = world.Peers[number++].Name;
        }

        world.Heard.Wanted = 3;
        world.Client.FindProviders(key, 0, key.Length);

        Assert.Equal(LookupResult.Found, world.Finish(60_000));
        Assert.Equal(3, world.Heard.Peers.Count);

        world.Heard.Peers.Clear();
        world.Heard.Wanted = 100;
        world.Client.FindProviders(key, 0, key.Length);

        // all have answered, and eight is what there is
        Assert.Equal(LookupResult.Found, world.Finish(60_000));
        Assert.Equal(8, world.Heard.Peers.Select(peer => peer.Id).Distinct().Count());
    }

    [Fact]
    public void What_is_put_is_stored_at_the_closest_and_found_again()
    {
        KademliaOptions options = new KademliaOptions();
        DhtWorld world = new DhtWorld(200, options);
        byte[] key = Encoding.ASCII.GetBytes("/greenhouse/window");
        byte[] value = Encoding.ASCII.GetBytes("w: 17 degrees");

        world.Client.PutValue(key, 0, key.Length, value, 0, value.Length);

        Assert.Equal(LookupResult.Stored, world.Finish(60_000));
        Assert.Equal(options.Closest, world.Heard.Count);
        Assert.Equal(world.Closest(key).Take(options.Closest).OrderBy(peer => peer.Index),
            world.Peers.Where(peer => peer.Values.Count == 1));

        DhtWorld other = new DhtWorld(200);
        foreach (DhtPeer peer in world.Peers.Where(peer => peer.Values.Count == 1))
        {
            other.Peers[peer.Index].Values[Convert.ToHexString(key)] = value;
        }

        other.Client.GetValue(key, 0, key.Length);

        Assert.Equal(LookupResult.Found, other.Finish(60_000));
        Assert.Equal(value, other.Heard.Value);
        Assert.Equal(2, other.Heard.Agreeing);
    }

    [Fact]
    public void What_is_provided_is_stored_at_the_closest_with_our_addresses()
    {
        Multiaddr here = Multiaddr.Parse("/ip4/192.168.1.9/tcp/4001");
        KademliaOptions options = new KademliaOptions { Announced = [here, Multiaddr.Parse("/dns4/board.example/tcp/1")] };
        DhtWorld world = new DhtWorld(200, options);
        byte[] key = [0x12, 0x20, .. Enumerable.Repeat((byte)9, 32)];

        world.Client.Provide(key, 0, key.Length);

        Assert.Equal(LookupResult.Stored, world.Finish(60_000));
        Assert.Equal(options.Closest, world.Heard.Count);
        foreach (DhtPeer peer in world.Closest(key).Take(options.Closest))
        {
            NamedPeer provider = peer.Providers[Convert.ToHexString(key)];
            Assert.Equal(world.Node.Identity.PeerId.ToBytes(), provider.Id);
            Assert.Equal([here.ToBytes(), options.Announced[1].ToBytes()], provider.Addresses);
        }
    }

    [Fact]
    public void Nothing_is_provided_without_an_address()
    {
        DhtWorld world = new DhtWorld(1);

        Assert.Contains("Announced", Assert.Throws<ArgumentException>(() => world.Client.Provide([1], 0, 1)).Message,
            StringComparison.Ordinal);
        Assert.False(world.Client.IsBusy);
    }

    [Fact]
    public void A_public_key_is_got_without_the_handlers_judgement_and_any_other_is_refused()
    {
        DhtWorld world = new DhtWorld(100);
        DhtPeer owner = world.Peers[42];
        byte[] key = [.. "/pk/"u8, .. owner.Id];
        foreach (DhtPeer peer in world.Peers)
        {
            // a sound key of somebody else
            peer.Values[Convert.ToHexString(key)] = world.Peers[43].Identity.PublicKeyProtobuf;
        }

        world.Client.GetValue(key, 0, key.Length);
        Assert.Equal(LookupResult.NoValidValue, world.Finish(60_000));
        Assert.Null(world.Heard.Value);

        world.Closest(key).ElementAt(3).Values[Convert.ToHexString(key)] = owner.Identity.PublicKeyProtobuf;
        world.Client.GetValue(key, 0, key.Length);
        Assert.Equal(LookupResult.Found, world.Finish(60_000));
        Assert.Equal(owner.Identity.PublicKeyProtobuf, world.Heard.Value);
    }

    [Fact]
    public void Of_valid_values_the_better_one_is_told_and_how_many_agree_on_it()
    {
        DhtWorld world = new DhtWorld(100, new KademliaOptions { Quorum = 5 });
        byte[] key = Encoding.ASCII.GetBytes("/greenhouse/v");
        string name = Convert.ToHexString(key);
        byte[][] values = ["v old"u8.ToArray(), "v the newest"u8.ToArray(), "v newer"u8.ToArray(), "x is not valid but long"u8.ToArray()];
        DhtPeer[] closest = [.. world.Closest(key).Take(8)];
        for (int i = 0; i < closest.Length; i++)
        {
            closest[i].Values[name] = values[i % 4];
        }

        world.Client.GetValue(key, 0, key.Length);

        Assert.Equal(LookupResult.Found, world.Finish(60_000));
        Assert.Equal(values[1], world.Heard.Value);
        Assert.Equal(2, world.Heard.Agreeing);
    }

    [Fact]
    public void A_lookup_that_finds_enough_agreement_ends_early()
    {
        DhtWorld world = new DhtWorld(100, new KademliaOptions { Quorum = 2 });
        byte[] key = Encoding.ASCII.GetBytes("/greenhouse/v");
        foreach (DhtPeer peer in world.Peers)
        {
            peer.Values[Convert.ToHexString(key)] = "v"u8.ToArray();
        }

        world.Client.GetValue(key, 0, key.Length);

        Assert.Equal(LookupResult.Found, world.Finish(60_000));
        Assert.Equal(2, world.Requests);
    }

    [Fact]
    public void A_private_network_has_a_protocol_id_of_its_own()
    {
        DhtWorld world = new DhtWorld(30, new KademliaOptions { ProtocolId = "/greenhouse/kad/1.0.0" });
        world.Client.FindPeer(world.Peers[20].Identity.PeerId);
        Assert.Equal(LookupResult.Found, world.Finish(60_000));

        // and a public client gets nowhere in it
        foreach (DhtPeer peer in world.Peers)
        {
            peer.Requests = 0;
        }

        KademliaClient client = new KademliaClient(new KademliaOptions { Seeds = [world.Peers[0].Address] }) { Events = world.Heard };
        world.Node.Add(client);
        client.FindPeer(world.Peers[20].Identity.PeerId);
        Assert.Equal(LookupResult.NobodyAnswered, world.Finish(60_000));
        Assert.Equal(0, world.Requests);
    }

    [Fact]
    public void One_lookup_at_a_time_and_the_next_may_begin_where_the_last_ended()
    {
        DhtWorld world = new DhtWorld(100);
        PeerId first = world.Peers[20].Identity.PeerId;
        PeerId second = world.Peers[70].Identity.PeerId;
        bool started = false;
        world.Heard.OnOver = () => started = world.Heard.Ends > 1 || world.Client.FindPeer(second);

        Assert.True(world.Client.FindPeer(first));
        Assert.False(world.Client.FindPeer(second));
        Assert.False(world.Client.FindProviders([1], 0, 1));
        Assert.True(world.Client.IsBusy);
        world.Finish();
        Assert.True(started);
        world.Finish();

        Assert.Equal([first, second], world.Heard.Peers.Select(peer => peer.Id));
        Assert.False(world.Client.IsBusy);
    }

    [Fact]
    public void The_next_lookup_knows_the_peers_that_answered_the_last_when_the_seed_is_gone()
    {
        DhtWorld world = new DhtWorld(100);
        world.Client.FindProviders([1, 2, 3], 0, 3);
        world.Finish();
        world.Peers[0].IsGone = true;

        world.Client.FindPeer(world.Peers[50].Identity.PeerId);

        Assert.Equal(LookupResult.Found, world.Finish());
    }

    [Fact]
    public void A_lookup_can_be_cancelled()
    {
        DhtWorld world = new DhtWorld(100);
        world.Client.FindProviders([1, 2, 3], 0, 3);
        world.Run(() => world.Requests == 2, 60_000);

        world.Client.Cancel();

        Assert.Equal(LookupResult.Cancelled, world.Finish(1));
        world.Run(() => world.Node.Connections.All(connection => connection.State == ConnectionState.Free), 1_000);
        Assert.Equal(2, world.Requests);
    }

    [Fact]
    public void A_client_with_nobody_to_ask_says_so_at_once()
    {
        DhtWorld world = new DhtWorld(0);
        world.Client.FindProviders([1], 0, 1);
        Assert.Equal(LookupResult.NobodyAnswered, world.Finish(10));
    }
}
