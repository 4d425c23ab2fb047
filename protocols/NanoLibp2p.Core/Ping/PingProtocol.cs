using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Core.Ping
{
    /// <summary>
    /// Ping (libp2p ping spec), both sides: 32 random bytes there and back. Each connection has one stream for our pings, kept open.
    /// A ping that is not answered within NodeOptions.PingTimeoutMs has failed, and its stream is reset.
    /// </summary>
    public sealed partial class PingProtocol : StreamProtocol
    {
        /// <summary>The protocol's id.</summary>
        public const string Id = "/ipfs/ping/1.0.0";

        /// <summary>Bytes of a ping.</summary>
        public const int PayloadBytes = 32;

        /// <summary>Who hears of answers; may be null.</summary>
        public PingEvents Events;

        // what tells an answer to PingBelow from one to the keep-alive, which asks with a connection's serial number
        internal const uint BelowValue = uint.MaxValue;

        private readonly Libp2pStream[] _streams;
        private readonly byte[] _payloads;

        // An answer that found no room, one for each connection. Were it to hold the connection back instead, two peers that
        // ping each other over a full link would wait for one another for ever.
        private readonly Libp2pStream[] _answering;
        private readonly byte[] _answers;
        private int _protocol;

        internal PingProtocol(int connections)
        {
            _streams = new Libp2pStream[connections];
            _payloads = new byte[connections * PayloadBytes];
            _answering = new Libp2pStream[connections];
            _answers = new byte[connections * PayloadBytes];
        }

        /// <summary>Sends a ping; <see cref="Events"/> has the answer.</summary>
        /// <returns>False when one is under way on this connection, or it has no room.</returns>
        public bool Send(Connection connection)
        {
            int index = connection.Index;
            Libp2pStream stream = _streams[index];
            if (stream == null)
            {
                stream = connection.OpenStream(this, _protocol);
                if (stream == null)
                {
                    return false;
                }

                _streams[index] = stream;
                stream.Progress = PayloadBytes;
            }

            if (stream.Progress != PayloadBytes || stream.WriteRoom < PayloadBytes)
            {
                return false;
            }

            Node.Random.Fill(_payloads, index * PayloadBytes, PayloadBytes);
            stream.Write(_payloads, index * PayloadBytes, PayloadBytes);
            stream.Progress = 0;
            StartClock(stream);
            NoteAsked(index);
            return true;
        }

        /// <summary>
        /// Asks below the streams, by Yamux's own ping (yamux spec, "Ping"), which every peer answers, in order with what its streams
        /// carried; for a peer that does not speak this protocol. <see cref="PingEvents.OnPong"/> has the answer, which has no time limit.
        /// </summary>
        /// <returns>False when the connection is not open, or has no room.</returns>
        public bool PingBelow(Connection connection)
        {
#if !NANOFRAMEWORK_1_0
            connection.Wake();
#endif
            return connection.IsOpen && connection.Yamux.Ping(BelowValue);
        }

        /// <inheritdoc/>
        public override void OnOpened(Libp2pStream stream)
        {
            StartClock(stream);
        }

        /// <inheritdoc/>
        protected override void Register(Node node)
        {
            _protocol = node.RegisterProtocol(Id, this, true);
        }

        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            if (!stream.IsOutbound)
            {
                return Answer(stream, buffer, offset, count);
            }

            int expected = stream.Connection.Index * PayloadBytes + stream.Progress;
            if (count > PayloadBytes - stream.Progress || !Bytes.Equal(_payloads, expected, buffer, offset, count))
            {
                Blame(stream, true);
                stream.Reset();
                return count;
            }

            stream.Progress += count;
            if (stream.Progress == PayloadBytes && Events != null)
            {
                Events.OnPong(stream.Connection);
            }

            return count;
        }

        /// <inheritdoc/>
        public override void OnReadEnd(Libp2pStream stream)
        {
            if (_answering[stream.Connection.Index] != stream)
            {
                stream.CloseWrite();
            }
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
            long next = long.MaxValue;
#if !NANOFRAMEWORK_1_0
            if (Node.Scheduler != null)
            {
                PollAsked(nowMs, ref next);
                return next;
            }
#endif
            for (int i = 0; i < _answering.Length; i++)
            {
                Libp2pStream asking = _streams[i];
                if (asking != null && asking.IsAgreed && asking.Progress != PayloadBytes)
                {
                    if (nowMs >= asking.Deadline)
                    {
                        Blame(asking, false);
                        asking.Reset();
                    }
                    else if (asking.Deadline < next)
                    {
                        next = asking.Deadline;
                    }
                }

                WriteKept(i);
            }

            return next;
        }

        // an answer that found no room when it came
        private void WriteKept(int index)
        {
            Libp2pStream stream = _answering[index];
            if (stream != null && stream.WriteRoom >= stream.Progress)
            {
                stream.Write(_answers, index * PayloadBytes, stream.Progress);
                stream.Progress = 0;
                _answering[index] = null;
                if (!stream.CanRead)
                {
                    stream.CloseWrite();
                }
            }
        }

        // PingProtocol.Room.cs; on a device Poll finds the room, and looks at all
        partial void AwaitRoom(Libp2pStream stream);

        partial void NoteAsked(int index);

        partial void Blame(Libp2pStream stream, bool isViolation);

        /// <inheritdoc/>
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            int index = stream.Connection.Index;
            if (_answering[index] == stream)
            {
                _answering[index] = null;
            }

            if (_streams[index] == stream)
            {
                _streams[index] = null;
                if (stream.Progress != PayloadBytes && Events != null)
                {
                    Events.OnPingFailed(stream.Connection);
                }
            }
        }

        // once the peer has agreed, a stream's deadline is the protocol's own; until then the negotiation's holds
        private void StartClock(Libp2pStream stream)
        {
            if (stream.IsAgreed)
            {
                stream.Deadline = Node.NowMs + Node.Options.PingTimeoutMs;
            }
        }

        private int Answer(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            int index = stream.Connection.Index;
            int taken = 0;
            if (_answering[index] == null)
            {
                taken = stream.Write(buffer, offset, count);
                if (taken < count)
                {
                    _answering[index] = stream;
                    AwaitRoom(stream);
                }
            }

            if (_answering[index] == stream)
            {
                int kept = PayloadBytes - stream.Progress;
                if (kept > count - taken)
                {
                    kept = count - taken;
                }

                Array.Copy(buffer, offset + taken, _answers, (index * PayloadBytes) + stream.Progress, kept);
                stream.Progress += kept;
                taken += kept;
            }

            // More than one ping at a time holds the connection back: who reads no answers gets to ask no more. Without window
            // it would be for ever, since more window would have to come behind the very bytes that wait for it.
            if (taken < count && stream.SendWindow == 0)
            {
                Blame(stream, false);
                stream.Reset();
            }

            return taken;
        }
    }
}
