using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core.Tests.Yamux;

public class YamuxPropertyTests
{
    // frames that make sense more often than not: few ids, known types, small data
    private static readonly Gen<Frame> _likely =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 15], Gen.UInt[0, 6], Gen.Byte.Array[0, 40], Gen.UInt[0, 300000])
        .Select((type, flags, id, data, value) =>
            type == Frame.Data ? Frame.WithData((ushort)flags, id, data) : new Frame((byte)type, (ushort)flags, id, value));

    private static readonly Gen<int[]> _cuts = Gen.Int[1, 30].Array[1, 50];

    [Fact]
    public void Any_header_that_is_written_reads_the_same() =>
        Gen.Select(Gen.Bool, Gen.Bool, Gen.UInt, Gen.Byte.Array[1, 200]).Sample((initiator, end, value, data) =>
        {
            SessionHarness session = new(initiator);
            YamuxStream stream = session.Session.Open();
            session.Session.Write(stream, data, 0, data.Length);
            session.Session.Ping(value);
            if (end)
            {
                session.Session.CloseWrite(stream);
            }
            List<Frame> sent = session.Sent();

            uint id = initiator ? 1u : 2u;
            return sent[0].Equals(Frame.WithData(Frame.Syn, id, data))
                && sent[1].Equals(new Frame(Frame.Ping, Frame.Syn, 0, value))
                && (!end || sent[2].Equals(new Frame(Frame.Data, Frame.Fin, id, 0)))
                && sent.Count == (end ? 3 : 2);
        }, iter: 1000);

    [Fact]
    public void However_the_frames_are_cut_the_outcome_is_the_same() =>
        Gen.Select(_likely.Array[0, 30], _cuts, Gen.Bool).Sample((frames, cuts, initiator) =>
        {
            byte[] bytes = frames.SelectMany(frame => frame.ToBytes()).ToArray();
            return Outcome(initiator, bytes, [Math.Max(1, bytes.Length)]) == Outcome(initiator, bytes, cuts);
        }, iter: 3000);

    [Fact]
    public void Whatever_arrives_ends_in_a_count_or_a_code() =>
        Gen.Select(
            Gen.OneOf(Gen.Byte.Array[0, 200], _likely.Array[1, 20].Select(frames => frames.SelectMany(frame => frame.ToBytes()).ToArray())),
            Gen.Int[12, 100], Gen.Bool).Sample((bytes, room, initiator) =>
        {
            SessionHarness session = new(initiator, sendBytes: room);
            int used = session.Feed(bytes);
            return used >= YamuxResult.StreamFlood && used <= bytes.Length && session.Session.OpenStreams <= 4;
        }, iter: 5000);

    [Fact]
    public void Two_sessions_bring_every_byte_over_in_order_within_their_windows() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 600_000], Gen.Int[1, 5000], Gen.Int[100, 4000]).Sample((streams, total, piece, sendBytes) =>
        {
            SessionHarness dialer = new(true, sendBytes: sendBytes);
            SessionHarness listener = new(false, sendBytes: sendBytes);
            YamuxStream[] open = Enumerable.Range(0, streams).Select(_ => dialer.Session.Open()).ToArray();
            int[] written = new int[streams];
            byte[] data = Enumerable.Range(0, total).Select(i => (byte)(i * 7)).ToArray();
            for (int idle = 0; idle < 3;)
            {
                bool moved = false;
                for (int i = 0; i < streams; i++)
                {
                    int taken = dialer.Session.Write(open[i], data, written[i], Math.Min(piece, total - written[i]));
                    written[i] += taken;
                    moved |= taken > 0;
                }
                moved |= Carry(dialer, listener) | Carry(listener, dialer);
                idle = moved ? 0 : idle + 1;
            }

            return total == 0 || open.All(stream => listener.Received[stream.StreamId].SequenceEqual(data));
        }, iter: 20);

    private static bool Carry(SessionHarness from, SessionHarness to)
    {
        List<Frame> frames = from.Sent();
        Assert.True(to.Feed([.. frames]) >= 0);
        return frames.Count > 0;
    }

    private static string Outcome(bool initiator, byte[] bytes, int[] cuts)
    {
        SessionHarness session = new(initiator, sendBytes: 64 * 1024);
        session.Session.Write(session.Session.Open(), [1], 0, 1);
        int at = 0;
        int result = 0;
        for (int i = 0; at < bytes.Length && result >= 0; i++)
        {
            result = session.Session.Receive(bytes, at, Math.Min(cuts[i % cuts.Length], bytes.Length - at));
            at += result;
        }

        // window updates and pongs depend on when there is time for them, what is told does not
        return string.Join(", ", session.Events) + "; "
            + string.Join(", ", session.Received.Select(stream => $"{stream.Key}: {Convert.ToHexString(stream.Value.ToArray())}"))
            + "; " + Math.Min(result, 0);
    }
}
