namespace NanoLibp2p.Kademlia
{
    /// <summary>How a lookup ended.</summary>
    public enum LookupResult
    {
        /// <summary>
        /// It found what was looked for: a peer or providers (the count says how many were told), or a value (how many peers agree).
        /// </summary>
        Found,

        /// <summary>
        /// The record is stored; the count says at how many peers. Of a provider record, which has no answer of its own: they have taken it
        /// and answered the request that follows on the same stream.
        /// </summary>
        Stored,

        /// <summary>The closest peers have answered, and none knows it.</summary>
        NotFound,

        /// <summary>Peers had values for the key, but none that is valid and fits in KademliaOptions.ValueBytes.</summary>
        NoValidValue,

        /// <summary>The closest peers have answered, and none took the record.</summary>
        Refused,

        /// <summary>There was no peer to ask, or none of them speaks the protocol and answered.</summary>
        NobodyAnswered,

        /// <summary>All of the node's connections stayed in use by others for KademliaOptions.RequestTimeoutMs.</summary>
        NoConnection,

        /// <summary>It took longer than KademliaOptions.LookupTimeoutMs.</summary>
        TimedOut,

        /// <summary>It would have taken more than KademliaOptions.MaxRequests.</summary>
        TooManyRequests,

        /// <summary>The application cancelled it.</summary>
        Cancelled,
    }
}
