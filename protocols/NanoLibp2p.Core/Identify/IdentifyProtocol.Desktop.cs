#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Identify
{
    // What peers say of themselves. A device has no use for it, and no flash.
    public sealed partial class IdentifyProtocol
    {
        /// <summary>Who hears what peers say; null reads past it.</summary>
        public IdentifyEvents Events;

        /// <summary>
        /// While <see cref="Events"/> is called, the stream of which it is told: an answer to us when the stream is outbound, else what the
        /// peer tells unasked. A peer may use several at a time.
        /// </summary>
        public Libp2pStream ReadingStream { get; private set; }

        /// <summary>Who says where this node can be reached; null for the addresses that it listens on, without a signed record.</summary>
        public IdentifyAnnouncer Announcer;

        // pushes that one poll begins: what they write waits in buffers
        private const int MaxPushes = 256;

        private static readonly byte[] _nothing = new byte[0];

        private IdentifyReading[] _readings;

        // connections whose peers are to be told, as soon as they are told nothing else
        private bool[] _pushes;
        private int _pushCount;
        private int _nextPush;
        private IdentifyMessages _listening;

        /// <summary>What we say of ourselves is to be made anew: something in it has changed.</summary>
        internal void DescribeAnew()
        {
            _addresses = -1;
        }

        /// <summary>
        /// Asks a peer who it is; <see cref="Events"/> has the answer, which may be of several messages, and its end when the peer ends the
        /// stream.
        /// </summary>
        /// <returns>False when as many answers as NodeOptions.IdentifyReadings are under way, or no stream is left.</returns>
        public bool Ask(Connection connection)
        {
            if (Events == null)
            {
                return false;
            }

            IdentifyReading reading = FreeReading();
            if (reading == null)
            {
                DropPush();
                reading = FreeReading();
            }

            if (reading == null)
            {
                return false;
            }

            Libp2pStream stream = connection.OpenStream(this, _identify);
            if (stream == null)
            {
                return false;
            }

            reading.Begin(stream);
            stream.Tag = reading;
            return true;
        }

        /// <summary>
        /// Tells a peer who we are after something has changed, as <see cref="Push"/>, in one of the next polls: once, however often it is
        /// asked for meanwhile, and behind what the peer is told already.
        /// </summary>
        public void PushSoon(Connection connection)
        {
            if (!_pushes[connection.Index])
            {
                _pushes[connection.Index] = true;
                _pushCount++;
            }
        }

        /// <inheritdoc/>
        public override void OnDisconnected(Connection connection)
        {
            EndPush(connection.Index);
        }

        /// <inheritdoc/>
        public override void OnRoom(Libp2pStream stream)
        {
            int index = stream.Connection.Index;
            PickSlot(stream, ref index);
            if (_writing[index] == stream)
            {
                Tell(stream);
            }
        }

        partial void AwaitRoom(Libp2pStream stream)
        {
            stream.WaitForRoom();
        }

        private void MakeReadings(NodeOptions options)
        {
            _pushes = new bool[options.MaxConnections];
            _readings = new IdentifyReading[options.IdentifyReadings];
            for (int i = 0; i < _readings.Length; i++)
            {
                _readings[i] = new IdentifyReading();
            }
        }

        partial void BeginReading(Libp2pStream stream)
        {
            IdentifyReading reading = Events == null ? null : FreeReading();
            if (reading != null)
            {
                reading.Begin(stream);
                stream.Tag = reading;
            }
        }

        partial void Read(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            IdentifyReading reading = stream.Tag as IdentifyReading;
            if (reading != null && Events != null)
            {
                reading.Busy = true;
                ReadingStream = stream;
                bool sound = reading.Receive(Events, buffer, offset, count);
                reading.Busy = false;
                if (!sound && reading.Stream == stream)
                {
                    reading.Messages = 0;
                    stream.Reset(ErrorCode.ProtocolViolation);
                }
            }
        }

        partial void PollReadings(long nowMs, ref long next)
        {
            // who says nothing must not keep the others from being heard
            for (int i = 0; i < _readings.Length; i++)
            {
                IdentifyReading reading = _readings[i];
                if (reading.Stream == null)
                {
                    continue;
                }

                if (reading.Deadline == 0)
                {
                    reading.Deadline = nowMs + Node.Options.NegotiationTimeoutMs;
                }

                if (nowMs >= reading.Deadline)
                {
                    reading.Stream.Reset(ErrorCode.ResourceLimit);
                }
                else if (reading.Deadline < next)
                {
                    next = reading.Deadline;
                }
            }
        }

        // Complete when the peer ended it between two messages; those that never end it, too, once their time is over.
        partial void EndReading(Libp2pStream stream)
        {
            IdentifyReading reading = stream.Tag as IdentifyReading;
            if (reading != null)
            {
                reading.Stream = null;
                stream.Tag = null;
                if (Events != null)
                {
                    ReadingStream = stream;
                    Events.OnEnd(stream.Connection, reading.MayEnd);
                }
            }
        }

        // a push and an answer may be under way at a time: who asks while it is told must have its answer
        partial void PickSlot(Libp2pStream stream, ref int index)
        {
            if (stream.IsOutbound)
            {
                index += _pushes.Length;
            }
        }

        // a push found the peer being told: it is told again afterwards
        partial void Blame(Libp2pStream stream)
        {
            stream.Blame(ErrorCode.ResourceLimit);
        }

        partial void NotePush(Libp2pStream stream)
        {
            if (stream.IsOutbound)
            {
                PushSoon(stream.Connection);
            }
        }

        partial void PollPushes()
        {
            int left = _pushCount < MaxPushes ? _pushCount : MaxPushes;
            for (int n = 0; n < _pushes.Length && left > 0; n++)
            {
                int i = _nextPush;
                _nextPush = i + 1 == _pushes.Length ? 0 : i + 1;
                if (_pushes[i])
                {
                    left--;
                    if (_writing[_pushes.Length + i] == null && Push(Node.Connections[i]))
                    {
                        EndPush(i);
                    }
                }
            }
        }

        private void EndPush(int index)
        {
            if (_pushes[index])
            {
                _pushes[index] = false;
                _pushCount--;
            }
        }

        // what a peer is told stays the same until it is told
        private IdentifyMessages MessagesFor(Libp2pStream stream)
        {
            IdentifyMessages all = stream.Tag as IdentifyMessages;
            if (all == null)
            {
                IdentifyAnnouncement announcement = Announcer == null ? null : Announcer.For(stream.Connection);
                all = announcement == null ? Listening() : announcement.MessagesOf(Node, MaxObserved);
                stream.Tag = all;
                if (Announcer != null)
                {
                    Announcer.OnTelling(stream.Connection, stream.IsOutbound);
                }
            }

            return all;
        }

        private IdentifyMessages Listening()
        {
            byte[] message = Describe();
            if (_listening == null || _listening.First != message)
            {
                _listening = new IdentifyMessages(message, _nothing);
            }

            return _listening;
        }

        private IdentifyReading FreeReading()
        {
            for (int i = 0; i < _readings.Length; i++)
            {
                if (_readings[i].Stream == null && !_readings[i].Busy)
                {
                    return _readings[i];
                }
            }

            return null;
        }

        // An answer that we ask for goes before what a peer tells unasked.
        private void DropPush()
        {
            for (int i = 0; i < _readings.Length; i++)
            {
                Libp2pStream stream = _readings[i].Stream;
                if (stream != null && !stream.IsOutbound && !_readings[i].Busy)
                {
                    stream.Reset(ErrorCode.ResourceLimit);
                    return;
                }
            }
        }
    }
}
#endif
