using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Core.Tests.Yamux;
using NanoLibp2p.Core.Yamux;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Liars;

/// <summary>Records longer than a connection's own buffer: what go and js send, and who holds them up.</summary>
public class LongRecordTests
{
    private const int LongestPlain = NodeOptions.MaxRecordBytes - 16;

    [Theory]
    [InlineData(true, 2_048 - 16 + 1)]
    [InlineData(true, 16_384)]
    [InlineData(false, LongestPlain)]
    public void A_default_node_takes_records_of_any_length(bool peerDials, int plainBytes)
    {
        LiarScenario scenario = new();
        RawPeer peer = scenario.LiarConnects(peerDials);
        for (int i = 0; i < 3; i++)
        {
            peer.SendBytes(Pings(plainBytes, (uint)i));
            Assert.Equal((uint)i, Pong(peer));
        }

        scenario.ExpectToGoOn();
    }

    [Fact]
    public void A_long_record_that_comes_in_small_pieces_is_taken()
    {
        LiarScenario scenario = new();
        scenario.Simulation.Network.MaxPiece = 700;
        RawPeer peer = scenario.LiarConnects();
        peer.SendBytes(Pings(LongestPlain, 7));

        Assert.Equal(7u, Pong(peer));
        scenario.ExpectToGoOn();
    }

    [Fact]
    public void A_second_long_record_waits_until_the_first_is_over_and_both_are_taken()
    {
        LiarScenario scenario = new();
        RawPeer first = scenario.LiarConnects();
        RawPeer second = Another(scenario);
        byte[] record = first.Seal(Pings(30_000, 1));
        first.Write([(byte)(record.Length >> 8), (byte)record.Length, .. record[..20_000]]);
        scenario.Simulation.Run(100);
        second.SendBytes(Pings(40_000, 2));
        scenario.Simulation.Run(5_000);
        Assert.False(second.HasHeard);

        first.Write(record[20_000..]);

        Assert.Equal(1u, Pong(first));
        Assert.Equal(2u, Pong(second));
        scenario.ExpectToGoOn();
    }

    [Fact]
    public void Who_stalls_in_a_long_record_is_closed_by_its_length_and_who_waited_goes_on()
    {
        LiarScenario scenario = new();
        RawPeer stalling = scenario.LiarConnects();
        RawPeer waiting = Another(scenario);
        byte[] record = stalling.Seal(Pings(30_000, 1));
        stalling.Write([(byte)(record.Length >> 8), (byte)record.Length, .. record[..20_000]]);
        scenario.Simulation.Run(100);
        waiting.SendBytes(Pings(40_000, 2));
        scenario.Simulation.Run(29_000);
        Assert.Equal(0, scenario.Node.Closed);

        Assert.True(scenario.Simulation.Run(() => scenario.Node.Closed == 1, 2_000));
        Assert.Equal(CloseReason.RecordTimeout, scenario.Node.LastReason);
        Assert.Equal(record.Length, scenario.Node.LastDetail);
        Assert.Equal(2u, Pong(waiting));
        scenario.FriendIsUnharmed();
    }

    [Fact]
    public void A_peer_that_sends_one_long_record_after_another_leaves_the_others_their_turn()
    {
        LiarScenario scenario = new();
        RawPeer busy = scenario.LiarConnects();
        RawPeer other = Another(scenario);
        int taken = 0;
        for (int i = 0; i < 20; i++)
        {
            busy.SendBytes(Pings(60_000, 1));
            if (i == 3)
            {
                other.SendBytes(Pings(60_000, 2));
            }
            taken = other.HasHeard && taken == 0 ? i : taken;
        }

        Assert.Equal(2u, Pong(other));
        Assert.InRange(taken, 3, 8);
        scenario.ExpectToGoOn();
    }

    [Fact]
    public void A_stranger_is_not_lent_the_large_buffer()
    {
        LiarScenario scenario = new();
        RawPeer liar = scenario.LiarDials();
        liar.AgreeOnNoise();
        liar.Write([0x40, 0x00]);

        scenario.Expect(CloseReason.RecordTooLong, 0x4000);
    }

    [Theory]
    [InlineData(0, 2_049)]
    [InlineData(17_408, 17_409)]
    public void Beyond_both_buffers_the_connection_closes_with_the_length_and_the_peer_is_told_that_it_was_our_limit(int largeRecordBytes,
        int recordBytes)
    {
        LiarScenario scenario = new(new NodeOptions { LargeRecordBytes = largeRecordBytes });
        RawPeer peer = scenario.LiarConnects();
        peer.SendBytes(new byte[recordBytes - 16]);

        Assert.Equal(new Frame(Frame.GoAway, 0, 0, 2), peer.Receive());
        Assert.Equal(CloseReason.RecordTooLong, scenario.Node.LastReason);
        Assert.Equal(recordBytes, scenario.Node.LastDetail);
        scenario.FriendIsUnharmed();
    }

    [Fact]
    public void A_desktop_sends_small_records_until_the_peer_grants_more_than_a_first_window()
    {
        LiarScenario scenario = new(NodeOptions.Desktop());
        RawPeer peer = scenario.LiarConnects();
        peer.Send(Frame.WithData(Frame.Syn, 1, [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message(EchoProtocol.Id)]));
        Echo(peer, 40_000);
        Assert.InRange(peer.LongestRecord, 1_000, NodeOptions.SmallRecordBytes);

        // what was read is given back, which tells nothing of what the peer takes
        peer.Send(new Frame(Frame.Window, 0, 1, 40_000));
        Echo(peer, 40_000);
        Assert.InRange(peer.LongestRecord, 1_000, NodeOptions.SmallRecordBytes);

        peer.Send(new Frame(Frame.Window, 0, 1, 2 * YamuxSession.InitialWindow));
        Echo(peer, 200_000);
        Assert.InRange(peer.LongestRecord, 10_000, NodeOptions.MaxRecordBytes);
        scenario.ExpectToGoOn();
    }

