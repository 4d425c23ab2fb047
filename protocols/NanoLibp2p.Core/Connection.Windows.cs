#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core
{
    // Windows that grow where the way to the peer is long: a window that is used up within four round trips doubles, as in go-yamux.
    public sealed partial class Connection
    {
        /// <summary>The largest window of a stream, in bytes (go-libp2p's limit, too).</summary>
        public const uint MaxWindow = 16 * 1024 * 1024;

        private const int RoundTrips = 4;

        // when what is to be answered went out; NotStarted when nothing has
        private long _askedAt = NotStarted;
        private int _roundTripMs = -1;

        /// <summary>
        /// Milliseconds of a round trip, by the handshake and then by the pings of Yamux that are sent; -1 before the first. What the peer
        /// took to answer is in it.
        /// </summary>
        public int RoundTripMs
        {
            get { return _roundTripMs; }
        }

        /// <inheritdoc/>
        protected internal override long NowMs
        {
            get { return _node.NowMs; }
        }

        /// <inheritdoc/>
        protected internal override uint GrowWindow(YamuxStream stream)
        {
            stream.WindowUsed += stream.Credit;
            if (stream.WindowUsed < stream.Window)
            {
                return 0;
            }

            long begun = stream.WindowBegun;
            long now = _node.NowMs;
            stream.WindowUsed = 0;
            stream.WindowBegun = now;
            uint more = Math.Min(stream.Window, MaxWindow - Math.Min(stream.Window, MaxWindow));
            bool isFast = _roundTripMs >= 0 && now - begun <= RoundTrips * (long)Math.Max(1, _roundTripMs);

            // whoever keeps credit keeps the bytes, and has no more than half of what there is
            long most = (stream.Flags & YamuxStream.CreditKept) != 0 ? _node.Options.WindowBytes / 2 : _node.Options.WindowBytes;
            if (!isFast || _node.GrownBytes + more > most)
            {
                return 0;
            }

            _node.GrownBytes += more;
            return more;
        }

        partial void StreamClosed(Libp2pStream stream)
        {
            _node.GrownBytes -= stream.Window - Yamux.FirstWindow;
            if (_node.Buffers != null)
            {
                _fewerAt = _node.NowMs + KeepStreamsMs;
            }
        }

        partial void HandshakeWritten()
        {
            _askedAt = _node.NowMs;
        }

        partial void HandshakeRead()
        {
            TakeSample();
        }

        partial void PingWritten()
        {
            _askedAt = _node.NowMs;
        }

        partial void PongRead()
        {
            TakeSample();
        }

        private void TakeSample()
        {
            if (_askedAt != NotStarted)
            {
                int sample = (int)Math.Min(int.MaxValue, _node.NowMs - _askedAt);
                _roundTripMs = _roundTripMs < 0 ? sample : (_roundTripMs + sample) / 2;
                _askedAt = NotStarted;
            }
        }
    }
}
#endif
