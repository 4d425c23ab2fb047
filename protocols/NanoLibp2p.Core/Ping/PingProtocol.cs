using NanoLibp2p.Core.Buffers;

namespace NanoLibp2p.Core.Ping
{
    /// <summary>
    /// Ping (libp2p ping spec), both sides: 32 random bytes there and back. Each connection has one stream for our pings, kept open.
    /// </summary>
    public sealed class PingProtocol : StreamProtocol
    {
        /// <summary>The protocol's id.</summary>
        public const string Id = "/ipfs/ping/1.0.0";

        /// <summary>Bytes of a ping.</summary>
        public const int PayloadBytes = 32;

        /// <summary>Who hears of answers; may be null.</summary>
        public PingEvents Events;

        private readonly Libp2pStream[] _streams;
        private readonly byte[] _payloads;
        private int _protocol;

        internal PingProtocol(int connections)
        {
            _streams = new Libp2pStream[connections];
            _payloads = new byte[connections * PayloadBytes];
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
            return true;
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
                // what finds no room now holds the connection back: who reads no answers gets to ask no more
                int taken = stream.Write(buffer, offset, count);
                if (taken < count && stream.SendWindow == 0)
                {
                    // more window would have to come behind the very bytes that wait for it
                    stream.Reset();
                }

                return taken;
            }

            int expected = stream.Connection.Index * PayloadBytes + stream.Progress;
            if (count > PayloadBytes - stream.Progress || !Bytes.Equal(_payloads, expected, buffer, offset, count))
            {
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
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            int index = stream.Connection.Index;
            if (_streams[index] == stream)
            {
                _streams[index] = null;
                if (stream.Progress != PayloadBytes && Events != null)
                {
                    Events.OnPingFailed(stream.Connection);
                }
            }
        }
    }
}
