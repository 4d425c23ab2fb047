namespace NanoLibp2p.Postbox
{
    /// <summary>What a recipient did with an item (SPEC.md 8.1, Outcome), and what its client decides beside those.</summary>
    internal static class Outcome
    {
        internal const int Stored = 0;
        internal const int NotWanted = 1;
        internal const int NotReadable = 2;
        internal const int TooLate = 3;

        /// <summary>Nothing is decided yet: more of the item is needed.</summary>
        internal const int Undecided = -1;

        /// <summary>It stays at the gateway, unacknowledged.</summary>
        internal const int Left = -2;

        /// <summary>The store took no write.</summary>
        internal const int StoreFailed = -3;

        /// <summary>It is stored with its acknowledgement, and was handed on.</summary>
        internal const int HandedOn = -4;
    }
}
