namespace NanoLibp2p.Hal
{
    /// <summary>
    /// What an <see cref="IStreamTransport"/> implements too when it knows the addresses of this host: they are what a node that listens
    /// on 0.0.0.0 or :: tells its peers.
    /// </summary>
    public interface IHostAddresses
    {
        /// <summary>The addresses of the interfaces that are up now, IPv4 and IPv6, loopback included, without those that need a
        /// zone.</summary>
        /// <returns>Each as the beginning of a multiaddr, such as <c>/ip4/192.168.1.2</c>; a new array.</returns>
        string[] HostAddresses();
    }
}
