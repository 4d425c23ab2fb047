#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Buffers;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Core
{
    // Where many hosts call, none of them has all connections: NodeOptions.MaxConnectionsPerHost.
    public sealed partial class Node
    {
        private const int AddressBytes = 16;

        // whoever has an IPv6 address has 2^64 of them
        private const int PrefixBytes = 8;

        /// <summary>Answers an id's streams from now on, or no more; identify tells the peers that ask from now on.</summary>
        /// <param name="index">Of the id, as <see cref="RegisterProtocol"/> gave it.</param>
        /// <param name="serve">Whether streams of it that peers open are accepted.</param>
        public void SetServed(int index, bool serve)
        {
            ulong bit = 1ul << index;
            _served = serve ? _served | bit : _served & ~bit;
            Identify.DescribeAnew();
        }

        // A host that has as many as it may have gives one of its own up for its next, as others would do for it.
        private bool HasRoomForHost(IStreamLink link)
        {
            if (Options.MaxConnectionsPerHost == 0)
            {
                return true;
            }

            byte[] caller = new byte[AddressBytes];
            byte[] other = new byte[AddressBytes];
            int bytes = link.CopyRemoteAddress(caller, 0);
            if (bytes == 0)
            {
                // a circuit comes from no host; the relay bounds those of a peer
                return true;
            }

            int count = 0;
            Connection first = null;
            long least = long.MaxValue;
            foreach (Connection connection in Connections)
            {
                if (connection.State != ConnectionState.Free && connection.IsInbound && connection.Link.CopyRemoteAddress(other, 0) == bytes
                    && Bytes.Equal(caller, 0, other, 0, bytes == AddressBytes ? PrefixBytes : bytes))
                {
                    count++;
                    long order = connection.GiveWayOrder(false, false);
                    if (order < least)
                    {
                        least = order;
                        first = connection;
                    }
                }
            }

            if (count < Options.MaxConnectionsPerHost)
            {
                return true;
            }

            if (first != null)
            {
                first.Close(CloseReason.GaveWay, 0);
                first.Step(NowMs);
            }

            return first != null;
        }
    }
}
#endif
