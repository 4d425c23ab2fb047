namespace NanoLibp2p.Core.Yamux
{
    /// <summary>Why a Yamux session must end: what <see cref="YamuxSession.Receive"/> returns instead of a count.</summary>
    public static class YamuxResult
    {
        /// <summary>A header of another version or type, or a frame that makes no sense where it stands.</summary>
        public const int Malformed = -1;

        /// <summary>The peer sent more than the window it was given.</summary>
        public const int WindowOverrun = -2;

        /// <summary>The peer goes on opening streams that are refused.</summary>
        public const int StreamFlood = -3;
    }
}
