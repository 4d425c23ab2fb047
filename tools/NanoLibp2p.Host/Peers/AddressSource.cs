namespace NanoLibp2p.Host;

/// <summary>Who said that a peer is at an address; the later in this list, the more it is worth.</summary>
public enum AddressSource
{
    /// <summary>Another peer: a routing table, a rendezvous point, peer exchange.</summary>
    Routing,

    /// <summary>Somebody in the same network: mDNS.</summary>
    Discovery,

    /// <summary>The peer itself, by identify.</summary>
    Identify,

    /// <summary>The peer itself, with its signature.</summary>
    SignedRecord,

    /// <summary>It was dialled there, and answered.</summary>
    Dialed,

    /// <summary>The application.</summary>
    Manual,
}
