using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    // Circuits that the relay brings.
    public sealed partial class RelayClient
    {
        // of an id that is a hash, and the field that has it; the id itself proves nothing here
        private const int LeastPeerId = 34;
        private const int LeastPeerBytes = 2 + LeastPeerId;

        // Only the relay may bring somebody. It is told when there is no place.
        /// <inheritdoc/>
        public override void OnOpened(Libp2pStream stream)
        {
            if (stream.IsOutbound)
            {
                return;
            }

            RelayStatus refusal = RelayStatus.PermissionDenied;
            if (stream.Connection == _relay)
            {
                refusal = RelayStatus.ResourceLimitExceeded;
                for (int i = 0; i < _circuits.Length; i++)
                {
                    if (_circuits[i].Stream == null && _circuits[i].State == LinkState.Closed)
                    {
                        Begin(_circuits[i], stream, Circuit.StopLimitField);
                        return;
                    }
                }
            }

            Refuse(stream, refusal);
        }

        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            Circuit circuit = (Circuit)stream.Tag;
            if (circuit == null)
            {
                return count;
            }

            if (circuit.Phase == Circuit.Reading)
            {
                // what came behind the message in the same record is the circuit's, and comes again
                int used = circuit.Take(buffer, offset, count);
                if (used < 0)
                {
                    stream.Reset();
                    return count;
                }

                return used;
            }

            return circuit == Place ? count : circuit.Phase == Circuit.Whole ? 0 : circuit.Receive(buffer, offset, count);
        }

        /// <inheritdoc/>
        public override void OnReadEnd(Libp2pStream stream)
        {
            Circuit circuit = (Circuit)stream.Tag;
            if (circuit == null || circuit == Place)
            {
                stream.CloseWrite();
            }
            else
            {
                circuit.TakeEnd();
            }
        }

        /// <inheritdoc/>
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            Circuit circuit = (Circuit)stream.Tag;
            if (circuit != null)
            {
                circuit.Ended(reset);
                if (circuit == Place && circuit.Phase == Circuit.Reading)
                {
                    Failed(RelayStatus.None);
                }
            }
        }

        // The message is whole. As long as there is no room to answer, its stream waits.
        private void Answer(Circuit circuit)
        {
            Libp2pStream stream = circuit.Stream;
            if (circuit.Type != StopConnect || (uint)(circuit.PeerBytes - LeastPeerBytes) > PeerId.MaxBytes - LeastPeerId)
            {
                Refuse(stream, circuit.Type != StopConnect ? RelayStatus.UnexpectedMessage : RelayStatus.MalformedMessage);
                return;
            }

            if (stream.WriteRoom < _scratch.Length)
            {
                return;
            }

            Connection connection = Node.FreeConnection(false);
            if (connection == null)
            {
                Connection[] connections = Node.Connections;
                for (int i = 0; i < connections.Length; i++)
                {
                    if (connections[i].State == ConnectionState.Ending)
                    {
                        // it gives way, and its place is free in the next Poll
                        return;
                    }
                }

                Refuse(stream, RelayStatus.ResourceLimitExceeded);
                return;
            }

            Say(stream, StopStatus, (int)RelayStatus.Ok);
            circuit.Join(stream);
            connection.Accept(circuit);
            connection.Large = circuit.Large;
            Joined(circuit, connection);
        }

        private void Refuse(Libp2pStream stream, RelayStatus status)
        {
            Circuit circuit = (Circuit)stream.Tag;
            if (circuit != null)
            {
                circuit.Stream = null;
                stream.Tag = null;
            }

            if (Say(stream, StopStatus, (int)status))
            {
                stream.CloseWrite();
            }
            else
            {
                stream.Reset();
            }
        }
    }
}
