using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using NanoLibp2p.Core.Multistream;

namespace NanoLibp2p.Core.Tests.Multistream;

public class NegotiationPropertyTests
{
    // behind the four ids that every table has
    private const int FirstKnown = ProtocolTable.Yamux + 1;

    private static readonly string[] _known = ["/echo/1.0.0", "/echo/2.0.0", "/x"];
    private static readonly Gen<string> _proposal = Gen.OneOf(Gen.Int[0, 2].Select(i => _known[i]), Gen.String[Gen.Char['a', 'z'], 0, 40]);

    [Fact]
    public void However_the_bytes_are_cut_the_outcome_is_the_same() =>
        Gen.Select(_proposal.Array[0, 12], Gen.Int[1, 9].Array[1, 200], Gen.Byte.Array[0, 20]).Sample((proposals, cuts, junk) =>
        {
            byte[] bytes = [.. Message("/multistream/1.0.0"), .. proposals.SelectMany(Message), .. junk];
            Outcome whole = Respond(bytes, [bytes.Length]);
            Outcome cut = Respond(bytes, cuts);

            return whole == cut;
        }, iter: 2000);

    [Fact]
    public void A_responder_takes_the_first_proposal_that_it_knows() =>
        _proposal.Array[0, 8].Sample(proposals =>
        {
            byte[] bytes = [.. Message("/multistream/1.0.0"), .. proposals.SelectMany(Message)];
            int first = Array.FindIndex(proposals, proposal => _known.Contains(proposal));

            Outcome outcome = Respond(bytes, [bytes.Length]);

            string[] answers = first < 0
                ? Enumerable.Repeat("na", proposals.Length).ToArray()
                : [.. Enumerable.Repeat("na", first), proposals[first]];
            return outcome.State == (first < 0 ? NegotiationState.AwaitProposal : NegotiationState.Agreed)
                && outcome.Output == Hex([.. Message("/multistream/1.0.0"), .. answers.SelectMany(Message)])
                && (first < 0 || outcome.Protocol == FirstKnown + Array.IndexOf(_known, proposals[first]));
        }, iter: 2000);

    [Fact]
    public void Two_negotiations_agree_however_their_bytes_are_cut() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[1, 7].Array[1, 100]).Sample((wanted, cuts) =>
        {
            ProtocolTable table = Table();
            Negotiation dialer = new();
            Negotiation listener = new();
            dialer.Dial(FirstKnown + wanted);
            listener.Listen(All(table));
            List<byte> there = new();
            List<byte> back = new();
            for (int i = 0; i < 400 && (dialer.State != NegotiationState.Agreed || listener.State != NegotiationState.Agreed); i++)
            {
                Pump(table, dialer, there, back, cuts[i % cuts.Length]);
                Pump(table, listener, back, there, cuts[i % cuts.Length]);
            }

            return dialer.State == NegotiationState.Agreed && listener.State == NegotiationState.Agreed
                && listener.Protocol == dialer.Protocol;
        }, iter: 500);

    [Fact]
    public void Whatever_arrives_no_more_is_consumed_than_was_given() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Bool).Sample((bytes, dial) =>
        {
            ProtocolTable table = Table();
            Negotiation negotiation = new();
            if (dial)
            {
                negotiation.Dial(FirstKnown);
            }
            else
            {
                negotiation.Listen(All(table));
            }
            byte[] padded = [.. bytes, .. Message("/x")];
            int used = negotiation.Receive(table, padded, 0, bytes.Length);
            return used >= 0 && used <= bytes.Length;
        }, iter: 5000);

    private static void Pump(ProtocolTable table, Negotiation negotiation, List<byte> output, List<byte> input, int most)
    {
        byte[] buffer = new byte[300];
        int written = negotiation.Transmit(table, buffer, 0);
        output.AddRange(buffer[..written]);
        byte[] piece = input.Take(most).ToArray();
        input.RemoveRange(0, negotiation.Receive(table, piece, 0, piece.Length));
    }

    private static Outcome Respond(byte[] bytes, int[] cuts)
    {
        ProtocolTable table = Table();
        Negotiation negotiation = new();
        negotiation.Listen(All(table));
        List<byte> output = new();
        byte[] buffer = new byte[300];
        int at = 0;
        for (int i = 0; ; i++)
        {
            output.AddRange(buffer[..negotiation.Transmit(table, buffer, 0)]);
            int piece = Math.Min(cuts[i % cuts.Length], bytes.Length - at);
            int used = negotiation.Receive(table, bytes, at, piece);
            at += used;
            if (used == 0 && !negotiation.HasOutput)
            {
                return new Outcome(negotiation.State, at, Hex(output), negotiation.State == NegotiationState.Agreed ? negotiation.Protocol
                    : -1);
            }
        }
    }

    private static ProtocolTable Table()
    {
        ProtocolTable table = new();
        foreach (string id in _known)
        {
            table.Add(id);
        }
        return table;
    }

    private static byte[] Message(string text) => [(byte)(text.Length + 1), .. Encoding.ASCII.GetBytes(text), (byte)'\n'];

    private static string Hex(IEnumerable<byte> bytes) => Convert.ToHexString(bytes.ToArray());

    private sealed record Outcome(NegotiationState State, int Consumed, string Output, int Protocol);

    private static uint All(ProtocolTable table) => (1u << table.Count) - (1u << FirstKnown);
}
