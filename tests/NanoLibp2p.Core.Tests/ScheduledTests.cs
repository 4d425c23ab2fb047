using System;
using System.Linq;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

/// <summary>Connections that a scheduler steps one by one.</summary>
public class ScheduledTests
{
    private readonly Simulation _simulation = new(33);

    [Fact]
    public void A_ping_costs_steps_of_its_own_connection_alone_however_many_are_idle()
    {
        ShardNode shard = Shard(new NodeOptions { MaxConnections = 60, MaxHandshakes = 60 });
        Multiaddr address = shard.Listen();
        TestNode dialer = _simulation.Add(new NodeOptions { MaxConnections = 60, MaxHandshakes = 60 }, new CheapCrypto());
        PongCounter pongs = new();
        dialer.Node.Ping.Events = pongs;
        for (int i = 0; i < 60; i++)
        {
            dialer.Dial(address);
        }

        Assert.True(_simulation.Run(() => shard.Connected == 60 && dialer.Connected == 60, 1000));
        _simulation.Run(100);
        int before = shard.Steps;

        Assert.True(dialer.Node.Ping.Send(dialer.LastConnected));
        Assert.True(_simulation.Run(() => pongs.Pongs == 1, 1000));
        _simulation.Run(100);

        Assert.InRange(shard.Steps - before, 1, 4);
    }

    [Fact]
    public void Data_larger_than_every_buffer_pass_both_ways_between_two_shards()
    {
        _simulation.Network.MaxPiece = 700;
        _simulation.Network.MaxDelayMs = 3;
        (ShardNode shard, ShardNode dialer) = Connected(new NodeOptions());
        EchoProtocol echo = Echo(shard);
        EchoProtocol echoing = Echo(dialer);
        Libp2pStream stream = echoing.Open(dialer.LastConnected)!;
        long sent = 0;

        Assert.True(_simulation.Run(
            () =>
            {
                sent += sent < 100_000 ? EchoProtocol.Send(stream, sent, (int)Math.Min(1000, 100_000 - sent)) : 0;
                return echoing.Returned == 100_000;
            },
            60_000));
        Assert.Equal((0, 1), (echoing.Wrong, echo.Opened));
    }

    [Fact]
    public void What_is_written_outside_a_step_is_told_once_until_the_next()
    {
        (ShardNode shard, ShardNode dialer) = Connected(new NodeOptions());
        EchoProtocol echo = Echo(dialer);
        Echo(shard);
        Connection connection = dialer.LastConnected;
        int told = dialer.Told;

        Libp2pStream stream = echo.Open(connection)!;
        EchoProtocol.Send(stream, 0, 10);
        EchoProtocol.Send(stream, 10, 10);
        Assert.Equal(told + 1, dialer.Told);
        connection.Step();
        connection.Flush();
        EchoProtocol.Send(stream, 20, 10);
        Assert.Equal(told + 2, dialer.Told);
        Assert.True(_simulation.Run(() => echo.Returned == 30, 1000));
    }

    [Fact]
    public void What_a_protocol_answers_in_its_connections_own_step_is_not_told()
    {
        (ShardNode shard, ShardNode dialer) = Connected(new NodeOptions());
        EchoProtocol echo = Echo(dialer);
        Echo(shard);
        int told = shard.Told;

        EchoProtocol.Send(echo.Open(dialer.LastConnected)!, 0, 10);

        Assert.True(_simulation.Run(() => echo.Returned == 10, 1000));
        Assert.Equal(told, shard.Told);
    }

    [Theory]
    [InlineData("CloseWrite")]
    [InlineData("Reset")]
    [InlineData("Close")]
    [InlineData("PingBelow")]
    public void What_ends_outside_a_step_reaches_the_peer_without_waiting_for_a_deadline(string how)
    {
        (ShardNode shard, ShardNode dialer) = Connected(new NodeOptions { KeepAliveMs = 0 });
        EchoProtocol echo = Echo(dialer);
        EchoProtocol served = Echo(shard);
        PongCounter pongs = new();
        dialer.Node.Ping.Events = pongs;
        Libp2pStream stream = echo.Open(dialer.LastConnected)!;
        Assert.True(_simulation.Run(() => stream.IsAgreed, 1000));
        _simulation.Run(100);

        switch (how)
        {
            case "CloseWrite":
                stream.CloseWrite();
                break;
            case "Reset":
                stream.Reset();
                break;
            case "Close":
                dialer.LastConnected.Close();
                break;
            default:
                Assert.True(dialer.Node.Ping.PingBelow(dialer.LastConnected));
                break;
        }

        Assert.True(_simulation.Run(() => served.Ended + served.Resets + shard.Closed + pongs.Pongs > 0, 1000));
    }

