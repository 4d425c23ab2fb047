namespace NanoLibp2p.Hal
{
    /// <summary>What a link's calls return besides a count.</summary>
    public static class LinkResult
    {
        /// <summary>The peer has ended the link in order; nothing more will arrive.</summary>
        public const int Ended = -1;

        /// <summary>The link is broken.</summary>
        public const int Failed = -2;
    }
}
