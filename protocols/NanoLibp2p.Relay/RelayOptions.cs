using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    /// <summary>
    /// The sizes and times of a relay client, and so its whole memory, which is taken in its constructor and when it is added to a node.
    /// The defaults are those of a device.
    /// </summary>
    public sealed partial class RelayOptions
    {
        /// <summary>
        /// Relays to hold a reservation at, one at a time: TCP multiaddrs with peer ids. The next has its turn when one can't be reached or
        /// refuses.
        /// </summary>
        public Multiaddr[] Relays = new Multiaddr[0];

        /// <summary>
        /// Circuits at a time, 1 to 64. Each that is in use takes one of NodeOptions.MaxConnections, beside the connection to the relay
        /// itself.
        /// </summary>
        public int MaxCircuits = 2;

        /// <summary>
        /// Milliseconds after which a reservation is refreshed where the date is not known (<see cref="RelayEvents.UnixSeconds"/>), and the
        /// most where it is; relays grant an hour or two. A random eighth is taken off.
        /// </summary>
        public int RefreshMs = 600000;

        /// <summary>Milliseconds of the first pause after a failure; doubled each time that no relay of the list helped.</summary>
        public int RetryMs = 1000;

        /// <summary>Milliseconds of the longest pause.</summary>
        public int MaxRetryMs = 60000;
    }
}
