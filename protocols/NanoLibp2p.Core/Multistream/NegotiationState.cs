namespace NanoLibp2p.Core.Multistream
{
    /// <summary>Where a multistream-select negotiation stands.</summary>
    public enum NegotiationState
    {
        /// <summary>None was begun.</summary>
        Idle,

        /// <summary>Waiting for the peer's header.</summary>
        AwaitHeader,

        /// <summary>Responder: waiting for a proposal.</summary>
        AwaitProposal,

        /// <summary>Initiator: waiting for the answer to a proposal.</summary>
        AwaitAnswer,

        /// <summary>Initiator: the last proposal was refused; <see cref="Negotiation.Propose"/> goes on, or the stream ends.</summary>
        Refused,

        /// <summary>A protocol is agreed on.</summary>
        Agreed,

        /// <summary>The peer does not speak multistream-select, or has made too many proposals.</summary>
        Malformed,
    }
}
