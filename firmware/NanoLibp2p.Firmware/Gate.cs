using NanoLibp2p.Core;

namespace NanoLibp2p.Firmware
{
    // A stream that readings were handed to and whose peer may confirm them. It is of a connection's one peer, and goes with either.
    internal sealed class Gate
    {
        // null while the object is free
        internal Connection Connection;
        internal int Serial;

        // PubSubProtocol.StreamIdOf; 0 between two streams
        internal uint StreamId;

        // a ping is on its way
        internal bool IsAsking;

        // the peer does not answer libp2p's ping: Yamux's takes its place
        internal bool AsksBelow;

        // The queue was full: nothing more goes in before it is empty and a ping is sent behind it. A reading that is taken whenever there
        // is room would else keep it from ever being empty.
        internal bool IsDraining;
    }
}
