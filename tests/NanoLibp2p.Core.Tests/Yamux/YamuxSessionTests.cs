using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core.Tests.Yamux;

/// <summary>The libp2p yamux spec, frame by frame.</summary>
public class YamuxSessionTests
{
    private const uint Window = YamuxSession.InitialWindow;

    private readonly SessionHarness _listener = new(false);
    private readonly SessionHarness _dialer = new(true);

    [Fact]
    public void The_first_data_of_a_stream_carry_SYN_and_the_first_answer_ACK()
    {
        YamuxStream stream = _dialer.Session.Open();
        Assert.Empty(_dialer.Sent());
        Assert.Equal(3, _dialer.Session.Write(stream, [1, 2, 3], 0, 3));
        Assert.Equal(1, _dialer.Session.Write(stream, [4], 0, 1));
        Assert.Equal([Frame.WithData(Frame.Syn, 1, 1, 2, 3), Frame.WithData(0, 1, 4)], _dialer.Sent());

        _listener.Feed(Frame.WithData(Frame.Syn, 1, 9));
        _listener.Session.Write(_listener.LastOpened, [5], 0, 1);
        Assert.Equal([Frame.WithData(Frame.Ack, 1, 5)], _listener.Sent());
        Assert.Equal(new byte[] { 9 }, _listener.Received[1]);
    }

    [Fact]
    public void A_stream_without_an_answer_of_its_own_is_acknowledged_by_a_window_update()
    {
        _listener.Feed(new Frame(Frame.Window, Frame.Syn, 1, 0));

        Assert.Equal([new Frame(Frame.Window, Frame.Ack, 1, 0)], _listener.Sent());
        Assert.Empty(_listener.Sent());
    }

