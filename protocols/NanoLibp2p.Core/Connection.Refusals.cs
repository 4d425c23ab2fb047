#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core
{
    // Streams that end before a protocol is agreed on: the peer hears the drafts' code, the application which of the reasons it was.
    public sealed partial class Connection
    {
        /// <inheritdoc/>
        protected internal override void OnStreamRefused()
        {
            TellRefused(null, StreamRefusal.TooManyStreams);
        }

        partial void TellMalformed(Libp2pStream stream)
        {
            Blame(stream, stream.Negotiation.Fault);
        }

        partial void TellLate(Libp2pStream stream)
        {
            Blame(stream, StreamRefusal.TimedOut);
        }

        partial void TellEnded(Libp2pStream stream)
        {
            Blame(stream, StreamRefusal.Ended);
        }

        // of the connection's own negotiations, where a caller may have proposed one unknown protocol after the other
        private void CloseMalformed(CloseReason refused)
        {
            Negotiation negotiation = FirstNegotiation;
            bool isRefused = _inbound && negotiation.WasRefused;
            Close(isRefused ? refused : CloseReason.NegotiationMalformed, isRefused ? 0 : (int)negotiation.Fault);
        }

        private void Blame(Libp2pStream stream, StreamRefusal refusal)
        {
            stream.Blame(ErrorCode.NegotiationFailed);
            stream.Refusal = refusal;
            TellRefused(stream, refusal);
        }

        private void TellRefused(Libp2pStream stream, StreamRefusal refusal)
        {
            if (_node.Events != null)
            {
                _node.Events.OnStreamRefused(this, stream, refusal);
            }
        }
    }
}
#endif
