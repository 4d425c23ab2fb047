using System;
using System.Threading;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// The shell around a node that makes it a device: it calls the peers of its <see cref="DialList"/> and calls again when they are
    /// gone, reads its sensors in their intervals, keeps the readings while nobody hears them, and publishes them when somebody does.
    /// </summary>
    /// <remarks>
    /// All memory is taken in the constructor and by <see cref="Publish"/>. One thread uses it; only <see cref="Stop"/> may be called
    /// from another. A reading that is <see cref="Sent"/> has reached the network stack of a peer that subscribed, on a pubsub stream that
    /// was still there when the peer said so. Whether that peer's program took it, or passed it on, is not told by pubsub.
    /// At every moment <see cref="Readings"/> = <see cref="Sent"/> + <see cref="Kept"/> + <see cref="Dropped"/>. A restart forgets the
    /// kept readings and all four counts.
    /// </remarks>
    public sealed partial class Device : NodeEvents
    {
        // so that Stop is heard in time
        private const int MaxWaitMs = 500;

        // a fault that comes again at once must not keep a device from everything else
        private const int FaultPauseMs = 1000;

        private readonly Board _board;
        private readonly Node _node;
        private readonly IStreamTransport _link;
        private readonly DeviceOptions _options;
        private readonly DeviceLog _log;
        private readonly PubSubProtocol _pubsub;
        private readonly DialList _dialList = new DialList();
        private readonly Delivery _delivery;
        private readonly Reading _reading;
        private readonly Sampler[] _samplers;
        private int _samplerCount;
        private long _number;
        private long _readings;
        private uint _tooLong;
        private bool _stopped;
        private NodeEvents _events;
        private PeerFinder _finder;

        /// <summary>Makes a device of a node: adds pubsub to it, and takes its transport and its events.</summary>
        /// <param name="board">What it runs on.</param>
        /// <param name="node">Its node, made from the same board and from <paramref name="options"/>' node options.</param>
        /// <param name="link">The driver that it dials and listens with.</param>
        /// <param name="options">Its sizes and times; not changed any more afterwards.</param>
        public Device(Board board, Node node, IStreamTransport link, DeviceOptions options)
        {
            options.Check();
            _board = board;
            _node = node;
            _link = link;
            _options = options;
            _log = new DeviceLog(board.Log);
            node.Transport = link;
            node.Events = this;
            if (options.PubSub.FirstSequenceNumber == 0)
            {
                bool stored;
                bool damaged;
                options.PubSub.FirstSequenceNumber = MessageNumbers.SetAside(board, out stored, out damaged);
                if (damaged)
                {
                    _log.NumberDamaged(options.PubSub.FirstSequenceNumber);
                }

                if (!stored)
                {
                    _log.NumberNotStored();
                }
            }

            _pubsub = new PubSubProtocol(options.PubSub);
            node.Add(_pubsub);
            _delivery = new Delivery(this, node, _pubsub, options);
            _reading = new Reading(options.MaxReadingBytes);
            _samplers = new Sampler[options.MaxSensors];
        }

        /// <summary>Its node.</summary>
        public Node Node
        {
            get { return _node; }
        }

        /// <summary>Its pubsub, for topics that are heard as well.</summary>
        public PubSubProtocol PubSub
        {
            get { return _pubsub; }
        }

        /// <summary>Whom it calls.</summary>
        public DialList DialList
        {
            get { return _dialList; }
        }

        /// <summary>
        /// Finds peers while the device has nobody: no address in its <see cref="DialList"/>, or none that leads to a peer. Null for none;
        /// to be set before the first step.
        /// </summary>
        public PeerFinder Finder
        {
            get { return _finder; }
            set { _finder = value; }
        }

        /// <summary>Who else hears of the node's connections; may be null.</summary>
        public NodeEvents Events
        {
            get { return _events; }
            set { _events = value; }
        }

        /// <summary>
        /// Readings that were taken: each time that a sensor added something. One that threw, or had nothing to say, gave none.
        /// </summary>
        public long Readings
        {
            get { return _readings; }
        }

        /// <summary>
        /// Readings that are through, as far as can be known: see <see cref="DeviceOptions.ConfirmReadings"/> and
        /// <see cref="DeviceOptions.ConfirmedBy"/>.
        /// </summary>
        public uint Sent
        {
            get { return _delivery.Sent; }
        }

        /// <summary>Readings that are kept until they are through: those on their way too.</summary>
        public int Kept
        {
            get { return _delivery.Kept; }
        }

        /// <summary>
        /// Readings that will not be sent again: the ring was full and they were the oldest, they were longer than
        /// <see cref="DeviceOptions.MaxReadingBytes"/>, or pubsub could never send them. One that was pushed out when it was already on its
        /// way may have arrived all the same.
        /// </summary>
        public uint Dropped
        {
            get { return _delivery.Ring.Dropped + _delivery.Refused + _tooLong; }
        }

        /// <summary>Makes a topic to publish to.</summary>
        /// <param name="name">In ASCII, at most PubSubOptions.MaxTopicBytes.</param>
        /// <exception cref="ArgumentException">The name is not such, or there are PubSubOptions.MaxTopics already.</exception>
        public Topic OpenTopic(string name)
        {
            Topic topic = _pubsub.Open(name);
            if (topic == null)
            {
                throw new ArgumentException("no room for the topic " + name + "; raise PubSubOptions.MaxTopics");
            }

            return topic;
        }

        /// <summary>Reads a sensor from now on, the first time at once, and publishes what it says.</summary>
        /// <param name="sensor">The sensor.</param>
        /// <param name="topic">From <see cref="OpenTopic"/>.</param>
        /// <param name="everyMs">Milliseconds from one reading to the next; readings that could not be taken in time are left out.</param>
        /// <exception cref="ArgumentException">The interval is none, or there are DeviceOptions.MaxSensors already.</exception>
        public void Publish(Sensor sensor, Topic topic, int everyMs)
        {
            if (everyMs < 1 || _samplerCount == _samplers.Length)
            {
                throw new ArgumentException("a sensor every " + everyMs.ToString() + " ms, with " + _samplerCount.ToString()
                    + " there; give 1 ms or more, and raise DeviceOptions.MaxSensors for more sensors");
            }

            _samplers[_samplerCount++] = new Sampler(sensor, _delivery.IndexOf(topic), everyMs);
        }

        /// <summary>
        /// Listens as well, so that peers can call the device; it takes one of NodeOptions.MaxConnections for each that does. With a
        /// <see cref="DialList"/> one of them belongs to that: of one connection nothing is left for callers, and the log says so.
        /// </summary>
        /// <returns>The address with its port and the peer id; null when it can't, which the log explains.</returns>
        public Multiaddr Listen(string address)
        {
            LinkError error;
            Multiaddr bound = _node.Listen(Multiaddr.Parse(address), out error);
            _log.Listening(address, bound, error, _node.Options.MaxConnections, _dialList.Count > 0);
            return bound;
        }

        /// <summary>Moves everything one step. Nothing in it waits.</summary>
        /// <param name="nowMs">The board's time, as Node.Poll takes it: it may wrap or go back.</param>
        /// <returns>When to call again even if nothing arrives; <paramref name="nowMs"/> itself when there is more to do at once.</returns>
        public long Step(long nowMs)
        {
            _node.KeepsPlaceForDials = _dialList.Count > 0 || _finder != null;
            if (IsShakingHands())
            {
                _board.CollectGarbage(false);
            }

            long clockMs = nowMs;
            long next = _node.Poll(clockMs);
            long retryMs;

            // from here on in the node's time, which never goes back
            nowMs = _node.NowMs;
            if (next != long.MaxValue)
            {
                next += nowMs - clockMs;
            }

            bool moved = LeaveTheDeaf(nowMs, ref next);
            moved |= TakeReadings(nowMs, ref next);
            moved |= _delivery.HandOver(nowMs, out retryMs);
            moved |= _delivery.Confirm();
            moved |= DialFound(nowMs, ref next);
            moved |= Redial(nowMs, moved, ref next);
            if (retryMs < next)
            {
                next = retryMs;
            }

            return moved ? clockMs : next == long.MaxValue ? next : clockMs + (next - nowMs);
        }

        /// <summary>
        /// Runs until <see cref="Stop"/>, then closes all connections. What goes wrong in a step is logged in one line, and the next
        /// step goes on.
        /// </summary>
        public void Run()
        {
            _log.Started(_board, _node);
            _board.CollectGarbage(true);
            while (!_stopped)
            {
                try
                {
                    long nowMs = _board.Clock.NowMs;
                    long left = Step(nowMs) - nowMs;
                    if (left > 0)
                    {
                        _link.Wait(left < MaxWaitMs ? (int)left : MaxWaitMs);
                    }
                }
                catch (Exception e)
                {
                    _log.StepFailed(e);
                    Thread.Sleep(FaultPauseMs);
                }
            }

            _node.Close();
        }

        /// <summary>Has <see cref="Run"/> return, within half a second.</summary>
        public void Stop()
        {
            _stopped = true;
        }

        private bool IsShakingHands()
        {
            Connection[] connections = _node.Connections;
            for (int i = 0; i < connections.Length; i++)
            {
                ConnectionState state = connections[i].State;
                if (state != ConnectionState.Free && state < ConnectionState.Open)
                {
                    return true;
                }
            }

            return false;
        }

        private bool TakeReadings(long nowMs, ref long next)
        {
            bool taken = false;
            for (int i = 0; i < _samplerCount; i++)
            {
                Sampler sampler = _samplers[i];
                if (sampler.DueMs <= nowMs)
                {
                    taken |= Take(sampler);
                    long due = sampler.DueMs + sampler.IntervalMs;
                    sampler.DueMs = due > nowMs ? due : nowMs + sampler.IntervalMs;
                }

                if (sampler.DueMs < next)
                {
                    next = sampler.DueMs;
                }
            }

            return taken;
        }

        private bool Take(Sampler sampler)
        {
            _number++;
            _reading.Begin(_number, _board.UnixMs);
            try
            {
                sampler.Sensor.Read(_reading);
            }
            catch (Exception e)
            {
                _log.ReadingFailed(_number, e);
                return false;
            }

            _reading.End();
            if (_reading.TooLong)
            {
                _readings++;
                _tooLong++;
                _log.ReadingTooLong(_number, _options);
                return false;
            }

            if (_reading.Count == 0)
            {
                return false;
            }

            _readings++;
            sampler.RingBytes = _reading.Count + ReadingRing.HeaderBytes;
            return _delivery.Ring.Add(sampler.Topic, _reading.Bytes, 0, _reading.Count);
        }
    }
}
