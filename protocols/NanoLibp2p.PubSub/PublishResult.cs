namespace NanoLibp2p.PubSub
{
    /// <summary>What <see cref="Topic.Publish"/> returns instead of a number of peers.</summary>
    public static class PublishResult
    {
        /// <summary>The message with its topic, author and signature exceeds PubSubOptions.MaxMessageBytes. It never goes.</summary>
        public const int TooLong = -1;

        /// <summary>The send queue of every peer that wants it is full. Nothing was kept; try again after the next Node.Poll.</summary>
        public const int Busy = -2;

        /// <summary>
        /// StrictNoSign only: the same bytes were published or received within PubSubOptions.SeenMs, and every peer would drop them
        /// as known. Put a time or a counter into the data.
        /// </summary>
        public const int Duplicate = -3;
    }
}
