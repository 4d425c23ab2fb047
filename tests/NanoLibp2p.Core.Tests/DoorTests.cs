using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

/// <summary>Who gets in, and who gives way, when there are fewer connections or handshakes than peers that want one.</summary>
public class DoorTests
{
    private readonly Simulation _simulation = new(21);

    [Fact]
    public void Silent_callers_on_every_connection_give_way_to_an_honest_one_the_oldest_first()
    {
        TestNode node = Listening(3, out Multiaddr address);
        RawPeer[] silent = Silent(3, address);

        TestNode honest = Honest(address);

        Assert.True(_simulation.Run(() => honest.Connected == 1 && node.Connected == 1, 100));
        Assert.Equal(CloseReason.GaveWay, node.LastReason);
        Assert.Equal([true, false, false], silent.Select(one => one.IsCutOff));
        Assert.Equal(0, node.Refused);
    }

    [Fact]
    public void Silent_callers_keep_no_handshake_from_those_that_speak()
    {
        TestNode node = Listening(8, out Multiaddr address);
        Silent(4, address);

        TestNode honest = Honest(address);

        Assert.True(_simulation.Run(() => honest.Connected == 1, 100));
        Assert.Equal(0, node.Closed);
    }

    [Fact]
    public void Callers_that_agree_on_Noise_and_stop_there_keep_no_handshake()
    {
        Listening(8, out Multiaddr address);
        for (int i = 0; i < 4; i++)
        {
            new RawPeer(_simulation).Dial(address).AgreeOnNoise();
        }

        TestNode honest = Honest(address);

        Assert.True(_simulation.Run(() => honest.Connected == 1, 100));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void Sixty_four_callers_that_send_no_whole_message_delay_no_dial_of_a_desktop(int bytes)
    {
        NodeOptions options = NodeOptions.Desktop();
        options.RecordBytes = NodeOptions.SmallRecordBytes;
        options.SendBytes = 2 * NodeOptions.SmallRecordBytes;
        options.MaxStreams = 8;
        TestNode node = Listening(200, out Multiaddr address, new CheapCrypto(), 64, options);
        for (int i = 0; i < 64; i++)
        {
            RawPeer peer = new RawPeer(_simulation).Dial(address);
            if (bytes > 0)
            {
                // a length of 100, and less than that
                peer.AgreeOnNoise();
                peer.Link.Write([0, 100, .. new byte[bytes - 1]], 0, bytes);
            }
        }

        _simulation.Run(10);
        TestNode gateway = _simulation.Add(new NodeOptions(), new CheapCrypto());
        Connection connection = node.Dial(gateway.Listen());
        TestNode honest = _simulation.Add(new NodeOptions(), new CheapCrypto());
        honest.Dial(address);

        Assert.True(_simulation.Run(() => connection.IsOpen && honest.Connected == 1, 10));
        Assert.Equal(0, node.Closed);
    }

    [Fact]
    public void A_caller_that_stops_amid_the_handshake_keeps_the_only_one_no_longer_than_a_first_byte_may_take()
    {
        TestNode node = Listening(8, out Multiaddr address);
        StopsAmidHandshake(address);

        TestNode honest = Honest(address);
        _simulation.Run(4000);
        Assert.Equal(0, honest.Connected);

        Assert.True(_simulation.Run(() => honest.Connected == 1, 1100));
        Assert.Equal(CloseReason.GaveWay, node.LastReason);
    }

    [Fact]
    public void A_dial_takes_the_only_handshake_from_a_caller_at_once()
    {
        TestNode node = Listening(2, out Multiaddr address);
        TestNode gateway = _simulation.Add(new NodeOptions());
        Multiaddr there = gateway.Listen();
        RawPeer slow = StopsAmidHandshake(address);

        Connection connection = node.Dial(there);

        Assert.True(_simulation.Run(() => connection.IsOpen, 100));
        Assert.True(slow.IsCutOff);
        Assert.Equal(CloseReason.GaveWay, node.LastReason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_caller_that_idles_on_the_only_connection_gives_way_to_a_dial(bool connects)
    {
        TestNode node = Listening(1, out Multiaddr address);
        TestNode gateway = _simulation.Add(new NodeOptions());
        Multiaddr there = gateway.Listen();
        RawPeer stranger = new RawPeer(_simulation).Dial(address);
        if (connects)
        {
            stranger.Handshake();
        }
        _simulation.Run(connects ? 6000 : 100);
        _simulation.Step();

        Connection? connection = node.Dial(there);

        Assert.NotNull(connection);
        Assert.True(_simulation.Run(() => connection.IsOpen, 100));
        Assert.True(stranger.IsCutOff);
    }

    [Fact]
    public void A_dial_begun_in_an_event_ends_an_idle_caller_for_the_next_dial()
    {
        TestNode node = Listening(1, out Multiaddr address);
        TestNode gateway = _simulation.Add(new NodeOptions());
        Multiaddr there = gateway.Listen();
        DialingProtocol tick = new(() => node.Dial(there));
        node.Node.Add(tick);
        new RawPeer(_simulation).Dial(address).Handshake();
        _simulation.Run(6000);
        _simulation.Step();

        tick.IsDue = true;
        _simulation.Step();
        Assert.Null(tick.Dialed);
        _simulation.Step();
        tick.IsDue = true;
        _simulation.Step();

        Assert.True(_simulation.Run(() => tick.Dialed?.IsOpen == true, 100));
    }

    [Fact]
    public void An_idle_caller_is_spared_at_first_and_then_gives_way_to_another()
    {
        TestNode node = Listening(1, out Multiaddr address);
        RawPeer idle = new RawPeer(_simulation).Dial(address).Handshake();
        Assert.True(_simulation.Run(() => node.Connected == 1, 1000));

        TestNode early = Honest(address);
        Assert.True(_simulation.Run(() => node.Refused == 1, 100));
        Assert.False(idle.IsCutOff);
        _simulation.Run(6000);
        TestNode late = Honest(address);

        Assert.True(_simulation.Run(() => late.Connected == 1, 100));
        Assert.True(idle.IsCutOff);
        Assert.Equal(0, early.Connected);
    }

    [Fact]
    public void A_caller_whose_stream_is_in_use_stays_and_the_next_is_rejected()
    {
        TestNode node = Listening(1, out Multiaddr address);
        EchoProtocol echo = new();
        node.Node.Add(echo);
        TestNode user = Honest(address);
        EchoProtocol theirs = new();
        user.Node.Add(theirs);
        Assert.True(_simulation.Run(() => user.Connected == 1 && node.Connected == 1, 1000));
        Assert.NotNull(theirs.Open(user.LastConnected));
        _simulation.Run(20_000);

        Honest(address);

        Assert.True(_simulation.Run(() => node.Refused == 1, 100));
        Assert.Equal(0, user.Closed);
    }

    [Fact]
    public void A_caller_that_only_pings_gives_way()
    {
        TestNode node = Listening(1, out Multiaddr address);
        TestNode pinging = Honest(address);
        Assert.True(_simulation.Run(() => pinging.Connected == 1 && node.Connected == 1, 1000));
        Assert.True(pinging.Node.Ping.Send(pinging.LastConnected));
        _simulation.Run(6000);

        TestNode other = Honest(address);

        Assert.True(_simulation.Run(() => other.Connected == 1, 100));
        Assert.True(_simulation.Run(() => pinging.Closed == 1, 100));
    }

    [Fact]
    public void A_peer_that_was_dialled_gives_way_to_nobody()
    {
        TestNode node = Listening(1, out Multiaddr address);
        TestNode gateway = _simulation.Add(new NodeOptions());
        node.Dial(gateway.Listen());
        Assert.True(_simulation.Run(() => gateway.Connected == 1, 1000));
        _simulation.Run(20_000);

        Honest(address);

        Assert.True(_simulation.Run(() => node.Refused == 1, 100));
        Assert.Equal(0, gateway.Closed);
        Assert.Null(node.Dial(address));
    }

    [Fact]
    public void The_place_kept_for_dials_is_given_to_no_caller()
    {
        TestNode node = Listening(3, out Multiaddr address);
        node.Node.KeepsPlaceForDials = true;
        TestNode[] callers = [Honest(address), Honest(address)];
        Assert.True(_simulation.Run(() => node.Connected == 2, 1000));
        Honest(address);
        Assert.True(_simulation.Run(() => node.Refused == 1, 1000));

        TestNode gateway = _simulation.Add(new NodeOptions());
        Connection connection = node.Dial(gateway.Listen());
        Assert.True(_simulation.Run(() => connection.IsOpen, 1000));
        Assert.Equal(2, callers.Count(caller => caller.Connected == 1 && caller.Closed == 0));
    }

    [Fact]
    public void A_caller_that_says_nothing_is_closed_after_the_time_of_a_first_byte()
    {
        TestNode node = Listening(2, out Multiaddr address);
        RawPeer silent = new RawPeer(_simulation).Dial(address);
        _simulation.Run(4900);
        Assert.False(silent.IsCutOff);
        _simulation.Run(200);

        Assert.True(silent.IsCutOff);
        Assert.Equal((CloseReason.HandshakeTimeout, 5000), (node.LastReason, node.LastDetail));
    }

    [Fact]
    public void Sixty_callers_at_the_same_moment_are_all_connected()
    {
        const int Count = 60;
        TestNode node = Listening(Count, out Multiaddr address, new CheapCrypto(), Count);
        TestNode dialer = _simulation.Add(new NodeOptions { MaxConnections = Count, MaxHandshakes = Count }, new CheapCrypto());
        for (int i = 0; i < Count; i++)
        {
            Assert.NotNull(dialer.Dial(address));
        }
        int polls = 0;

        Assert.True(_simulation.Run(() => polls++ >= 12 || (dialer.Connected == Count && node.Connected == Count), 100));
        Assert.InRange(polls, 0, 12);
    }

    [Fact]
    public void One_host_has_no_more_connections_than_it_may_and_gives_up_its_own_for_its_next()
    {
        TestNode node = Listening(4, out Multiaddr address, options: new NodeOptions { MaxConnectionsPerHost = 2 });
        RawPeer[] silent = Silent(3, address);
        Assert.Equal([true, false, false], silent.Select(one => one.IsCutOff));

        Assert.Equal(1, node.Closed);
        Assert.Equal(0, node.Refused);
    }

    private TestNode Listening(int connections, out Multiaddr address, Crypto.CryptoProvider? crypto = null, int handshakes = 1,
        NodeOptions? options = null)
    {
        options ??= new NodeOptions();
        options.MaxConnections = connections;
        options.MaxHandshakes = handshakes;
        TestNode node = crypto == null ? _simulation.Add(options) : _simulation.Add(options, crypto);
        address = node.Listen();
        return node;
    }

    private TestNode Honest(Multiaddr address)
    {
        TestNode honest = _simulation.Add(new NodeOptions());
        honest.Dial(address);
        return honest;
    }

    // one after another, so that their order is known
    private RawPeer[] Silent(int count, Multiaddr address)
    {
        List<RawPeer> peers = new();
        for (int i = 0; i < count; i++)
        {
            peers.Add(new RawPeer(_simulation).Dial(address));
            _simulation.Run(10);
        }
        return [.. peers];
    }

    private RawPeer StopsAmidHandshake(Multiaddr address)
    {
        RawPeer peer = new RawPeer(_simulation).Dial(address);
        peer.AgreeOnNoise();
        byte[] ephemeral = new byte[32];
        ephemeral[0] = 9;
        peer.WriteRecord(ephemeral);
        peer.ReadRecord();
        return peer;
    }

    private sealed class DialingProtocol(System.Func<Connection?> dial) : StreamProtocol
    {
        public bool IsDue { get; set; }

        public Connection? Dialed { get; private set; }

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

        public override long Poll(long nowMs)
        {
            if (IsDue)
            {
                IsDue = false;
                Dialed = dial();
            }
            return long.MaxValue;
        }

        protected override void Register(Node node) => node.RegisterProtocol("/dials/1", this, false);
    }
}
