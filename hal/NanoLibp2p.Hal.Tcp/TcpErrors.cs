using System;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Tcp
{
    /// <summary>Maps the runtime's socket errors to the few kinds of <see cref="LinkError"/>.</summary>
    internal static class TcpErrors
    {
        /// <summary>The kind of a socket error's number, which is Winsock's on every runtime.</summary>
        internal static LinkError Of(SocketError code)
        {
            switch (code)
            {
                case SocketError.ConnectionRefused:
                    return LinkError.Refused;
                case SocketError.HostNotFound:
                case SocketError.TryAgain:
                case SocketError.NoRecovery:
                case SocketError.NoData:
                    return LinkError.NameNotFound;
                case SocketError.NetworkUnreachable:
                case SocketError.HostUnreachable:
                case SocketError.HostDown:
                case SocketError.NetworkDown:
                case SocketError.AddressFamilyNotSupported:
                case SocketError.ProtocolFamilyNotSupported:
                    return LinkError.Unreachable;
                case SocketError.TimedOut:
                    return LinkError.TimedOut;
                case SocketError.ConnectionReset:
                case SocketError.ConnectionAborted:
                case SocketError.NetworkReset:
                case SocketError.NotConnected:
                case SocketError.Shutdown:
                case SocketError.Disconnecting:
                    return LinkError.Reset;
                case SocketError.AddressAlreadyInUse:
                case SocketError.AddressNotAvailable:
                    return LinkError.AddressUnavailable;
                case SocketError.TooManyOpenSockets:
                case SocketError.NoBufferSpaceAvailable:
                    return LinkError.NoResources;
                default:
                    return LinkError.Other;
            }
        }

        /// <summary>The kind of an exception that a socket threw.</summary>
        internal static LinkError Of(Exception exception)
        {
            SocketException socketException = exception as SocketException;
            if (socketException != null)
            {
#if NANOFRAMEWORK_1_0
                return Of((SocketError)socketException.ErrorCode);
#else
                // ErrorCode is the operating system's own number on .NET
                return Of(socketException.SocketErrorCode);
#endif
            }

            return exception is OutOfMemoryException ? LinkError.NoResources : LinkError.Other;
        }
    }
}
