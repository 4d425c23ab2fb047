using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Core.Tests.Yamux;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core.Tests.Liars;

/// <summary>Peers that prove who they are and lie afterwards.</summary>
public class StreamLiarTests
{
    private readonly LiarScenario _scenario = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_record_with_a_wrong_tag_ends_the_connection(bool liarDials)
    {
        RawPeer liar = _scenario.LiarConnects(liarDials);
        byte[] record = liar.Seal(new Frame(Frame.Ping, Frame.Syn, 0, 1).ToBytes());
        record[0] ^= 1;
        liar.WriteRecord(record);

        _scenario.Expect(CloseReason.RecordInvalid, record.Length);
    }

    [Fact]
    public void A_record_that_comes_twice_ends_the_connection()
    {
        RawPeer liar = _scenario.LiarConnects();
        byte[] record = liar.Seal(new Frame(Frame.Ping, Frame.Syn, 0, 1).ToBytes());
        liar.WriteRecord(record);
        liar.WriteRecord(record);

        _scenario.Expect(CloseReason.RecordInvalid);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public void A_record_too_short_for_a_tag_ends_the_connection(int length)
    {
        _scenario.LiarConnects().WriteRecord(new byte[length]);

        _scenario.Expect(CloseReason.RecordInvalid, length);
    }

    [Fact]
    public void A_record_longer_than_both_buffers_ends_the_connection()
    {
        LiarScenario scenario = new(new NodeOptions { LargeRecordBytes = 3000 });
        int limit = scenario.Node.Node.Options.LargeRecordBytes;
        RawPeer liar = scenario.LiarConnects();
        liar.WriteRecord(liar.Seal([]));
        scenario.ExpectToGoOn();
        liar.Write([(byte)((limit + 1) >> 8), (byte)(limit + 1)]);

        scenario.Expect(CloseReason.RecordTooLong, limit + 1);
    }

    [Fact]
    public void A_record_as_long_as_the_buffer_is_read()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.SendBytes(new Frame(Frame.Window, Frame.Syn, 1, 0).ToBytes());
        int room = _scenario.Node.Node.Options.RecordBytes - 16;
        liar.SendBytes([.. Enumerable.Repeat(new Frame(Frame.Ping, Frame.Syn, 0, 7).ToBytes(), room / 12).SelectMany(ping => ping),
            .. new byte[room % 12]]);

        _scenario.ExpectToGoOn();
    }

    [Theory]
    [InlineData(1, 0, 0, 1)]
    [InlineData(0, 9, 0, 1)]
    [InlineData(0, 0, 1, 2)]
    [InlineData(0, 2, 1, 5)]
    public void A_yamux_frame_that_makes_no_sense_ends_the_connection(byte version, byte type, ushort flags, uint id)
    {
        _scenario.LiarConnects().Send(new Frame(type, flags, id, 0) { Version = version });

        _scenario.Expect(CloseReason.YamuxMalformed);
    }

    [Fact]
    public void A_window_raised_beyond_32_bits_ends_the_connection()
    {
        _scenario.LiarConnects().Send(new Frame(Frame.Window, Frame.Syn, 1, 0xFFFFFFFF));

        _scenario.Expect(CloseReason.YamuxMalformed);
    }

    [Fact]
    public void Data_after_the_end_of_a_stream_that_is_over_go_nowhere()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(
            Frame.WithData(Frame.Syn | Frame.Fin, 1, [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message(EchoProtocol.Id)]));
        NextOf(liar, 1, Frame.Fin);
        liar.Send(Frame.WithData(0, 1, 1, 2, 3));

