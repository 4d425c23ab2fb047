using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Ping;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>Signature checks are rationed: a flood of valid messages waits in its own connection, and everything else goes on.</summary>
public class RationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_step_verifies_no_more_than_the_option_for_each_connection_and_asks_for_the_next_at_once(int perStep)
    {
        CountingCrypto crypto = new();
        (Board board, ScriptedPeer peer) = ReplayTests.Connect(new PubSubOptions { VerificationsPerStep = perStep }, crypto);
        peer.Send(Rpc.Publish(Flood(1, 20)));
        int most = 0;
        int steps = 0;
        while (board.Messages.Count < 20)
        {
            Assert.InRange(++steps, 1, 1000);
            crypto.Verifications = 0;
            long next = board.Host.Node.Poll(board.Simulation.Network.NowMs);
            most = Math.Max(most, crypto.Verifications);
            Assert.True(crypto.Verifications == 0 || board.Messages.Count == 20 || next == board.Simulation.Network.NowMs);
            peer.Host.Node.Poll(board.Simulation.Network.NowMs);
            if (crypto.Verifications == 0)
            {
                board.Simulation.Network.NowMs++;
            }
        }

        Assert.Equal(perStep, most);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (ulong)i), board.Messages.Select(one => one.Sequence));
        Assert.Empty(board.Drops);
    }

    [Fact]
    public void What_is_above_the_rate_waits_and_none_is_lost()
    {
        CountingCrypto crypto = new();
        (Board board, ScriptedPeer peer) = ReplayTests.Connect(new PubSubOptions { VerificationsPerSecond = 10 }, crypto);
        peer.Send(Rpc.Publish(Flood(1, 45)));
        board.Simulation.Run(500);
        Assert.InRange(board.Messages.Count, 10, 16);
        board.Simulation.Run(2_000);
        Assert.InRange(board.Messages.Count, 30, 36);
        board.Simulation.Run(2_000);

        Assert.Equal(Enumerable.Range(1, 45).Select(i => (ulong)i), board.Messages.Select(one => one.Sequence));
        Assert.Empty(board.Drops);
        Assert.True(board.Connection.IsOpen);
    }

    [Fact]
    public void What_a_peer_said_before_it_closed_is_delivered_at_the_rate()
    {
        CountingCrypto crypto = new();
        (Board board, ScriptedPeer peer) = ReplayTests.Connect(new PubSubOptions { VerificationsPerSecond = 2 }, crypto);
        peer.Send(Rpc.Publish(Flood(1, 6)));
        board.Simulation.Run(20);
        Assert.InRange(board.Messages.Count, 1, 4);
        peer.Host.LastConnected!.Close();
        Connection connection = board.Connection;
        board.Simulation.Run(10_000);

        Assert.Equal(6, board.Messages.Count);
        Assert.False(connection.IsOpen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30_000)]
    public void A_link_that_ended_while_bytes_wait_that_nobody_takes_is_closed_when_its_time_is_over(int keepAliveMs)
    {
        Simulation simulation = new(25);
        ScriptedPeer deaf = new(simulation, 1, keepAliveMs, "/meshsub/1.1.0") { IsDeaf = true };
        Board board = new(simulation);
        board.PubSub.Join("t");
        Connection closed = board.Dial(deaf);
        Connection connection = deaf.Host.LastConnected!;
        simulation.Run(100);
        closed.Close();
        simulation.Run(5_000);
        Assert.True(connection.IsOpen);
        simulation.Run(60_000);

        Assert.False(connection.IsOpen);
    }

    [Fact]
    public void A_new_peer_pays_for_no_flood_of_the_one_that_had_its_place()
    {
        Simulation simulation = new(24);
        Board board = new(simulation, new PubSubOptions { VerificationsPerSecond = 1 });
        board.PubSub.Join("t");
        ScriptedPeer flooder = new(simulation);
        Connection connection = board.Dial(flooder);
        flooder.Send(Rpc.Publish(Flood(1, 20)));
        simulation.Run(100);
        connection.Close();
        simulation.Run(10);
        board.Messages.Clear();
        ScriptedPeer good = new(simulation);
        board.Dial(good);
        good.Send(Rpc.Publish(RpcMessage.By(ReplayTests.Author(2), 1, "t", [1])));
        simulation.Run(30);

        Assert.Single(board.Messages);
    }

    [Fact]
    public void Minutes_above_the_rate_end_no_connection()
    {
        CountingCrypto crypto = new();
        (Board board, ScriptedPeer peer) = ReplayTests.Connect(new PubSubOptions { VerificationsPerSecond = 1 }, crypto);
        peer.Send(Rpc.Publish(Flood(1, 500)));
        board.Simulation.Run(400_000);

        Assert.True(board.Connection.IsOpen);
        Assert.InRange(board.Messages.Count, 380, 402);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_flood_of_valid_messages_delays_a_good_peers_ping_by_two_verifications_at_most(bool floods)
    {
        // half a second for each, as on an ESP32
        const int verification = 500;
        Simulation simulation = new(21);
        CountingCrypto crypto = new();
        Board board = new(simulation, new PubSubOptions(), new NodeOptions { MaxConnections = 2, MaxHandshakes = 2 }, crypto);
        board.PubSub.Join("t");
        ScriptedPeer flooder = new(simulation);
        ScriptedPeer good = new(simulation);
        board.Dial(flooder);
        board.Dial(good);
        crypto.Verifications = 0;
        crypto.OnVerify = () => simulation.Network.NowMs += verification;
        Pings pings = new();
        List<long> times = new();
        good.Host.Node.Ping.Events = pings;
        if (floods)
        {
            flooder.Send(Rpc.Publish(Flood(1, 400)));
        }

        for (int i = 0; i < 40; i++)
        {
            long start = simulation.Network.NowMs;
            Assert.True(good.Host.Node.Ping.Send(good.Host.LastConnected!));
            Assert.True(simulation.Run(() => pings.Answered > i, 60_000));
            times.Add(simulation.Network.NowMs - start);
        }

        // the first one opens the stream, which is a round trip of its own
        Assert.InRange(times.Skip(1).Max(), 0, floods ? 2 * verification + 20 : 20);
        Assert.Equal(0, pings.Failed);
        Assert.True(!floods || crypto.Verifications >= 40);
    }

    [Fact]
    public void A_good_peers_messages_are_delivered_through_a_flood()
    {
        Simulation simulation = new(22);
        Board board = new(simulation, new PubSubOptions(), new NodeOptions { MaxConnections = 2, MaxHandshakes = 2 });
        board.PubSub.Join("t");
        ScriptedPeer flooder = new(simulation);
        ScriptedPeer good = new(simulation);
        Connection through = board.Dial(flooder);
        Connection clean = board.Dial(good);
        flooder.Send(Rpc.Publish(Flood(1, 1000)));
        simulation.Run(100);
        good.Send(Rpc.Publish(RpcMessage.By(ReplayTests.Author(2), 1, "t", [1])));
        simulation.Run(100);

        Assert.Single(board.Messages, one => one.Through == clean);
        Assert.InRange(board.Messages.Count(one => one.Through == through), 50, 70);
    }

    [Fact]
    public void A_message_that_waits_is_a_duplicate_when_another_peer_brings_it_first()
    {
        Simulation simulation = new(23);
        CountingCrypto crypto = new();
        Board board = new(simulation, new PubSubOptions { VerificationsPerSecond = 1 },
            new NodeOptions { MaxConnections = 2, MaxHandshakes = 2 }, crypto);
        board.PubSub.Join("t");
        ScriptedPeer first = new(simulation);
        ScriptedPeer second = new(simulation);
        board.Dial(first);
        board.Dial(second);
        crypto.Verifications = 0;
        RpcMessage[] two = Flood(1, 2);
        first.Send(Rpc.Publish(two));
        simulation.Run(100);
        second.Send(Rpc.Publish(two[1]));
        simulation.Run(3_000);

        Assert.Equal([1UL, 2UL], board.Messages.Select(one => one.Sequence));
        Assert.Equal([DropReason.Duplicate], board.Drops);
        Assert.Equal(2, crypto.Verifications);
    }

    private static RpcMessage[] Flood(uint author, int count)
    {
        Identity identity = ReplayTests.Author(author);
        return [.. Enumerable.Range(1, count).Select(i => RpcMessage.By(identity, (ulong)i, "t", new byte[20]))];
    }

    private sealed class Pings : PingEvents
    {
        public int Answered { get; private set; }

        public int Failed { get; private set; }

        public override void OnPong(Connection connection) => Answered++;

        public override void OnPingFailed(Connection connection) => Failed++;
    }
}
