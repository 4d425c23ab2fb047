using System;
using System.Linq;
using NanoLibp2p.Core;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>A device has few connections: what a lookup does with them.</summary>
public class ConnectionTests
{
    private static readonly byte[] _key = [0x12, 0x20, .. Enumerable.Repeat((byte)0x33, 32)];

    [Fact]
    public void One_spare_connection_is_enough_and_that_of_others_is_used_and_left_open()
    {
        DhtWorld world = new DhtWorld(100, connections: 2, seeded: false);
        DhtPeer gateway = world.Peers[0];
        Connection others = world.Node.Dial([gateway.Address]);
        world.Run(() => others.IsOpen, 5_000);
        int serial = others.Serial;

        for (int i = 0; i < 5; i++)
        {
            world.Client.FindProviders(_key, 0, _key.Length);
            Assert.Equal(LookupResult.NotFound, world.Finish());
        }

        Assert.True(others.IsOpen);
        Assert.Equal(serial, others.Serial);
        Assert.Single(world.Host.Dials, dial => dial.EndsWith(":" + gateway.Port, StringComparison.Ordinal));
        Assert.True(gateway.Requests >= 1);

        // all of its streams are free again
        world.Run(() => others.OpenStreams == 0, 1_000);
        Assert.Equal(0, others.OpenStreams);
    }

    [Fact]
    public void A_peer_that_never_ends_its_streams_keeps_none_of_them_and_its_answer_counts()
    {
        DhtWorld world = new DhtWorld(1, seeded: false);
        DhtPeer gateway = world.Peers[0];
        gateway.EndsStreams = false;
        Connection others = world.Node.Dial([gateway.Address]);
        world.Run(() => others.IsOpen, 5_000);

        for (int i = 0; i < 20; i++)
        {
            world.Client.FindProviders(_key, 0, _key.Length);
            Assert.Equal(LookupResult.NotFound, world.Finish());
        }

        Assert.True(others.IsOpen);
        Assert.Equal(0, others.OpenStreams);
    }

    [Fact]
    public void With_no_connection_to_spare_those_that_are_open_are_asked_and_the_lookup_says_what_it_lacked()
    {
        KademliaOptions options = new KademliaOptions { LookupTimeoutMs = 30_000 };
        DhtWorld world = new DhtWorld(100, options, seeded: false);
        Connection others = world.Node.Dial([world.Peers[0].Address]);
        world.Run(() => others.IsOpen, 5_000);

        world.Client.FindPeer(world.Peers[0].Table[3].Identity.PeerId);
        Assert.Equal(LookupResult.Found, world.Finish());

        world.Client.FindProviders(_key, 0, _key.Length);
        Assert.Equal(LookupResult.NoConnection, world.Finish());
        Assert.True(others.IsOpen);
        Assert.Single(world.Host.Dials);
    }

    [Fact]
    public void A_lookup_goes_on_when_a_connection_is_free_again()
    {
        KademliaOptions options = new KademliaOptions { LookupTimeoutMs = 60_000 };
        DhtWorld world = new DhtWorld(100, options, seeded: false);
        Connection others = world.Node.Dial([world.Peers[0].Address]);
        world.Run(() => others.IsOpen, 5_000);
        world.Client.FindProviders(_key, 0, _key.Length);
        world.Run(20_000);
        Assert.True(world.Client.IsBusy);

        others.Close();

        Assert.Equal(LookupResult.NotFound, world.Finish());
        Assert.InRange(world.Network.NowMs, 20_000, 40_000);
    }

    [Fact]
    public void What_a_lookup_dialled_is_closed_when_it_has_the_answer()
    {
        DhtWorld world = new DhtWorld(100);
        world.Client.FindProviders(_key, 0, _key.Length);
        world.Finish();

        world.Run(() => world.Node.Connections[0].State == ConnectionState.Free, 1_000);

        Assert.Equal(ConnectionState.Free, world.Node.Connections[0].State);
        Assert.Equal(world.Requests, world.Host.Dials.Count);
    }

    [Fact]
    public void A_connection_that_the_application_takes_over_stays_open()
    {
        DhtWorld world = new DhtWorld(100, connections: 2);
        Connection? kept = null;
        world.Heard.Keeps = connection => (kept ??= connection) == connection;

        world.Client.FindProviders(_key, 0, _key.Length);

        Assert.Equal(LookupResult.NotFound, world.Finish());
        world.Run(1_000);
        Assert.True(kept!.IsOpen);
        Assert.Single(world.Node.Connections, connection => connection.State != ConnectionState.Free);
    }

    [Fact]
    public void A_connection_that_somebody_else_ends_costs_its_peers_turn_only()
    {
        DhtWorld world = new DhtWorld(100);
        DhtPeer best = world.Closest(_key).First();
        best.Answer = _ =>
        {
            world.Node.Connections[0].Close();
            return null!;
        };

        world.Client.FindProviders(_key, 0, _key.Length);

        Assert.Equal(LookupResult.NotFound, world.Finish());

        // others name it again, so it has a second turn
        Assert.InRange(best.Requests, 1, 2);
        Assert.True(world.Requests > 8);
    }

    [Fact]
    public void Two_requests_at_a_time_take_about_half_of_the_time()
    {
        long[] took = [0, 0];
        for (int i = 0; i < 2; i++)
        {
            DhtWorld world = new DhtWorld(300, new KademliaOptions { Parallel = 1 + i, Closest = 16 }, connections: 1 + i, seed: 4);
            world.Client.FindProviders(_key, 0, _key.Length);
            Assert.Equal(LookupResult.NotFound, world.Finish());
            took[i] = world.Network.NowMs;
        }

        Assert.InRange(took[1], took[0] / 3, took[0] * 3 / 4);
    }
}
