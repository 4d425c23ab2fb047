using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Ping;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
#if NANOFRAMEWORK_1_0
using IdSet = System.UInt32;
#else
using IdSet = System.UInt64;
#endif

namespace NanoLibp2p.Core
{
    /// <summary>
    /// A libp2p node: an identity, connections and the protocols on them. It owns no thread, no clock and no socket:
    /// <see cref="Poll"/> moves everything one step and tells when it wants to be called again.
    /// </summary>
    /// <remarks>All of its memory is taken in the constructor and as protocols are added. One thread uses it.</remarks>
    public sealed partial class Node
    {
        /// <summary>
        /// Protocols that can be added, identify and ping included; each may have several ids. NodeOptions.MaxProtocols raises it, save on
        /// a device.
        /// </summary>
        public const int MaxProtocols = 12;

        /// <summary>Addresses that a node can listen on.</summary>
        public const int MaxListenAddresses = 8;

        /// <summary>Its sizes and times.</summary>
        public readonly NodeOptions Options;

        /// <summary>Who it is.</summary>
        public readonly Identity Identity;

        /// <summary>Its cryptography.</summary>
        public readonly CryptoProvider Crypto;

        /// <summary>Where its keys come from.</summary>
        public readonly IRandom Random;

        /// <summary>Ping, both sides.</summary>
        public readonly PingProtocol Ping;

        /// <summary>Identify and identify push.</summary>
        public readonly IdentifyProtocol Identify;

        /// <summary>The protocol ids that it knows.</summary>
        public readonly ProtocolTable Protocols = new ProtocolTable();

        /// <summary>All connection objects, in use or not; not a copy.</summary>
        public readonly Connection[] Connections;

        /// <summary>The driver that it dials and listens with; set it before either.</summary>
        public IStreamTransport Transport;

        /// <summary>Who hears of connections; may be null.</summary>
        public NodeEvents Events;

        // the longest time between two calls that is told from a clock that was set back
        private const uint MaxWrapMs = 600000;

        internal readonly HandshakePool Handshakes;

        // null when the options have none, or no record is too long for a connection's own buffer
        internal readonly LargeBuffer Large;

        // whose each id is
        internal readonly StreamProtocol[] Owners = new StreamProtocol[ProtocolTable.Capacity];
        #if NANOFRAMEWORK_1_0
        private readonly StreamProtocol[] _all = new StreamProtocol[MaxProtocols];
#else
        private readonly StreamProtocol[] _all;
#endif
        private readonly KeyPair _ephemeral = new KeyPair();
        private readonly Multiaddr[] _listening = new Multiaddr[MaxListenAddresses];
        private int _protocolCount;
        private bool _hasEphemeral;
        private IdSet _served;
        private long _nowMs;
        private long _clockMs;
        private int _listenCount;

        /// <summary>Makes a node.</summary>
        /// <param name="options">Its sizes and times; not changed any more afterwards.</param>
        /// <param name="identity">Who it is.</param>
        /// <param name="crypto">Its provider, for this node alone.</param>
        /// <param name="random">Where its keys come from.</param>
        /// <exception cref="ArgumentException">
        /// An option is out of range; the message says which, and the range. Or NodeOptions.NoiseIdentity is not this identity's.
        /// </exception>
        public Node(NodeOptions options, Identity identity, CryptoProvider crypto, IRandom random)
        {
            options.Check();
            Options = options;
            Identity = identity;
            Crypto = crypto;
            Random = random;
#if NANOFRAMEWORK_1_0
            NoiseSettings noise = new NoiseSettings(
                new NoiseIdentity(identity, crypto, random, options.EarlyMuxer),
                options.EarlyMuxer,
                new PeerBindings(options.KnownPeers),
                options.Verifier);
#else
            NoiseSettings noise = options.Noise(identity, crypto, random);
            _all = new StreamProtocol[options.MaxProtocols];
#endif
            if (options.LargeRecordBytes > options.RecordBytes)
            {
                Large = new LargeBuffer(Connection.RecordHeader + options.LargeRecordBytes);
            }

            MakeBuffers();
            Handshakes = new HandshakePool(crypto, noise, options.MaxHandshakes);
            Ping = new PingProtocol(options.MaxConnections);
            Identify = new IdentifyProtocol(options);
            Add(Identify);
            Add(Ping);
            Connections = new Connection[options.MaxConnections];
            for (int i = 0; i < Connections.Length; i++)
            {
                Connections[i] = new Connection(this, i);
            }

            ListConnections();
        }

        /// <summary>The set of ids that it answers on a peer's streams; <see cref="RegisterProtocol"/> adds to it.</summary>
        public IdSet ServedProtocols
        {
            get { return _served; }
        }

