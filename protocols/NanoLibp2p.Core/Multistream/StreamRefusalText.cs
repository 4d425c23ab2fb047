#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Multistream
{
    /// <summary>Says a <see cref="StreamRefusal"/> in words, for logs and errors.</summary>
    public static class StreamRefusalText
    {
        /// <summary>What the peer did, as a clause of its own; null for None.</summary>
        public static string Describe(StreamRefusal refusal)
        {
            switch (refusal)
            {
                case StreamRefusal.LineTooLong:
                    return "a line of its protocol negotiation is longer than 1,024 bytes";
                case StreamRefusal.LengthMalformed:
                    return "a line of its protocol negotiation has no valid length";
                case StreamRefusal.NoNewline:
                    return "a line of its protocol negotiation does not end in a newline";
                case StreamRefusal.Unexpected:
                    return "what it said is neither multistream-select's header nor an answer to the proposal";
                case StreamRefusal.TooManyProposals:
                    return "it proposed one unknown protocol after the other";
                case StreamRefusal.TimedOut:
                    return "no protocol was agreed on in time (NodeOptions.NegotiationTimeoutMs)";
                case StreamRefusal.Ended:
                    return "it ended its side before a protocol was agreed on";
                case StreamRefusal.TooManyStreams:
                    return "its connection has as many streams as it may have (NodeOptions.MaxStreams)";
                default:
                    return null;
            }
        }
    }
}
#endif
