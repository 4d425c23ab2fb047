using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Host.Tests.PubSub.Support;

namespace NanoLibp2p.Host.Tests.PubSub;

/// <summary>Networks of routers in virtual time: everybody hears, meshes stay as they should be.</summary>
public sealed class GossipDeliveryTests
{
    private const string Topic = "t";

    [Fact]
    public void A_message_reaches_each_of_two_hundred_nodes_once_though_each_dialled_five()
    {
        GossipNetwork network = new(1);
        GossipNode[] nodes = network.Add(200);
        network.ConnectAtRandom(nodes, 5);
        JoinAll(nodes);
        network.Run(5_000);
        for (int i = 0; i < 20; i++)
        {
            nodes[i * 7].Publish(Topic, $"m{i}");
            network.Run(100);
        }

        network.Run(5_000);
        Dictionary<int, int> published = Enumerable.Range(0, 20).ToDictionary(i => i * 7, i => i);
        foreach (GossipNode node in nodes)
        {
            int own = published.ContainsKey(network.Nodes.IndexOf(node)) ? 1 : 0;
            Assert.Equal(20 - own, node.Heard.Count);
            Assert.Equal(node.Heard.Count, node.Heard.Distinct().Count());
        }
    }

    [Fact]
    public void Meshes_have_between_five_and_twelve_peers_two_of_them_dialled_while_nodes_come_and_go()
    {
        GossipNetwork network = new(2);
        GossipNode[] nodes = network.Add(60);
        network.ConnectAtRandom(nodes, 10);
        JoinAll(nodes);
        network.Run(20_000);
        Check();
        for (int i = 0; i < 10; i++)
        {
            foreach (GossipNode other in nodes)
            {
                network.Disconnect(nodes[i], other);
            }
        }

        network.Run(5_000);
        nodes = nodes[10..];
        Check();

        void Check()
        {
            foreach (GossipNode node in nodes)
            {
                GossipNode[] mesh = [.. node.Mesh(Topic)];
                Assert.InRange(mesh.Length, 5, 12);
                Assert.True(mesh.Count(peer => node.PeerOf(peer).IsOutbound) >= 2);
                Assert.All(mesh, peer => Assert.Contains(node, peer.Mesh(Topic)));
            }
        }
    }

    [Fact]
    public void What_is_lost_on_the_way_comes_by_gossip()
    {
        GossipNetwork network = new(3) { LossPercent = 60 };
        GossipNode[] nodes = network.Add(50, options => options.FloodPublish = false);
        network.ConnectAtRandom(nodes, 8);
        JoinAll(nodes);
        network.Run(5_000);
        for (int i = 0; i < 10; i++)
        {
            nodes[i].Publish(Topic, $"m{i}");
            network.Run(300);
        }

        network.Run(10_000);
        Assert.Contains(nodes, node => node.Told.Any(one => one.Text.StartsWith("Want", StringComparison.Ordinal)));
        int heard = nodes.Sum(node => node.Heard.Count);
        Assert.InRange(heard, (50 * 10) - 10 - 5, (50 * 10) - 10);
    }

    [Fact]
    public void A_publisher_that_did_not_subscribe_reaches_all_through_its_fanout_which_ends_after_a_minute()
    {
        GossipNetwork network = new(4);
        GossipNode[] nodes = network.Add(30);
        GossipNode publisher = network.Add(options => options.FloodPublish = false);
        network.ConnectAtRandom(nodes, 6);
        for (int i = 0; i < 20; i++)
        {
            network.Connect(publisher, nodes[i]);
        }

        JoinAll(nodes);
        network.Run(3_000);
        Assert.Equal(6, publisher.Publish(Topic, "one"));
        network.Run(2_000);
        Assert.All(nodes, node => Assert.Equal(["one"], node.Heard));
        Assert.Equal(6, publisher.Router.FindTopic(Topic)!.Fanout!.Count);
        network.Run(62_000);
        Assert.Null(publisher.Router.FindTopic(Topic)!.Fanout);

        // and whoever joins takes the fanout for a mesh
        publisher.Publish(Topic, "two");
        GossipNode[] fanout = [.. publisher.Router.FindTopic(Topic)!.Fanout!.Select(peer => nodes.Single(node => node.Id.Equals(peer.Id)))];
        publisher.Join(Topic);
        Assert.Equal(fanout.Order(Comparer<GossipNode>.Create((a, b) => a.GetHashCode() - b.GetHashCode())),
            publisher.Mesh(Topic).Order(Comparer<GossipNode>.Create((a, b) => a.GetHashCode() - b.GetHashCode())));
    }

    [Fact]
    public void An_own_message_is_flooded_to_all_that_subscribed_and_another_ones_goes_to_the_mesh()
    {
        GossipNetwork network = new(5);
        GossipNode[] nodes = network.Add(20);
        GossipNode hub = network.Add();
        foreach (GossipNode node in nodes)
        {
            network.Connect(node, hub);
        }

        JoinAll([.. nodes, hub]);
        network.Run(3_000);
        Assert.InRange(hub.Mesh(Topic).Count(), 5, 12);
        Assert.Equal(20, hub.Publish(Topic, "own"));
        network.Run(50);
        nodes[0].Publish(Topic, "others");
        network.Run(95);
        int reached = nodes.Count(node => node.Heard.Contains("others"));
        Assert.InRange(reached, 4, 12);

        // the rest of it by gossip
        network.Run(4_000);
        Assert.Equal(19, nodes.Count(node => node.Heard.Contains("others")));
    }