        /// <summary>
        /// The node's time, of the <see cref="Poll"/> under way or of the last: what Poll was given, but it never goes back, so that each
        /// deadline comes. It goes on from where it was when the clock below goes back or wraps.
        /// </summary>
        public long NowMs
        {
            get { return _nowMs; }
        }

        /// <summary>How many addresses it listens on.</summary>
        public int ListenCount
        {
            get { return _listenCount; }
        }

        /// <summary>Adds a protocol; before the first connection.</summary>
        /// <exception cref="InvalidOperationException">There are as many already as it may have, or as many ids as fit.</exception>
        public void Add(StreamProtocol protocol)
        {
#if NANOFRAMEWORK_1_0
            if (_protocolCount == MaxProtocols)
            {
                throw new InvalidOperationException("a node has at most 12 protocols; leave one out");
            }
#else
            if (_protocolCount == _all.Length)
            {
                throw new InvalidOperationException(
                    "NodeOptions.MaxProtocols = " + _all.Length.ToString() + "; raise it or leave a protocol out");
            }
#endif

            _all[_protocolCount++] = protocol;
            protocol.AddTo(this);
        }

        /// <summary>Registers an id; called by a protocol while it is added.</summary>
        /// <param name="id">Such as <c>/ipfs/ping/1.0.0</c>.</param>
        /// <param name="owner">The protocol.</param>
        /// <param name="serve">Whether streams of it that peers open are accepted.</param>
        /// <returns>The id's index in <see cref="Protocols"/>.</returns>
        /// <exception cref="InvalidOperationException">There are <see cref="ProtocolTable.Capacity"/> ids already.</exception>
        public int RegisterProtocol(string id, StreamProtocol owner, bool serve)
        {
            int index = Protocols.Add(id);
            Owners[index] = owner;
            if (serve)
            {
                _served |= (IdSet)1 << index;
            }

            return index;
        }

        /// <summary>Listens on an address such as <c>/ip4/0.0.0.0/tcp/4001</c>; port 0 lets the driver pick one.</summary>
        /// <param name="address">A TCP multiaddr of this host.</param>
        /// <param name="error">Why it can't; <see cref="LinkError.None"/> when it does.</param>
        /// <returns>The address with its port and this node's peer id, or null.</returns>
        /// <exception cref="ArgumentException">It is not a TCP address.</exception>
        public Multiaddr Listen(Multiaddr address, out LinkError error)
        {
            CheckDialable(address);
            if (_listenCount == MaxListenAddresses)
            {
                error = LinkError.NoResources;
                return null;
            }

            int port = Transport.Listen(address.Host, address.Port, out error);
            if (port == 0)
            {
                return null;
            }

            Multiaddr bound = address.WithoutPeerId().WithPort(port);
            _listening[_listenCount++] = bound;
            return bound.WithPeerId(Identity.PeerId);
        }

        /// <summary>An address that it listens on, as bound (0.0.0.0 and :: too), without its peer id; 0 to <see cref="ListenCount"/> -
        /// 1.</summary>
        public Multiaddr ListenAddress(int index)
        {
            return _listening[index];
        }

        /// <summary>Dials a peer: one address after another, until a link is made.</summary>
        /// <param name="addresses">TCP multiaddrs; those with a peer id must all name the same. Kept until the connection ends.</param>
        /// <returns>
        /// The connection; <see cref="NodeEvents"/> tells how it goes. When all are in use, a peer that called and that nothing keeps gives
        /// way (<see cref="StreamProtocol.KeepsConnection"/>), the one in the handshake before the open one. Null when there is none, and
        /// when it ends only in the <see cref="Poll"/> under way or the next.
        /// </returns>
        /// <exception cref="ArgumentException">There is no address, one is not TCP, or they name several peers.</exception>
        public Connection Dial(Multiaddr[] addresses)
        {
            if (addresses.Length == 0)
            {
                throw new ArgumentException("no address to dial; give one or more");
            }

            PeerId expected = null;
            for (int i = 0; i < addresses.Length; i++)
            {
                CheckDialable(addresses[i]);
                PeerId peer = addresses[i].PeerId;
                if (expected == null)
                {
                    expected = peer;
                }
                else if (peer != null && !peer.Equals(expected))
                {
                    throw new ArgumentException("the addresses name two peers, " + expected.ToString() + " and " + peer.ToString()
                        + "; dial each by itself");
                }
            }

            Connection connection = FreeConnection(true);
            if (connection != null)
            {
                connection.Dial(addresses, expected);
            }

            return connection;
        }

