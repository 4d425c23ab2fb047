using NanoLibp2p.Hal;

namespace NanoLibp2p.Relay
{
    /// <summary>Stands in for the node's driver while a circuit is dialed: its one link is the circuit.</summary>
    internal sealed class LinkSource : IStreamTransport
    {
        internal IStreamLink Link;

        /// <inheritdoc/>
        public IStreamLink Dial(string host, int port)
        {
            return Link;
        }

        /// <inheritdoc/>
        public int Listen(string host, int port, out LinkError error)
        {
            error = LinkError.None;
            return 0;
        }

        /// <inheritdoc/>
        public IStreamLink Accept()
        {
            return null;
        }

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
        }

        /// <inheritdoc/>
        public void Close()
        {
        }
    }
}
