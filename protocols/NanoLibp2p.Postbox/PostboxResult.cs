namespace NanoLibp2p.Postbox
{
    /// <summary>How a request ended without a gateway's code, and what PostboxSender.Seal returns instead of a count.</summary>
    public static class PostboxResult
    {
        /// <summary>The stream or the connection ended, or the answer was not whole after PostboxOptions.ReplyTimeoutMs. What had no answer
        /// is unknown: repeat it, with the same bytes.</summary>
        public const int NoAnswer = -1;

        /// <summary>The gateway sent what is no answer to the request; the stream was reset.</summary>
        public const int Malformed = -2;

        /// <summary>The board's store took no write. Nothing that it didn't take is acknowledged.</summary>
        public const int StoreFailed = -3;

        /// <summary>Four items of this gateway could not be opened; no more are taken from it in this sync.</summary>
        public const int Unreadable = -4;

        /// <summary>The record that came is not signed by the peer that was asked for, or older than one seen before.</summary>
        public const int RecordInvalid = -5;

        /// <summary>There is no time to seal with: no clock, and none of a gateway; or it would run 10 minutes ahead of the
        /// clock.</summary>
        public const int NoTime = -6;

        /// <summary>The recipient's key can't be sealed to.</summary>
        public const int KeyInvalid = -7;

        /// <summary>The message is longer than its buffer, or its header than a block.</summary>
        public const int TooLong = -8;
    }
}
