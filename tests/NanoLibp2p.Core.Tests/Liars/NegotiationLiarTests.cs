using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Tests.Noise;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Core.Tests.Yamux;

namespace NanoLibp2p.Core.Tests.Liars;

/// <summary>
/// Lines that are no multistream-select, at each stage of each negotiation: our end knows which of the reasons it was, and the peer
/// hears of it wherever it has a language for that.
/// </summary>
public class NegotiationLiarTests
{
    private const string Header = "/multistream/1.0.0";
    private const string Noise = "/noise";
    private const string Yamux = "/yamux/1.0.0";

    private readonly LiarScenario _scenario = new(new NodeOptions { DraftErrorCodes = true, MaxStreams = 8 });

    /// <summary>Where the line is said.</summary>
    public enum Stage
    {
        /// <summary>A caller's first line.</summary>
        SecurityHeader,

        /// <summary>A caller's proposal.</summary>
        SecurityProposal,

        /// <summary>The first line of a peer that we dial.</summary>
        DialedHeader,

        /// <summary>Its answer to our proposal.</summary>
        DialedAnswer,

        /// <summary>A caller's first line within Noise.</summary>
        MuxerHeader,

        /// <summary>A caller's proposal within Noise.</summary>
        MuxerProposal,

        /// <summary>Within Noise the answer of a peer that we dial.</summary>
        MuxerAnswer,

        /// <summary>The first line of a stream that the peer opens.</summary>
        StreamHeader,

        /// <summary>Its proposal there.</summary>
        StreamProposal,

        /// <summary>The peer's first line on a stream of ours.</summary>
        OurStreamHeader,

        /// <summary>Its answer to our proposal there.</summary>
        OurStreamAnswer,
    }

    /// <summary>What is wrong with it.</summary>
    public enum Wrong
    {
        /// <summary>1,025 bytes are announced.</summary>
        OneByteTooLong,

        /// <summary>16,383 bytes are announced, and more are to come.</summary>
        MuchTooLong,

        /// <summary>The length is 0.</summary>
        Empty,

        /// <summary>The length has a byte of 0 behind it.</summary>
        Padded,

        /// <summary>The length goes on and on.</summary>
        EndlessLength,

        /// <summary>The right line, with a space in the newline's place.</summary>
        NoNewline,

        /// <summary>Two bytes that are no ASCII, and a newline.</summary>
        NotAscii,
    }

    public static MatrixTheoryData<Stage, Wrong> Lies => new(Enum.GetValues<Stage>(), Enum.GetValues<Wrong>());

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_line_that_is_none_is_told_of_at_both_ends(Stage stage, Wrong wrong)
    {
        bool isProposal = stage is Stage.SecurityProposal or Stage.MuxerProposal or Stage.StreamProposal;
        StreamRefusal expected = wrong switch
        {
            Wrong.OneByteTooLong or Wrong.MuchTooLong => StreamRefusal.LineTooLong,
            Wrong.Empty or Wrong.Padded or Wrong.EndlessLength => StreamRefusal.LengthMalformed,
            Wrong.NoNewline => StreamRefusal.NoNewline,
            _ => isProposal ? StreamRefusal.None : StreamRefusal.Unexpected,
        };
        RawPeer liar = Reach(stage);
        uint id = stage switch
        {
            Stage.StreamHeader or Stage.StreamProposal => 1,
            Stage.OurStreamHeader or Stage.OurStreamAnswer => Open().StreamId,
            _ => 0,
        };
        byte[] line = Line(stage, wrong);
        if (!stage.ToString().EndsWith("Header", StringComparison.Ordinal))
        {
            line = [.. RawPeer.Message(Header), .. line];
        }

        if (id > 0)
        {
            liar.Send(Frame.WithData(id == 1 ? Frame.Syn : Frame.Ack, id, line));
        }
        else if (stage >= Stage.MuxerHeader)
        {
            liar.SendBytes(line);
        }
        else
        {
            liar.Write(line);
        }

        if (expected == StreamRefusal.None)
        {
            // any bytes may be the name of a protocol, and nobody speaks this one: the peer hears "na", and may go on
            ExpectNotAvailable(liar, stage);
            _scenario.ExpectToGoOn();
        }
        else if (id > 0)
        {
            ExpectRefused(liar, id, expected);
        }
        else
        {
            // nothing that multistream-select could say: the link ends, and our end knows why
            _scenario.Expect(CloseReason.NegotiationMalformed, (int)expected);
        }
    }

