using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Kademlia;

public class RoutingTableTests
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Multiaddr[] _addresses = [Multiaddr.Parse("/ip4/1.2.3.4/tcp/1")];
    private readonly Random _random = new(1);
    private readonly PeerId _self;

    public RoutingTableTests() => _self = Peer();

    [Fact]
    public void A_thousand_identities_of_one_IP_group_get_three_places_and_two_in_a_bucket()
    {
        RoutingTable table = Table();
        for (int i = 0; i < 1000; i++)
        {
            table.Add(Peer(), _addresses, KademliaAddresses.GroupOf(IPAddress.Parse($"8.8.{i / 250}.{i % 250}")), _now);
        }

        Assert.Equal(3, table.Count);
        for (int i = 0; i < 1000; i++)
        {
            table.Add(Peer(), _addresses, KademliaAddresses.GroupOf(IPAddress.Parse($"2a00:1450:{i:x}::1")), _now);
        }

        Assert.Equal(6, table.Count);
        RoutingTable near = Table();
        for (int i = 0; i < 200; i++)
        {
            PeerId peer = Peer();
            if (Bucket(peer) == 0)
            {
                near.Add(peer, _addresses, "group", _now);
            }
        }

        Assert.Equal(2, near.Count);
    }

    [Fact]
    public void A_bucket_keeps_its_twenty_oldest_and_takes_a_new_one_when_one_leaves()
    {
        RoutingTable table = Table();
        PeerId[] far = [.. Enumerable.Range(0, 200).Select(_ => Peer()).Where(one => Bucket(one) == 0)];
        Assert.All(far.Take(20), one => Assert.True(table.Add(one, _addresses, null, _now)));
        Assert.All(far.Skip(20), one => Assert.False(table.Add(one, _addresses, null, _now)));
        Assert.True(table.Add(far[0], _addresses, null, _now));
        Assert.True(table.Remove(far[3]));
        Assert.False(table.Remove(far[3]));
        Assert.True(table.Add(far[30], _addresses, null, _now));
        Assert.Equal(20, table.Count);
        Assert.False(table.Add(_self, _addresses, null, _now));
    }

    [Fact]
    public void A_group_that_leaves_makes_room_for_its_next()
    {
        RoutingTable table = Table();
        List<PeerId> of = [];
        while (of.Count < 3)
        {
            PeerId peer = Peer();
            if (table.Add(peer, _addresses, "group", _now))
            {
                of.Add(peer);
            }
        }

        PeerId next = Peer();
        Assert.False(table.Add(next, _addresses, "group", _now));
        of.ForEach(one => table.Remove(one));
        Assert.True(table.Add(next, _addresses, "group", _now));
    }

    [Fact]
    public void The_closest_come_first_and_in_the_order_of_their_distance()
    {
        RoutingTable table = Table();
        PeerId[] all = [.. Enumerable.Range(0, 100).Select(_ => Peer())];
        PeerId[] there = [.. all.Where(one => table.Add(one, _addresses, null, _now))];
        KademliaKey target = KademliaKey.Of([1, 2, 3]);
        PeerId[] wanted = [.. there
            .OrderBy(one => KademliaKey.Of(one), Comparer<KademliaKey>.Create((a, b) => target.CompareDistance(a, b)))];
        Assert.Equal(wanted.Take(20), table.Closest(target, 20).Select(one => one.Peer));
        Assert.Equal(wanted.Skip(1).Take(20), table.Closest(target, 20, wanted[0]).Select(one => one.Peer));
    }

    [Fact]
    public void A_name_is_not_public_as_it_may_lead_anywhere()
    {
        Assert.False(KademliaAddresses.IsPublic(Multiaddr.Parse("/dns4/localhost/tcp/1")));
        Assert.False(KademliaAddresses.IsPublic(Multiaddr.Parse("/dns4/example.org/tcp/1")));
        Assert.True(KademliaAddresses.IsPublic(Multiaddr.Parse("/ip4/8.8.8.8/tcp/1")));
    }

    private RoutingTable Table() => new(KademliaKey.Of(_self), 20, 3, 2);

    private int Bucket(PeerId peer) => KademliaKey.CommonPrefix(KademliaKey.Of(_self), KademliaKey.Of(peer));

    private PeerId Peer()
    {
        byte[] key = new byte[32];
        _random.NextBytes(key);
        return PeerId.FromEd25519(key, 0);
    }
}
