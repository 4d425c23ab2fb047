using NanoLibp2p.Core;

namespace NanoLibp2p.Relay
{
    /// <summary>A circuit that this node dials: what it needs beside its stream, until there is one.</summary>
    internal sealed class DialedCircuit : Circuit
    {
        // the connection that it was dialed for
        internal Connection Dialed;

        // the connection to the relay, while its serial number is this one
        internal Connection Relay;
        internal int Serial;
    }
}
