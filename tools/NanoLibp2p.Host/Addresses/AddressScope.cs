namespace NanoLibp2p.Host;

/// <summary>From where an address can be reached (IANA's special-purpose address registries, RFC 6890).</summary>
public enum AddressScope
{
    /// <summary>From nowhere, or nobody can tell: unspecified, multicast, reserved, documentation, benchmarking, no host at all.</summary>
    None,

    /// <summary>From this host.</summary>
    Loopback,

    /// <summary>From the same link: fe80::/10, 169.254.0.0/16, an address with a zone, a name below <c>.local</c>.</summary>
    Link,

    /// <summary>From a private network: RFC 1918, a carrier's (RFC 6598), fc00::/7.</summary>
    Private,

    /// <summary>From everywhere.</summary>
    Public,
}
