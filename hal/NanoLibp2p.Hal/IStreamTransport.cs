namespace NanoLibp2p.Hal
{
    /// <summary>A driver that makes <see cref="IStreamLink"/>s: it dials, it listens, it waits.</summary>
    public interface IStreamTransport
    {
        /// <summary>Begins a link to a host. Returns at once; the link's state tells how it goes.</summary>
        /// <param name="host">An IPv4 or IPv6 address as text, or a name to look up.</param>
        /// <param name="port">1 to 65,535.</param>
        /// <returns>The link, <see cref="LinkState.Connecting"/> or already <see cref="LinkState.Failed"/>; never null.</returns>
        IStreamLink Dial(string host, int port);

        /// <summary>Listens on one of this host's addresses; may be called for several.</summary>
        /// <param name="host">An IPv4 or IPv6 address of this host, or 0.0.0.0 or :: for all.</param>
        /// <param name="port">1 to 65,535, or 0 for one that the driver picks.</param>
        /// <param name="error">Why it cannot listen there; <see cref="LinkError.None"/> when it does.</param>
        /// <returns>The port, or 0 when it cannot.</returns>
        int Listen(string host, int port, out LinkError error);

        /// <summary>Takes the next link that a peer has begun.</summary>
        /// <returns>An open link, or null when nobody waits.</returns>
        IStreamLink Accept();

        /// <summary>
        /// Sleeps until bytes arrive, a peer calls or a dial ends, but no longer than <paramref name="milliseconds"/>.
        /// It may return early.
        /// </summary>
        void Wait(int milliseconds);

        /// <summary>Stops listening. Links that were accepted live on.</summary>
        void Close();
    }
}
