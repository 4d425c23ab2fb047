using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    /// <summary>
    /// Dials peers through their relays (circuit relay v2 spec). A relayed connection is an ordinary <see cref="Connection"/>: secured end
    /// to end, so that the relay carries what it can't read.
    /// </summary>
    public sealed partial class RelayDialer : StreamProtocol
    {
        // a host that could never be looked up, as the address of what has none
        private const string NoHost = "/dns/p2p-circuit/tcp/1";
        private const string Between = "/p2p-circuit/p2p/";

        private readonly DialedCircuit[] _circuits;
        private readonly LinkSource _source = new LinkSource();

        // a CONNECT on its way out
        private readonly byte[] _scratch = new byte[1 + 2 + 4 + PeerId.MaxBytes];
        private int _hop;

        /// <summary>Makes a dialer; <see cref="Node.Add"/> takes the rest of its memory.</summary>
        /// <param name="circuits">
        /// Circuits at a time. Each that is in use takes one of NodeOptions.MaxConnections, beside the connection to its relay.
        /// </param>
        public RelayDialer(int circuits)
        {
            _circuits = new DialedCircuit[circuits];
            for (int i = 0; i < circuits; i++)
            {
                _circuits[i] = new DialedCircuit();
            }
        }

        /// <summary>Dials a peer through a relay.</summary>
        /// <param name="address">
        /// <c>RELAY-ADDRESS/p2p/RELAY/p2p-circuit/p2p/TARGET</c>; without the relay's network address where it is connected.
        /// </param>
        /// <returns>As <see cref="Dial(Multiaddr, PeerId)"/>.</returns>
        /// <exception cref="FormatException">A part of it is no multiaddr or no peer id.</exception>
        /// <exception cref="ArgumentException">It is not an address of that form.</exception>
        public Connection Dial(string address)
        {
            int at = address.IndexOf(Between);
            if (at <= 0)
            {
                throw new ArgumentException(address);
            }

            return Dial(Multiaddr.Parse(address.Substring(0, at)), PeerId.Parse(address.Substring(at + Between.Length)));
        }

        /// <summary>Dials a peer through a relay, over the connection to the relay that is there, or one that is dialed for it.</summary>
        /// <param name="relay">Its address with its peer id.</param>
        /// <param name="target">The peer that must prove itself at the end of the circuit.</param>
        /// <returns>
        /// The connection to the target; NodeEvents tell how it goes, and NodeOptions.DialTimeoutMs holds for all up to its handshake. Null
        /// when no connection is free for it, or for the relay, or all circuits are in use.
        /// </returns>
        /// <exception cref="ArgumentException">The relay has no peer id, or is not connected and no TCP address.</exception>
        public Connection Dial(Multiaddr relay, PeerId target)
        {
            if (relay.PeerId == null)
            {
                throw new ArgumentException(relay.ToString());
            }

            Multiaddr[] addresses = new Multiaddr[] { Multiaddr.Parse(NoHost).WithPeerId(target) };
            Connection over = RelayClient.Find(Node, relay.PeerId);
            if (FreeCircuit() == null || (over == null && (over = Node.Dial(new Multiaddr[] { relay })) == null))
            {
                return null;
            }

            // the application hears of who gives way, and may dial at once, which may take the circuit
            int serial = over.Serial;
            Connection dialed = Node.FreeConnection(true);
            DialedCircuit circuit = FreeCircuit();
            if (dialed == null || circuit == null)
            {
                return null;
            }

            circuit.Relay = over;
            circuit.Serial = serial;
            circuit.Dialed = dialed;
            circuit.Set(LinkState.Connecting, LinkError.None);
            circuit.Begin(Circuit.HopLimitField, long.MaxValue);
            IStreamTransport transport = Node.Transport;
            _source.Link = circuit;
            Node.Transport = _source;
            dialed.Dial(addresses, target);
            Node.Transport = transport;
            dialed.Large = circuit.Large;
            Joined(circuit);
            return dialed;
        }

        private DialedCircuit FreeCircuit()
        {
            for (int i = 0; i < _circuits.Length; i++)
            {
                if (_circuits[i].Stream == null && _circuits[i].State == LinkState.Closed)
                {
                    return _circuits[i];
                }
            }

            return null;
        }

        /// <summary>What the relay answered, for a connection through it that ended with CloseReason.DialFailed.</summary>
        /// <returns>Its answer; <see cref="RelayStatus.None"/> for another connection, and when there was no answer.</returns>
        public RelayStatus StatusOf(Connection connection)
        {
            DialedCircuit circuit = connection.Link as DialedCircuit;
            return circuit == null ? RelayStatus.None : (RelayStatus)circuit.Status;
        }

        /// <inheritdoc/>
        protected override void Register(Node node)
        {
            _hop = node.RegisterProtocol(RelayClient.HopId, this, false);
            for (int i = 0; i < _circuits.Length; i++)
            {
                _circuits[i].Add(node);
            }

            KeepCredits();
        }

        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            DialedCircuit circuit = (DialedCircuit)stream.Tag;
            if (circuit.Phase == Circuit.Joined)
            {
                return circuit.Receive(buffer, offset, count);
            }

            // what comes behind the message in the same record is the circuit's, and comes again
            int used = circuit.Take(buffer, offset, count);
            if (used >= 0 && circuit.Phase == Circuit.Reading)
            {
                return used;
            }

            if (used < 0 || circuit.Type != RelayClient.HopStatus || circuit.Status != (int)RelayStatus.Ok)
            {
                stream.Reset();
                return count;
            }

            circuit.Join(stream);
            return used;
        }

        /// <inheritdoc/>
        public override void OnReadEnd(Libp2pStream stream)
        {
            ((DialedCircuit)stream.Tag).TakeEnd();
        }

        /// <inheritdoc/>
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            DialedCircuit circuit = (DialedCircuit)stream.Tag;
            if (circuit != null)
            {
                circuit.Ended(reset);
                if (circuit.Phase != Circuit.Joined)
                {
                    Fail(circuit, circuit.Status == (int)RelayStatus.NoReservation ? LinkError.Unreachable
                        : circuit.Status == (int)RelayStatus.ResourceLimitExceeded ? LinkError.NoResources
                        : circuit.Status == (int)RelayStatus.None ? LinkError.Reset
                        : LinkError.Refused);
                }
            }
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
            long next = long.MaxValue;
            for (int i = 0; i < _circuits.Length; i++)
            {
                DialedCircuit circuit = _circuits[i];
                if (circuit.Stream == null)
                {
                    if (circuit.State == LinkState.Connecting)
                    {
                        Ask(circuit, nowMs);
                    }
                }
                else if (circuit.State == LinkState.Closed && circuit.Phase != Circuit.Joined)
                {
                    // nobody waits for it any more
                    circuit.Stream.Reset();
                }
                else
                {
                    long wanted = circuit.Check(nowMs);
                    next = wanted < next ? wanted : next;
                }
            }

            return next;
        }

        // RelayDialer.Desktop.cs; a device puts nothing aside, and Node.Poll walks over all connections
        partial void KeepCredits();

        partial void Joined(DialedCircuit circuit);

        // the relay's connection is there, or gone
        private void Ask(DialedCircuit circuit, long nowMs)
        {
            Connection relay = circuit.Relay;
            if (relay.Serial != circuit.Serial || relay.State == ConnectionState.Free || relay.State == ConnectionState.Ending)
            {
                Fail(circuit, LinkError.Unreachable);
                return;
            }

            if (!relay.IsOpen)
            {
                return;
            }

            Libp2pStream stream = relay.OpenStream(this, _hop);
            if (stream == null)
            {
                Fail(circuit, LinkError.NoResources);
                return;
            }

            int count = WriteConnect(circuit.Dialed.RemotePeer);
            if (stream.WriteRoom < count)
            {
                // nothing is on its way yet; again when there is room
                stream.Reset();
                return;
            }

            stream.Write(_scratch, 0, count);
            stream.Tag = circuit;
            circuit.Stream = stream;
            circuit.Deadline = nowMs + RelayClient.MessageMs;
        }

        private int WriteConnect(PeerId peer)
        {
            int inner = 2 + peer.Length;
            _scratch[0] = (byte)(2 + 2 + inner);
            int at = ProtobufWriter.WriteVarint(Circuit.TypeField, RelayClient.HopConnect, _scratch, 1);
            at = ProtobufWriter.WriteLength(Circuit.PeerField, inner, _scratch, at);
            at = ProtobufWriter.WriteLength(1, peer.Length, _scratch, at);
            return at + peer.CopyTo(_scratch, at);
        }

        private static void Fail(DialedCircuit circuit, LinkError error)
        {
            if (circuit.State != LinkState.Closed)
            {
                circuit.Set(LinkState.Failed, error);
            }
        }
    }
}
