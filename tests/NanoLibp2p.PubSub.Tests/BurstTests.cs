using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>More than a queue holds, and what becomes of it.</summary>
public class BurstTests
{
    [Theory]
    [InlineData("/meshsub/1.1.0")]
    [InlineData("/floodsub/1.0.0")]
    public void A_burst_of_two_megabytes_reaches_a_slow_reader_whole_and_in_order(string protocol)
    {
        const int Count = 2000;
        Simulation simulation = new(21);
        NodeOptions node = new() { MaxConnections = 2, MaxHandshakes = 2, SendBytes = 8192, KeepAliveMs = 0 };
        PubSubOptions options = PubSubOptions.Desktop();
        options.SignaturePolicy = SignaturePolicy.StrictNoSign;
        Board board = new(simulation, options, node);
        Topic topic = board.PubSub.Join("t");
        ScriptedPeer publisher = new(simulation);
        ScriptedPeer reader = new(simulation, protocol);
        board.Dial(publisher);
        Connection slow = board.Dial(reader);
        publisher.Send(Rpc.Subscribe("t"));
        reader.Send(Rpc.Subscribe("t"));
        simulation.Run(3_000);
        reader.TakeBytes();

        // nothing moves to the reader while the burst comes in
        ((MemoryLink)slow.Link).Dead = true;
        for (int i = 0; i < Count; i++)
        {
            byte[] data = new byte[1024];
            BitConverter.TryWriteBytes(data, i);
            publisher.Send(Rpc.Publish(new RpcMessage { Data = data, Topic = "t" }));
        }

        Assert.True(simulation.Run(() => board.Messages.Count == Count, 60_000));
        Assert.Equal(1, topic.Publish([1], 0, 1));
        ((MemoryLink)slow.Link).Dead = false;
        simulation.Network.MaxDelayMs = 20;
        Assert.True(simulation.Run(() => board.PubSub.Queued(slow) == 0, 120_000));
        simulation.Run(3_000);

        int[] got = [.. reader.Take().SelectMany(rpc => rpc.Messages).Where(one => one.Data!.Length > 1)
            .Select(one => BitConverter.ToInt32(one.Data))];
        Assert.Equal(Enumerable.Range(0, Count), got);
    }

    [Fact]
    public void What_was_not_sent_to_many_is_told_in_one_rpc_a_heartbeat_however_many_ids_and_topics()
    {
        Simulation simulation = new(22);
        Board board = new(simulation, PubSubOptions.Desktop(), new NodeOptions { MaxConnections = 2, SendBytes = 8192, KeepAliveMs = 0 });
        string[] topics = [.. Enumerable.Range(0, 20).Select(i => "topic " + i)];
        ScriptedPeer early = new(simulation);
        ScriptedPeer late = new(simulation);
        board.Dial(early);
        board.Dial(late);
        foreach (string topic in topics)
        {
            board.PubSub.Open(topic);
        }

        early.Send(Rpc.Subscribe(topics));
        simulation.Run(1_050);
        for (int i = 0; i < 400; i++)
        {
            Assert.Equal(1, board.Publish(topics[i % 20], (byte)i, (byte)(i >> 8)));
        }

        late.Send(Rpc.Subscribe(topics));
        simulation.Run(4_000);

        Rpc told = Assert.Single(late.Take(), rpc => rpc.Have.Count > 0);
        Assert.Equal(topics.Order(), told.Have.Select(have => have.Topic).Order());
        Assert.Equal(400, told.Have.SelectMany(have => have.Ids).Select(Convert.ToHexString).Distinct().Count());
        Assert.Empty(early.Take().SelectMany(rpc => rpc.Have));
    }

    [Fact]
    public void Ids_that_find_no_room_in_a_full_queue_are_told_when_it_has_room_however_late()
    {
        Simulation simulation = new(23);
        PubSubOptions options = new()
        {
            QueueBytes = 1024, CachedMessages = 64, CacheBytes = 32_768, GossipHeartbeats = 1, MaxAsks = 64, FirstSequenceNumber = 1
        };
        Board board = new(simulation, options, new NodeOptions { MaxConnections = 2, KeepAliveMs = 0 });
        board.PubSub.Open("t");
        ScriptedPeer early = new(simulation);
        ScriptedPeer late = new(simulation);
        board.Dial(early);
        Connection slow = board.Dial(late);
        early.Send(Rpc.Subscribe("t"));
        simulation.Run(100);
        for (int i = 0; i < 60; i++)
        {
            Assert.Equal(1, board.Publish("t", (byte)i));
            simulation.Run(2);
        }

        late.Send(Rpc.Subscribe("t"));
        simulation.Run(20);
        ((MemoryLink)slow.Link).Dead = true;
        simulation.Run(10_000);
        ((MemoryLink)slow.Link).Dead = false;
        simulation.Run(10_000);

        HashSet<string> ids = new(late.Take().SelectMany(rpc => rpc.Have).SelectMany(have => have.Ids).Select(Convert.ToHexString));
        Assert.Equal(60, ids.Count);
    }

    [Fact]
    public void Five_hundred_ids_of_an_honest_peer_cost_a_board_nothing_but_those_that_it_does_not_ask_for()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        Identity author = Identity.Create(new ManagedCrypto(), new SeededRandom(92));
        peer.Send(new Rpc { Have = [("t", [.. Enumerable.Range(1, 500).Select(i => RpcMessage.By(author, (ulong)i, "t", []).Id)])] });
        board.Simulation.Run(1_000);

        Assert.True(board.Connection.IsOpen);
        Assert.Equal(1, board.Publish("t", 1));
        board.Simulation.Run(100);
        List<Rpc> heard = peer.Take();
        Assert.Equal(4, heard.SelectMany(rpc => rpc.Want).Sum(ids => ids.Length));
        Assert.Single(heard.SelectMany(rpc => rpc.Messages));
    }

    [Fact]
    public void A_message_of_16_KiB_on_a_joined_topic_is_passed_over_again_and_again_without_offence()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { MaxOffences = 1 }, joined: ["t"]);
        Identity author = Identity.Create(new ManagedCrypto(), new SeededRandom(92));
        for (ulong i = 1; i <= 20; i += 2)
        {
            peer.Send(Rpc.Publish(RpcMessage.By(author, i, "t", new byte[16 * 1024]), RpcMessage.By(author, i + 1, "t", [1])));
        }

        board.Simulation.Run(5_000);
        Assert.Equal(10, board.Messages.Count);
        Assert.Equal(10, board.PubSub.Drops(DropReason.TooLong));
        Assert.True(board.Connection.IsOpen);
    }
}