    [Fact]
    public void Two_desktops_send_each_other_long_records_and_a_default_node_gets_none()
    {
        Simulation simulation = new(5);
        TestNode listener = simulation.Add(NodeOptions.Desktop());
        TestNode desktop = simulation.Add(NodeOptions.Desktop());
        TestNode device = simulation.Add(new NodeOptions { LargeRecordBytes = 0 });
        EchoProtocol[] echoes = [new(), new(), new()];
        listener.Node.Add(echoes[0]);
        desktop.Node.Add(echoes[1]);
        device.Node.Add(echoes[2]);
        Multiaddr address = listener.Listen();
        Connection big = desktop.Dial(address);
        Connection small = device.Dial(address);
        Assert.True(simulation.Run(() => big.IsOpen && small.IsOpen, 1000));
        Libp2pStream[] streams = [echoes[1].Open(big)!, echoes[2].Open(small)!];
        int[] sent = new int[2];
        bool moves = simulation.Run(() =>
        {
            for (int i = 0; i < 2; i++)
            {
                sent[i] += EchoProtocol.Send(streams[i], sent[i], 300_000 - sent[i]);
            }
            return echoes[1].Returned == 300_000 && echoes[2].Returned == 300_000;
        }, 60_000);

        Assert.True(moves);
        Assert.Equal(0, echoes[1].Wrong + echoes[2].Wrong + desktop.Closed + device.Closed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_says_that_it_goes_and_then_resets_has_closed_the_connection(bool whileWeHoldBack)
    {
        LiarScenario scenario = new();
        LastMoment late = new() { HoldsBack = whileWeHoldBack };
        scenario.Node.Node.Add(late);
        RawPeer peer = scenario.LiarConnects();
        Connection connection = scenario.Node.LastConnected;
        if (whileWeHoldBack)
        {
            peer.Send(Frame.WithData(Frame.Syn, 1, [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message(LastMoment.Id), 1, 2, 3]));
            scenario.Simulation.Run(100);
        }

        scenario.Simulation.Network.MaxDelayMs = 0;
        bool done = false;
        late.Do = () =>
        {
            if (!done)
            {
                // between our reading and our writing of one step
                done = true;
                connection.OpenStream(late, late.Index);
                peer.Send(new Frame(Frame.GoAway, 0, 0, 0));
                peer.Link.Break();
            }
        };

        Assert.True(scenario.Simulation.Run(() => scenario.Node.Closed == 1, 1000));
        Assert.Equal(CloseReason.Remote, scenario.Node.LastReason);
        Assert.Equal(0, scenario.Node.LastDetail);
        scenario.FriendIsUnharmed();
    }

    [Fact]
    public void A_connection_that_is_closed_is_ending_until_the_next_poll_frees_it()
    {
        LiarScenario scenario = new();
        scenario.LiarConnects();
        Connection connection = scenario.Node.LastConnected;
        connection.Close();

        Assert.Equal(ConnectionState.Ending, connection.State);
        Assert.False(connection.IsOpen);
        connection.Close(CloseReason.ProtocolViolated, 3);
        scenario.Simulation.Step();
        Assert.Equal(ConnectionState.Free, connection.State);
        Assert.Equal(CloseReason.Local, connection.CloseReason);
    }

    private static RawPeer Another(LiarScenario scenario)
    {
        RawPeer another = new RawPeer(scenario.Simulation).Dial(scenario.Address).Handshake();
        Assert.True(scenario.Simulation.Run(() => scenario.Node.Connected == 3, 1000));
        return another;
    }

    // data of a stream that never was, which are passed over, and a ping behind them
    private static byte[] Pings(int bytes, uint value) =>
        [.. Frame.WithData(0, 1001, new byte[bytes - 24]).ToBytes(), .. new Frame(Frame.Ping, Frame.Syn, 0, value).ToBytes()];

    private static uint Pong(RawPeer peer)
    {
        Frame frame;
        do
        {
            frame = peer.Receive();
        }
        while (frame.Type != Frame.Ping);
        return frame.Length;
    }

    private static void Echo(RawPeer peer, int count)
    {
        peer.LongestRecord = 0;
        int back = 0;
        for (int sent = 0; sent < count || back < count;)
        {
            int piece = System.Math.Min(count - sent, 1000);
            if (piece > 0)
            {
                peer.Send(Frame.WithData(0, 1, new byte[piece]));
                sent += piece;
                continue;
            }
            Frame frame = peer.Receive();
            back += frame.Type == Frame.Data && frame.Id == 1 ? frame.Payload.Length : 0;
        }
    }

    private sealed class LastMoment : StreamProtocol
    {
        public const string Id = "/last-moment/1.0.0";

        public System.Action? Do { get; set; }

        public bool HoldsBack { get; set; }

        public int Index { get; private set; }

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => HoldsBack ? 0 : count;

        public override long Poll(long nowMs)
        {
            Do?.Invoke();
            return long.MaxValue;
        }

        protected override void Register(Node node) => Index = node.RegisterProtocol(Id, this, true);
    }
}
