#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Yamux
{
    // What a stream has where windows grow and streams are many.
    public partial class YamuxStream
    {
        // what the peer may have under way at the most: its first window and what it was granted beyond it
        internal uint Window;

        // bytes consumed of the window since WindowBegun; below 0 by what is granted before any
        internal long WindowUsed;
        internal long WindowBegun;

        /// <summary>
        /// Why the peer has reset the stream, or with what this side does, by <see cref="ErrorCode"/>; 0 where nobody said. Peers differ in
        /// these numbers: a word for logs, nothing to act on.
        /// </summary>
        public uint ResetCode { get; internal set; }

        // in the session's list of streams that have something to say
        internal bool IsListedDue;
    }
}
#endif
