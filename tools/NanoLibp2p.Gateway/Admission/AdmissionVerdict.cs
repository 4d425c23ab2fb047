namespace NanoLibp2p.Gateway.Admission;

/// <summary>What a gateway makes of a token; the numbers go over the wire.</summary>
internal enum AdmissionVerdict
{
    /// <summary>Its peer is admitted.</summary>
    Admitted = 0,

    /// <summary>It is no token, or its signature is wrong.</summary>
    Malformed = 1,

    /// <summary>Its issuer's word counts for nothing here.</summary>
    UnknownIssuer = 2,

    /// <summary>It admits somebody else than the peer that shows it.</summary>
    OtherPeer = 3,

    /// <summary>It has expired.</summary>
    Expired = 4,

    /// <summary>It is not valid yet: one of the two clocks is wrong.</summary>
    NotYetValid = 5,

    /// <summary>It was revoked.</summary>
    Revoked = 6,

    /// <summary>As many are kept as there is room for.</summary>
    Full = 7,
}
