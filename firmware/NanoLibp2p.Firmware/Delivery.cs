using NanoLibp2p.Core;
using NanoLibp2p.Core.Ping;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// Brings readings from the ring to pubsub, and keeps them until a ping sent behind them to a peer that subscribed has come back: as
    /// streams of one connection share one ordered link, the peer has then received what was sent before. What it did with it nobody tells.
    /// </summary>
    internal sealed class Delivery : PingEvents
    {
        // pings in a row that fail before a peer is taken not to speak ping
        private const int MaxFailures = 2;

        // how long to wait for room in a peer's queue before looking again by oneself
        private const int RetryMs = 100;

        private readonly Node _node;
        private readonly PubSubProtocol _pubsub;
        private readonly bool _confirm;
        private readonly ReadingRing _ring;
        private readonly Topic[] _topics;
        private int _topicCount;
        private uint _sent;
        private uint _refused;

        // The connection whose peer failed to answer, by Connection.Serial, how often in a row, and the connection that was asked. Once
        // may be a stream that the peer ended for being idle, just when the next ping was on its way.
        private Connection _failing;
        private int _failingSerial;
        private int _failures;
        private Connection _asked;

        internal Delivery(Node node, PubSubProtocol pubsub, DeviceOptions options)
        {
            _node = node;
            _pubsub = pubsub;
            _confirm = options.ConfirmReadings;
            _ring = new ReadingRing(options.RingBytes);
            _topics = new Topic[options.PubSub.MaxTopics];
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

        /// <summary>Readings that pubsub can never send.</summary>
        internal uint Refused
        {
            get { return _refused; }
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
            if (_ring.CountOf(ReadingState.Kept) == 0)
            {
                return false;
            }

            uint heard = Heard(null);
            bool handed = false;
            int place = heard == 0 ? -1 : _ring.First();
            while (place >= 0 && heard != 0)
            {
                uint bit = 1u << _ring.SourceOf(place);
                if (_ring.StateOf(place) == ReadingState.Kept && (heard & bit) != 0)
                {
                    int result = _topics[_ring.SourceOf(place)].Publish(_ring.Bytes, _ring.OffsetOf(place), _ring.LengthOf(place));
                    if (result > 0)
                    {
                        _ring.SetState(place, ReadingState.Handed);
                        handed = true;
                    }
                    else if (result == PublishResult.TooLong || result == PublishResult.Duplicate)
                    {
                        _ring.SetState(place, ReadingState.Done);
                        _refused++;
                    }
                    else
                    {
                        heard &= ~bit;
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
            if (_ring.CountOf(ReadingState.Handed) == 0 || _ring.CountOf(ReadingState.Asked) != 0)
            {
                return false;
            }

            Connection[] connections = _node.Connections;
            for (int i = 0; i < connections.Length; i++)
            {
                Connection connection = connections[i];
                if (!connection.IsOpen || _pubsub.Queued(connection) != 0)
                {
                    continue;
                }

                // only who hears a topic can tell of its readings
                Change(ReadingState.Handed, ReadingState.Asked, Heard(connection));
                if (_ring.CountOf(ReadingState.Asked) == 0)
                {
                    continue;
                }

                if (!_confirm || (_failures >= MaxFailures && IsFailing(connection)))
                {
                    Done();
                }
                else if (_node.Ping.Send(connection))
                {
                    _asked = connection;
                    return true;
                }
                else
                {
                    _ring.Change(ReadingState.Asked, ReadingState.Handed);
                }
            }

            return false;
        }

        /// <summary>A connection is gone: what was on its way is to be sent again.</summary>
        internal void OnClosed(Connection connection)
        {
            uint lost = ~Heard(null);
            if (connection == _asked)
            {
                _asked = null;
                _ring.Change(ReadingState.Asked, ReadingState.Kept);

                // and what came behind, so that all stays in order
                lost = uint.MaxValue;
            }

            Change(ReadingState.Handed, ReadingState.Kept, lost);
        }

        /// <inheritdoc/>
        public override void OnPong(Connection connection)
        {
            if (connection == _asked)
            {
                _asked = null;
                _failures = 0;
                Done();
            }
        }

        /// <inheritdoc/>
        public override void OnPingFailed(Connection connection)
        {
            if (!connection.IsOpen)
            {
                return;
            }

            _failures = IsFailing(connection) ? _failures + 1 : 1;
            _failing = connection;
            _failingSerial = connection.Serial;
            if (connection == _asked)
            {
                // asked again or, of a peer that does not speak ping, handed over is all that can be known
                _asked = null;
                _ring.Change(ReadingState.Asked, ReadingState.Handed);
            }
        }

        private bool IsFailing(Connection connection)
        {
            return _failing == connection && _failingSerial == connection.Serial;
        }

        private void Done()
        {
            _sent += (uint)_ring.CountOf(ReadingState.Asked);
            _ring.Change(ReadingState.Asked, ReadingState.Done);
            _ring.Trim();
        }

        // the set of topics that a connection's peer hears; that anybody hears, without one
        private uint Heard(Connection connection)
        {
            uint heard = 0;
            for (int i = 0; i < _topicCount; i++)
            {
                if (connection == null ? _topics[i].Subscribers > 0 : _pubsub.Hears(connection, _topics[i]))
                {
                    heard |= 1u << i;
                }
            }

            return heard;
        }

        // changes the readings of a set of topics
        private void Change(ReadingState from, ReadingState to, uint topics)
        {
            int place = _ring.CountOf(from) == 0 ? -1 : _ring.First();
            while (place >= 0)
            {
                if (_ring.StateOf(place) == from && (topics & (1u << _ring.SourceOf(place))) != 0)
                {
                    _ring.SetState(place, to);
                }

                place = _ring.Next(place);
            }
        }
    }
}
