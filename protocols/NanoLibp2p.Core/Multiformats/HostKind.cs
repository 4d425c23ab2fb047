namespace NanoLibp2p.Core.Multiformats
{
    /// <summary>What the first component of a multiaddr tells a driver to dial.</summary>
    public enum HostKind : byte
    {
        /// <summary>No host, as in <c>/p2p/12D3…</c>.</summary>
        None,

        /// <summary>An IPv4 address.</summary>
        Ip4,

        /// <summary>An IPv6 address, with a zone if there is one.</summary>
        Ip6,

        /// <summary>A DNS name (dns, dns4, dns6, dnsaddr).</summary>
        Name,
    }
}