    [Fact]
    public void The_dialer_counts_odd_and_the_listener_even()
    {
        Assert.Equal([1, 3, 5], Enumerable.Range(0, 3).Select(_ => _dialer.Session.Open().StreamId));
        Assert.Equal([2, 4, 6], Enumerable.Range(0, 3).Select(_ => _listener.Session.Open().StreamId));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public void A_SYN_with_the_wrong_parity_is_malformed(bool initiator, uint id)
    {
        Assert.Equal(YamuxResult.Malformed, new SessionHarness(initiator).Feed(new Frame(Frame.Window, Frame.Syn, id, 0)));
    }

    [Fact]
    public void A_SYN_for_a_stream_that_is_open_is_malformed()
    {
        _listener.Feed(new Frame(Frame.Window, Frame.Syn, 3, 0), new Frame(Frame.Window, Frame.Syn, 5, 0));

        Assert.Equal(YamuxResult.Malformed, _listener.Feed(new Frame(Frame.Data, Frame.Syn, 3, 0)));
    }

    [Fact]
    public void SYNs_may_come_in_another_order_than_their_ids_as_from_go()
    {
        Assert.True(_listener.Feed(Frame.WithData(Frame.Syn, 5, 50), Frame.WithData(Frame.Syn, 1, 10), Frame.WithData(Frame.Syn, 3, 30))
            > 0);

        Assert.Equal(3, _listener.Session.OpenStreams);
        Assert.Equal(new byte[] { 10 }, _listener.Received[1]);
        Assert.Equal(new byte[] { 30 }, _listener.Received[3]);
        Assert.Equal(new byte[] { 50 }, _listener.Received[5]);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(255, 0)]
    [InlineData(0, 4)]
    [InlineData(0, 255)]
    public void Another_version_or_type_is_malformed(byte version, byte type)
    {
        Assert.Equal(YamuxResult.Malformed, _listener.Feed(new Frame(type, Frame.Syn, 1, 0) { Version = version }));
    }

    [Fact]
    public void Data_for_the_session_and_pings_for_a_stream_are_malformed()
    {
        Assert.Equal(YamuxResult.Malformed, new SessionHarness(false).Feed(new Frame(Frame.Data, 0, 0, 4)));
        Assert.Equal(YamuxResult.Malformed, new SessionHarness(false).Feed(new Frame(Frame.Window, Frame.Syn, 0, 4)));
        Assert.Equal(YamuxResult.Malformed, new SessionHarness(false).Feed(new Frame(Frame.Ping, Frame.Syn, 1, 4)));
        Assert.Equal(YamuxResult.Malformed, new SessionHarness(false).Feed(new Frame(Frame.GoAway, 0, 1, 0)));
    }

    [Fact]
    public void Flags_that_nobody_knows_are_passed_over()
    {
        Assert.Equal(13, _listener.Feed(Frame.WithData(0xFFF0 | Frame.Syn, 1, 7)));
        Assert.Equal(new byte[] { 7 }, _listener.Received[1]);
    }

    [Fact]
    public void Frames_of_streams_that_are_unknown_are_passed_over()
    {
        Frame[] frames =
        [
            Frame.WithData(0, 9, 1, 2, 3), Frame.WithData(Frame.Fin, 9, 1), new Frame(Frame.Window, Frame.Ack, 8, 100),
            new Frame(Frame.Window, Frame.Rst, 7, 0), new Frame(Frame.Window, Frame.Fin, 7, 0xFFFFFFFF),
        ];

        Assert.Equal(frames.Sum(frame => frame.ToBytes().Length), _listener.Feed(frames));
        Assert.Empty(_listener.Events);
        Assert.Empty(_listener.Sent());
    }

    [Fact]
    public void A_ping_is_answered_with_its_value()
    {
        _listener.Feed(new Frame(Frame.Ping, Frame.Syn, 0, 0xDEADBEEF));

        Assert.Equal([new Frame(Frame.Ping, Frame.Ack, 0, 0xDEADBEEF)], _listener.Sent());
    }

    [Fact]
    public void Our_ping_is_asked_and_its_answer_told()
    {
        Assert.True(_dialer.Session.Ping(77));
        Assert.Equal([new Frame(Frame.Ping, Frame.Syn, 0, 77)], _dialer.Sent());
        _dialer.Feed(new Frame(Frame.Ping, Frame.Ack, 0, 77));

        Assert.Equal(["pong 77"], _dialer.Events);
        Assert.Empty(_dialer.Sent());
    }

    [Fact]
    public void Of_a_flood_of_pings_without_room_to_answer_only_the_last_is_answered()
    {
        SessionHarness session = new(false, sendBytes: 64);
        session.Send.Append(64);
        session.Feed(Enumerable.Range(0, 1000).Select(i => new Frame(Frame.Ping, Frame.Syn, 0, (uint)i)).ToArray());
        session.Send.Reset();

        Assert.Equal([new Frame(Frame.Ping, Frame.Ack, 0, 999)], session.Sent());
    }

    [Fact]
    public void After_GoAway_no_more_streams_are_opened()
    {
        YamuxStream open = _dialer.Session.Open();
        _dialer.Feed(new Frame(Frame.GoAway, 0, 0, 2));

        Assert.Equal(["go away 2"], _dialer.Events);
        Assert.True(_dialer.Session.IsGoneAway);
        Assert.Null(_dialer.Session.Open());
        Assert.True(open.CanWrite);

        Assert.True(_dialer.Session.GoAway(1));
        Assert.Equal([new Frame(Frame.GoAway, 0, 0, 1)], _dialer.Sent());
    }

    [Fact]
    public void Either_side_may_end_its_half_first()
    {
        YamuxStream stream = Opened(_dialer);
        _dialer.Session.CloseWrite(stream);
        Assert.Equal([new Frame(Frame.Data, Frame.Fin, 1, 0)], _dialer.Sent());
        Assert.False(stream.CanWrite);
        Assert.True(stream.CanRead);
        _dialer.Feed(Frame.WithData(0, 1, 5, 6));
        Assert.Equal(new byte[] { 5, 6 }, _dialer.Received[1]);
        _dialer.Feed(Frame.WithData(Frame.Fin, 1, 7));
        Assert.Equal(new byte[] { 5, 6, 7 }, _dialer.Received[1]);
        Assert.Equal(["read end 1", "closed 1"], _dialer.Events);
        Assert.False(stream.IsOpen);

        _listener.Feed(Frame.WithData(Frame.Syn | Frame.Fin, 1, 1));
        YamuxStream inbound = _listener.LastOpened!;
        Assert.False(inbound.CanRead);
        Assert.Equal(2, _listener.Session.Write(inbound, [2, 3], 0, 2));
        _listener.Session.CloseWrite(inbound);
        Assert.Equal([Frame.WithData(Frame.Ack, 1, 2, 3), new Frame(Frame.Data, Frame.Fin, 1, 0)], _listener.Sent());
        Assert.Equal(["opened 1", "read end 1", "closed 1"], _listener.Events);
    }

    [Fact]
    public void A_stream_that_is_ended_before_its_first_byte_is_still_opened()
    {
        YamuxStream stream = _dialer.Session.Open();
        _dialer.Session.CloseWrite(stream);

        Assert.Equal([new Frame(Frame.Data, Frame.Syn | Frame.Fin, 1, 0)], _dialer.Sent());
    }

    [Fact]
    public void A_reset_ends_both_halves_and_nothing_more_is_said_of_the_stream()
    {
        YamuxStream stream = Opened(_dialer);
        _dialer.Session.Reset(stream);

        Assert.Equal([new Frame(Frame.Window, Frame.Rst, 1, 0)], _dialer.Sent());
        Assert.Equal(["reset 1"], _dialer.Events);
        Assert.Equal(0, _dialer.Session.Write(stream, [1], 0, 1));
        _dialer.Feed(Frame.WithData(0, 1, 5));
        Assert.False(_dialer.Received.ContainsKey(1));
        _dialer.Session.Reset(stream);
        _dialer.Session.CloseWrite(stream);
        Assert.Empty(_dialer.Sent());
    }

    [Fact]
    public void A_stream_that_the_peer_never_heard_of_is_reset_without_a_word()
    {
        YamuxStream stream = _dialer.Session.Open();
        _dialer.Session.Reset(stream);

        Assert.Empty(_dialer.Sent());
        Assert.Equal(3u, _dialer.Session.Open().StreamId);
    }

    [Fact]
    public void The_peers_reset_ends_a_stream_and_its_last_data_go_nowhere()
    {
        _listener.Feed(Frame.WithData(Frame.Syn, 1, 1), Frame.WithData(Frame.Rst, 1, 2, 3), Frame.WithData(0, 1, 4));

        Assert.Equal(["opened 1", "reset 1"], _listener.Events);
        Assert.Equal(new byte[] { 1 }, _listener.Received[1]);
        Assert.Equal(0, _listener.Session.OpenStreams);
    }

    [Fact]
    public void What_is_left_of_a_reset_streams_frame_does_not_reach_the_next_stream()
    {
        SessionHarness session = new(true, maxStreams: 1);
        YamuxStream stream = Opened(session);
        byte[] half = Frame.WithData(Frame.Fin, 1, [.. Enumerable.Repeat((byte)0xEE, 100)]).ToBytes();
        session.Feed(half[..50]);

        session.Session.Reset(stream);
        YamuxStream next = session.Session.Open();
        Assert.Same(stream, next);
        session.Feed(half[50..]);

        Assert.False(session.Received.ContainsKey(3));
        Assert.True(next.CanRead);
    }

    [Fact]
    public void A_handler_that_resets_a_stream_may_open_another_on_the_same_object()
    {
        SessionHarness session = new(true, maxStreams: 1);
        YamuxStream stream = Opened(session);
        session.Consume = (from, count) =>
        {
            if (from.StreamId == 1)
            {
                session.Session.Reset(from);
                Assert.Same(stream, session.Session.Open());
            }
            return count / 2;
        };

        Assert.Equal(112, session.Feed(Frame.WithData(0, 1, new byte[100])));
        Assert.Equal(3u, stream.StreamId);
        Assert.False(session.Received.ContainsKey(3));
    }

    [Fact]
    public void More_streams_than_there_are_objects_are_refused_one_by_one()
    {
        for (uint id = 1; id <= 11; id += 2)
        {
            _listener.Feed(Frame.WithData(Frame.Syn, id, 1));
        }

        Assert.Equal(4, _listener.Session.OpenStreams);
        Assert.Equal([new Frame(Frame.Window, Frame.Rst, 9, 0), new Frame(Frame.Window, Frame.Rst, 11, 0)],
            _listener.Sent().Where(frame => (frame.Flags & Frame.Rst) != 0));
        Assert.False(_listener.Received.ContainsKey(9));

        _listener.Feed(new Frame(Frame.Window, Frame.Rst, 1, 0), Frame.WithData(Frame.Syn, 13, 1));
        Assert.Equal(new byte[] { 1 }, _listener.Received[13]);
    }

    [Fact]
    public void A_peer_that_goes_on_opening_refused_streams_floods()
    {
        uint id = 1;
        for (int i = 0; i < 4 + YamuxSession.MaxRefusals; i++, id += 2)
        {
            Assert.Equal(12, _listener.Feed(new Frame(Frame.Window, Frame.Syn, id, 0)));
            _listener.Sent();
        }

        Assert.Equal(YamuxResult.StreamFlood, _listener.Feed(new Frame(Frame.Window, Frame.Syn, id, 0)));
    }

    [Fact]
    public void A_refusal_without_room_waits_and_is_not_forgotten()
    {
        SessionHarness session = new(false, maxStreams: 1, sendBytes: 64);
        session.Feed(new Frame(Frame.Window, Frame.Syn, 1, 0));
        session.Sent();
        session.Send.Append(64);
        byte[] refused = new Frame(Frame.Window, Frame.Syn, 3, 0).ToBytes();

        int used = session.Feed(refused);
        Assert.True(used < refused.Length, "the caller must have something left to call again with");
        Assert.Equal(used, used + session.Feed(refused[used..]));

        session.Send.Reset();
        Assert.Equal(refused.Length - used, session.Feed(refused[used..]));
        Assert.Equal([new Frame(Frame.Window, Frame.Rst, 3, 0)], session.Sent());
    }

    [Fact]
    public void We_send_no_more_than_the_window_and_more_when_it_is_raised()
    {
        YamuxStream stream = _dialer.Session.Open();
        Assert.Equal(Window, WriteAll(_dialer, stream));
        Assert.Equal(0, _dialer.Session.WriteRoom(stream));

        _dialer.Feed(new Frame(Frame.Window, Frame.Ack, 1, 1000));
        Assert.Equal(1000u, WriteAll(_dialer, stream));
    }

    [Fact]
    public void A_window_raised_beyond_32_bits_is_malformed()
    {
        _dialer.Session.Open();
        Assert.Equal(12, _dialer.Feed(new Frame(Frame.Window, Frame.Ack, 1, 0xFFFFFFFF - Window)));
        Assert.Equal(YamuxResult.Malformed, _dialer.Feed(new Frame(Frame.Window, 0, 1, 1)));
    }

    [Fact]
    public void The_peers_window_is_given_back_when_half_of_it_was_consumed()
    {
        _listener.Feed(new Frame(Frame.Window, Frame.Syn, 1, 0));
        _listener.Sent();
        _listener.Feed(Frame.WithData(0, 1, new byte[(Window / 2) - 1]));
        Assert.Empty(_listener.Sent());
        _listener.Feed(Frame.WithData(0, 1, 1));

        Assert.Equal([new Frame(Frame.Window, 0, 1, Window / 2)], _listener.Sent());
    }

    [Fact]
    public void What_is_not_consumed_raises_no_window()
    {
        _listener.Feed(new Frame(Frame.Window, Frame.Syn, 1, 0));
        _listener.Sent();
        int left = 1000;
        _listener.Consume = (_, count) =>
        {
            int used = Math.Min(count, left);
            left -= used;
            return used;
        };

        Assert.Equal(12 + 1000, _listener.Feed(Frame.WithData(0, 1, new byte[Window])));
        Assert.Empty(_listener.Sent());
    }

    [Fact]
    public void More_than_the_window_is_an_overrun()
    {
        _listener.Feed(new Frame(Frame.Window, Frame.Syn, 1, 0));
        Assert.Equal(YamuxResult.WindowOverrun, new SessionHarness(false).Feed(new Frame(Frame.Data, Frame.Syn, 1, Window + 1)));
        Assert.Equal(12, _listener.Feed(new Frame(Frame.Data, 0, 1, Window)));
    }

    [Fact]
    public void The_window_is_counted_over_all_frames_of_a_stream()
    {
        _listener.Feed(new Frame(Frame.Window, Frame.Syn, 1, 0));
        _listener.Feed(Frame.WithData(0, 1, new byte[Window - 10]));
        Assert.Equal(YamuxResult.WindowOverrun, _listener.Feed(new Frame(Frame.Data, 0, 1, 11)));

        SessionHarness other = new(false);
        other.Feed(new Frame(Frame.Window, Frame.Syn, 1, 0));
        other.Feed(Frame.WithData(0, 1, new byte[Window - 10]));
        other.Sent();
        Assert.Equal(12, other.Feed(new Frame(Frame.Data, 0, 1, Window - 10)));
    }

    [Fact]
    public void Data_after_the_peers_end_are_malformed()
    {
        _listener.Feed(Frame.WithData(Frame.Syn | Frame.Fin, 1, 1));

        Assert.Equal(YamuxResult.Malformed, _listener.Feed(Frame.WithData(0, 1, 2)));
    }

    [Fact]
    public void An_end_said_twice_is_told_once()
    {
        _listener.Feed(new Frame(Frame.Window, Frame.Syn | Frame.Fin, 1, 0), new Frame(Frame.Window, Frame.Fin, 1, 0),
            new Frame(Frame.Data, Frame.Fin, 1, 0));

        Assert.Equal(["opened 1", "read end 1"], _listener.Events);
    }

    [Fact]
    public void No_more_streams_are_opened_than_the_peer_has_time_to_answer()
    {
        SessionHarness session = new(true, maxStreams: YamuxSession.AckBacklog + 10);
        for (int i = 0; i < YamuxSession.AckBacklog; i++)
        {
            Assert.NotNull(session.Session.Open());
        }

        Assert.Null(session.Session.Open());
        session.Feed(new Frame(Frame.Window, Frame.Ack, 5, 0));
        Assert.NotNull(session.Session.Open());
        Assert.Null(session.Session.Open());
        session.Feed(new Frame(Frame.Window, Frame.Rst, 7, 0));
        Assert.NotNull(session.Session.Open());
    }

    [Fact]
    public void A_new_session_knows_nothing_of_the_last()
    {
        _listener.Feed(Frame.WithData(Frame.Syn, 1, 1), Frame.WithData(Frame.Syn, 3, 1));
        _listener.Feed(new Frame(Frame.Data, 0, 3, 500));
        _listener.Session.Abort();
        Assert.Equal(["opened 1", "opened 3", "reset 1", "reset 3"], _listener.Events);
        _listener.Send.Reset();

        _listener.Session.Start(false);
        Assert.Equal(13, _listener.Feed(Frame.WithData(Frame.Syn, 1, 9)));
        Assert.Equal([new Frame(Frame.Window, Frame.Ack, 1, 0)], _listener.Sent());
    }

    private static YamuxStream Opened(SessionHarness session)
    {
        YamuxStream stream = session.Session.Open();
        session.Session.Write(stream, [0], 0, 1);
        session.Sent();
        return stream;
    }

    private static uint WriteAll(SessionHarness session, YamuxStream stream)
    {
        uint written = 0;
        byte[] piece = new byte[1000];
        while (true)
        {
            int taken = session.Session.Write(stream, piece, 0, piece.Length);
            written += (uint)taken;
            List<Frame> sent = session.Sent();
            Assert.Equal(taken, sent.Sum(frame => frame.Payload.Length));
            if (taken == 0)
            {
                return written;
            }
        }
    }
}
