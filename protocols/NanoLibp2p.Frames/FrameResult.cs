namespace NanoLibp2p.Frames
{
    /// <summary>Why a frame was not sent.</summary>
    public static class FrameResult
    {
        /// <summary>There is no session: open one.</summary>
        public const int NoSession = -1;

        /// <summary>The session may not be used for data any more: resume it. It was not kept over a start, or too many numbers lie beyond
        /// the highest acknowledged one.</summary>
        public const int MustResume = -2;

        /// <summary>The board's store takes no write: nothing goes out that it does not cover.</summary>
        public const int StoreFailed = -3;

        /// <summary>It is longer than the link carries.</summary>
        public const int TooLong = -4;

        /// <summary>All numbers of attempts are used, or the record was lost and not provisioned anew.</summary>
        public const int NotProvisioned = -5;

        /// <summary>The topic has no name here, or no template for numbers.</summary>
        public const int NoTopic = -6;

        /// <summary>The airtime of this hour is used.</summary>
        public const int NoAirtime = -7;

        /// <summary>Another call waits for its answer.</summary>
        public const int Busy = -8;

        /// <summary>There is no room for a reading, and the gateway has the oldest one, which waits for its batch's signature: this one was
        /// not taken.</summary>
        public const int Full = -9;
    }
}
