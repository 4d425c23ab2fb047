using System;
using System.Net;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Tcp
{
    /// <summary>
    /// TCP over the board's own network stack, IPv4 and IPv6. One thread calls it and its links.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A link's slot is taken until the link is closed or has failed; a name's look-up can't be stopped and keeps its slot
    /// to its end. With all slots taken <see cref="Dial(string, int)"/> fails with <see cref="LinkError.NoResources"/> and
    /// <see cref="Accept"/> closes who calls.
    /// </para>
    /// <para>
    /// <c>::</c> listens on IPv6 alone, so that it and <c>0.0.0.0</c> can have the same port, each by its own multiaddr.
    /// </para>
    /// <para>
    /// <see cref="Wait"/> tells of the same waiting bytes or room once, until the link is read or written again; of the same
    /// caller once, until <see cref="Accept"/> is called or a Wait has slept its whole time. Who has no room for more can
    /// so sleep.
    /// </para>
    /// </remarks>
    public sealed partial class TcpTransport : IStreamTransport, INameDialer
    {
        /// <summary>How many addresses one transport can listen on.</summary>
        public const int MaxListeners = 8;

        /// <summary>How many times a link that is closed reads what it throws away, 512 bytes each.</summary>
        internal const int DrainRounds = 128;

        private const int MaxRefusals = 16;

        private readonly TcpLink[] _links;
        private readonly Socket[] _listeners = new Socket[MaxListeners];
        private readonly byte[] _scratch = new byte[512];
        private int _listenerCount;
        private int _nextListener;

        // Wait has told that a peer calls, or the last call could not be taken for want of a socket
        private bool _callTold;

        /// <summary>Makes a transport.</summary>
        /// <param name="maxLinks">
        /// The most links at a time, dialed and accepted together; 1 or more. On a board, keep below the firmware's own
        /// number of sockets (ESP32: 8 to 16), of which each listener takes one as well.
        /// </param>
        /// <exception cref="ArgumentException"><paramref name="maxLinks"/> is below 1.</exception>
        public TcpTransport(int maxLinks)
        {
            if (maxLinks < 1)
            {
                throw new ArgumentException("maxLinks = " + maxLinks.ToString() + "; give 1 or more");
            }

            _links = new TcpLink[maxLinks];
        }

        /// <inheritdoc/>
        public IStreamLink Dial(string host, int port)
        {
            return Dial(host, port, 0);
        }

        /// <inheritdoc/>
        public IStreamLink Dial(string host, int port, int addressBytes)
        {
            if (port < 1 || port > 65535)
            {
                // a peer may have sent the address, so it is no exception
                return TcpLink.FailedFor(LinkError.Unreachable);
            }

            if (host.Length == 0 || (TcpAddress.LooksNumeric(host) && TcpAddress.Parse(host) is null))
            {
                // a resolver may take either for this host
                return TcpLink.FailedFor(LinkError.NameNotFound);
            }

            int slot = FreeSlot();
            if (slot < 0)
            {
                return TcpLink.FailedFor(LinkError.NoResources);
            }

            _links[slot] = TcpLink.Dialing(new TcpDial(host, port, addressBytes), _scratch);
            return _links[slot];
        }

        /// <inheritdoc/>
        public int Listen(string host, int port, out LinkError error)
        {
            IPAddress address = TcpAddress.Parse(host);
            if (address is null || port < 0 || port > 65535)
            {
                error = LinkError.AddressUnavailable;
                return 0;
            }

            if (_listenerCount == MaxListeners)
            {
                error = LinkError.NoResources;
                return 0;
            }

            Socket socket = null;
            try
            {
                socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                SocketCalls.PrepareListener(socket);
                socket.Bind(new IPEndPoint(address, port));
                socket.Listen(SocketCalls.Backlog);
                int bound = ((IPEndPoint)socket.LocalEndPoint).Port;
                _listeners[_listenerCount] = socket;
                _listenerCount++;
                error = LinkError.None;
                return bound;
            }
            catch (SocketException exception)
            {
                error = TcpErrors.Of(exception);
                if (error == LinkError.Unreachable)
                {
                    // a host without IPv6 has no such address
                    error = LinkError.AddressUnavailable;
                }

                if (socket != null)
                {
                    socket.Close();
                }

                return 0;
            }
        }

        /// <inheritdoc/>
        public IStreamLink Accept()
        {
            _callTold = false;
            int refusals = 0;
            for (int i = 0; i < _listenerCount; i++)
            {
                // in turn, so that a busy listener can't keep the others waiting
                _nextListener = _nextListener + 1 < _listenerCount ? _nextListener + 1 : 0;
                while (refusals < MaxRefusals)
                {
                    Socket socket = Take(_listeners[_nextListener]);
                    if (socket == null)
                    {
                        break;
                    }

                    TcpLink link = Adopt(socket);
                    if (link != null)
                    {
                        return link;
                    }

                    refusals++;
                }
            }

            return null;
        }

        /// <inheritdoc/>
        public void Close()
        {
            for (int i = 0; i < _listenerCount; i++)
            {
                _listeners[i].Close();
                _listeners[i] = null;
            }

            _listenerCount = 0;
            _nextListener = 0;
        }

        private Socket Take(Socket listener)
        {
            try
            {
                return listener.Poll(0, SelectMode.SelectRead) ? listener.Accept() : null;
            }
            catch (SocketException)
            {
                // Who called has left again, or there is no socket for it. It may still be in the queue, so that Wait
                // would return at once for ever: leave it there until a Wait has run to its end.
                _callTold = true;
                return null;
            }
        }

        private TcpLink Adopt(Socket socket)
        {
            int slot = FreeSlot();
            if (slot < 0)
            {
                socket.Close();
                return null;
            }

            try
            {
                _links[slot] = TcpLink.Accepted(socket, _scratch);
                return _links[slot];
            }
            catch (SocketException)
            {
                // it called and left
                socket.Close();
                return null;
            }
        }

        private int FreeSlot()
        {
            for (int i = 0; i < _links.Length; i++)
            {
                if (_links[i] == null || _links[i].IsSpent)
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
