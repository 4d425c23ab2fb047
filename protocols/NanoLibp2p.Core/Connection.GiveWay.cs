namespace NanoLibp2p.Core
{
    // Whether a connection gives way to a peer that needs its place, and before which others.
    public sealed partial class Connection
    {
        // above any time
        private const long Rank = 1L << 52;

        /// <summary>
        /// Its turn in giving way, the least first; long.MaxValue when it stays. First those that have not sent a whole handshake
        /// message, then those in the handshake, then open ones without a stream that its protocol would keep (see
        /// <see cref="StreamProtocol.KeepsConnection"/>); among themselves the oldest first. The latter two are spared for
        /// NodeOptions.FirstByteTimeoutMs after they began or opened; a dial of ours spares no handshake. What we dialled stays.
        /// </summary>
        /// <param name="toDial">Whether it gives way to a dial, rather than to another caller.</param>
        /// <param name="withHandshake">Whether it is a handshake that is needed.</param>
        internal long GiveWayOrder(bool toDial, bool withHandshake)
        {
            if (!_inbound || _state <= ConnectionState.Dialing || _state == ConnectionState.Ending || (withHandshake && _handshake == null))
            {
                return long.MaxValue;
            }

            if (_handshake == null && _state < ConnectionState.Muxing)
            {
                return _begun;
            }

            if ((!toDial || _state == ConnectionState.Open) && _node.NowMs < SparedUntil)
            {
                return long.MaxValue;
            }

            if (_state != ConnectionState.Open)
            {
                return _begun + Rank;
            }

#if !NANOFRAMEWORK_1_0
            if (IsProtected)
            {
                return long.MaxValue;
            }
#endif

            for (int i = 0; i < Yamux.UsedStreams; i++)
            {
                Libp2pStream stream = _streams[i];
                StreamProtocol protocol = stream.Protocol;
                if (stream.IsOpen && protocol != null && protocol != _node.Ping && protocol != _node.Identify
                    && protocol.KeepsConnection(stream))
                {
                    return long.MaxValue;
                }
            }

            return _begun + Rank + Rank;
        }

        private long SparedUntil
        {
            get { return _begun + _node.Options.FirstByteTimeoutMs; }
        }
    }
}
