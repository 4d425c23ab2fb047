#nullable disable

using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Tests
{
    /// <summary>A node on a <see cref="MemoryNetwork"/> that counts what happens to it.</summary>
    internal class TestNode : NodeEvents
    {
        public TestNode(MemoryNetwork network, NodeOptions options)
            : this(network, options, new ManagedCrypto())
        {
        }

        public TestNode(MemoryNetwork network, NodeOptions options, CryptoProvider crypto)
            : this(network, Make(options, crypto, new SeededRandom(network.TakeSeed())))
        {
        }

        public TestNode(MemoryNetwork network, Node node)
        {
            Transport = network.AddHost();
            Node = node;
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

        /// <summary>Lets it do what it has to do.</summary>
        /// <returns>When it wants to be called again.</returns>
        public virtual long Poll(long nowMs)
        {
            return Node.Poll(nowMs);
        }

        public Connection Dial(Multiaddr address)
        {
            return Node.Dial(new Multiaddr[] { address });
        }

        private static Node Make(NodeOptions options, CryptoProvider crypto, SeededRandom random)
        {
            return new Node(options, Identity.Create(crypto, random), crypto, random);
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

#if !NANOFRAMEWORK_1_0
        public Core.Multistream.StreamRefusal LastStreamRefusal { get; private set; }

        public bool WasRefusedStreamOurs { get; private set; }

        public override void OnStreamRefused(Connection connection, Libp2pStream stream, Core.Multistream.StreamRefusal refusal)
        {
            LastStreamRefusal = refusal;
            WasRefusedStreamOurs = stream != null && stream.IsOutbound;
        }
#endif
    }
}
