using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Kademlia;

/// <summary>Whom a lookup asks, and when it is over.</summary>
public class LookupTests
{
    private static readonly KademliaKey _target = KademliaKey.Of([1, 2, 3]);
    private static readonly LookupLimits _limits = new(3, 20, 10, 240, 160, 16);
    private readonly Random _random = new(1);
    private readonly PeerId[] _peers;
    private readonly Lookup _lookup;

    public LookupTests()
    {
        // the closest first
        _peers = [.. Enumerable.Range(0, 400).Select(_ => Peer())
            .OrderBy(one => KademliaKey.Of(one), Comparer<KademliaKey>.Create((a, b) => _target.CompareDistance(a, b)))];
        _lookup = new Lookup(_target, Peer(), _limits);
    }

    [Fact]
    public void Of_the_places_in_flight_half_are_by_one_peers_word()
    {
        // a liar names the closest, an honest one those behind them
        foreach (PeerId peer in _peers.Take(20))
        {
            _lookup.Add(peer, [], _peers[398]);
        }

        foreach (PeerId peer in _peers.Skip(20).Take(20))
        {
            _lookup.Add(peer, [], _peers[399]);
        }

        List<PeerId> asked = AskAll();
        Assert.Equal([.. _peers.Take(5), .. _peers.Skip(20).Take(5)], asked);

        // its own answer, and the others', go on meanwhile
        foreach (PeerId peer in asked.Skip(5))
        {
            _lookup.Answered(peer);
        }

        Assert.Equal(_peers.Skip(25).Take(5), AskAll());
    }

    [Fact]
    public void Who_failed_is_tried_once_more_at_the_addresses_that_another_tells()
    {
        _lookup.Add(_peers[0], [Address(1)], _peers[398]);
        Assert.Equal([_peers[0]], AskAll());
        _lookup.Failed(_peers[0]);
        _lookup.Add(_peers[0], [Address(2)], _peers[398]);
        Assert.Empty(AskAll());
        _lookup.Add(_peers[0], [Address(1)], _peers[399]);
        Assert.Empty(AskAll());
        _lookup.Add(_peers[0], [Address(3)], _peers[399]);
        Assert.True(_lookup.TryNext(out PeerId peer, out IReadOnlyList<Multiaddr> addresses));
        Assert.Equal(_peers[0], peer);
        Assert.Equal(Address(3), addresses[0]);
        _lookup.Failed(_peers[0]);
        _lookup.Add(_peers[0], [Address(4)], _peers[397]);
        Assert.Empty(AskAll());
        Assert.True(_lookup.IsOver);
    }

    [Fact]
    public void Who_is_named_with_other_addresses_while_it_is_asked_is_tried_at_those_when_it_fails()
    {
        _lookup.Add(_peers[0], [Address(1)], _peers[398]);
        AskAll();
        _lookup.Add(_peers[0], [Address(2)], _peers[399]);
        _lookup.Failed(_peers[0]);
        Assert.False(_lookup.IsOver);
        Assert.Equal([_peers[0]], AskAll());
        _lookup.Failed(_peers[0]);
        Assert.True(_lookup.IsOver);
    }

    [Fact]
    public void It_is_over_when_the_three_closest_that_did_not_fail_have_answered()
    {
        foreach (PeerId peer in _peers.Take(8))
        {
            _lookup.Add(peer, [], null);
        }

        AskAll();
        _lookup.Failed(_peers[0]);
        _lookup.Answered(_peers[1]);
        _lookup.Answered(_peers[2]);
        _lookup.Answered(_peers[4]);
        Assert.False(_lookup.IsOver);
        _lookup.Answered(_peers[3]);
        Assert.True(_lookup.IsOver);
        Assert.Equal([_peers[1], _peers[2], _peers[3], _peers[4]], _lookup.Closest(20));
    }

    [Fact]
    public void While_the_one_that_is_sought_was_not_where_it_is_said_to_be_the_closest_three_do_not_suffice()
    {
        // those who name it wrongly may be the closest
        Lookup lookup = new(_target, Peer(), _limits, _peers[0]);
        foreach (PeerId peer in _peers.Skip(1).Take(30))
        {
            lookup.Add(peer, [], null);
        }

        lookup.Add(_peers[0], [Address(1)], _peers[1]);
        List<PeerId> asked = AskAll(lookup);
        Assert.Contains(_peers[0], asked);
        lookup.Failed(_peers[0]);
        foreach (PeerId peer in _peers.Skip(1).Take(20))
        {
            Assert.False(lookup.IsOver);
            lookup.Answered(peer);
            AskAll(lookup);
        }

        Assert.True(lookup.IsOver);
    }

    [Fact]
    public void It_is_over_when_nobody_is_left_and_when_it_has_asked_as_often_as_it_may()
    {
        Assert.True(_lookup.IsOver);
        Lookup bounded = new(_target, _peers[399], _limits with { MaxRequests = 4, Closest = 20 });
        foreach (PeerId peer in _peers.Take(10))
        {
            bounded.Add(peer, [], null);
        }

        int asked = 0;
        while (bounded.TryNext(out PeerId peer, out IReadOnlyList<Multiaddr> _))
        {
            asked++;
            bounded.Answered(peer);
        }

        Assert.Equal(4, asked);
        Assert.True(bounded.IsOver);
    }

    [Fact]
    public void It_has_so_many_in_sight_and_the_closest_stay()
    {
        foreach (PeerId peer in _peers.Reverse())
        {
            _lookup.Add(peer, [], null);
        }

        Assert.Equal(240, _lookup.Count);
        Assert.Equal(_peers.Take(10), AskAll());
    }

    [Fact]
    public void A_peer_has_twice_the_addresses_of_one_answer_at_the_most()
    {
        for (int i = 0; i < 100; i++)
        {
            _lookup.Add(_peers[0], [.. Enumerable.Range(i * 100, 100).Select(Address)], _peers[100 + i]);
        }

        Assert.Equal(32, _lookup.AddressesOf(_peers[0]).Count);
    }

    private static Multiaddr Address(int i) => Multiaddr.Parse($"/ip4/1.2.{i / 250}.{i % 250}/tcp/1");

    private List<PeerId> AskAll() => AskAll(_lookup);

    private static List<PeerId> AskAll(Lookup lookup)
    {
        List<PeerId> asked = [];
        while (lookup.TryNext(out PeerId peer, out IReadOnlyList<Multiaddr> _))
        {
            asked.Add(peer);
        }

        return asked;
    }

    private PeerId Peer()
    {
        byte[] key = new byte[32];
        _random.NextBytes(key);
        return PeerId.FromEd25519(key, 0);
    }
}
