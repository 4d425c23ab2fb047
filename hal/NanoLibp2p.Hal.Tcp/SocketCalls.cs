#if !NANOFRAMEWORK_1_0
using System;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Tcp
{
    /// <summary>The calls on a socket that never wait, as .NET has them: non-blocking sockets, errors as values.</summary>
    internal static class SocketCalls
    {
        /// <summary>Callers that wait until they are accepted: a fleet that calls in one moment, after a power cut.</summary>
        internal const int Backlog = 512;

#if NETSTANDARD
        // Mono, which Meadow has, takes one buffer whole: its Send loops until the peer has room, also on a non-blocking socket. A list of
        // buffers it hands to the system once.
        [ThreadStatic]
        private static ArraySegment<byte>[] _piece;
#endif

        /// <summary>Makes an open socket ready for a link.</summary>
        internal static void Prepare(Socket socket)
        {
            socket.Blocking = false;
            socket.NoDelay = true;
        }

        /// <summary>Makes a socket ready to listen.</summary>
        internal static void PrepareListener(Socket socket)
        {
            // ReuseAddress stays as the runtime has it: what lets a restarted program have its port again is on already,
            // and the option would let a second program take the port while the first listens.
            // An IPv6 socket serves IPv6 alone, which is the runtime's default too.
            socket.Blocking = false;
            if (socket.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }
        }

        /// <summary>Reads; see <see cref="IStreamLink.Read"/>. The count is at least 1.</summary>
        internal static int Receive(Socket socket, byte[] buffer, int offset, int count, out LinkError error)
        {
            SocketError code;
            int received = socket.Receive(buffer, offset, count, SocketFlags.None, out code);
            error = LinkError.None;
            if (code == SocketError.Success)
            {
                return received > 0 ? received : LinkResult.Ended;
            }

            if (IsPatience(code))
            {
                return 0;
            }

            error = TcpErrors.Of(code);
            return LinkResult.Failed;
        }

        /// <summary>Writes; see <see cref="IStreamLink.Write"/>. The count is at least 1.</summary>
        internal static int Send(Socket socket, byte[] buffer, int offset, int count, out LinkError error)
        {
            SocketError code;
#if NETSTANDARD
            if (_piece == null)
            {
                _piece = new ArraySegment<byte>[1];
            }

            _piece[0] = new ArraySegment<byte>(buffer, offset, count);
            int sent = socket.Send(_piece, SocketFlags.None, out code);
#else
            int sent = socket.Send(buffer, offset, count, SocketFlags.None, out code);
#endif
            error = LinkError.None;
            if (code == SocketError.Success || IsPatience(code))
            {
                return sent;
            }

            error = TcpErrors.Of(code);
            return LinkResult.Failed;
        }

        /// <summary>Ends a socket in order. What it was given to send still leaves.</summary>
        /// <param name="socket">An open socket.</param>
        /// <param name="scratch">Takes what is thrown away.</param>
        internal static void Close(Socket socket, byte[] scratch)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Send);

                // closed with bytes unread, a socket sends a reset in place of what it still had to send (RFC 2525 2.17)
                LinkError error;
                int rounds = 0;
                while (rounds < TcpTransport.DrainRounds && Receive(socket, scratch, 0, scratch.Length, out error) > 0)
                {
                    rounds++;
                }
            }
            catch (SocketException)
            {
                // the peer was faster
            }

            socket.Close();
        }

        private static bool IsPatience(SocketError code)
        {
            return code == SocketError.WouldBlock || code == SocketError.Interrupted || code == SocketError.InProgress;
        }
    }
}
#endif
