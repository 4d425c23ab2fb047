using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    /// <summary>
    /// A client of circuit relays (circuit relay v2 spec): holds a reservation at a relay, so that a node behind a NAT or without a
    /// listener is dialed through it. A relayed connection is an ordinary <see cref="Connection"/>: secured end to end, so that the relay
    /// carries what it can't read.
    /// </summary>
    /// <remarks>
    /// All that a program does is to add it; the relay may be down at first, or restart at any time. RelayClient.Circuits.cs has the
    /// circuits that the relay brings. Dialing through relays is NanoLibp2p.Relay.Dialer's.
    /// </remarks>
    public sealed partial class RelayClient : StreamProtocol
    {
        /// <summary>Who hears of the reservation; may be null.</summary>
        public RelayEvents Events;

        internal const string HopId = "/libp2p/circuit/relay/0.2.0/hop";
        internal const string StopId = "/libp2p/circuit/relay/0.2.0/stop";

        // types of a hop message; of a stop message CONNECT is 0 and STATUS 1
        internal const int HopReserve = 0;
        internal const int HopConnect = 1;
        internal const int HopStatus = 2;
        internal const int StopConnect = 0;
        internal const int StopStatus = 1;

        // milliseconds for a message
        internal const int MessageMs = 15000;

        private const int LeastRefreshMs = 5000;

        internal readonly RelayOptions Options;

        // whose turn it is in the list
        internal int Index;

        // the stream of the reservation, and those of circuits
        internal Circuit Place = new Circuit();
        private readonly Circuit[] _circuits;

        // a message on its way out, and chance bytes
        private readonly byte[] _scratch = new byte[8];
        private int _hop;

        // the connection to the relay while its serial number is this one, and whether the client has dialed it
        private Connection _relay;
        private int _serial;
        private bool _isOwn;

        private bool _isHeld;

        // when the next try, or the next refresh, is due
        private long _due;

        // the last pause after a round over all relays in which none helped
        private int _pause;

        /// <summary>Makes a client; <see cref="Node.Add"/> takes the rest of its memory.</summary>
        /// <param name="options">Its sizes and times; not changed any more afterwards. On .NET they are checked.</param>
        /// <exception cref="System.ArgumentException">An option is out of range; the message says which, and the range.</exception>
        public RelayClient(RelayOptions options)
        {
            Check(options);
            Options = options;
            _circuits = new Circuit[options.MaxCircuits];
            for (int i = 0; i < _circuits.Length; i++)
            {
                _circuits[i] = new Circuit();
            }
        }

        /// <summary>True while a relay holds a reservation of this node.</summary>
        public bool IsReserved
        {
            get { return _isHeld; }
        }

        /// <summary>The connection to the relay at which there is a reservation, or is to be; null in the pause before the next
        /// try.</summary>
        public Connection Relay
        {
            get { return _relay; }
        }

        /// <summary>
        /// The address at which others dial this node: that of the relay in RelayOptions.Relays, <c>/p2p-circuit</c>, and this node's id;
        /// null without a reservation. Allocates.
        /// </summary>
        public string Address
        {
            get
            {
                return _isHeld
                    ? Options.Relays[Index].ToString() + "/p2p-circuit/p2p/" + Node.Identity.PeerId.ToString()
                    : null;
            }
        }

        /// <inheritdoc/>
        protected override void Register(Node node)
        {
            _hop = node.RegisterProtocol(HopId, this, false);
            node.RegisterProtocol(StopId, this, true);
            for (int i = 0; i < _circuits.Length; i++)
            {
                _circuits[i].Add(node);
            }

            KeepCredits();
        }

        /// <inheritdoc/>
        public override void OnConnected(Connection connection)
        {
            // perhaps somebody else here has dialed the relay; who calls doesn't end the pause, or he could do so again and again
            if (_relay == null && !connection.IsInbound)
            {
                _due = 0;
            }
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
            long next = Reserve(nowMs);
            for (int i = 0; i < _circuits.Length; i++)
            {
                Circuit circuit = _circuits[i];
                if (circuit.Stream != null && circuit.Phase == Circuit.Whole)
                {
                    Answer(circuit);
                }

                if (circuit.Stream != null)
                {
                    long wanted = circuit.Check(nowMs);
                    next = wanted < next ? wanted : next;
                }
            }

            return next;
        }

        // RelayClient.Desktop.cs; a device checks nothing and puts nothing aside, and Node.Poll walks over all connections
        static partial void Check(RelayOptions options);

        partial void KeepCredits();

        static partial void Joined(StreamLink link, Connection connection);

        // The reservation: had as soon as the relay can be reached, refreshed well before its end, had again when it was lost.
        private long Reserve(long nowMs)
        {
            // an answer first: its connection may be gone in the same step
            if (Place.Phase == Circuit.Whole)
            {
                Place.Phase = Circuit.Joined;
                if (Place.Stream != null)
                {
                    Place.Stream.CloseWrite();
                }

                if (Place.Type != HopStatus || Place.Status != (int)RelayStatus.Ok)
                {
                    Failed(Place.Type == HopStatus ? (RelayStatus)Place.Status : RelayStatus.None);
                }
                else
                {
                    // half of what is left of it, where the date is known
                    int refresh = Options.RefreshMs;
                    long unix = Events == null ? 0 : Events.UnixSeconds();
                    long left = Place.Expire - unix;
                    if (unix > 0 && left > 0 && left < refresh / 500)
                    {
                        refresh = left * 500 < LeastRefreshMs ? LeastRefreshMs : (int)left * 500;
                    }

                    // what is left then is as long again at the least; from here on Expire is a time of the node's
                    Wait(refresh, 8);
                    Place.Expire = _due + refresh;
                    _pause = 0;
                    if (!_isHeld)
                    {
                        _isHeld = true;
                        if (Events != null)
                        {
                            Events.OnReserved(this);
                        }
                    }
                }
            }

            if (_relay != null && (_relay.Serial != _serial || _relay.State == ConnectionState.Free))
            {
                Failed(RelayStatus.None);
            }

            if (Place.Stream != null)
            {
                if (nowMs < Place.Deadline)
                {
                    return Place.Deadline;
                }

                // no answer, or the peer did not end the stream behind it
                Place.Stream.Reset();
            }

            if (nowMs < _due)
            {
                return _due;
            }

            if (_relay == null)
            {
                // over a connection that is there, or one of its own
                Multiaddr address = Options.Relays[Index];
                _relay = Find(Node, address.PeerId);
                _isOwn = _relay == null;
                if (_isOwn && (_relay = Node.Dial(new Multiaddr[] { address })) == null)
                {
                    Failed(RelayStatus.None);
                    return _due;
                }

                _serial = _relay.Serial;
            }

            if (!_relay.IsOpen)
            {
                // its own times hold for a dial
                return long.MaxValue;
            }

            Libp2pStream stream = _relay.OpenStream(this, _hop);
            if (stream != null)
            {
                if (Say(stream, HopReserve, 0))
                {
                    Begin(Place, stream, Circuit.HopLimitField);
                    return Place.Deadline;
                }

                // there was no room for all of it
                stream.Reset();
            }

            if (nowMs < Place.Expire)
            {
                Wait(Options.RetryMs, 1);
            }
            else
            {
                // nobody knows any more whether there is a reservation
                Failed(RelayStatus.None);
            }

            return _due;
        }

        /// <summary>The connection to a relay, open or being made; null when there is none. A circuit is none.</summary>
        internal static Connection Find(Node node, PeerId relay)
        {
            for (int i = 0; i < node.Connections.Length; i++)
            {
                Connection connection = node.Connections[i];
                if (connection.State != ConnectionState.Free && connection.State != ConnectionState.Ending
                    && !(connection.Link is StreamLink) && relay.Equals(connection.RemotePeer))
                {
                    return connection;
                }
            }

            return null;
        }

        // The relay is gone, can't be reached, or gave no reservation: the next one's turn, and after the last a pause, doubled each time.
        private void Failed(RelayStatus status)
        {
            int pause = _isHeld ? Options.RetryMs : 0;
            bool isGone = _relay == null || !_relay.IsOpen || _relay.Serial != _serial;
            if (isGone || Options.Relays.Length > 1)
            {
                // what others dialed is theirs
                if (!isGone && _isOwn)
                {
                    _relay.Close();
                }

                _relay = null;
            }

            // one that was lost is tried again before the others, as it may have started anew
            if (!(_isHeld && isGone) && ++Index == Options.Relays.Length)
            {
                Index = 0;
                _pause = _pause == 0 ? Options.RetryMs : _pause > Options.MaxRetryMs / 2 ? Options.MaxRetryMs : _pause * 2;
                pause = _pause;
            }

            _isHeld = false;
            Wait(pause, 2);
            if (Events != null)
            {
                Events.OnLost(this, status);
            }
        }

        // a time, less a random piece of a part of it
        private void Wait(int milliseconds, int part)
        {
            Node.Random.Fill(_scratch, 0, 1);
            _due = Node.NowMs + milliseconds - ((long)(milliseconds / part) * _scratch[0] / 256);
        }

        private void Begin(Circuit circuit, Libp2pStream stream, int limitField)
        {
            circuit.Stream = stream;
            circuit.Begin(limitField, Node.NowMs + MessageMs);
            stream.Tag = circuit;
        }

        // Writes a message without fields but its type and a stop message's status; 0 for none. False without room for it: the stream is of
        // no more use then.
        private bool Say(Libp2pStream stream, int type, int status)
        {
            int count = ProtobufWriter.WriteVarint(Circuit.TypeField, (uint)type, _scratch, 1);
            if (status > 0)
            {
                count = ProtobufWriter.WriteVarint(Circuit.StopStatusField, (uint)status, _scratch, count);
            }

            _scratch[0] = (byte)(count - 1);
            return stream.Write(_scratch, 0, count) == count;
        }
    }
}
