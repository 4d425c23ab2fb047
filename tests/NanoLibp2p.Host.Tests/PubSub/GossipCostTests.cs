using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Host.Tests.PubSub.Support;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.PubSub;

/// <summary>What a peer says costs the same among hundreds and among thousands of subscribers.</summary>
public sealed class GossipCostTests
{
    private const string Topic = "t";
    private const int Few = 200;
    private const int Many = 6_000;
    private const int Speakers = 100;

    [Theory]
    [InlineData("subscribes anew")]
    [InlineData("grafts")]
    [InlineData("grafts in its back-off")]
    [InlineData("prunes")]
    [InlineData("has")]
    [InlineData("wants")]
    [InlineData("wants not")]
    [InlineData("publishes")]
    [InlineData("repeats")]
    [InlineData("comes and goes")]
    public void What_a_peer_says_takes_no_more_memory_among_thousands_of_subscribers(string what)
    {
        long few = Cost(what, Few, new Silence([1, 2, 3]));
        long many = Cost(what, Many, new Silence([1, 2, 3]));

        Assert.InRange(many, 0, few + (few / 4) + (Speakers * 64));
    }

    [Fact]
    public void A_refused_GRAFT_leaves_little_garbage()
        => Assert.InRange(Cost("grafts", Many, new Silence(null)), 1, Speakers * 160);

    [Fact]
    public void A_draw_gives_each_peer_once_and_all_of_them_alike()
    {
        GossipPeerSet set = new();
        GossipPeer[] peers = [.. Enumerable.Range(0, 10).Select(i => new GossipPeer(IdOf(i), null, false, false))];
        foreach (GossipPeer peer in peers)
        {
            set.Add(peer);
        }

        set.Remove(peers[3]);
        set.Remove(peers[9]);
        set.Add(peers[5]);
        Random random = new(1);
        Dictionary<GossipPeer, int> first = [];
        for (int round = 0; round < 8_000; round++)
        {
            GossipPeer[] drawn = [.. Enumerable.Range(0, set.Count).Select(i => set.Draw(i, random))];
            Assert.Equal(8, drawn.Distinct().Count());
            first[drawn[0]] = first.GetValueOrDefault(drawn[0]) + 1;
        }

        Assert.Equal([.. peers.Except([peers[3], peers[9]])], set.ToHashSet());
        Assert.DoesNotContain(peers[3], set);
        Assert.Equal(8, first.Count);
        Assert.All(first.Values, times => Assert.InRange(times, 800, 1_200));
    }

    // bytes that the router allocates for what a hundred of its peers say
    private static long Cost(string what, int subscribers, Silence output)
    {
        GossipRouter router = new(new GossipSubOptions(), output, new SeenIds(1_000, 60_000, []), new Random(1), 0);
        router.SetJoined(Topic, true);
        List<GossipPeer> peers = [];
        for (int i = 0; i < subscribers; i++)
        {
            GossipPeer peer = router.AddPeer(IdOf(i), null, isOutbound: false);
            router.SetVersion(peer, GossipVersion.V12);
            router.OnSubscription(peer, Topic, true);
            peers.Add(peer);
        }

        router.Flush();
        router.Advance(1_000);
        Say(router, what, peers[(^(2 * Speakers))..^Speakers], 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Say(router, what, peers[^Speakers..], Speakers);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Say(GossipRouter router, string what, List<GossipPeer> peers, int number)
    {
        foreach (GossipPeer peer in peers)
        {
            byte[] id = [.. BitConverter.GetBytes(++number)];
            switch (what)
            {
                case "subscribes anew":
                    router.OnSubscription(peer, Topic, false);
                    router.OnSubscription(peer, Topic, true);
                    break;
                case "grafts":
                    router.OnGraft(peer, Topic);
                    break;
                case "grafts in its back-off":
                    router.OnGraft(peer, Topic);
                    router.Flush();
                    router.OnGraft(peer, Topic);
                    break;
                case "prunes":
                    router.OnPrune(peer, Topic, 60, [new PeerExchange(id, [1])]);
                    break;
                case "has":
                    router.BeginHave(peer, Topic);
                    router.OnHave(peer, (ulong)number, id);
                    router.EndHave(peer);
                    break;
                case "wants":
                    router.OnWant(peer, (ulong)number);
                    break;
                case "wants not":
                    router.OnDontWant(peer, (ulong)number);
                    break;
                case "publishes":
                    router.OnMessage(peer, GossipNode.Make(Topic, id));
                    break;
                case "repeats":
                    router.OnDuplicate(peer, Topic, 1);
                    break;
                default:
                    router.RemovePeer(peer);
                    GossipPeer next = router.AddPeer(peer.Id, null, isOutbound: false);
                    router.SetVersion(next, GossipVersion.V12);
                    router.OnSubscription(next, Topic, true);
                    break;
            }

            router.Flush();
        }
    }

    private static PeerId IdOf(int number)
    {
        byte[] id = [0, 36, 8, 1, 0x12, 32, .. new byte[28], .. BitConverter.GetBytes(number)];
        return PeerId.FromBytes(id, 0, id.Length);
    }

    /// <summary>Sends nothing, and knows a record of everybody.</summary>
    private sealed class Silence(byte[]? record) : IGossipOutput
    {
        public void Send(GossipPeer peer, GossipFrame frame)
        {
        }

        public void Deliver(GossipMessage message)
        {
        }

        public bool Validate(GossipMessage message) => false;

        public void SetReading(string topic, bool read)
        {
        }

        public void Connect(IReadOnlyList<PeerExchange> peers)
        {
        }

        public byte[]? RecordOf(GossipPeer peer) => record;

        public void ConnectDirect()
        {
        }
    }
}