        _scenario.ExpectToGoOn();
        Assert.Equal(1, _scenario.Echo.Closed);
    }

    [Fact]
    public void More_than_the_window_ends_the_connection()
    {
        _scenario.LiarConnects().Send(new Frame(Frame.Data, Frame.Syn, 1, YamuxSession.InitialWindow + 1));

        _scenario.Expect(CloseReason.YamuxWindowOverrun);
    }

    [Fact]
    public void Streams_without_end_end_the_connection()
    {
        RawPeer liar = _scenario.LiarConnects();
        _scenario.Simulation.Run(100);
        for (uint id = 1; _scenario.Node.Closed == 0; id += 20)
        {
            Assert.True(id < 10_000);
            liar.Send([.. Enumerable.Range(0, 10).Select(i => new Frame(Frame.Window, Frame.Syn, id + (2 * (uint)i), 0))]);
            _scenario.Simulation.Run(20);
            _ = liar.IsCutOff;
        }

        _scenario.Expect(CloseReason.StreamFlood);
    }

    [Fact]
    public void An_unknown_protocol_is_refused_and_the_next_proposal_heard()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(Frame.WithData(Frame.Syn, 1, [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message("/no/such/thing")]));
        Assert.Equal([.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message("na")], Hear(liar, 1, 24));
        liar.Send(Frame.WithData(0, 1, [.. RawPeer.Message("/ipfs/ping/1.0.0"), .. new byte[32]]));

        Assert.Equal([.. RawPeer.Message("/ipfs/ping/1.0.0"), .. new byte[32]], Hear(liar, 1, 18 + 32));
        _scenario.ExpectToGoOn();
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x00 })]
    [InlineData(new byte[] { 0x05, 1, 2, 3, 4, 5 })]
    public void A_malformed_negotiation_costs_its_stream(byte[] junk)
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(Frame.WithData(Frame.Syn, 1, junk));

        Assert.True((NextOf(liar, 1, Frame.Rst).Flags & Frame.Rst) != 0);
        _scenario.ExpectToGoOn();
    }

    [Fact]
    public void Nine_unknown_protocols_cost_their_stream()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(Frame.WithData(Frame.Syn, 1,
            [.. RawPeer.Message("/multistream/1.0.0"), .. Enumerable.Range(0, 9).SelectMany(i => RawPeer.Message("/x/" + i))]));

        NextOf(liar, 1, Frame.Rst);
        _scenario.ExpectToGoOn();
    }

    [Fact]
    public void A_stream_that_says_a_byte_a_second_is_reset_when_its_time_is_over()
    {
        RawPeer liar = _scenario.LiarConnects();
        byte[] slow = RawPeer.Message("/multistream/1.0.0");
        liar.Send(Frame.WithData(Frame.Syn, 1, slow[0]));
        for (int i = 1; i < 10; i++)
        {
            _scenario.Simulation.Run(1000);
            liar.Send(Frame.WithData(0, 1, slow[i]));
        }
        _scenario.Simulation.Run(1200);

        NextOf(liar, 1, Frame.Rst);
        _scenario.ExpectToGoOn();
    }

    [Fact]
    public void A_stream_opened_long_after_the_last_poll_has_its_full_time()
    {
        _scenario.LiarConnects(liarDials: false);
        _scenario.Simulation.Network.NowMs += 20_000;
        Libp2pStream? stream = _scenario.Echo.Open(_scenario.Node.LastConnected);
        Assert.NotNull(stream);

        _scenario.Simulation.Run(9000);
        Assert.True(stream.IsOpen);
        _scenario.Simulation.Run(1500);
        Assert.False(stream.IsOpen);
    }

    [Fact]
    public void A_dead_link_is_noticed_when_its_time_is_over()
    {
        RawPeer liar = _scenario.LiarConnects();
        _scenario.Simulation.Run(500);
        liar.Link.Other.Dead = true;
        liar.Link.Dead = true;
        _scenario.Simulation.Run(44_000);
        _scenario.ExpectToGoOn();

        _scenario.Expect(CloseReason.KeepAliveTimeout, withinMs: 3000);
    }

    [Fact]
    public void A_peer_that_answers_the_question_for_a_sign_of_life_is_kept()
    {
        RawPeer liar = _scenario.LiarConnects();
        for (int i = 0; i < 4; i++)
        {
            Frame ping = NextOf(liar, 0, Frame.Syn);
            Assert.Equal(Frame.Ping, ping.Type);
            liar.Send(new Frame(Frame.Ping, Frame.Ack, 0, ping.Length));
            _scenario.Simulation.Run(29_000);
            _scenario.ExpectToGoOn();
        }
    }

    [Fact]
    public void A_peer_that_asks_without_reading_answers_is_left_in_the_end()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(Frame.WithData(Frame.Syn, 1, [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message("/ipfs/ping/1.0.0")]));

        // it raises our window as if it had read, and reads nothing
        int silent = 0;
        for (int i = 0; i < 400 && _scenario.Node.Closed == 0 && silent < 100; i++)
        {
            byte[] record =
                liar.Seal([.. new Frame(Frame.Window, 0, 1, 1000).ToBytes(), .. Frame.WithData(0, 1, new byte[1000]).ToBytes()]);
            byte[] bytes = [(byte)(record.Length >> 8), (byte)record.Length, .. record];
            for (int at = 0; at < bytes.Length && _scenario.Node.Closed == 0 && silent < 100; silent++)
            {
                int taken = liar.Link.Write(bytes, at, bytes.Length - at);
                at += System.Math.Max(0, taken);
                silent = taken > 0 ? 0 : silent;
                _scenario.Simulation.Run(20);
            }
        }

        Assert.True(_scenario.Simulation.Run(() => _scenario.Node.Closed == 1, 60_000));
        Assert.Equal(CloseReason.KeepAliveTimeout, _scenario.Node.LastReason);
        _scenario.FriendIsUnharmed();
    }

    [Fact]
    public void A_ping_stream_whose_window_is_never_raised_is_reset()
    {
        RawPeer liar = _scenario.LiarConnects();
        byte[] ask = [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message("/ipfs/ping/1.0.0")];
        liar.Send(Frame.WithData(Frame.Syn, 1, ask));
        liar.Send(Frame.WithData(0, 1, new byte[YamuxSession.InitialWindow - ask.Length]));
        NextOf(liar, 1, 0, frame => frame.Type == Frame.Window && frame.Length > 0);
        liar.Send(Frame.WithData(0, 1, new byte[1000]));

        NextOf(liar, 1, Frame.Rst);
        _scenario.ExpectToGoOn();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(77, 77)]
    public void A_peer_that_says_it_leaves_has_left(uint code, int detail)
    {
        _scenario.LiarConnects().Send(new Frame(Frame.GoAway, 0, 0, code));

        _scenario.Expect(CloseReason.Remote, detail);
    }

    [Fact]
    public void A_link_that_breaks_is_a_failed_link()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Link.Break();

        _scenario.Expect(CloseReason.LinkFailed, (int)Hal.LinkError.Reset);
    }

    [Fact]
    public void A_peer_is_told_why_when_we_leave_it()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(new Frame(Frame.Data, Frame.Syn, 1, YamuxSession.InitialWindow + 1));
        Assert.Equal(new Frame(Frame.GoAway, 0, 0, 1), NextOf(liar, 0, 0, frame => frame.Type == Frame.GoAway));
        _scenario.Expect(CloseReason.YamuxWindowOverrun);

        LiarScenario other = new();
        liar = other.LiarConnects();
        other.Node.LastConnected.Close();
        Assert.Equal(new Frame(Frame.GoAway, 0, 0, 0), NextOf(liar, 0, 0, frame => frame.Type == Frame.GoAway));
        other.Expect(CloseReason.Local);
    }

    [Theory]
    [InlineData(new byte[] { 0x04, 0x0A, 0x7F, 1, 2 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x81, 0x40 })]
    [InlineData(new byte[] { 0x02, 0x0F, 0x01 })]
    public void A_malformed_identify_costs_its_stream(byte[] message)
    {
        Identified heard = new();
        _scenario.Node.Node.Identify.Events = heard;
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(Frame.WithData(Frame.Syn, 1,
            [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message("/ipfs/id/push/1.0.0"), .. message]));

        NextOf(liar, 1, Frame.Rst);
        _scenario.ExpectToGoOn();
        Assert.Equal(["end False"], heard.Lines.Where(line => line.StartsWith("end", System.StringComparison.Ordinal)));
    }

    [Fact]
    public void Addresses_that_are_none_are_handed_on_as_what_they_are()
    {
        Identified heard = new();
        _scenario.Node.Node.Identify.Events = heard;
        RawPeer liar = _scenario.LiarConnects();
        byte[] message = [0x07, 0x12, 0x05, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        liar.Send(Frame.WithData(Frame.Syn | Frame.Fin, 1,
            [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message("/ipfs/id/push/1.0.0"), .. message]));
        _scenario.Simulation.Run(500);

        Assert.Equal(["2: FFFFFFFFFF", "end True"], heard.Lines);
        _scenario.ExpectToGoOn();
    }

    [Fact]
    public void A_silent_identify_gives_way_when_its_time_is_over()
    {
        Identified heard = new();
        _scenario.Node.Node.Identify.Events = heard;
        RawPeer liar = _scenario.LiarConnects();
        Assert.True(_scenario.Node.Node.Identify.Ask(_scenario.Node.LastConnected));
        Assert.False(_scenario.Node.Node.Identify.Ask(_scenario.FriendsConnection));
        liar.Send(Frame.WithData(Frame.Ack, 2, [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message("/ipfs/id/1.0.0"), 0x40]));
        _scenario.Simulation.Run(10_500);

        Assert.Equal(["end False"], heard.Lines);
        Assert.True(_scenario.Node.Node.Identify.Ask(_scenario.FriendsConnection));
        Assert.True(_scenario.Simulation.Run(() => heard.Lines.Contains("end True"), 1000));
        _scenario.ExpectToGoOn();
    }

    [Fact]
    public void A_push_that_does_not_end_keeps_nobody_from_being_asked()
    {
        Identified heard = new();
        _scenario.Node.Node.Identify.Events = heard;
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(
            Frame.WithData(Frame.Syn, 1, [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message("/ipfs/id/push/1.0.0"), 0x40]));
        _scenario.Simulation.Run(500);

        Assert.True(_scenario.Node.Node.Identify.Ask(_scenario.FriendsConnection));
        Assert.Equal(["end False"], heard.Lines);
        Assert.True(_scenario.Simulation.Run(() => heard.Lines.Contains("end True"), 1000));
        NextOf(liar, 1, Frame.Rst);
        _scenario.ExpectToGoOn();
    }

    [Fact]
    public void Who_was_heard_to_the_end_may_ask_the_next_at_once()
    {
        Identified heard = new();
        _scenario.Node.Node.Identify.Events = heard;
        heard.OnEnded = () =>
        {
            if (heard.Lines.Count(line => line == "end True") < 5)
            {
                Assert.True(_scenario.Node.Node.Identify.Ask(_scenario.FriendsConnection));
            }
        };
        Assert.True(_scenario.Node.Node.Identify.Ask(_scenario.FriendsConnection));

        Assert.True(_scenario.Simulation.Run(() => heard.Lines.Count(line => line == "end True") == 5, 5000));
        Assert.DoesNotContain("end False", heard.Lines);
    }

    private static Frame NextOf(RawPeer liar, uint id, ushort flags, System.Func<Frame, bool>? condition = null)
    {
        while (true)
        {
            Frame frame = liar.Receive();
            if (frame.Id == id && (frame.Flags & flags) == flags && condition?.Invoke(frame) != false)
            {
                return frame;
            }
        }
    }

    private static byte[] Hear(RawPeer liar, uint id, int count)
    {
        List<byte> heard = new();
        while (heard.Count < count)
        {
            heard.AddRange(NextOf(liar, id, 0).Payload);
        }
        return [.. heard];
    }

    private sealed class Identified : IdentifyEvents
    {
        public List<string> Lines { get; } = [];

        public System.Action? OnEnded { get; set; }

        public override void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool last) =>
            Lines.Add($"{field}: {System.Convert.ToHexString(buffer, offset, count)}");

        public override void OnEnd(Connection connection, bool complete)
        {
            Lines.Add("end " + complete);
            OnEnded?.Invoke();
        }
    }
}
