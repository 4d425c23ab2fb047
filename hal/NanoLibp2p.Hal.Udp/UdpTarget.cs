using System;
using System.Net;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Udp
{
    /// <summary>Where datagrams go, in the form that the runtime's socket takes without making it anew for each.</summary>
    internal sealed class UdpTarget
    {
#if NANOFRAMEWORK_1_0 || NETSTANDARD
        private readonly EndPoint _place;

        internal UdpTarget(IPEndPoint place)
        {
            _place = place;
        }
#else
        private readonly SocketAddress _place;

        internal UdpTarget(IPEndPoint place)
        {
            _place = place.Serialize();
        }
#endif

        /// <summary>Sends; see <see cref="Datagrams.IMulticastLink.Send"/>.</summary>
        internal int Send(Socket socket, byte[] buffer, int offset, int count)
        {
            try
            {
#if NANOFRAMEWORK_1_0 || NETSTANDARD
                return socket.SendTo(buffer, offset, count, SocketFlags.None, _place);
#else
                return socket.SendTo(new ReadOnlySpan<byte>(buffer, offset, count), SocketFlags.None, _place);
#endif
            }
            catch (SocketException exception)
            {
#if NANOFRAMEWORK_1_0
                int code = exception.ErrorCode;
#else
                // ErrorCode is the operating system's own number on .NET
                int code = (int)exception.SocketErrorCode;
#endif
                return code == (int)SocketError.WouldBlock ? 0 : LinkResult.Failed;
            }
        }
    }
}
