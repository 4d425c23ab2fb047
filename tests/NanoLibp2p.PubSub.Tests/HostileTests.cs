using System;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>Peers that cut, break and lie: they cost themselves their stream, then their connection, and nobody else notices.</summary>
public class HostileTests
{
    private static readonly Identity _author = Identity.Create(new ManagedCrypto(), new SeededRandom(98));

    private static byte[] Talk => Rpc.Subscribe("t", "other").Encode()
        .Concat((Rpc.Publish(RpcMessage.By(_author, 1, "t", [1, 2, 3]), RpcMessage.By(_author, 2, "t", new byte[200])) with
        {
            Graft = ["t"],
            Have = [("t", [RpcMessage.By(_author, 9, "t", []).Id])],
            Want = [[RpcMessage.By(_author, 8, "t", []).Id]],
            Unknown = new Fields().Bytes(77, [1, 2, 3]).ToArray(),
        }).Encode())
        .Concat((new Rpc { Prune = [("t", 60)] }).Encode()).ToArray();

    [Fact]
    public void What_is_heard_does_not_depend_on_where_it_is_cut()
    {
        byte[] talk = Talk;
        for (int cut = 0; cut <= talk.Length; cut++)
        {
            (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
            peer.Send(talk[..cut]);
            board.Simulation.Run(20);
            peer.Send(talk[cut..]);
            board.Simulation.Run(20);

            Assert.Equal([1UL, 2UL], board.Messages.Select(one => one.Sequence));
            Assert.Equal("t", Assert.Single(board.Subscriptions).Topic.Name);
            Assert.Empty(board.Drops);
            Assert.Single(peer.Take().SelectMany(rpc => rpc.Want));
            Assert.Equal(0, board.PubSub.Open("t").MeshPeers);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void What_is_heard_does_not_depend_on_how_the_link_chops_it(int maxPiece)
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        board.Simulation.Network.MaxPiece = maxPiece;
        board.Simulation.Network.MaxDelayMs = 3;
        peer.Send(Talk);

        Assert.True(board.Simulation.Run(() => board.Messages.Count == 2 && board.PubSub.Open("t").MeshPeers == 0, 60000));
        Assert.Empty(board.Drops);
    }

    [Fact]
    public void A_stream_that_ends_inside_an_rpc_is_counted_and_the_connection_stays()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        peer.Send(Talk[..5]);
        board.Simulation.Run(10);
        peer.Outbound!.CloseWrite();
        board.Simulation.Run(10);

        Assert.Equal([DropReason.Malformed], board.Drops);
        Assert.True(board.Connection.IsOpen);
        Assert.Null(peer.Outbound);
    }

    [Fact]
    public void Any_byte_may_be_any_other_and_nothing_worse_than_a_reset_happens()
    {
        byte[] talk = Talk;
        SeededRandom random = new(5);
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { MaxOffences = 65536, SeenMessages = 1 }, joined: ["t"]);
        int resets = 0;
        for (int i = 0; i < talk.Length; i++)
        {
            byte[] changed = [.. talk];
            changed[i] = (byte)(random.Next() >> 9);
            int before = peer.Resets;
            peer.Send(changed);
            board.Simulation.Run(20);
            Assert.True(board.Connection.IsOpen, $"byte {i}");
            resets += peer.Resets - before;
            if (peer.Outbound != null)
            {
                // whatever it waits for now, a new stream begins anew
                peer.Outbound.Reset();
            }

            peer.Reopen();
        }

        Assert.InRange(resets, 10, talk.Length);
        board.Messages.Clear();
        peer.Send(Rpc.Publish(RpcMessage.By(_author, 1000, "t", [1])));
        board.Simulation.Run(20);
        Assert.Single(board.Messages);
    }

    [Fact]
    public void Who_sends_no_protobuf_loses_the_stream_and_in_the_end_the_connection()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { MaxOffences = 3 }, joined: ["t"]);
        for (int i = 1; i <= 3; i++)
        {
            Assert.True(board.Connection.IsOpen);
            peer.Send([0x03, 0xFF, 0xFF, 0xFF]);
            board.Simulation.Run(20);
            Assert.Equal(i, board.PubSub.Drops(DropReason.Malformed));
            Assert.Null(peer.Outbound);
            if (i < 3)
            {
                peer.Reopen();
            }
        }

        Assert.Equal(CloseReason.ProtocolViolated, board.Host.LastReason);
        Assert.Equal(3, board.Host.LastDetail);
    }

    [Fact]
    public void Who_forges_again_and_again_is_sent_away_and_others_stay()
    {
        Simulation simulation = new(3);
        Board board = new(simulation, new PubSubOptions { MaxOffences = 4 }, new NodeOptions { MaxConnections = 2 });
        board.PubSub.Join("t");
        ScriptedPeer honest = new(simulation);
        ScriptedPeer liar = new(simulation);
        Connection good = board.Dial(honest);
        Connection bad = board.Dial(liar);
        for (ulong i = 0; i < 4; i++)
        {
            honest.Send(Rpc.Publish(RpcMessage.By(_author, i, "t", [1])));
            liar.Send(Rpc.Publish(RpcMessage.By(_author, 100 + i, "t", [1]) with { Data = [2] }));
            simulation.Run(20);
        }

        Assert.Equal(4, board.Messages.Count);
        Assert.True(good.IsOpen);
        Assert.False(bad.IsOpen);
        Assert.Equal(CloseReason.ProtocolViolated, board.Host.LastReason);
    }

    [Fact]
    public void An_offence_is_forgiven_in_time()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { MaxOffences = 2 }, joined: ["t"]);
        for (ulong i = 0; i < 5; i++)
        {
            peer.Send(Rpc.Publish(RpcMessage.By(_author, i, "t", [1]) with { Data = [2] }));
            board.Simulation.Run(70_000);
        }

        Assert.Equal(5, board.PubSub.Drops(DropReason.SignatureInvalid));
        Assert.True(board.Connection.IsOpen);
    }

    [Fact]
    public void Data_on_the_stream_that_we_write_on_is_passed_over()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        byte[] talk = Talk;
        peer.Inbound!.Write(talk, 0, talk.Length);
        peer.Inbound.CloseWrite();
        board.Simulation.Run(20);

        Assert.Empty(board.Messages);
        Assert.Equal(1, board.Publish("t", 1));
        board.Simulation.Run(20);
        Assert.Single(peer.Take().SelectMany(rpc => rpc.Messages));
    }

    [Fact]
    public void More_topics_than_are_remembered_do_no_harm()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        peer.Send(Rpc.Subscribe([.. Enumerable.Range(0, 10_000).Select(i => "topic " + i)]));
        peer.Send(Rpc.Subscribe("t"));
        board.Simulation.Run(1000);

        Assert.Equal(1, board.PubSub.Open("t").Subscribers);
        Assert.Equal(1, board.PubSub.Open("topic 3").Subscribers);
    }
}
