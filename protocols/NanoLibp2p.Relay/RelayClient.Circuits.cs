using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    // Circuits: those that came through the relay, and those that this node dials.
    public sealed partial class RelayClient
    {
        // of an id that is a hash; the id itself proves nothing here
        private const int LeastPeerId = 34;

        /// <summary>Dials a peer through a relay.</summary>
        /// <param name="address">
        /// <c>RELAY-ADDRESS/p2p/RELAY/p2p-circuit/p2p/TARGET</c>; without the relay's network address where it is connected.
        /// </param>
        /// <returns>As <see cref="Dial(Multiaddr, PeerId)"/>.</returns>
        /// <exception cref="FormatException">A part of it is no multiaddr or no peer id.</exception>
        /// <exception cref="ArgumentException">It is not an address of that form.</exception>
        public Connection Dial(string address)
        {
            const string Between = "/p2p-circuit/p2p/";
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
        /// when no connection is free for it, or for the relay, or RelayOptions.MaxCircuits are in use.
        /// </returns>
        /// <exception cref="ArgumentException">The relay has no peer id, or is not connected and no TCP address.</exception>
        public Connection Dial(Multiaddr relay, PeerId target)
        {
            if (relay.PeerId == null)
            {
                throw new ArgumentException(relay.ToString());
            }

            Install();
            int index = 0;
            while (index < _circuits.Length && _circuits[index].State != Circuit.Free)
            {
                index++;
            }

            Connection over = Find(relay.PeerId);
            if (index == _circuits.Length || (over == null && (over = Node.Dial(new Multiaddr[] { relay })) == null))
            {
                return null;
            }

            Circuit circuit = _circuits[index];
            circuit.Relay = over;
            circuit.Serial = over.Serial;
            circuit.Status = 0;
            circuit.Message.Begin(false);
            circuit.Deadline = long.MaxValue;
            circuit.State = Circuit.Seeking;
            circuit.Link.Begin();
            Connection dialed = Node.Dial(new Multiaddr[]
            {
                Multiaddr.Parse("/dns/" + RelayTransport.Host + "/tcp/" + (index + 1).ToString()).WithPeerId(target),
            });
            if (dialed == null)
            {
                circuit.Link.Close();
                circuit.State = Circuit.Free;
            }
            else
            {
                circuit.Above = dialed;
                Join(circuit);
            }

            return dialed;
        }

        /// <summary>What the relay answered, for a connection through it that ended with CloseReason.DialFailed.</summary>
        /// <returns>Its answer; <see cref="RelayStatus.None"/> for another connection, and when there was no answer.</returns>
        public RelayStatus StatusOf(Connection connection)
        {
            for (int i = 0; i < _circuits.Length; i++)
            {
                if (_circuits[i].Link == connection.Link)
                {
                    return (RelayStatus)_circuits[i].Status;
                }
            }

            return RelayStatus.None;
        }

        // the transport dials the circuit of a number
        internal IStreamLink LinkOf(int index)
        {
            return _circuits[index].Link;
        }

        // the transport accepts a circuit that came
        internal IStreamLink AcceptCircuit()
        {
            for (int i = 0; i < _circuits.Length; i++)
            {
                if (_circuits[i].State == Circuit.Waiting)
                {
                    _circuits[i].State = Circuit.Joined;
                    return _circuits[i].Link;
                }
            }

            return null;
        }

        // Only the relay may bring somebody. It is told when there is no place.
        private void BeginCall(Libp2pStream stream)
        {
            int index = 0;
            while (index < _circuits.Length && _circuits[index].State != Circuit.Free)
            {
                index++;
            }

            if (stream.Connection != _relay || index == _circuits.Length)
            {
                Refuse(stream, stream.Connection != _relay ? RelayStatus.PermissionDenied : RelayStatus.ResourceLimitExceeded);
                return;
            }

            Circuit circuit = _circuits[index];
            circuit.Stream = stream;
            circuit.Status = 0;
            circuit.Message.Begin(true);
            circuit.Link.Begin();
            circuit.State = Circuit.Called;
            circuit.Deadline = Node.NowMs + _options.MessageTimeoutMs;
            stream.Tag = circuit;
        }

        private void Refuse(Libp2pStream stream, RelayStatus status)
        {
            int count = RelayMessage.WriteStopStatus(status, _scratch);
            if (stream.WriteRoom < count)
            {
                stream.Reset();
                return;
            }

            stream.Write(_scratch, 0, count);
            stream.CloseWrite();
        }

        private int Receive(Circuit circuit, byte[] buffer, int offset, int count)
        {
            if (circuit.State >= Circuit.Answering)
            {
                return circuit.Link.Receive(buffer, offset, count);
            }

            RelayMessage message = circuit.Message;
            int used = message.Receive(buffer, offset, count);
            if (used < 0)
            {
                circuit.Stream.Reset();
                return count;
            }

            if (!message.IsWhole)
            {
                return count;
            }

            Libp2pStream stream = circuit.Stream;
            if (circuit.State == Circuit.Called)
            {
                if (message.Type != RelayMessage.StopConnect || message.PeerCount < LeastPeerId)
                {
                    Free(circuit);
                    Refuse(stream, message.Type != RelayMessage.StopConnect ? RelayStatus.UnexpectedMessage : RelayStatus.MalformedMessage);
                    return count;
                }

                circuit.State = Circuit.Answering;
                circuit.Link.Open(stream, message.HasLimit);
                Answer(circuit);
            }
            else
            {
                circuit.Status = message.Status;
                if (message.Type != RelayMessage.HopStatus || message.Status != (int)RelayStatus.Ok)
                {
                    stream.Reset();
                    return count;
                }

                circuit.State = Circuit.Joined;
                circuit.Deadline = long.MaxValue;
                circuit.Link.Open(stream, message.HasLimit);
            }

            // what came behind the message in the same record is the circuit's
            return used == count ? count : used + circuit.Link.Receive(buffer, offset + used, count - used);
        }

        private void Answer(Circuit circuit)
        {
            int count = RelayMessage.WriteStopStatus(RelayStatus.Ok, _scratch);
            if (circuit.Stream.WriteRoom >= count)
            {
                circuit.Stream.Write(_scratch, 0, count);
                circuit.State = Circuit.Waiting;
                circuit.Deadline = long.MaxValue;
            }
        }

        private long PollCircuits(long nowMs)
        {
            long next = long.MaxValue;
            for (int i = 0; i < _circuits.Length; i++)
            {
                Circuit circuit = _circuits[i];
                if (circuit.State != Circuit.Free)
                {
                    Move(circuit, nowMs);
                    next = circuit.Deadline < next ? circuit.Deadline : next;
                }
            }

            return next;
        }

        private void Move(Circuit circuit, long nowMs)
        {
            if (circuit.IsTaken && circuit.Link.IsClosed)
            {
                if (circuit.Stream == null || circuit.State == Circuit.Asking)
                {
                    Drop(circuit);
                    return;
                }

                // the other end has some time to end its side
                SetDeadline(circuit, nowMs, _options.LingerMs);
            }
            else if (circuit.State == Circuit.Seeking)
            {
                Ask(circuit, nowMs);
            }
            else if (circuit.State == Circuit.Answering)
            {
                Answer(circuit);
            }
            else if (circuit.State >= Circuit.Waiting)
            {
                // one that moves has its time anew
                if (circuit.Link.HeldCount == 0 || circuit.Link.HasMoved)
                {
                    circuit.Deadline = long.MaxValue;
                    circuit.Link.HasMoved = false;
                }

                if (circuit.Link.HeldCount > 0)
                {
                    SetDeadline(circuit, nowMs, _options.StallMs);
                }
            }

            if (nowMs >= circuit.Deadline && circuit.Stream != null)
            {
                circuit.Stream.Reset();
            }
        }

        private static void SetDeadline(Circuit circuit, long nowMs, int milliseconds)
        {
            if (circuit.Deadline == long.MaxValue)
            {
                circuit.Deadline = nowMs + milliseconds;
            }
        }

        // the relay's connection is there, or gone
        private void Ask(Circuit circuit, long nowMs)
        {
            Connection relay = circuit.Relay;
            if (IsGone(relay, circuit.Serial))
            {
                circuit.Relay = null;
                circuit.Link.Fail(LinkError.Unreachable);
            }
            else if (relay.IsOpen)
            {
                Libp2pStream stream = relay.OpenStream(this, _hop);
                int count = RelayMessage.WriteConnect(circuit.Above.RemotePeer, _scratch);
                if (stream == null)
                {
                    circuit.Link.Fail(LinkError.NoResources);
                    return;
                }

                if (stream.WriteRoom < count)
                {
                    // nothing is on its way yet; again when there is room
                    stream.Reset();
                    return;
                }

                stream.Tag = circuit;
                circuit.Stream = stream;
                circuit.State = Circuit.Asking;
                circuit.Deadline = nowMs + _options.MessageTimeoutMs;
                stream.Write(_scratch, 0, count);
            }
        }

        // the stream is over
        private void Ended(Circuit circuit, bool reset)
        {
            circuit.Stream = null;
            circuit.Deadline = long.MaxValue;
            if (circuit.State == Circuit.Joined)
            {
                circuit.Link.Ended(reset);
            }
            else if (circuit.State == Circuit.Asking)
            {
                circuit.Link.Fail(circuit.Status == (int)RelayStatus.NoReservation ? LinkError.Unreachable
                    : circuit.Status == (int)RelayStatus.ResourceLimitExceeded ? LinkError.NoResources
                    : circuit.Status == (int)RelayStatus.None ? LinkError.Reset
                    : LinkError.Refused);
            }
            else
            {
                Free(circuit);
            }

            if (circuit.Link.IsClosed)
            {
                circuit.State = Circuit.Free;
            }
        }

        // nobody has its link any more
        private static void Drop(Circuit circuit)
        {
            Libp2pStream stream = circuit.Stream;
            Free(circuit);
            if (stream != null)
            {
                stream.Reset();
            }
        }

        private static void Free(Circuit circuit)
        {
            if (circuit.Stream != null)
            {
                circuit.Stream.Tag = null;
                circuit.Stream = null;
            }

            circuit.Link.Close();
            circuit.Relay = null;
            circuit.Above = null;
            circuit.State = Circuit.Free;
        }

        // RelayClient.Desktop.cs; where Node.Poll walks over all connections, as on a device, this call is none
        partial void Join(Circuit circuit);

    }
}