        /// <summary>Moves everything one step: accepts, reads, lets the protocols speak, writes.</summary>
        /// <param name="nowMs">
        /// The time by any clock that counts milliseconds. It may wrap, and may be set back, which costs the time since the last call.
        /// </param>
        /// <returns>
        /// When to call again even if nothing arrives: <paramref name="nowMs"/> itself when there is more to do at once,
        /// long.MaxValue when there is nothing to wait for.
        /// </returns>
        public long Poll(long nowMs)
        {
            long clockMs = nowMs;
            nowMs = Advance(clockMs);
            BeginWalk();
            bool moved = AcceptLinks();
            _polling = true;
            moved |= StepConnections(nowMs);
            long next = PollProtocols(nowMs);
            moved |= FlushConnections();
            _polling = false;
            EndWalk();
            if (!moved)
            {
                PrepareEphemeral();
                next = NextDeadline(next);
            }

            return moved || next < nowMs ? clockMs : next == long.MaxValue ? next : clockMs + (next - nowMs);
        }

        /// <summary>Ends all connections in order and stops listening. The ends are told before it returns.</summary>
        public void Close()
        {
            for (int i = 0; i < Connections.Length; i++)
            {
                Connection connection = Connections[i];
                if (connection.State != ConnectionState.Free)
                {
                    connection.Close();
                    connection.Step(_nowMs);
                }
            }

            if (Transport != null)
            {
                Transport.Close();
            }

            _listenCount = 0;
        }

        internal void Connected(Connection connection)
        {
            if (Events != null)
            {
                Events.OnConnected(connection);
            }

            for (int i = 0; i < _protocolCount; i++)
            {
                _all[i].OnConnected(connection);
            }
        }

        internal void Closed(Connection connection)
        {
            if (connection.WasOpen)
            {
                for (int i = 0; i < _protocolCount; i++)
                {
                    _all[i].OnDisconnected(connection);
                }
            }

            if (Events != null)
            {
                Events.OnClosed(connection);
            }
        }

        // An ephemeral key costs as much as any step of a handshake, so the next one is made while nobody waits.
        internal void GiveEphemeral(NoiseHandshake handshake)
        {
            PrepareEphemeral();
            handshake.State.UseEphemeral(_ephemeral);
            _ephemeral.Clear();
            _hasEphemeral = false;
        }

        private void PrepareEphemeral()
        {
            if (!_hasEphemeral)
            {
                _ephemeral.Generate(Crypto, Random);
                _hasEphemeral = true;
            }
        }

        // Node.Scheduled.cs; none of these calls is on a device
        partial void ListConnections();

        partial void MakeBuffers();

        partial void BeginWalk();

        partial void EndWalk();

        /// <summary>Sets <see cref="NowMs"/>; <see cref="Poll"/> does it by itself.</summary>
        /// <param name="clockMs">The time, by the clock that Poll is given.</param>
        /// <returns><see cref="NowMs"/>: by it go the deadlines of connections and protocols.</returns>
        public long Advance(long clockMs)
        {
            long passed = clockMs - _clockMs;
            if (passed < 0)
            {
                // a tick of 32 bits wraps, and tells what passed; a clock that was set back does not
                uint wrapped = (uint)passed;
                passed = wrapped < MaxWrapMs ? wrapped : 0;
            }

            _clockMs = clockMs;
            _nowMs += passed;
            return _nowMs;
        }

        // reads what came, and ends what has a reason to end
        private bool StepConnections(long nowMs)
        {
            bool moved = false;
            for (int i = 0; i < Connections.Length; i++)
            {
                if (Connections[i].State != ConnectionState.Free && Connections[i].Step(nowMs))
                {
                    moved = true;
                }
            }

            return moved;
        }

        private long PollProtocols(long nowMs)
        {
            long next = long.MaxValue;
            for (int i = 0; i < _protocolCount; i++)
            {
                long wanted = _all[i].Poll(nowMs);
                if (wanted < next)
                {
                    next = wanted;
                }
            }

            return next;
        }

        // writes what the protocols have said
        private bool FlushConnections()
        {
            bool moved = false;
            for (int i = 0; i < Connections.Length; i++)
            {
                if (Connections[i].Send())
                {
                    moved = true;
                }
            }

            return moved;
        }

        private long NextDeadline(long next)
        {
            for (int i = 0; i < Connections.Length; i++)
            {
                long wanted = Connections[i].NextDeadline;
                if (wanted < next)
                {
                    next = wanted;
                }
            }

            return next;
        }

        private static void CheckDialable(Multiaddr address)
        {
            if (!address.IsTcp)
            {
                throw new ArgumentException(address.ToString() + " is not a TCP address; give one such as /ip4/192.168.1.2/tcp/4001");
            }
        }
    }
}
