using NanoLibp2p.Core;
using NanoLibp2p.Core.Ping;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// Brings readings from the ring to pubsub, and keeps them until a ping sent behind them to a peer that may confirm them has come back
    /// while the stream that carried them was still there: as streams of one connection share one ordered link, the peer has then received
    /// what was sent before. What it did with it nobody tells.
    /// </summary>
    /// <remarks>
    /// A reading's way, which <see cref="ReadingState"/> names: Kept, to Handed in HandOver, to Asked in <see cref="Confirm"/>,
    /// to Done in <see cref="OnPong"/>. A stream that goes takes its Handed and Asked to Again, and these go the same way.
    /// </remarks>
    internal sealed class Delivery : PingEvents
    {
        // as many as a reading's five bits can name
        private const int MaxGates = 32;

        // how long to wait for room in a peer's queue before looking again by oneself
        private const int RetryMs = 100;

        // what pubsub's queue takes at most for a message besides the reading and its topic: 122 for the message (PubSubOptions), a frame
        private const int QueueExtraBytes = 136;

        private readonly Device _device;
        private readonly Node _node;
        private readonly PubSubProtocol _pubsub;
        private readonly bool _confirm;
        private readonly ReadingRing _ring;
        private readonly Topic[] _topics;
        private readonly Gate[] _gates;

        // of each topic, while readings are handed over: the number of its gate, or -1
        private readonly int[] _gateOf;
        private readonly int _queueBytes;
        private int _topicCount;
        private uint _sent;
        private uint _refused;

        internal Delivery(Device device, Node node, PubSubProtocol pubsub, DeviceOptions options)
        {
            _device = device;
            _node = node;
            _pubsub = pubsub;
            _confirm = options.ConfirmReadings;
            _ring = new ReadingRing(options.RingBytes);
            PubSubOptions sizes = options.PubSub;
            _topics = new Topic[sizes.MaxTopics];
            _gateOf = new int[sizes.MaxTopics];
            _queueBytes = sizes.QueueBytes == 0 ? sizes.MaxMessageBytes + 128 : sizes.QueueBytes;
            int connections = node.Connections.Length;
            _gates = new Gate[connections < MaxGates ? connections : MaxGates];
            for (int i = 0; i < _gates.Length; i++)
            {
                _gates[i] = new Gate();
            }

            node.Ping.Events = this;
        }

        internal ReadingRing Ring
        {
            get { return _ring; }
        }

        /// <summary>Readings that are through.</summary>
        internal uint Sent
        {
            get { return _sent; }
        }

        /// <summary>Readings that are not: those that wait and those that nobody confirmed yet.</summary>
        internal int Kept
        {
            get { return _ring.Count - _ring.CountOf(ReadingState.Done); }
        }

        /// <summary>Readings that pubsub can never send.</summary>
        internal uint Refused
        {
            get { return _refused; }
        }

        /// <summary>The topic of the oldest reading; null when there is none.</summary>
        internal Topic FirstTopic
        {
            get { return _ring.Count == 0 ? null : _topics[_ring.SourceOf(_ring.First())]; }
        }

        internal int IndexOf(Topic topic)
        {
            for (int i = 0; i < _topicCount; i++)
            {
                if (_topics[i] == topic)
                {
                    return i;
                }
            }

            _topics[_topicCount] = topic;
            return _topicCount++;
        }

        /// <summary>Hands over what can be. Each topic keeps its order; one that nobody hears doesn't hold the others up.</summary>
        /// <param name="nowMs">The time.</param>
        /// <param name="retryMs">When to try again by oneself.</param>
        /// <returns>True when something was handed over.</returns>
        internal bool HandOver(long nowMs, out long retryMs)
        {
            retryMs = long.MaxValue;
            CheckStreams();
            if (_ring.CountOf(ReadingState.Kept) + _ring.CountOf(ReadingState.Again) == 0)
            {
                return false;
            }

            // the topics whose next reading can go
            uint open = 0;
            for (int i = 0; i < _topicCount; i++)
            {
                int gate = FindGate(_topics[i]);
                _gateOf[i] = gate;
                if (gate < 0 ? _topics[i].Subscribers > 0 : !_gates[gate].IsDraining)
                {
                    open |= 1u << i;
                }
            }

            bool handed = false;
            int place = open == 0 ? -1 : _ring.First();
            while (place >= 0 && open != 0)
            {
                int source = _ring.SourceOf(place);
                int gate = _gateOf[source];
                ReadingState state = _ring.StateOf(place);
                if ((open & (1u << source)) != 0 && (state == ReadingState.Kept || (state == ReadingState.Again && gate >= 0)))
                {
                    if (HandOver(place, _topics[source], gate))
                    {
                        handed = true;
                    }
                    else
                    {
                        open &= ~(1u << source);
                        retryMs = nowMs + RetryMs;
                    }
                }

                place = _ring.Next(place);
            }

            _ring.Trim();
            return handed;
        }

        /// <summary>Asks for confirmation of what was handed over, once it has left pubsub's queue.</summary>
        /// <returns>True when something was sent.</returns>
        internal bool Confirm()
        {
            bool asked = false;
            for (int i = 0; i < _gates.Length; i++)
            {
                Gate gate = _gates[i];
                if (gate.StreamId == 0 || _pubsub.Queued(gate.Connection) != 0)
                {
                    continue;
                }

                gate.IsDraining = false;
                if (!_confirm)
                {
                    Done(i, ReadingState.Handed);
                }
                else if (!gate.IsAsking && _ring.Change(i, ReadingState.Handed, ReadingState.Asked) > 0)
                {
                    gate.IsAsking = gate.AsksBelow ? _node.Ping.PingBelow(gate.Connection) : _node.Ping.Send(gate.Connection);
                    if (gate.IsAsking)
                    {
                        asked = true;
                    }
                    else
                    {
                        _ring.Change(i, ReadingState.Asked, ReadingState.Handed);
                    }
                }
            }

            return asked;
        }

        /// <summary>What was on its way on streams that are gone is to be sent again.</summary>
        internal void CheckStreams()
        {
            for (int i = 0; i < _gates.Length; i++)
            {
                Gate gate = _gates[i];
                if (gate.Connection == null || IsAlive(gate))
                {
                    continue;
                }

                _ring.Change(i, ReadingState.Handed, ReadingState.Again);
                _ring.Change(i, ReadingState.Asked, ReadingState.Again);
                gate.IsDraining = false;
                if (gate.Connection.IsOpen && gate.Connection.Serial == gate.Serial)
                {
                    // A ping that is on its way comes back first: an answer to it must not pass for one to the next.
                    gate.StreamId = _pubsub.StreamIdOf(gate.Connection);
                }
                else
                {
                    gate.Connection = null;
                    gate.StreamId = 0;
                    gate.IsAsking = false;
                    gate.AsksBelow = false;
                }
            }
        }

        /// <inheritdoc/>
        public override void OnPong(Connection connection)
        {
            int index = IndexOf(connection);
            if (index >= 0 && _gates[index].IsAsking)
            {
                Gate gate = _gates[index];
                gate.IsAsking = false;
                if (IsAlive(gate))
                {
                    Done(index, ReadingState.Asked);
                }
            }
        }

        /// <inheritdoc/>
        public override void OnPingFailed(Connection connection)
        {
            int index = IndexOf(connection);
            if (index < 0 || _gates[index].AsksBelow)
            {
                return;
            }

            // It does not speak ping, stays silent, or ended a stream that was idle just when the next ping was on its way.
            Gate gate = _gates[index];
            gate.AsksBelow = true;
            if (gate.IsAsking)
            {
                gate.IsAsking = false;
                _ring.Change(index, ReadingState.Asked, ReadingState.Handed);
            }
        }

        // True when the reading at a place is in pubsub's hands, or never will be.
        private bool HandOver(int place, Topic topic, int index)
        {
            int count = _ring.LengthOf(place);
            int queued = 0;
            Connection connection = null;
            if (index >= 0)
            {
                connection = _gates[index].Connection;
                queued = _pubsub.Queued(connection);
                if (queued > 0 && queued + count + topic.Utf8Name.Length + QueueExtraBytes > _queueBytes)
                {
                    _gates[index].IsDraining = true;
                    return false;
                }
            }

            int result = topic.Publish(_ring.Bytes, _ring.OffsetOf(place), count);
            if (result > 0)
            {
                bool reached = connection != null && _pubsub.Queued(connection) > queued;
                _ring.SetState(place, reached ? ReadingState.Handed : ReadingState.Again, reached ? index : 0);
                return reached || connection == null;
            }

            if (result != PublishResult.TooLong && result != PublishResult.Duplicate)
            {
                return false;
            }

            _ring.SetState(place, ReadingState.Done);
            _refused++;
            return true;
        }

        private bool IsAlive(Gate gate)
        {
            Connection connection = gate.Connection;
            return connection.IsOpen && connection.Serial == gate.Serial && gate.StreamId != 0
                && _pubsub.StreamIdOf(connection) == gate.StreamId;
        }

        // the gate of the peer that is to confirm what goes to a topic, the dialled one first; -1 when there is none
        private int FindGate(Topic topic)
        {
            Connection found = null;
            Connection[] connections = _node.Connections;
            for (int i = 0; i < connections.Length; i++)
            {
                Connection connection = connections[i];
                if (connection.IsOpen && _pubsub.Hears(connection, topic) && _pubsub.StreamIdOf(connection) != 0
                    && _device.MayConfirm(connection)
                    && (found == null || connection == _device.Dialed))
                {
                    found = connection;
                }
            }

            return found == null ? -1 : OpenGate(found);
        }

        private int OpenGate(Connection connection)
        {
            int index = IndexOf(connection);
            if (index < 0)
            {
                index = IndexOf((Connection)null);
                if (index >= 0)
                {
                    _gates[index].Connection = connection;
                    _gates[index].Serial = connection.Serial;
                    _gates[index].StreamId = _pubsub.StreamIdOf(connection);
                }
            }

            return index;
        }

        private int IndexOf(Connection connection)
        {
            for (int i = 0; i < _gates.Length; i++)
            {
                if (_gates[i].Connection == connection)
                {
                    return i;
                }
            }

            return -1;
        }

        private void Done(int gate, ReadingState from)
        {
            _sent += (uint)_ring.Change(gate, from, ReadingState.Done);
            _ring.Trim();
        }
    }
}
