#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Multistream
{
    // Why it failed, for logs and for the peer's user.
    public sealed partial class Negotiation
    {
        /// <summary>What was wrong where <see cref="State"/> is Malformed; None elsewhere. Read from where it stopped, so it costs
        /// nothing.</summary>
        public StreamRefusal Fault
        {
            get
            {
                return _state != NegotiationState.Malformed ? StreamRefusal.None
                    : _refusals > MaxRefusals ? StreamRefusal.TooManyProposals
                    : _length > MaxMessage ? StreamRefusal.LineTooLong
                    : _position == 0 ? StreamRefusal.LengthMalformed
                    : _position == _length ? StreamRefusal.NoNewline
                    : StreamRefusal.Unexpected;
            }
        }
    }
}
#endif
