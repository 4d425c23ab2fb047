using System;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    /// <summary>
    /// A client of circuit relays (circuit relay v2 spec): holds a reservation at a relay, so that a node behind a NAT or without a
    /// listener is dialed through it, and dials others through theirs. A relayed connection is an ordinary <see cref="Connection"/>:
    /// secured end to end, so that the relay carries what it can't read.
    /// </summary>
    /// <remarks>
    /// All that a program does is to add it; the relay may be down at first, or restart at any time. It puts itself around the node's
    /// <see cref="Node.Transport"/>. RelayClient.Reserve.cs keeps the reservation, RelayClient.Circuits.cs moves circuits,
    /// RelayClient.Announce.cs tells peers of the address.
    /// </remarks>
    public sealed partial class RelayClient : StreamProtocol
    {
        /// <summary>Who hears of the reservation; may be null.</summary>
        public RelayEvents Events;

        // a deadline that the next Poll sets: what is begun between two polls knows no better time than that of the last
        private const long NotStarted = -1;

        private readonly RelayOptions _options;
        private readonly RelayTransport _transport;
        private readonly Circuit[] _circuits;

        // a message on its way out, and chance bytes
        private readonly byte[] _scratch = new byte[RelayMessage.MaxWritten];
        private int _hop;

        /// <summary>Makes a client; <see cref="Node.Add"/> takes the rest of its memory.</summary>
        /// <param name="options">Its sizes and times; not changed any more afterwards.</param>
        /// <exception cref="ArgumentException">An option is out of range; on .NET the message says which, and the range.</exception>
        public RelayClient(RelayOptions options)
        {
            options.Check();
            _options = options;
            _transport = new RelayTransport(this);
            _circuits = new Circuit[options.MaxCircuits];
            for (int i = 0; i < _circuits.Length; i++)
            {
                _circuits[i] = new Circuit();
            }
        }

        /// <summary>True while a relay holds a reservation of this node.</summary>
        public bool IsReserved
        {
            get { return _isReserved; }
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
                return _isReserved
                    ? _options.Relays[_index].ToString() + "/" + RelayTransport.Host + "/p2p/" + Node.Identity.PeerId.ToString()
                    : null;
            }
        }

        /// <inheritdoc/>
        protected override void Register(Node node)
        {
            _hop = node.RegisterProtocol(RelayMessage.HopId, this, false);
            node.RegisterProtocol(RelayMessage.StopId, this, true);
            RegisterAnnouncement(node);
            KeepCredits();
        }

        /// <inheritdoc/>
        public override void OnConnected(Connection connection)
        {
            // somebody else has dialed the relay, or it has called
            if (_relay == null && _options.Relays.Length > 0 && IsAt(connection, _options.Relays[_index].PeerId))
            {
                _due = NotStarted;
            }

            _untold[connection.Index] = _isReserved;
            _tellMs = NotStarted;
        }

        /// <inheritdoc/>
        public override void OnOpened(Libp2pStream stream)
        {
            if (!stream.IsOutbound)
            {
                BeginCall(stream);
            }
        }

        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            if (stream == _asking)
            {
                ReadReservation(buffer, offset, count);
                return count;
            }

            Circuit circuit = (Circuit)stream.Tag;
            return circuit == null ? count : Receive(circuit, buffer, offset, count);
        }

        /// <inheritdoc/>
        public override void OnReadEnd(Libp2pStream stream)
        {
            Circuit circuit = (Circuit)stream.Tag;
            if (circuit == null)
            {
                stream.CloseWrite();
            }
            else if (circuit.State >= Circuit.Answering)
            {
                circuit.Link.ReceiveEnd();
            }
            else
            {
                // before there was a circuit
                stream.Reset();
            }
        }

        /// <inheritdoc/>
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            if (stream == _asking)
            {
                _asking = null;
                if (!_answer.IsWhole)
                {
                    Failed(RelayStatus.None);
                }
            }
            else if (stream.Tag != null)
            {
                Ended((Circuit)stream.Tag, reset);
            }
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
            Install();
            long next = PollCircuits(nowMs);
            long wanted = PollAnnouncement(nowMs);
            next = wanted < next ? wanted : next;
            wanted = _options.Relays.Length == 0 ? long.MaxValue : PollReservation(nowMs);
            return wanted < next ? wanted : next;
        }

        // the driver may be set, or set anew, at any time before the first dial
        private void Install()
        {
            if (Node.Transport != _transport)
            {
                _transport.Below = Node.Transport;
                Node.Transport = _transport;
            }

            if (Node.ListenCount == 0 && _options.Relays.Length > 0)
            {
                LinkError error;
                Node.Listen(Multiaddr.Parse(RelayTransport.NoAddress), out error);
            }
        }

        // RelayClient.Desktop.cs; a device puts nothing aside
        partial void KeepCredits();

        // whether an open connection is one to a peer, and no circuit itself
        private static bool IsAt(Connection connection, PeerId peer)
        {
            return connection.IsOpen && !(connection.Link is StreamLink) && peer.Matches(connection.RemoteId, 0, connection.RemoteIdCount);
        }

        // the connection to a relay, open or being made; null when there is none
        private Connection Find(PeerId relay)
        {
            Connection found = null;
            for (int i = 0; i < Node.Connections.Length; i++)
            {
                Connection connection = Node.Connections[i];
                if (IsAt(connection, relay))
                {
                    return connection;
                }

                if (connection.State != ConnectionState.Free && connection.State < ConnectionState.Open && !connection.IsInbound
                    && !(connection.Link is StreamLink) && relay.Equals(connection.RemotePeer))
                {
                    found = connection;
                }
            }

            return found;
        }

        // whether a connection that was found, open or being made, is gone
        private static bool IsGone(Connection connection, int serial)
        {
            return connection.Serial != serial || connection.State == ConnectionState.Free || connection.State == ConnectionState.Ending;
        }

        // a random part of a time: 0 to all of it
        private int Chance(int milliseconds)
        {
            Node.Random.Fill(_scratch, 0, 2);
            return (int)((long)milliseconds * ((_scratch[0] << 8) | _scratch[1]) / 0x10000);
        }
    }
}
