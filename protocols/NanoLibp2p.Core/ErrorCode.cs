#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core
{
    /// <summary>
    /// Why a peer closes a connection or resets a stream, as numbers on the wire: in the length of Yamux's GoAway, and of the window update
    /// that has RST (drafts error-codes and error-codes-yamux of libp2p/specs, 2025-02). Below them are Yamux's own three for GoAway.
    /// </summary>
    /// <remarks>go's numbers of a stream are one higher than the draft's, those of a connection the same: words for logs, nothing to act
    /// on.</remarks>
    public static class ErrorCode
    {
        /// <summary>In order; for a stream, nothing is said.</summary>
        public const uint None = 0;

        /// <summary>Yamux: a protocol error of the peer's.</summary>
        public const uint YamuxProtocolError = 1;

        /// <summary>Yamux: a limit or fault of one's own.</summary>
        public const uint YamuxInternalError = 2;

        /// <summary>No protocol was agreed on, or not in time.</summary>
        public const uint NegotiationFailed = 0x1000;

        /// <summary>A limit was hit: connections, streams, memory.</summary>
        public const uint ResourceLimit = 0x1001;

        /// <summary>Too much in too short a time.</summary>
        public const uint RateLimited = 0x1002;

        /// <summary>The peer broke a protocol's rules.</summary>
        public const uint ProtocolViolation = 0x1003;

        /// <summary>Another connection to the same peer takes its place.</summary>
        public const uint Supplanted = 0x1004;

        /// <summary>It was of the least use among too many.</summary>
        public const uint GarbageCollected = 0x1005;

        /// <summary>The node ends.</summary>
        public const uint ShuttingDown = 0x1006;

        /// <summary>The peer or its address is not allowed.</summary>
        public const uint Gated = 0x1007;

        /// <summary>The code that a connection's end is told with.</summary>
        /// <param name="reason">Why it ends.</param>
        /// <param name="isDraft">Whether the drafts' codes may be used; else it is one of Yamux's three.</param>
        public static uint Of(CloseReason reason, bool isDraft)
        {
            switch (reason)
            {
                case CloseReason.Local:
                case CloseReason.Remote:
                    return None;
                case CloseReason.ShuttingDown:
                    return isDraft ? ShuttingDown : None;
                case CloseReason.Supplanted:
                    return isDraft ? Supplanted : None;
                case CloseReason.RecordTooLong:
                case CloseReason.RecordTimeout:
                case CloseReason.ConnectionLimit:
                case CloseReason.MemoryExceeded:
                    return isDraft ? ResourceLimit : YamuxInternalError;
                case CloseReason.GaveWay:
                case CloseReason.Trimmed:
                case CloseReason.KeepAliveTimeout:
                    return isDraft ? GarbageCollected : YamuxProtocolError;
                case CloseReason.StreamFlood:
                    return isDraft ? RateLimited : YamuxProtocolError;
                case CloseReason.Blocked:
                    return isDraft ? Gated : YamuxInternalError;
                default:
                    return isDraft ? ProtocolViolation : YamuxProtocolError;
            }
        }

        /// <summary>What a code of a peer's means, in a few words; null for none and for those that nobody has given a meaning.</summary>
        public static string Describe(uint code)
        {
            switch (code)
            {
                case NegotiationFailed:
                    return "no protocol was agreed on";
                case ResourceLimit:
                    return "a limit of its own is reached: connections, streams or memory";
                case RateLimited:
                    return "too much came in too short a time";
                case ProtocolViolation:
                    return "it found that we broke a protocol's rules";
                case Supplanted:
                    return "another connection to it takes this one's place";
                case GarbageCollected:
                    return "it had too many connections, and this one was of the least use";
                case ShuttingDown:
                    return "it shuts down";
                case Gated:
                    return "it does not allow this peer or this address";
                default:
                    return null;
            }
        }
    }
}
#endif
