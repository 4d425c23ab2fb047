using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>The stream that we write on lives and dies apart from the connection, and there is one for each peer: all in virtual
/// time.</summary>
public class StreamLifeTests
{
    private static readonly Identity _author = Identity.Create(new ManagedCrypto(), new SeededRandom(94));

    [Fact]
    public void A_peer_that_ends_its_half_of_our_stream_gets_a_new_one_with_all_subscriptions()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t", "u"], topics: ["t"]);
        peer.TakeBytes();
        peer.Inbound!.CloseWrite();
        board.Simulation.Run(3_000);

        Assert.Equal(2, peer.Accepted);
        Assert.Equal([(true, "t"), (true, "u")], peer.Take().SelectMany(rpc => rpc.Subscriptions));
        Assert.Equal([true, false, true], board.Subscriptions.Select(one => one.Joined));
        Assert.Equal(1, board.Publish("t", 1));
        board.Simulation.Run(100);
        Assert.Single(peer.Take().SelectMany(rpc => rpc.Messages));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stream_that_always_comes_to_nothing_is_opened_again_at_once_then_after_a_second_that_doubles_to_32(bool reset)
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], node: new NodeOptions { KeepAliveMs = 0 });
        int expectedMs = 0;
        for (int stream = 1; stream <= 20; stream++)
        {
            Assert.Equal(stream, peer.Accepted);
            if (reset)
            {
                peer.Inbound!.Reset();
            }
            else
            {
                peer.Inbound!.CloseWrite();
            }

            // beside the back-off only what bytes take to go there and back
            long endedMs = board.Simulation.Network.NowMs;
            Assert.True(board.Simulation.Run(() => peer.Accepted > stream, expectedMs + 100));
            Assert.InRange(board.Simulation.Network.NowMs - endedMs, expectedMs, expectedMs + 50);
            board.Simulation.Run(10);
            expectedMs = expectedMs == 0 ? 1000 : Math.Min(2 * expectedMs, 32_000);
        }

        Assert.True(board.Connection.IsOpen);
    }

    [Fact]
    public void Twenty_streams_that_came_to_nothing_keep_a_peer_from_hearing_for_half_a_minute_at_most_once_it_is_well()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(topics: ["t"], node: new NodeOptions { KeepAliveMs = 0 });
        for (int i = 0; i < 20; i++)
        {
            Assert.True(board.Simulation.Run(() => peer.Inbound != null, 33_000));
            peer.Inbound!.Reset();
            board.Simulation.Run(10);
        }

        Assert.True(board.Simulation.Run(() => board.Publish("t", 1) > 0, 33_000));
    }

    [Fact]
    public void A_peer_that_refuses_is_asked_again_ever_more_rarely_until_it_agrees()
    {
        Simulation simulation = new(12);
        Board board = new(simulation, null, new NodeOptions { KeepAliveMs = 0 });
        board.PubSub.Join("t");
        ScriptedPeer peer = new(simulation, "/something/else") { Dials = false };
        board.Dial(peer);
        simulation.Run(1_000);
        long before = board.Written;
        simulation.Run(600_000);

        // three proposals take some 150 bytes
        Assert.InRange(board.Written - before, 1_000, 4_000);

        peer.Serve("/meshsub/1.1.0");
        Assert.True(simulation.Run(() => peer.Inbound != null, 33_000));
        simulation.Run(100);
        Assert.Equal([(true, "t")], peer.Take().SelectMany(rpc => rpc.Subscriptions));
    }

    [Fact]
    public void A_peer_that_refused_and_then_opens_a_stream_itself_is_asked_again_at_once()
    {
        Simulation simulation = new(12);
        Board board = new(simulation, null, new NodeOptions { KeepAliveMs = 0 });
        board.PubSub.Join("t");
        ScriptedPeer peer = new(simulation, "/something/else") { Dials = false };
        board.Dial(peer);
        simulation.Run(100_000);

        peer.Serve("/meshsub/1.1.0");
        peer.Reopen();
        peer.Send(Rpc.Subscribe("t"));
        simulation.Run(100);
        Assert.Equal(1, board.Publish("t", 1));
    }

    [Fact]
    public void A_peer_that_stops_pubsub_and_starts_it_again_is_heard_and_hears()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"], node: new NodeOptions { KeepAliveMs = 0 });
        foreach (int pause in new[] { 100, 3_000, 45_000 })
        {
            board.Messages.Clear();
            board.Subscriptions.Clear();
            peer.IsServing = false;
            peer.Outbound!.CloseWrite();
            peer.Inbound!.CloseWrite();
            board.Simulation.Run(pause);
            Assert.Equal(0, board.Publish("t", 1));
            Assert.Equal([false], board.Subscriptions.Select(one => one.Joined));
            peer.TakeBytes();

            // like js it opens its own stream when ours comes
            peer.IsServing = true;
            Assert.True(board.Simulation.Run(() => peer.Inbound != null, 2 * pause + 2_000));
            peer.Reopen();
            peer.Send(Rpc.Subscribe("t"));
            peer.Send(Rpc.Publish(RpcMessage.By(_author, (ulong)pause, "t", [7])));
            board.Simulation.Run(100);
            Assert.Equal(1, board.Publish("t", 2));
            board.Simulation.Run(100);
            List<Rpc> heard = peer.Take();
            Assert.Equal([(true, "t")], heard.SelectMany(rpc => rpc.Subscriptions));
            Assert.Equal([2], heard.SelectMany(rpc => rpc.Messages).Last().Data);
            Assert.Single(board.Messages);
            Assert.Equal([false, true], board.Subscriptions.Select(one => one.Joined));
            board.Simulation.Run(70_000);
        }
    }

    [Fact]
    public void A_subscriber_is_told_of_when_the_stream_to_it_is_agreed_on_and_not_before()
    {
        Simulation simulation = new(13);
        simulation.Network.MaxDelayMs = 50;
        Board board = new(simulation);
        board.PubSub.Open("t");
        List<int> published = new();
        board.ThenSubscribed = () => published.Add(board.Publish("t", 1));
        ScriptedPeer peer = new(simulation, "/floodsub/1.0.0");
        peer.Send(Rpc.Subscribe("t"));
        board.Dial(peer);
        simulation.Run(5_000);

        Assert.Equal([1], published);
        Assert.Single(peer.Take().SelectMany(rpc => rpc.Messages));
    }

    [Fact]
    public void Every_OnSubscribed_is_followed_by_one_OnUnsubscribed()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(topics: ["t"]);
        peer.Send(Rpc.Subscribe("t"));
        peer.Send(Rpc.Unsubscribe("t"));
        board.Simulation.Run(100);
        peer.Send(Rpc.Subscribe("t"));
        board.Simulation.Run(100);
        board.Connection.Close();
        board.Simulation.Run(100);

        Assert.Equal([true, false, true, false], board.Subscriptions.Select(one => one.Joined));
    }

    [Fact]
    public void One_peer_with_twelve_connections_is_one_subscriber_one_mesh_peer_and_one_stream()
    {
        Simulation simulation = new(14);
        Board board = new(simulation, new PubSubOptions { MeshPeers = 4, MaxMeshPeers = 4 }, new NodeOptions { MaxConnections = 13 });
        Topic topic = board.PubSub.Join("t");
        ScriptedPeer peer = new(simulation, 12);
        for (int i = 0; i < 12; i++)
        {
            board.Dial(peer);
            peer.Send(Rpc.Subscribe("t") with { Graft = ["t"] });
            simulation.Run(100);
        }

        simulation.Run(30_000);
        Assert.Equal(1, topic.MeshPeers);
        Assert.Equal(1, topic.Subscribers);
        Assert.Equal([true], board.Subscriptions.Select(one => one.Joined));
        Assert.Equal(1, peer.Accepted);
        Assert.Equal(1, board.Publish("t", 1));
        simulation.Run(100);
        Assert.Single(peer.Take().SelectMany(rpc => rpc.Messages));

        ScriptedPeer other = new(simulation);
        board.Dial(other);
        other.Send(Rpc.Subscribe("t"));
        simulation.Run(3_000);
        Assert.Equal(2, topic.MeshPeers);
    }

    [Fact]
    public void Streams_of_two_connections_to_one_peer_do_not_replace_each_other()
    {
        Simulation simulation = new(15);
        Board one = new(simulation, null, new NodeOptions { MaxConnections = 2, MaxHandshakes = 2, KeepAliveMs = 0 });
        Board other = new(simulation, null, new NodeOptions { MaxConnections = 2, MaxHandshakes = 2, KeepAliveMs = 0 });
        one.PubSub.Join("t");
        other.PubSub.Join("t");

        // both dial at the same time
        one.Host.Dial(other.Host.Listen());
        other.Host.Dial(one.Host.Listen());
        simulation.Run(5_000);
        Assert.Equal(2, one.Host.Connected);
        long before = one.Written;
        simulation.Run(600_000);

        Assert.InRange(one.Written - before, 0, 100);
        Assert.Equal([true], one.Subscriptions.Select(change => change.Joined));
        Assert.Equal(1, one.Publish("t", 1));
        simulation.Run(100);
        Assert.Single(other.Messages);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_second_connection_takes_over_when_the_first_is_gone(int first)
    {
        Simulation simulation = new(16);
        Board one = new(simulation, null, new NodeOptions { MaxConnections = 2, MaxHandshakes = 2 });
        Board other = new(simulation, null, new NodeOptions { MaxConnections = 2, MaxHandshakes = 2 });
        one.PubSub.Join("t");
        other.PubSub.Join("t");
        one.Host.Dial(other.Host.Listen());
        other.Host.Dial(one.Host.Listen());
        simulation.Run(5_000);
        Assert.Equal(2, one.Host.Connected);

        one.Host.Node.Connections[first].Close();
        simulation.Run(2_000);
        Assert.Equal(1, one.Publish("t", 1));
        Assert.Equal(1, other.Publish("t", 2));
        simulation.Run(100);
        Assert.Equal([1], Assert.Single(other.Messages).Data);
        Assert.Equal([2], Assert.Single(one.Messages).Data);
        Assert.Equal(1, one.PubSub.Open("t").MeshPeers);
    }

    [Fact]
    public void A_peer_that_keeps_its_subscriptions_to_itself_when_a_connection_goes_is_still_a_subscriber()
    {
        // rust-libp2p says them on the first connection only
        Simulation simulation = new(17);
        Board board = new(simulation, null, new NodeOptions { MaxConnections = 2 });
        board.PubSub.Open("t");
        ScriptedPeer peer = new(simulation);
        board.Dial(peer);
        peer.Send(Rpc.Subscribe("t"));
        simulation.Run(100);
        peer.Dials = false;
        board.Dial(peer);
        board.Host.Node.Connections[0].Close();
        simulation.Run(2_000);

        Assert.Equal(1, board.Publish("t", 1));
        simulation.Run(100);
        Assert.Single(peer.Take().SelectMany(rpc => rpc.Messages));
    }

    [Fact]
    public void Of_a_peer_with_three_hundred_topics_one_that_is_opened_late_is_known()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        string[] topics = [.. Enumerable.Range(0, 300).Select(i => $"site/{i}/temperature")];
        peer.Send(Rpc.Subscribe(topics));
        board.Simulation.Run(1_000);
        Assert.True(board.Connection.IsOpen);
        Assert.Equal(1, board.Publish("t", 1));

        // go and js say all of their subscriptions on each new stream
        board.PubSub.Open(topics[299]);
        Assert.True(board.Simulation.Run(() => peer.Outbound == null, 1_000));
        peer.Reopen();
        peer.Send(Rpc.Subscribe([.. topics, "t"]));
        board.Simulation.Run(1_000);
        Assert.Equal(1, board.Publish(topics[299], 1));
        Assert.Equal(1, board.Publish("t", 1));
        Assert.Equal(2, peer.Accepted);
    }
}
