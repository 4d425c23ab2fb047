#if NANOFRAMEWORK_1_0
using System;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Tcp
{
    /// <summary>
    /// The calls on a socket that never wait, as nanoFramework has them: Poll asks first, because its Send returns only
    /// when all is taken and its Receive only when something came.
    /// </summary>
    internal static class SocketCalls
    {
        /// <summary>Callers that wait until they are accepted; each takes memory of lwIP's.</summary>
        internal const int Backlog = 16;

        // lwIP calls a socket writable when more than TCP_SNDLOWAT bytes fit, which is at least 1,071 with the smallest
        // segments that it allows (min(max(TCP_SND_BUF / 2, 2 * TCP_MSS + 1), TCP_SND_BUF - 1), TCP_MSS 536)
        private const int SendChunk = 1024;

        // Reached only when lwIP has no memory left for what it said would fit. How much of the chunk left is then
        // unknown, so the link breaks.
        private const int StuckMs = 2000;

        /// <summary>Makes an open socket ready for a link.</summary>
        internal static void Prepare(Socket socket)
        {
            socket.SendTimeout = StuckMs;
            socket.ReceiveTimeout = StuckMs;
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.NoDelay, true);
        }

        /// <summary>Makes a socket ready to listen.</summary>
        internal static void PrepareListener(Socket socket)
        {
            try
            {
                // a restarted program gets its port again while old connections still time out
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }
            catch (SocketException)
            {
                // firmware built without SO_REUSE listens all the same
            }
        }

        /// <summary>Reads; see <see cref="IStreamLink.Read"/>. The count is at least 1.</summary>
        internal static int Receive(Socket socket, byte[] buffer, int offset, int count, out LinkError error)
        {
            error = LinkError.None;
            try
            {
                if (!socket.Poll(0, SelectMode.SelectRead))
                {
                    return 0;
                }

                int received = socket.Receive(buffer, offset, count, SocketFlags.None);
                return received > 0 ? received : LinkResult.Ended;
            }
            catch (Exception exception)
            {
                error = BrokenBy(exception);
                return LinkResult.Failed;
            }
        }

        /// <summary>Writes; see <see cref="IStreamLink.Write"/>. The count is at least 1.</summary>
        internal static int Send(Socket socket, byte[] buffer, int offset, int count, out LinkError error)
        {
            int taken = 0;
            error = LinkError.None;
            try
            {
                while (taken < count && socket.Poll(0, SelectMode.SelectWrite))
                {
                    int chunk = count - taken;
                    taken += socket.Send(buffer, offset + taken, chunk < SendChunk ? chunk : SendChunk, SocketFlags.None);
                }

                return taken;
            }
            catch (Exception exception)
            {
                error = BrokenBy(exception);
                return LinkResult.Failed;
            }
        }

        /// <summary>Ends a socket in order. What it was given to send still leaves.</summary>
        /// <param name="socket">An open socket.</param>
        /// <param name="scratch">Takes what is thrown away.</param>
        internal static void Close(Socket socket, byte[] scratch)
        {
            // closed with bytes unread, lwIP sends a reset in place of what it still had to send (RFC 2525 2.17)
            LinkError error;
            int rounds = 0;
            while (rounds < TcpTransport.DrainRounds && Receive(socket, scratch, 0, scratch.Length, out error) > 0)
            {
                rounds++;
            }

            socket.Close();
        }

        // When a connection breaks, the firmware's poll throws with whatever error came before, often "would block".
        private static LinkError BrokenBy(Exception exception)
        {
            LinkError error = TcpErrors.Of(exception);
            return error == LinkError.Other ? LinkError.Reset : error;
        }
    }
}
#endif
