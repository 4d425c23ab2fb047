using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>Subscriptions, and who is in whose mesh when: all in virtual time.</summary>
public class MeshTests
{
    [Theory]
    [InlineData("/meshsub/1.1.0", new[] { "/meshsub/1.1.0", "/meshsub/1.0.0", "/floodsub/1.0.0" })]
    [InlineData("/meshsub/1.0.0", new[] { "/meshsub/1.0.0", "/floodsub/1.0.0" })]
    [InlineData("/floodsub/1.0.0", new[] { "/floodsub/1.0.0" })]
    public void The_newest_protocol_that_both_speak_is_taken(string expected, string[] served)
    {
        (Board board, ScriptedPeer peer) = Board.Connect(protocols: served, joined: ["t"], topics: ["t"]);

        Assert.Equal(expected, Encoding.ASCII.GetString(peer.Host.Node.Protocols.Message(peer.Inbound!.ProtocolIndex)[1..^1]));
        Assert.Equal([(true, "t")], peer.Take().SelectMany(rpc => rpc.Subscriptions));
        Assert.Equal(1, board.Publish("t", 1));
    }

    [Fact]
    public void A_peer_without_pubsub_is_left_alone()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(protocols: ["/something/else"], joined: ["t"]);
        peer.Dials = false;
        board.Simulation.Run(10_000);

