using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>Publishing: to whom, how much at a time, and what happens when somebody doesn't read.</summary>
public class SendTests
{
    [Fact]
    public void With_nobody_subscribed_nothing_is_sent_and_nothing_is_kept()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        peer.TakeBytes();
        Assert.Equal(0, board.Publish("t", 1));
        Assert.Equal(1000UL, board.PubSub.SequenceNumber);
        peer.Send(Rpc.Subscribe("t"));
        board.Simulation.Run(5_000);

        List<Rpc> heard = peer.Take();
        Assert.Empty(heard.SelectMany(rpc => rpc.Messages));
        Assert.Empty(heard.SelectMany(rpc => rpc.Have));
    }

    [Fact]
    public void The_longest_message_goes_and_one_byte_more_does_not()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { MaxMessageBytes = 300 }, topics: ["t"]);
        Assert.Equal(PublishResult.TooLong, board.Publish("t", new byte[300 - 122 + 1]));
        Assert.Equal(1, board.Publish("t", new byte[300 - 122]));
        board.Simulation.Run(100);

        RpcMessage sent = Assert.Single(peer.Take().SelectMany(rpc => rpc.Messages));
        Assert.Equal(300, sent.Encode().Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public void A_message_longer_than_a_record_goes_in_pieces(int maxPiece)
    {
        (Board board, ScriptedPeer peer) =
            Board.Connect(new PubSubOptions { MaxMessageBytes = 4096 }, topics: ["t"], node: new NodeOptions { RecordBytes = 512 });
        board.Simulation.Network.MaxPiece = maxPiece;
        byte[] data = [.. Enumerable.Range(0, 3000).Select(i => (byte)i)];
        Assert.Equal(1, board.Publish("t", data));
        Assert.True(board.Simulation.Run(() => board.PubSub.Queued(board.Connection) == 0, 10_000));
        board.Simulation.Run(1_000);

        Assert.Equal(data, peer.Take().SelectMany(rpc => rpc.Messages).Single().Data);
    }

    [Fact]
    public void A_peer_that_does_not_read_makes_publish_say_busy_and_loses_nothing_that_was_taken()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { QueueBytes = 2000, FirstSequenceNumber = 10 }, topics: ["t"]);
        ((MemoryLink)board.Connection.Link).Dead = true;
        int taken = 0;
        int result;
        while ((result = board.Publish("t", new byte[100])) == 1)
        {
            taken++;
            board.Simulation.Run(1);
            Assert.InRange(taken, 1, 50);
        }

        Assert.Equal(PublishResult.Busy, result);
        Assert.Equal(10UL + (ulong)taken, board.PubSub.SequenceNumber);
        Assert.Equal(0, board.PubSub.Drops(DropReason.QueueFull));
        Assert.InRange(taken, 8, 30);

        ((MemoryLink)board.Connection.Link).Dead = false;
        board.Simulation.Run(1_000);
        Assert.Equal(taken, peer.Take().SelectMany(rpc => rpc.Messages).Count());
        Assert.Equal(1, board.Publish("t", 1));
    }

    [Fact]
    public void One_peer_that_does_not_read_holds_nobody_else_up_and_is_told_later()
    {
        Simulation simulation = new(6);
        Board board = new(simulation,
            new PubSubOptions { QueueBytes = 1200, CachedMessages = 64, CacheBytes = 20000, GossipHeartbeats = 10, MaxAsks = 64,
                FirstSequenceNumber = 1 },
            new NodeOptions { MaxConnections = 2, KeepAliveMs = 0 });
        board.PubSub.Open("t");
        ScriptedPeer quick = new(simulation);
        ScriptedPeer slow = new(simulation);
        board.Dial(quick);
        Connection blocked = board.Dial(slow);
        quick.Send(Rpc.Subscribe("t"));
        slow.Send(Rpc.Subscribe("t"));
        simulation.Run(100);
        ((MemoryLink)blocked.Link).Dead = true;
        int reached = 0;
        for (int i = 0; i < 40; i++)
        {
            int peers = board.Publish("t", new byte[50]);
            Assert.InRange(peers, 1, 2);
            reached += peers - 1;
            simulation.Run(1);
        }

        Assert.Equal(40, quick.Take().SelectMany(rpc => rpc.Messages).Count());
        Assert.Equal(40 - reached, board.PubSub.Drops(DropReason.QueueFull));
        Assert.InRange(reached, 5, 35);

        // when it reads again, it hears of what it missed, as fast as its queue drains, and can have it
        ((MemoryLink)blocked.Link).Dead = false;
        HashSet<string> got = new();
        for (int i = 0; i < 60; i++)
        {
            simulation.Run(100);
            foreach (Rpc rpc in slow.Take())
            {
                got.UnionWith(rpc.Messages.Select(one => Convert.ToHexString(one.Id)));
                foreach ((_, byte[][] ids) in rpc.Have)
                {
                    slow.Send(new Rpc { Want = [ids] });
                }
            }
        }

        Assert.Equal(40, got.Count);
    }

    [Fact]
    public void Control_waits_for_room_and_is_not_lost()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { QueueBytes = 1100 }, topics: ["t"]);
        ((MemoryLink)board.Connection.Link).Dead = true;
        while (board.Publish("t", new byte[100]) == 1)
        {
            board.Simulation.Run(1);
        }

        while (board.Publish("t", new byte[1]) == 1)
        {
            board.Simulation.Run(1);
        }

        for (int i = 0; i < 3; i++)
        {
            board.PubSub.Join("a topic with a name so long that the queue has no room for it " + i);
        }

        board.PubSub.Open("t").Join();
        board.Simulation.Run(5_000);
        ((MemoryLink)board.Connection.Link).Dead = false;
        board.Simulation.Run(1_000);

        List<Rpc> heard = peer.Take();
        Assert.Equal(4, heard.SelectMany(rpc => rpc.Subscriptions).Count());
        Assert.Equal(["t"], heard.SelectMany(rpc => rpc.Graft));
    }

    [Fact]
    public void What_waits_for_one_connection_does_not_go_to_the_next()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { MaxMessageBytes = 4096 }, topics: ["t"]);
        ((MemoryLink)board.Connection.Link).Dead = true;
        Assert.Equal(1, board.Publish("t", new byte[3000]));
        board.Simulation.Run(1);
        Assert.InRange(board.PubSub.Queued(board.Connection), 1, 3000);
        board.Connection.Close();
        peer.Host.LastConnected!.Close();
        board.Simulation.Run(10);
        peer.TakeBytes();

        board.Dial(peer);
        peer.Send(Rpc.Subscribe("t"));
        board.Simulation.Run(100);
        Assert.Equal(1, board.Publish("t", 5));
        board.Simulation.Run(100);
        Assert.Equal([5], peer.Take().SelectMany(rpc => rpc.Messages).Single().Data);
    }

    [Fact]
    public void Who_ends_its_stream_or_its_connection_is_no_subscriber_any_more()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        peer.Outbound!.CloseWrite();
        board.Simulation.Run(10);
        Assert.Equal(0, board.Publish("t", 1));
        Assert.Equal(0, board.PubSub.Open("t").MeshPeers);

        peer.Reopen();
        peer.Send(Rpc.Subscribe("t"));
        board.Simulation.Run(10);
        Assert.Equal(1, board.Publish("t", 1));

        board.Connection.Close();
        board.Simulation.Run(10);
        Assert.Equal(0, board.Publish("t", 1));
        board.Dial(peer);
        Assert.Equal(0, board.Publish("t", 1));
    }

    [Fact]
    public void A_peer_that_comes_back_is_told_of_what_was_lost_on_the_way()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { GossipHeartbeats = 10 }, topics: ["t"]);
        ((MemoryLink)board.Connection.Link).Dead = true;
        Assert.Equal(1, board.Publish("t", 5));
        board.Simulation.Run(1);
        board.Connection.Close();
        peer.Host.LastConnected!.Close();
        board.Simulation.Run(10);
        peer.TakeBytes();

        board.Dial(peer);
        peer.Send(Rpc.Subscribe("t"));
        board.Simulation.Run(1_500);
        byte[][] ids = peer.Take().SelectMany(rpc => rpc.Have).Single().Ids;
        peer.Send(new Rpc { Want = [ids] });
        board.Simulation.Run(100);
        Assert.Equal([5], peer.Take().SelectMany(rpc => rpc.Messages).Single().Data);
    }

    [Fact]
    public void Publishing_from_a_message_works()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t", "answers"]);
        peer.TakeBytes();
        board.Then = (_, message) => board.PubSub.Open("answers").Publish(message.Buffer, message.DataOffset, message.DataCount);
        Identity author = Identity.Create(new ManagedCrypto(), new SeededRandom(96));
        peer.Send(Rpc.Publish(RpcMessage.By(author, 1, "t", [1]), RpcMessage.By(author, 2, "t", [2])));
        board.Simulation.Run(100);

        Assert.Equal([1, 2], peer.Take().SelectMany(rpc => rpc.Messages).Select(one => (int)one.Data![0]));
        Assert.Equal([1UL, 2UL], board.Messages.Select(one => one.Sequence));
    }

    [Fact]
    public void Two_boards_hear_each_other()
    {
        foreach (SignaturePolicy policy in new[] { SignaturePolicy.StrictSign, SignaturePolicy.StrictNoSign })
        {
            Simulation simulation = new(8);
            Board one = new(simulation, new PubSubOptions { SignaturePolicy = policy });
            Board other = new(simulation, new PubSubOptions { SignaturePolicy = policy });
            one.PubSub.Join("t");
            other.PubSub.Join("t");
            one.Host.Dial(other.Host.Listen());
            simulation.Run(2_000);

            for (byte i = 0; i < 10; i++)
            {
                Assert.Equal(1, one.Publish("t", i, 1));
                Assert.Equal(1, other.Publish("t", i, 2));
                simulation.Run(10);
            }

            Assert.Equal(10, one.Messages.Count);
            Assert.Equal(10, other.Messages.Count);
            Assert.Equal(policy == SignaturePolicy.StrictSign ? one.Identity.PeerId : null, other.Messages[0].From);
            Assert.Equal(1, one.PubSub.Open("t").MeshPeers);
            Assert.Equal(1, other.PubSub.Open("t").MeshPeers);
        }
    }

    [Fact]
    public void A_message_reaches_every_peer_of_thirty_two_over_slow_links()
    {
        Simulation simulation = new(9);
        Board board = new(simulation, null, new NodeOptions { MaxConnections = 32 });
        board.PubSub.Join("t");
        ScriptedPeer[] peers = [.. Enumerable.Range(0, 32).Select(_ => new ScriptedPeer(simulation))];
        foreach (ScriptedPeer peer in peers)
        {
            board.Dial(peer);
            peer.Send(Rpc.Subscribe("t"));
        }

        simulation.Network.MaxDelayMs = 200;
        simulation.Network.MaxPiece = 40;
        simulation.Run(10_000);
        Assert.Equal(32, board.Publish("t", 1));
        simulation.Run(60_000);

        Assert.All(peers, peer => Assert.Single(peer.Take().SelectMany(rpc => rpc.Messages)));
        Assert.Equal(2, board.PubSub.Open("t").MeshPeers);
    }
}
