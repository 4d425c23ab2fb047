#nullable disable

using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Tests
{
    /// <summary>A node on a <see cref="MemoryNetwork"/> that counts what happens to it.</summary>
    internal sealed class TestNode : NodeEvents
    {
        public TestNode(MemoryNetwork network, NodeOptions options)
            : this(network, options, new ManagedCrypto())
        {
        }

        public TestNode(MemoryNetwork network, NodeOptions options, CryptoProvider crypto)
        {
            SeededRandom random = new SeededRandom(network.TakeSeed());
            Transport = network.AddHost();
            Node = new Node(options, Identity.Create(crypto, random), crypto, random);
            Node.Transport = Transport;
            Node.Events = this;
        }

        public Node Node { get; private set; }

        public MemoryTransport Transport { get; private set; }

        /// <summary>True while any of its connections is in use.</summary>
        public bool InUse
        {
            get
            {
                for (int i = 0; i < Node.Connections.Length; i++)
                {
                    if (Node.Connections[i].State != ConnectionState.Free)
                    {
                        return true;
                    }
                }

                return false;
            }
        }

        public int Connected { get; private set; }

        public int Closed { get; private set; }

        public int Refused { get; private set; }

        public Connection LastConnected { get; private set; }

        public CloseReason LastReason { get; private set; }

        public int LastDetail { get; private set; }

        /// <summary>Listens on the next free port.</summary>
        public Multiaddr Listen()
        {
            LinkError error;
            return Node.Listen(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), out error);
        }

        public Connection Dial(Multiaddr address)
        {
            return Node.Dial(new Multiaddr[] { address });
        }

        public override void OnConnected(Connection connection)
        {
            Connected++;
            LastConnected = connection;
        }

        public override void OnClosed(Connection connection)
        {
            Closed++;
            LastReason = connection.CloseReason;
            LastDetail = connection.CloseDetail;
        }

        public override void OnRefused(IStreamLink link)
        {
            Refused++;
        }
    }
}