    [Fact]
    public void Peers_of_floodsub_get_all_messages_and_no_control()
    {
        GossipNetwork network = new(6);
        GossipNode router = network.Add();
        GossipNode old = network.Add();
        GossipNode other = network.Add();
        network.Connect(old, router, GossipVersion.FloodSub);
        network.Connect(other, router);
        JoinAll([router, old, other]);
        network.Run(3_000);
        other.Publish(Topic, "to all");
        old.Publish(Topic, "from flood");
        network.Run(3_000);
        Assert.Equal(["to all"], old.Heard);
        Assert.Equal(["from flood"], other.Heard);
        Assert.All(old.Told, one => Assert.True(one.Text.StartsWith("Message", StringComparison.Ordinal) || one.Text == "Subscribe t",
            one.Text));
    }

    [Fact]
    public void Direct_peers_get_all_messages_outside_the_mesh_and_are_refused_in_it()
    {
        GossipNetwork network = new(7);
        GossipNode friend = network.Add();
        GossipNode router = network.Add(options =>
        {
            options.DirectPeers.Add(friend.Id.ToString());
            options.DirectAddresses.Add("/ip4/127.0.0.1/tcp/1");
        });
        GossipNode other = network.Add();
        network.Connect(friend, router);
        network.Connect(other, router);
        JoinAll([friend, router, other]);
        network.Run(3_000);
        Assert.True(router.WasAskedForDirect);
        Assert.Equal([other], router.Mesh(Topic));
        Assert.Contains((router, "Prune t 60 0"), friend.Told);
        other.Publish(Topic, "hello");
        network.Run(1_000);
        Assert.Equal(["hello"], friend.Heard);
    }

    [Fact]
    public void Who_leaves_prunes_with_ten_seconds_and_is_not_grafted_before_they_are_over()
    {
        GossipNetwork network = new(8);
        GossipNode[] nodes = network.Add(2);
        network.Connect(nodes[0], nodes[1]);
        JoinAll(nodes);
        network.Run(2_000);
        Assert.Single(nodes[0].Mesh(Topic));
        nodes[0].Leave(Topic);
        network.Run(100);
        Assert.Contains((nodes[0], "Prune t 10 0"), nodes[1].Told);
        Assert.Contains((nodes[0], "Unsubscribe t"), nodes[1].Told);
        Assert.Empty(nodes[1].Mesh(Topic));
        nodes[0].Join(Topic);
        network.Run(9_000);
        Assert.Empty(nodes[1].Mesh(Topic));
        network.Run(5_000);
        Assert.Single(nodes[1].Mesh(Topic));
        Assert.Equal(0, nodes[1].Router.Drops(GossipDrop.GraftInBackoff));
        Assert.Equal(0, nodes[0].Router.Drops(GossipDrop.GraftInBackoff));
    }

    [Fact]
    public void A_message_is_kept_for_five_heartbeats_and_told_of_for_three()
    {
        GossipNetwork network = new(9);
        GossipNode[] nodes = network.Add(2);
        network.Connect(nodes[0], nodes[1]);
        JoinAll(nodes);
        network.Run(2_000);
        nodes[0].Publish(Topic, "kept");
        Assert.Equal(1, nodes[0].Router.History.Count);
        network.Run(4_000);
        Assert.Equal(1, nodes[0].Router.History.Count);
        network.Run(1_500);
        Assert.Equal(0, nodes[0].Router.History.Count);
        Assert.Equal(0, nodes[0].Router.History.Bytes);
    }

    [Fact]
    public void What_a_peer_says_before_there_is_a_stream_to_it_is_heeded_when_there_is_one()
    {
        GossipNetwork network = new(17);
        GossipNode[] nodes = network.Add(2);
        network.Connect(nodes[1], nodes[0], GossipVersion.None);
        nodes[0].Join(Topic);
        nodes[0].Take(nodes[1], batch =>
        {
            batch.Add(GossipEventKind.Subscribe, Topic);
            batch.Add(GossipEventKind.Graft, Topic);
            batch.Add(GossipEventKind.HaveBegin, Topic);
            byte[] id = GossipNetwork.Data("early");
            batch.Events.Add(new GossipEvent { Kind = GossipEventKind.Have, Number = GossipNode.HashOf(id), Id = id });
            batch.Add(GossipEventKind.RpcEnd);
        });
        network.Run(2_000);
        Assert.Empty(nodes[0].Mesh(Topic));
        nodes[0].Agree(nodes[1], GossipVersion.V11);
        network.Run(100);
        Assert.Equal([nodes[1]], nodes[0].Mesh(Topic));
        Assert.Contains((nodes[0], "Want early"), nodes[1].Told);
    }

    [Fact]
    public void Who_comes_into_the_mesh_hears_of_what_was_sent_before()
    {
        GossipNetwork network = new(18);
        GossipNode[] nodes = network.Add(2);
        network.Connect(nodes[0], nodes[1]);
        nodes[0].Join(Topic);
        nodes[1].Join(Topic);
        network.Run(2_000);
        nodes[0].Publish(Topic, "before");
        GossipNode late = network.Add();
        late.Join(Topic);
        network.Connect(late, nodes[1]);
        network.Run(3_000);
        Assert.Contains(late, nodes[1].Mesh(Topic));
        Assert.Equal(["before"], late.Heard);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Run(), Run());

        static string Run()
        {
            GossipNetwork network = new(11);
            GossipNode[] nodes = network.Add(20);
            network.ConnectAtRandom(nodes, 5);
            JoinAll(nodes);
            network.Run(10_000);
            nodes[3].Publish(Topic, "x");
            network.Run(1_000);
            return string.Join('|', nodes.Select(node => string.Join(',', node.Told.Select(one => one.Text))));
        }
    }

    private static void JoinAll(GossipNode[] nodes)
    {
        foreach (GossipNode node in nodes)
        {
            node.Join(Topic);
        }
    }
}
