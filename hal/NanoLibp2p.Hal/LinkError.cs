namespace NanoLibp2p.Hal
{
    /// <summary>Why a link failed: the few kinds that every driver's own errors map to.</summary>
    public enum LinkError
    {
        /// <summary>It did not fail.</summary>
        None,

        /// <summary>The host name has no address.</summary>
        NameNotFound,

        /// <summary>The host refused: nobody listens there.</summary>
        Refused,

        /// <summary>No way to that host.</summary>
        Unreachable,

        /// <summary>Nobody answered in time.</summary>
        TimedOut,

        /// <summary>The peer or the network cut the link.</summary>
        Reset,

        /// <summary>The address is taken by another program, or is not this host's.</summary>
        AddressUnavailable,

        /// <summary>The driver has no socket, memory or slot left.</summary>
        NoResources,

        /// <summary>Anything else.</summary>
        Other,
    }
}