    [Fact]
    public void What_is_written_to_a_connection_in_the_step_of_another_is_told()
    {
        (ShardNode shard, ShardNode first) = Connected(new NodeOptions { MaxConnections = 2, KeepAliveMs = 0 });
        Connection toFirst = shard.LastConnected;
        ShardNode second = Shard(new NodeOptions());
        second.Dial(shard.Node.ListenAddress(0));
        Assert.True(_simulation.Run(() => second.Connected == 1 && shard.Connected == 2, 1000));
        PongCounter pongs = new();
        shard.Node.Ping.Events = pongs;
        Assert.True(shard.Node.Ping.Send(toFirst));
        Assert.True(_simulation.Run(() => pongs.Pongs == 1, 1000));
        shard.Node.Add(new OnOpening(() => shard.Node.Ping.Send(toFirst)));
        OnOpening opening = new(() => { });
        second.Node.Add(opening);

        Assert.NotNull(second.LastConnected.OpenStream(opening, opening.Index));

        Assert.True(_simulation.Run(() => pongs.Pongs == 2, 1000));
        Assert.Equal(0, first.Closed);
    }

    [Fact]
    public void Connections_of_a_list_are_all_taken_and_taken_again_when_they_are_over()
    {
        const int Count = 20;
        ShardNode shard = Shard(new NodeOptions { MaxConnections = Count, MaxHandshakes = Count });
        Multiaddr address = shard.Listen();
        TestNode dialer = _simulation.Add(new NodeOptions { MaxConnections = Count, MaxHandshakes = Count }, new CheapCrypto());
        for (int round = 1; round <= 3; round++)
        {
            for (int i = 0; i < Count; i++)
            {
                Assert.NotNull(dialer.Dial(address));
            }

            Assert.Null(dialer.Dial(address));
            Assert.True(_simulation.Run(() => shard.Connected == round * Count && dialer.Connected == round * Count, 1000));
            Assert.Equal(Count, shard.Node.Connections.Count(one => one.IsOpen));
            dialer.Node.Close();
            Assert.True(_simulation.Run(() => shard.Closed == round * Count, 1000));
        }

        Assert.Equal(0, shard.TurnedAway);
    }

    [Fact]
    public void A_list_keeps_the_place_for_dials()
    {
        const int Count = 20;
        ShardNode shard = Shard(new NodeOptions { MaxConnections = Count, MaxHandshakes = Count });
        shard.Node.KeepsPlaceForDials = true;
        TestNode dialer = _simulation.Add(new NodeOptions { MaxConnections = Count, MaxHandshakes = Count }, new CheapCrypto());
        TestNode there = _simulation.Add(new NodeOptions(), new CheapCrypto());
        Multiaddr address = shard.Listen();
        for (int i = 0; i < Count - 1; i++)
        {
            dialer.Dial(address);
        }

        Assert.True(_simulation.Run(() => shard.Connected == Count - 1, 1000));
        dialer.Dial(address);
        Assert.True(_simulation.Run(() => shard.TurnedAway == 1, 1000));
        Assert.NotNull(shard.Dial(there.Listen()));
        Assert.True(_simulation.Run(() => there.Connected == 1, 1000));
    }

