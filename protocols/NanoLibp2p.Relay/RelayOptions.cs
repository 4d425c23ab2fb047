using System;
using NanoLibp2p.Core;
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
        /// refuses. None for a client that only dials.
        /// </summary>
        public Multiaddr[] Relays = new Multiaddr[0];

        /// <summary>
        /// Circuits at a time, incoming and outgoing, 1 to 64. Each that is in use takes one of NodeOptions.MaxConnections, beside the
        /// connection to the relay itself.
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

        /// <summary>Milliseconds that the relay, or a peer that dials, has for each message.</summary>
        public int MessageTimeoutMs = 15000;

        /// <summary>
        /// Milliseconds for which what came over a circuit may wait until its connection takes it; then the circuit is broken off. As long
        /// as it waits, it holds back the connection to the relay, as a device has no memory to put it aside.
        /// </summary>
        public int StallMs = 5000;

        /// <summary>Milliseconds that the other end of a circuit has to end it after we did.</summary>
        public int LingerMs = 5000;

        /// <summary>Whether connected peers are told, by identify push, that this node can be dialed through its relay.</summary>
        public bool Announces = true;

        /// <summary>Checks every size and time.</summary>
        /// <exception cref="ArgumentException">One is out of range; on .NET the message says which, and what to give.</exception>
        public void Check()
        {
#if NANOFRAMEWORK_1_0
            // which one it is, the same options say on .NET
            if (MaxCircuits < 1 || MaxCircuits > 64 || RetryMs < 1 || MaxRetryMs < RetryMs || RefreshMs < 1)
            {
                throw new ArgumentException("RelayOptions");
            }
#else
            NodeOptions.CheckRange(MaxCircuits, 1, 64, "MaxCircuits");
            NodeOptions.CheckRange(RefreshMs, 1000, int.MaxValue, "RefreshMs");
            NodeOptions.CheckRange(RetryMs, 1, int.MaxValue, "RetryMs");
            NodeOptions.CheckRange(MaxRetryMs, RetryMs, int.MaxValue, "MaxRetryMs");
            NodeOptions.CheckRange(MessageTimeoutMs, 1, int.MaxValue, "MessageTimeoutMs");
            NodeOptions.CheckRange(StallMs, 1, int.MaxValue, "StallMs");
            NodeOptions.CheckRange(LingerMs, 1, int.MaxValue, "LingerMs");
            foreach (Multiaddr relay in Relays)
            {
                if (!relay.IsTcp || relay.PeerId == null)
                {
                    throw new ArgumentException(relay.ToString()
                        + " can't be a relay; give one such as /ip4/192.168.1.2/tcp/4001/p2p/12D3...");
                }
            }
#endif
        }
    }
}