    [Fact]
    public void A_stream_whose_line_never_ends_is_told_that_its_time_is_over()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(Frame.WithData(Frame.Syn, 1, RawPeer.Message(Header)[..7]));
        ExpectRefused(liar, 1, StreamRefusal.TimedOut);
    }

    [Fact]
    public void A_stream_of_ours_without_an_answer_is_told_that_its_time_is_over()
    {
        RawPeer liar = _scenario.LiarConnects();
        ExpectRefused(liar, Open().StreamId, StreamRefusal.TimedOut);
    }

    [Fact]
    public void A_stream_that_ends_within_its_negotiation_is_told_so()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(Frame.WithData(Frame.Syn | Frame.Fin, 1, RawPeer.Message(Header)));
        ExpectRefused(liar, 1, StreamRefusal.Ended);
    }

    [Fact]
    public void A_stream_that_proposes_without_end_is_told_so()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Send(Frame.WithData(Frame.Syn, 1,
            [.. RawPeer.Message(Header), .. Enumerable.Range(0, 9).SelectMany(i => RawPeer.Message("/x/" + i))]));
        ExpectRefused(liar, 1, StreamRefusal.TooManyProposals);
    }

    [Fact]
    public void A_stream_beyond_the_limit_is_told_so_at_both_ends()
    {
        RawPeer liar = _scenario.LiarConnects();
        liar.Send([.. Enumerable.Range(0, 9).Select(i => new Frame(Frame.Data, Frame.Syn, (uint)(1 + (2 * i)), 0))]);
        Assert.Equal(ErrorCode.ResourceLimit, Reset(liar, 17).Length);
        Assert.Equal(StreamRefusal.TooManyStreams, _scenario.Node.LastStreamRefusal);
        _scenario.ExpectToGoOn();
    }

    [Fact]
    public void A_streams_reason_is_not_that_of_the_next_on_the_same_object()
    {
        RawPeer liar = _scenario.LiarConnects();
        Libp2pStream stream = Open();
        liar.Send(Frame.WithData(Frame.Ack, stream.StreamId, 0));
        Reset(liar, stream.StreamId);
        Assert.Equal(StreamRefusal.LengthMalformed, stream.Refusal);
        Libp2pStream next = Open();
        Assert.Same(stream, next);
        Assert.Equal((StreamRefusal.None, 0u), (next.Refusal, next.ResetCode));
    }

    [Fact]
    public void Every_reason_has_words_of_its_own()
    {
        StreamRefusal[] all = Enum.GetValues<StreamRefusal>();
        Assert.Equal(all.Length, all.Select(StreamRefusalText.Describe).Distinct().Count());
        Assert.Null(StreamRefusalText.Describe(StreamRefusal.None));
    }

    private RawPeer Reach(Stage stage)
    {
        switch (stage)
        {
            case Stage.SecurityHeader:
            case Stage.SecurityProposal:
                return _scenario.LiarDials();
            case Stage.DialedHeader:
            case Stage.DialedAnswer:
                return _scenario.LiarIsDialed();
            case Stage.MuxerHeader:
            case Stage.MuxerProposal:
            case Stage.MuxerAnswer:
                // without the early multiplexer
                RawPeer liar = stage == Stage.MuxerAnswer ? _scenario.LiarIsDialed() : _scenario.LiarDials();
                return liar.Handshake(Payload.Honest(liar.Identity, liar.StaticKey));
            default:
                return _scenario.LiarConnects();
        }
    }

    // stream 1 is the liar's
    private void ExpectRefused(RawPeer liar, uint id, StreamRefusal refusal)
    {
        Assert.Equal(new Frame(Frame.Window, Frame.Rst, id, ErrorCode.NegotiationFailed), Reset(liar, id));
        Assert.Equal((refusal, id == 1), (_scenario.Node.LastStreamRefusal, !_scenario.Node.WasRefusedStreamOurs));
        _scenario.ExpectToGoOn();
    }

    private Libp2pStream Open()
    {
        Libp2pStream? stream = _scenario.Echo.Open(_scenario.Node.LastConnected);
        Assert.NotNull(stream);
        return stream;
    }

    private static byte[] Line(Stage stage, Wrong wrong)
    {
        string right = stage switch
        {
            Stage.SecurityProposal or Stage.DialedAnswer => Noise,
            Stage.MuxerProposal or Stage.MuxerAnswer => Yamux,
            Stage.StreamProposal or Stage.OurStreamAnswer => EchoProtocol.Id,
            _ => Header,
        };
        return wrong switch
        {
            Wrong.OneByteTooLong => [0x81, 0x08],
            Wrong.MuchTooLong => [0xFF, 0xFF, 0x7F],
            Wrong.Empty => [0],
            Wrong.Padded => [(byte)(0x80 | (right.Length + 1)), 0],
            Wrong.EndlessLength => [0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
            Wrong.NoNewline => [(byte)(right.Length + 1), .. Encoding.ASCII.GetBytes(right), (byte)' '],
            _ => [3, 0xFE, 0xFF, (byte)'\n'],
        };
    }

    private static void ExpectNotAvailable(RawPeer liar, Stage stage)
    {
        byte[] expected = [.. RawPeer.Message(Header), .. RawPeer.Message("na")];
        List<byte> heard = [];
        switch (stage)
        {
            case Stage.SecurityProposal:
                heard.AddRange(liar.Read(expected.Length));
                break;
            case Stage.MuxerProposal:
                while (heard.Count < expected.Length)
                {
                    heard.AddRange(liar.OpenRecord());
                }

                break;
            default:
                while (heard.Count < expected.Length)
                {
                    Frame frame = liar.Receive();
                    heard.AddRange(frame.Id == 1 ? frame.Payload : []);
                }

                break;
        }

        Assert.Equal(expected, heard);
    }

    private static Frame Reset(RawPeer liar, uint id)
    {
        Frame said = liar.Receive();
        while (said.Id != id || (said.Flags & Frame.Rst) == 0)
        {
            said = liar.Receive();
        }

        return said;
    }
}
