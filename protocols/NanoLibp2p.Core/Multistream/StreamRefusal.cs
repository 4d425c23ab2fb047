#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Multistream
{
    /// <summary>Why a stream, or the first negotiation of a connection, came to nothing before a protocol was agreed on.</summary>
    public enum StreamRefusal
    {
        /// <summary>It did not, or the peer refused.</summary>
        None,

        /// <summary>A line is longer than 1,024 bytes.</summary>
        LineTooLong,

        /// <summary>A line's length is 0, padded, or has no end.</summary>
        LengthMalformed,

        /// <summary>A line does not end in a newline.</summary>
        NoNewline,

        /// <summary>The line is neither multistream-select's header nor an answer to the proposal.</summary>
        Unexpected,

        /// <summary>The peer proposed more unknown protocols than <see cref="Negotiation.MaxRefusals"/>.</summary>
        TooManyProposals,

        /// <summary>No protocol was agreed on within NodeOptions.NegotiationTimeoutMs.</summary>
        TimedOut,

        /// <summary>The peer ended its side before a protocol was agreed on.</summary>
        Ended,

        /// <summary>The connection has NodeOptions.MaxStreams streams already.</summary>
        TooManyStreams,
    }
}
#endif