    [Fact]
    public void A_link_that_is_taken_over_becomes_a_connection_of_either_role()
    {
        (MemoryLink ours, MemoryLink theirs) = Link();
        ShardNode one = Shard(new NodeOptions());
        ShardNode other = Shard(new NodeOptions());

        // both sides made the link, as in a simultaneous open; they have agreed on who initiates
        Connection initiator = one.Node.Connect(ours, other.Node.Identity.PeerId, true);
        Connection responder = other.Node.Connect(theirs, one.Node.Identity.PeerId, false);
        Start(initiator, responder);

        Assert.True(_simulation.Run(() => initiator.IsOpen && responder.IsOpen, 1000));
        Assert.Equal((false, true), (initiator.IsInbound, responder.IsInbound));
        EchoProtocol echo = Echo(other);
        Echo(one);
        EchoProtocol.Send(echo.Open(responder)!, 0, 10);
        Assert.True(_simulation.Run(() => echo.Returned == 10, 1000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_link_to_another_peer_than_the_expected_one_is_closed(bool isInitiator)
    {
        (MemoryLink ours, MemoryLink theirs) = Link();
        ShardNode one = Shard(new NodeOptions());
        ShardNode other = Shard(new NodeOptions());
        ShardNode stranger = Shard(new NodeOptions());

        Start(one.Node.Connect(ours, stranger.Node.Identity.PeerId, isInitiator), other.Node.Connect(theirs, null, !isInitiator));

        Assert.True(_simulation.Run(() => one.Closed == 1, 1000));
        Assert.Equal(CloseReason.PeerIdMismatch, one.LastReason);
        Assert.Equal(0, one.Connected);
    }

    [Fact]
    public void A_link_that_is_not_open_is_refused_with_its_state()
    {
        (MemoryLink ours, _) = Link();
        ours.Close();
        ShardNode node = Shard(new NodeOptions());

        Assert.Contains("Closed", Assert.Throws<ArgumentException>(() => node.Node.Adopt(ours)).Message, StringComparison.Ordinal);
        Assert.Contains("Closed", Assert.Throws<ArgumentException>(() => node.Node.Connect(ours, null, true)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Dials_that_wait_for_the_only_handshake_have_it_one_after_another()
    {
        ShardNode dialer = Shard(new NodeOptions { MaxConnections = 20 });
        TestNode listener = _simulation.Add(new NodeOptions { MaxConnections = 20, MaxHandshakes = 20 }, new CheapCrypto());
        Multiaddr address = listener.Listen();
        for (int i = 0; i < 20; i++)
        {
            dialer.Dial(address);
        }

        Assert.True(_simulation.Run(() => dialer.Connected == 20, 100));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_handshake_that_is_free_again_goes_to_the_next_when_the_first_that_waited_is_gone(bool afterItWasTold)
    {
        ShardNode dialer = Shard(new NodeOptions { MaxConnections = 3 });
        TestNode listener = _simulation.Add(new NodeOptions { MaxConnections = 3, MaxHandshakes = 3 }, new CheapCrypto());
        Multiaddr address = listener.Listen();
        Connection[] dials = [dialer.Dial(address), dialer.Dial(address), dialer.Dial(address)];
        dialer.Poll(0);
        if (afterItWasTold)
        {
            dialer.Node.Add(new OnOpening(() => { }) { OnOpen = dials[1].Close });
        }
        else
        {
            dials[1].Close();
        }

        Assert.True(_simulation.Run(() => dials[0].IsOpen && dials[2].IsOpen, 100));
    }

    private ShardNode Shard(NodeOptions options)
    {
        ShardNode shard = new(_simulation.Network, options, new CheapCrypto());
        _simulation.Add(shard);
        return shard;
    }

    private (ShardNode Shard, ShardNode Dialer) Connected(NodeOptions options)
    {
        ShardNode shard = Shard(options);
        ShardNode dialer = Shard(options);
        dialer.Dial(shard.Listen());
        Assert.True(_simulation.Run(() => shard.Connected == 1 && dialer.Connected == 1, 1000));
        _simulation.Run(10);
        return (shard, dialer);
    }

    private (MemoryLink Ours, MemoryLink Theirs) Link()
    {
        MemoryLink link = _simulation.Network.Connect(40_001, 4001);
        return (link, link.Other);
    }

    private static void Start(params Connection[] connections)
    {
        foreach (Connection connection in connections)
        {
            connection.Step();
            connection.Flush();
        }
    }

    private static EchoProtocol Echo(TestNode node)
    {
        EchoProtocol echo = new();
        node.Node.Add(echo);
        return echo;
    }

    private sealed class OnOpening(Action then) : StreamProtocol
    {
        public int Index { get; private set; }

        public Action? OnOpen { get; init; }

        public override void OnConnected(Connection connection) => OnOpen?.Invoke();

        public override void OnOpened(Libp2pStream stream) => then();

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

        protected override void Register(Node node) => Index = node.RegisterProtocol("/on-opening/1", this, true);
    }
}
