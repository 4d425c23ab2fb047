using System;
using NanoLibp2p.Core.Multistream;

namespace NanoLibp2p.Fuzz;

/// <summary>First byte: the role, and how the rest is cut.</summary>
internal static class MultistreamTarget
{
    public static void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }
        ProtocolTable table = new();
        int one = table.Add("/echo/1.0.0");
        int two = table.Add("/x");
        int most = (input[0] & 2) == 0 ? int.MaxValue : 1 + (input[0] >> 3);
        Negotiation negotiation = new();
        if ((input[0] & 1) != 0)
        {
            negotiation.Dial(one);
        }
        else
        {
            negotiation.Listen((1u << one) | (1u << two));
        }

        Guarded guarded = new(input.AsSpan(1));
        byte[] output = new byte[256];
        int at = guarded.Offset;
        int end = at + guarded.Count;
        bool proposedAgain = false;
        for (int steps = 0; ; steps++)
        {
            FuzzTarget.Must(steps < 20 + (4 * input.Length), "does not come to an end");
            int expected = negotiation.OutputBytes(table);
            FuzzTarget.Must(negotiation.Transmit(table, output, 0) == expected && !negotiation.HasOutput, "wrote something else than told");
            int used = negotiation.Receive(table, guarded.Bytes, at, Math.Min(most, end - at));
            FuzzTarget.Must(used >= 0 && used <= end - at, "consumed what was not given");
            at += used;
            if (negotiation.State == NegotiationState.Refused && !proposedAgain)
            {
                proposedAgain = true;
                negotiation.Propose(two);
            }
            else if (used == 0 && !negotiation.HasOutput)
            {
                break;
            }
        }
        FuzzTarget.Must(negotiation.State is NegotiationState.Agreed or NegotiationState.Malformed or NegotiationState.Refused || at == end,
            "stands still with bytes left");
        FuzzTarget.Must(negotiation.State != NegotiationState.Agreed || negotiation.Protocol == one || negotiation.Protocol == two,
            "agreed on what was not offered");
        guarded.Check();
    }
}
