namespace NanoLibp2p
{
    /// <summary>Whether an identity's key signed a message.</summary>
    public static class IdentityResult
    {
        /// <summary>It did.</summary>
        public const int Valid = 0;

        /// <summary>The key is of a type that this node can't verify.</summary>
        public const int Unsupported = -1;

        /// <summary>It did not, or key or signature are malformed.</summary>
        public const int Invalid = -2;
    }
}
