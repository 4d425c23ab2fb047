namespace NanoLibp2p.Hal
{
    /// <summary>
    /// What an <see cref="IStreamTransport"/> implements too when it looks names up and can do so for one family of addresses, as
    /// <c>/dns4</c> and <c>/dns6</c> ask.
    /// </summary>
    public interface INameDialer
    {
        /// <summary>As <see cref="IStreamTransport.Dial"/>.</summary>
        /// <param name="host">The name to look up.</param>
        /// <param name="port">1 to 65,535.</param>
        /// <param name="addressBytes">Which of its addresses: 4 for IPv4, 16 for IPv6, 0 for all.</param>
        /// <returns>The link; it fails with <see cref="LinkError.NameNotFound"/> when the name has no such address.</returns>
        IStreamLink Dial(string host, int port, int addressBytes);
    }
}
