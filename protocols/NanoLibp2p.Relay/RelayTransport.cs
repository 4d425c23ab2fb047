using NanoLibp2p.Hal;

namespace NanoLibp2p.Relay
{
    /// <summary>The node's driver with circuits beside its links: it accepts those that came, and dials those of a relay client.</summary>
    internal sealed class RelayTransport : IStreamTransport, INameDialer, IHostAddresses
    {
        // the host of a circuit, and its port is the circuit's number from 1 on; no name that could be looked up
        internal const string Host = "p2p-circuit";

        // A node accepts only where it listens. This address is one that identify tells nobody, as it is of a link without a zone.
        internal const string NoAddress = "/ip6/fe80::/tcp/1";
        private const string NoHost = "fe80::";

        internal IStreamTransport Below;
        private readonly RelayClient _client;

        internal RelayTransport(RelayClient client)
        {
            _client = client;
        }

        /// <inheritdoc/>
        public IStreamLink Dial(string host, int port)
        {
            return Dial(host, port, 0);
        }

        /// <inheritdoc/>
        public IStreamLink Dial(string host, int port, int addressBytes)
        {
            if (host == Host)
            {
                return _client.LinkOf(port - 1);
            }

            INameDialer names = Below as INameDialer;
            return names == null ? Below.Dial(host, port) : names.Dial(host, port, addressBytes);
        }

        /// <inheritdoc/>
        public int Listen(string host, int port, out LinkError error)
        {
            if (host == NoHost)
            {
                error = LinkError.None;
                return port;
            }

            return Below.Listen(host, port, out error);
        }

        /// <inheritdoc/>
        public IStreamLink Accept()
        {
            return _client.AcceptCircuit() ?? Below.Accept();
        }

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
            Below.Wait(milliseconds);
        }

        /// <inheritdoc/>
        public void Close()
        {
            Below.Close();
        }

        /// <inheritdoc/>
        public string[] HostAddresses()
        {
            IHostAddresses host = Below as IHostAddresses;
            return host == null ? null : host.HostAddresses();
        }
    }
}