        Assert.Equal(0, peer.Accepted);
        Assert.Equal(0, board.Publish("t", 1));
        Assert.True(board.Connection.IsOpen);
    }

    [Fact]
    public void A_peer_without_pubsub_may_come_after_one_that_has_it()
    {
        (Board board, _) = Board.Connect(topics: ["t"]);
        board.Connection.Close();
        board.Simulation.Run(10);
        ScriptedPeer other = new(board.Simulation, "/something/else") { Dials = false };
        board.Dial(other);
        board.PubSub.Open("t").Join();
        board.Simulation.Run(5_000);

        Assert.Equal(0, other.Accepted);
        Assert.Equal(0, board.PubSub.Queued(board.Connection));
    }

    [Fact]
    public void A_floodsub_peer_gets_all_messages_and_no_control()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(protocols: ["/floodsub/1.0.0"], joined: ["t"], topics: ["t"]);
        board.Publish("t", 1);
        board.Simulation.Run(5000);
        board.PubSub.Open("t").Leave();
        board.Simulation.Run(5000);

        List<Rpc> heard = peer.Take();
        Assert.Equal([(true, "t"), (false, "t")], heard.SelectMany(rpc => rpc.Subscriptions));
        Assert.Single(heard.SelectMany(rpc => rpc.Messages));
        Assert.Empty(heard.SelectMany(rpc => rpc.Graft));
        Assert.Empty(heard.SelectMany(rpc => rpc.Prune));
    }

    [Fact]
    public void A_subscriber_of_a_joined_topic_is_grafted_once()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        board.Simulation.Run(10_000);

        Assert.Equal(["t"], peer.Take().SelectMany(rpc => rpc.Graft));
        Assert.Equal(1, board.PubSub.Open("t").MeshPeers);
    }

    [Fact]
    public void A_topic_that_is_only_published_to_is_neither_announced_nor_grafted()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(topics: ["t"]);
        Assert.Equal(1, board.Publish("t", 1));
        board.Simulation.Run(10_000);

        List<Rpc> heard = peer.Take();
        Assert.Single(heard);
        Assert.Single(heard[0].Messages);
    }

    [Fact]
    public void The_mesh_is_filled_up_to_the_option_and_a_place_that_falls_free_is_taken()
    {
        Simulation simulation = new(4);
        Board board = new(simulation, new PubSubOptions { MeshPeers = 2 }, new NodeOptions { MaxConnections = 5 });
        Topic topic = board.PubSub.Join("t");
        ScriptedPeer[] peers = [.. Enumerable.Range(0, 5).Select(_ => new ScriptedPeer(simulation))];
        foreach (ScriptedPeer peer in peers)
        {
            board.Dial(peer);
            peer.Send(Rpc.Subscribe("t"));
        }

        simulation.Run(3000);
        Assert.Equal(2, topic.MeshPeers);
        ScriptedPeer[] grafted = [.. peers.Where(peer => peer.Take().Any(rpc => rpc.Graft.Count > 0))];
        Assert.Equal(2, grafted.Length);

        grafted[0].Send(new Rpc { Prune = [("t", 60)] });
        grafted[1].Host.LastConnected!.Close();
        simulation.Run(3000);
        Assert.Equal(2, topic.MeshPeers);
        Assert.Equal(2, peers.Except(grafted).Count(peer => peer.Take().Any(rpc => rpc.Graft.Count > 0)));
    }

    [Fact]
    public void Who_grafts_us_is_in_the_mesh_up_to_its_greatest_size()
    {
        Simulation simulation = new(4);
        Board board = new(simulation, new PubSubOptions { MeshPeers = 1, MaxMeshPeers = 2 }, new NodeOptions { MaxConnections = 3 });
        Topic topic = board.PubSub.Join("t");
        ScriptedPeer[] peers = [.. Enumerable.Range(0, 3).Select(_ => new ScriptedPeer(simulation))];
        foreach (ScriptedPeer peer in peers)
        {
            board.Dial(peer);
            peer.Send(Rpc.Subscribe("t") with { Graft = ["t"] });
            simulation.Run(100);
        }

        Assert.Equal(2, topic.MeshPeers);
        Assert.All(peers[..2], peer => Assert.Empty(peer.Take().SelectMany(rpc => rpc.Prune)));
        Assert.Equal([("t", (ulong?)60)], peers[2].Take().SelectMany(rpc => rpc.Prune));
    }

    [Fact]
    public void A_graft_of_a_topic_that_was_left_is_answered_with_a_prune_and_one_of_an_unknown_topic_with_nothing()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(topics: ["t"]);
        peer.Send(new Rpc { Graft = ["t", "unknown"] });
        board.Simulation.Run(100);

        Assert.Equal([("t", (ulong?)10)], peer.Take().SelectMany(rpc => rpc.Prune));
    }

    [Fact]
    public void A_prune_to_a_peer_of_the_first_gossipsub_has_no_backoff()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(protocols: ["/meshsub/1.0.0"], topics: ["t"]);
        peer.Send(new Rpc { Graft = ["t"] });
        board.Simulation.Run(100);

        Assert.Equal([("t", null)], peer.Take().SelectMany(rpc => rpc.Prune));
    }

    [Theory]
    [InlineData(null, 60_000)]
    [InlineData(5UL, 5_000)]
    [InlineData(200UL, 200_000)]
    [InlineData(ulong.MaxValue, 3_600_000)]
    public void Who_pruned_us_is_grafted_again_only_after_its_backoff(ulong? seconds, int milliseconds)
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"], node: new NodeOptions { KeepAliveMs = 0 });
        peer.TakeBytes();
        peer.Send(new Rpc { Prune = [("t", seconds)] });
        board.Simulation.Run(milliseconds);
        Assert.Empty(peer.Take());
        Assert.Equal(0, board.PubSub.Open("t").MeshPeers);

        board.Simulation.Run(2500);
        Assert.Equal(["t"], peer.Take().SelectMany(rpc => rpc.Graft));
    }

    [Fact]
    public void A_backoff_outlives_the_connection()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        peer.Send(new Rpc { Prune = [("t", 60)] });
        board.Simulation.Run(100);
        board.Connection.Close();
        board.Simulation.Run(1000);
        board.Dial(peer);
        peer.Send(Rpc.Subscribe("t"));
        peer.TakeBytes();
        board.Simulation.Run(50_000);
        Assert.Empty(peer.Take().SelectMany(rpc => rpc.Graft));

        board.Simulation.Run(15_000);
        Assert.Equal(["t"], peer.Take().SelectMany(rpc => rpc.Graft));
    }

    [Fact]
    public void A_graft_within_the_backoff_is_pruned_and_makes_it_longer()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        peer.Send(new Rpc { Prune = [("t", 60)] });
        board.Simulation.Run(40_000);
        peer.TakeBytes();
        peer.Send(new Rpc { Graft = ["t"] });
        board.Simulation.Run(100);
        Assert.Equal([("t", (ulong?)60)], peer.Take().SelectMany(rpc => rpc.Prune));

        board.Simulation.Run(58_000);
        Assert.Empty(peer.Take());
        board.Simulation.Run(5_000);
        Assert.Equal(["t"], peer.Take().SelectMany(rpc => rpc.Graft));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(30_000)]
    [InlineData(300_000)]
    public void A_graft_that_comes_when_we_said_it_may_is_taken_at_any_heartbeat(int heartbeatMs)
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { HeartbeatMs = heartbeatMs, MeshPeers = 0, MaxMeshPeers = 1 },
            topics: ["t"], node: new NodeOptions { KeepAliveMs = 0 });
        peer.Send(new Rpc { Graft = ["t"] });
        board.Simulation.Run(100);
        Assert.Equal([("t", (ulong?)10)], peer.Take().SelectMany(rpc => rpc.Prune));

        Topic topic = board.PubSub.Join("t");
        board.Simulation.Run(9_950);
        peer.Send(new Rpc { Graft = ["t"] });
        board.Simulation.Run(100);
        Assert.Empty(peer.Take().SelectMany(rpc => rpc.Prune));
        Assert.Equal(1, topic.MeshPeers);
    }

    [Fact]
    public void Who_was_pruned_for_a_topic_that_we_had_not_joined_is_not_grafted_within_the_backoff_that_it_was_told()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(topics: ["t"]);
        peer.Send(new Rpc { Graft = ["t"] });
        board.Simulation.Run(100);
        Assert.Equal([("t", (ulong?)10)], peer.Take().SelectMany(rpc => rpc.Prune));

        board.PubSub.Join("t");
        board.Simulation.Run(9_900);
        Assert.Empty(peer.Take().SelectMany(rpc => rpc.Graft));
        board.Simulation.Run(3_000);
        Assert.Equal(["t"], peer.Take().SelectMany(rpc => rpc.Graft));
    }

    [Fact]
    public void The_backoff_that_is_told_is_never_shorter_than_the_one_that_is_kept()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"], node: new NodeOptions { KeepAliveMs = 0 });
        peer.Send(new Rpc { Prune = [("t", 300)] });
        board.Simulation.Run(10_000);
        peer.TakeBytes();
        peer.Send(new Rpc { Graft = ["t"] });
        board.Simulation.Run(100);
        ulong seconds = peer.Take().SelectMany(rpc => rpc.Prune).Single().Backoff!.Value;

        board.Simulation.Run((int)seconds * 1000);
        peer.Send(new Rpc { Graft = ["t"] });
        board.Simulation.Run(50);
        Assert.Empty(peer.Take().SelectMany(rpc => rpc.Prune));
        Assert.Equal(1, board.PubSub.Open("t").MeshPeers);
    }

    [Fact]
    public void Who_leaves_and_joins_again_waits_for_the_shorter_backoff()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        peer.TakeBytes();
        Topic topic = board.PubSub.Open("t");
        topic.Leave();
        board.Simulation.Run(100);
        topic.Join();
        board.Simulation.Run(9_000);
        List<Rpc> heard = peer.Take();
        Assert.Equal([(false, "t"), (true, "t")], heard.SelectMany(rpc => rpc.Subscriptions));
        Assert.Equal([("t", (ulong?)10)], heard.SelectMany(rpc => rpc.Prune));
        Assert.Empty(heard.SelectMany(rpc => rpc.Graft));

        board.Simulation.Run(3_000);
        Assert.Equal(["t"], peer.Take().SelectMany(rpc => rpc.Graft));
    }

    [Fact]
    public void Joining_and_leaving_between_two_polls_says_nothing()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(topics: ["t"]);
        Topic topic = board.PubSub.Open("t");
        topic.Join();
        topic.Leave();
        board.Simulation.Run(5_000);

        Assert.Empty(peer.Take());
    }

    [Fact]
    public void A_peer_that_unsubscribes_is_out_of_the_mesh_and_gets_nothing_more()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        peer.Send(Rpc.Unsubscribe("t"));
        board.Simulation.Run(100);

        Assert.Equal(0, board.PubSub.Open("t").MeshPeers);
        Assert.Equal(0, board.Publish("t", 1));
        Assert.Equal([true, false], board.Subscriptions.Select(one => one.Joined));
    }

    [Fact]
    public void A_topic_opened_late_knows_who_subscribed_before()
    {
        (Board board, ScriptedPeer peer) = Board.Connect();
        peer.Send(Rpc.Subscribe("a", "late", "b"));
        board.Simulation.Run(100);
        Assert.Equal(1, board.Publish("late", 1));

        board.PubSub.Join("a");
        board.Simulation.Run(100);
        Assert.Equal(["a"], peer.Take().SelectMany(rpc => rpc.Graft));

        peer.Send(Rpc.Unsubscribe("b"));
        board.Simulation.Run(100);
        Assert.Equal(0, board.Publish("b", 1));
    }

    [Fact]
    public void A_stream_that_the_peer_breaks_off_is_opened_again_and_all_is_said_anew()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        peer.TakeBytes();
        peer.Inbound!.Reset();
        board.Simulation.Run(3_000);

        Assert.Equal(2, peer.Accepted);
        List<Rpc> heard = peer.Take();
        Assert.Equal([(true, "t")], heard.SelectMany(rpc => rpc.Subscriptions));
        Assert.Equal(["t"], heard.SelectMany(rpc => rpc.Graft));
    }

    [Fact]
    public void All_topics_joined_before_are_told_to_a_new_peer()
    {
        (_, ScriptedPeer peer) = Board.Connect(joined: ["one", "two", "three"]);

        Assert.Equal([(true, "one"), (true, "two"), (true, "three")], peer.Take().SelectMany(rpc => rpc.Subscriptions));
    }

    [Fact]
    public void Names_and_numbers_of_topics_are_bounded()
    {
        PubSubProtocol pubsub = new(new PubSubOptions { MaxTopics = 2, MaxTopicBytes = 5 });
        Topic one = pubsub.Open("one");
        Assert.Same(one, pubsub.Join("one"));
        Assert.True(one.IsJoined);
        Assert.NotNull(pubsub.Open([0xC3, 0xA4]));
        Assert.Null(pubsub.Open("three"));
        Assert.Throws<ArgumentException>(() => pubsub.Open(""));
        Assert.Throws<ArgumentException>(() => pubsub.Open("longer"));
        Assert.Throws<ArgumentException>(() => pubsub.Open("ä"));
        Assert.Equal(0, one.Publish([1], 0, 1));
    }

    [Fact]
    public void Wrong_options_are_refused_with_the_figure_and_what_to_do()
    {
        foreach (PubSubOptions options in new PubSubOptions[]
        {
            new() { MaxTopics = 33 }, new() { MaxMessageBytes = 10 }, new() { QueueBytes = 512 }, new() { CacheBytes = 100 },
            new() { MaxMeshPeers = 1 }, new() { SeenMessages = 0 }, new() { HeartbeatMs = 0 },
        })
        {
            string message = Assert.Throws<ArgumentException>(() => new PubSubProtocol(options)).Message;
            Assert.Contains("; give ", message, StringComparison.Ordinal);
            Assert.Contains(" = ", message, StringComparison.Ordinal);
        }

        PubSubOptions.Desktop().Check();
    }
}
