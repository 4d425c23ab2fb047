using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core
{
    // What a connection does with its streams: agrees on a protocol for each, then hands everything on to it.
    public sealed partial class Connection : YamuxHandler
    {
        /// <inheritdoc/>
        protected internal override void OnStreamOpened(YamuxStream stream)
        {
            Libp2pStream opened = (Libp2pStream)stream;
            opened.Begin(null, NotStarted);
            ListUnsettled(opened);
            opened.Negotiation.Listen(_node.ServedProtocols);
            if (!IsOpen)
            {
                opened.Reset();
            }
        }

        /// <inheritdoc/>
        protected internal override int OnStreamData(YamuxStream stream, byte[] buffer, int offset, int count)
        {
            Libp2pStream from = (Libp2pStream)stream;
            uint id = from.StreamId;
            int used = 0;
            while (!from.IsAgreed)
            {
                int taken = from.Negotiation.Receive(_node.Protocols, buffer, offset + used, count - used);
                used += taken;
                Advance(from);
                if (!from.IsOpen || from.StreamId != id)
                {
                    // reset, and perhaps another stream by now
                    return count;
                }

                if (taken == 0)
                {
                    return used;
                }
            }

            if (used == count)
            {
                return count;
            }

            int consumed = from.Protocol.OnData(from, buffer, offset + used, count - used);
            return used + consumed;
        }

        /// <inheritdoc/>
        protected internal override void OnStreamReadEnd(YamuxStream stream)
        {
            Libp2pStream from = (Libp2pStream)stream;
            if (from.IsAgreed)
            {
                from.Protocol.OnReadEnd(from);
            }
            else
            {
                TellEnded(from);
                from.Reset();
            }
        }

        /// <inheritdoc/>
        protected internal override void OnStreamClosed(YamuxStream stream, bool reset)
        {
            Libp2pStream closed = (Libp2pStream)stream;
            StreamClosed(closed);
            if (closed.Protocol != null)
            {
                closed.Protocol.OnClosed(closed, reset);
                closed.Protocol = null;
                closed.Tag = null;
            }
        }

        /// <inheritdoc/>
        protected internal override void OnPong(uint value)
        {
            PongRead();

            // that something arrived is all the keep-alive wants to know
            if (value == Ping.PingProtocol.BelowValue && _node.Ping.Events != null)
            {
                _node.Ping.Events.OnPong(this);
            }
        }

        /// <inheritdoc/>
        protected internal override void OnGoAway(uint code)
        {
            Close(CloseReason.Remote, (int)code);
        }

        private void Advance(Libp2pStream stream)
        {
            switch (stream.Negotiation.State)
            {
                case NegotiationState.Agreed:
                    if (stream.Protocol == null)
                    {
                        stream.Protocol = _node.Owners[stream.ProtocolIndex];
                    }

                    TransmitNegotiation(stream);
                    stream.Protocol.OnOpened(stream);
                    break;
                case NegotiationState.Refused:
                    int next = stream.Protocol.OnRefused(stream);
                    if (next < 0)
                    {
#if NANOFRAMEWORK_1_0
                        stream.Reset();
#else
                        stream.Reset(ErrorCode.NegotiationFailed);
#endif
                    }
                    else
                    {
                        stream.Negotiation.Propose(next);
                        TransmitNegotiation(stream);
                    }

                    break;
                case NegotiationState.Malformed:
                    TellMalformed(stream);
                    stream.Reset();
                    break;
                default:
                    TransmitNegotiation(stream);
                    break;
            }
        }

        // writes what a stream's negotiation has to say, and then the end that waited for it
        private void TransmitNegotiation(Libp2pStream stream)
        {
            Negotiation negotiation = stream.Negotiation;
            if (negotiation.HasOutput)
            {
                int bytes = negotiation.OutputBytes(_node.Protocols);
                if (Yamux.WriteRoom(stream) < bytes)
                {
                    return;
                }

                int at = Yamux.BeginWrite(stream, bytes);
                negotiation.Transmit(_node.Protocols, _send.Bytes, at);
            }

            if (stream.IsCloseWaiting)
            {
                stream.CloseWrite();
            }
        }
    }
}
