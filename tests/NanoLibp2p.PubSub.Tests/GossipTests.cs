using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>IHAVE and IWANT, both sides.</summary>
public class GossipTests
{
    private static readonly Identity _author = Identity.Create(new ManagedCrypto(), new SeededRandom(97));

    [Fact]
    public void What_was_not_seen_is_asked_for_once_and_handed_on_when_it_comes()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        peer.TakeBytes();
        RpcMessage message = RpcMessage.By(_author, 5, "t", [1]);
        peer.Send(new Rpc { Have = [("t", [message.Id]), ("t", [message.Id])] });
        board.Simulation.Run(100);
        Assert.Equal([message.Id], peer.Take().SelectMany(rpc => rpc.Want).SelectMany(ids => ids));

        peer.Send(Rpc.Publish(message));
        peer.Send(new Rpc { Have = [("t", [message.Id])] });
        board.Simulation.Run(10_000);
        Assert.Single(board.Messages);
        Assert.Empty(peer.Take().SelectMany(rpc => rpc.Want));
    }

    [Fact]
    public void What_does_not_come_is_asked_for_again_after_three_heartbeats()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        RpcMessage message = RpcMessage.By(_author, 5, "t", [1]);
        for (int i = 0; i < 2; i++)
        {
            peer.TakeBytes();
            peer.Send(new Rpc { Have = [("t", [message.Id])] });
            board.Simulation.Run(2_000);
            peer.Send(new Rpc { Have = [("t", [message.Id])] });
            board.Simulation.Run(1_500);
            Assert.Single(peer.Take().SelectMany(rpc => rpc.Want));
        }
    }

    [Fact]
    public void Ids_of_js_and_of_go_are_the_same_message()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        RpcMessage message = RpcMessage.By(_author, 5, "t", [1]);
        peer.Send(Rpc.Publish(message));
        board.Simulation.Run(100);
        peer.TakeBytes();

        // js: the public key's protobuf instead of the peer id, which is that with an identity multihash's header
        peer.Send(new Rpc { Have = [("t", [message.Id, message.Id[2..]])] });
        board.Simulation.Run(100);
        Assert.Empty(peer.Take());

        Assert.Equal(1, board.Publish("t", 9));
        board.Simulation.Run(100);
        byte[] own = peer.Take().SelectMany(rpc => rpc.Messages).Single().Id;
        peer.Send(new Rpc { Want = [[own[2..]]] });
        board.Simulation.Run(100);
        Assert.Equal([9], peer.Take().SelectMany(rpc => rpc.Messages).Single().Data);
    }

    [Fact]
    public void An_unsigned_message_is_known_by_the_sha_256_of_its_data()
    {
        (Board board, ScriptedPeer peer) =
            Board.Connect(new PubSubOptions { SignaturePolicy = SignaturePolicy.StrictNoSign }, joined: ["t"], topics: ["t"]);
        board.Publish("t", 1, 2, 3);
        board.Simulation.Run(100);
        peer.TakeBytes();
        byte[] id = SHA256.HashData([1, 2, 3]);
        peer.Send(new Rpc { Want = [[id]], Have = [("t", [id])] });
        board.Simulation.Run(100);

        Rpc answer = Assert.Single(peer.Take());
        Assert.Equal([1, 2, 3], Assert.Single(answer.Messages).Data);
        Assert.Equal(PublishResult.Duplicate, board.Publish("t", 1, 2, 3));
        board.Simulation.Run(200_000);
        Assert.Equal(1, board.Publish("t", 1, 2, 3));
    }

    [Fact]
    public void Only_ids_of_joined_topics_and_of_a_possible_length_are_asked_for()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["open"]);
        peer.TakeBytes();
        peer.Send(new Rpc { Have = [("open", [[1]]), ("unknown", [[2]]), ("t", [new byte[65]])] });
        board.Simulation.Run(100);

        Assert.Empty(peer.Take());
    }

    [Fact]
    public void Asking_is_bounded_in_each_heartbeat_both_ways()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { MaxAsks = 3 }, joined: ["t"], topics: ["t"]);
        board.Publish("t", 1);
        board.Simulation.Run(1_500);
        byte[] own = peer.Take().SelectMany(rpc => rpc.Messages).Single().Id;

        peer.Send(new Rpc
        {
            Want = [[own, own, own, own, own]], Have = [("t", [.. Enumerable.Range(0, 5).Select(i => new byte[] { (byte)i })])]
        });
        board.Simulation.Run(100);
        List<Rpc> heard = peer.Take();
        Assert.Equal(3, heard.SelectMany(rpc => rpc.Messages).Count());
        Assert.Equal(3, heard.SelectMany(rpc => rpc.Want).Count());
        Assert.Equal(4, board.PubSub.Drops(DropReason.GossipLimit));

        board.Publish("t", 2);
        board.Simulation.Run(1_500);
        byte[] next = peer.Take().SelectMany(rpc => rpc.Messages).Single().Id;
        peer.Send(new Rpc { Want = [[next]] });
        board.Simulation.Run(100);
        Assert.Single(peer.Take().SelectMany(rpc => rpc.Messages));
    }

    [Fact]
    public void A_peer_that_subscribes_after_a_message_is_told_its_id_and_can_have_it()
    {
        Simulation simulation = new(5);
        Board board = new(simulation, null, new NodeOptions { MaxConnections = 2 });
        board.PubSub.Open("t");
        ScriptedPeer early = new(simulation);
        ScriptedPeer late = new(simulation);
        board.Dial(early);
        board.Dial(late);
        early.Send(Rpc.Subscribe("t"));
        simulation.Run(100);
        Assert.Equal(1, board.Publish("t", 7));
        simulation.Run(100);
        late.Send(Rpc.Subscribe("t"));
        simulation.Run(1_500);

        Assert.Empty(early.Take().SelectMany(rpc => rpc.Have));
        (string topic, byte[][] ids) = late.Take().SelectMany(rpc => rpc.Have).Single();
        Assert.Equal("t", topic);
        late.Send(new Rpc { Want = [ids] });
        simulation.Run(5_000);
        List<Rpc> heard = late.Take();
        Assert.Equal([7], heard.SelectMany(rpc => rpc.Messages).Single().Data);
        Assert.Empty(heard.SelectMany(rpc => rpc.Have));
    }

    [Fact]
    public void A_message_is_told_for_three_heartbeats_only()
    {
        Simulation simulation = new(5);
        Board board = new(simulation, null, new NodeOptions { MaxConnections = 2 });
        board.PubSub.Open("t");
        ScriptedPeer early = new(simulation);
        ScriptedPeer late = new(simulation);
        board.Dial(early);
        board.Dial(late);
        early.Send(Rpc.Subscribe("t"));
        simulation.Run(100);
        board.Publish("t", 7);
        simulation.Run(3_500);
        late.Send(Rpc.Subscribe("t"));
        simulation.Run(5_000);

        Assert.Empty(late.Take());
    }

    [Fact]
    public void The_oldest_messages_give_way_in_the_cache()
    {
        (Board board, ScriptedPeer peer) =
            Board.Connect(new PubSubOptions { CachedMessages = 3, CacheBytes = 8192, MaxAsks = 8 }, topics: ["t"]);
        for (byte i = 0; i < 5; i++)
        {
            board.Publish("t", i);
            board.Simulation.Run(1_500);
        }

        List<RpcMessage> sent = [.. peer.Take().SelectMany(rpc => rpc.Messages)];
        peer.Send(new Rpc { Want = [[.. sent.Select(one => one.Id)]] });
        board.Simulation.Run(100);
        Assert.Equal([2, 3, 4], peer.Take().SelectMany(rpc => rpc.Messages).Select(one => (int)one.Data![0]));
    }

    [Fact]
    public void A_peer_that_announces_and_never_sends_keeps_no_other_from_being_asked()
    {
        Simulation simulation = new(5);
        Board board = new(simulation, null, new NodeOptions { MaxConnections = 2 });
        board.PubSub.Join("t");
        ScriptedPeer liar = new(simulation);
        ScriptedPeer honest = new(simulation);
        board.Dial(liar);
        board.Dial(honest);
        RpcMessage message = RpcMessage.By(_author, 5, "t", [1]);
        liar.Send(new Rpc { Have = [("t", [message.Id])] });
        simulation.Run(10);
        honest.Send(new Rpc { Have = [("t", [message.Id])] });
        simulation.Run(10);

        Assert.Equal([message.Id], honest.Take().SelectMany(rpc => rpc.Want).SelectMany(ids => ids));
        honest.Send(Rpc.Publish(message));
        simulation.Run(10);
        Assert.Single(board.Messages);
    }

    [Fact]
    public void One_id_is_answered_to_a_peer_three_times_and_no_more()
    {
        Simulation simulation = new(5);
        Board board = new(simulation, new PubSubOptions { FirstSequenceNumber = 1 }, new NodeOptions { MaxConnections = 2 });
        board.PubSub.Open("t");
        ScriptedPeer[] peers = [new(simulation), new(simulation)];
        foreach (ScriptedPeer peer in peers)
        {
            board.Dial(peer);
            peer.Send(Rpc.Subscribe("t"));
        }

        simulation.Run(100);
        Assert.Equal(2, board.Publish("t", 7));
        simulation.Run(100);
        foreach (ScriptedPeer peer in peers)
        {
            byte[] id = peer.Take().SelectMany(rpc => rpc.Messages).Single().Id;
            for (int i = 0; i < 10; i++)
            {
                peer.Send(new Rpc { Want = [[id]] });
                simulation.Run(1_000);
            }

            Assert.Equal(3, peer.Take().SelectMany(rpc => rpc.Messages).Count());
        }
    }
}
