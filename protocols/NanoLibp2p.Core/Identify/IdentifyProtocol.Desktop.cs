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

        private IdentifyReading[] _readings;

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

        /// <inheritdoc/>
        public override void OnRoom(Libp2pStream stream)
        {
            if (_writing[stream.Connection.Index] == stream)
            {
                Tell(stream);
            }
        }

        partial void AwaitRoom(Libp2pStream stream)
        {
            stream.WaitForRoom();
        }

        partial void MakeReadings(NodeOptions options)
        {
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
            IdentifyReading reading = (IdentifyReading)stream.Tag;
            if (reading != null && Events != null)
            {
                reading.Busy = true;
                ReadingStream = stream;
                bool sound = reading.Receive(Events, buffer, offset, count);
                reading.Busy = false;
                if (!sound && reading.Stream == stream)
                {
                    reading.Messages = 0;
                    stream.Reset();
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
                    reading.Stream.Reset();
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
            IdentifyReading reading = (IdentifyReading)stream.Tag;
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
                    stream.Reset();
                    return;
                }
            }
        }
    }
}
#endif
