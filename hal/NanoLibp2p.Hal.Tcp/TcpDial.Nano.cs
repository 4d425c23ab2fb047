#if NANOFRAMEWORK_1_0
using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace NanoLibp2p.Hal.Tcp
{
    /// <summary>
    /// A link being made, as nanoFramework does it: look-up and Connect both wait there, so both run on a thread that
    /// lives as long as the dial.
    /// </summary>
    internal sealed class TcpDial
    {
        // Read by the transport without the gate: the interpreter runs one instruction at a time, and Run sets the state last.

        /// <summary>The peer's port.</summary>
        internal readonly int Port;

        /// <summary>Why it failed.</summary>
        internal LinkError Error;

        /// <summary>The socket; open when <see cref="Step"/> says so.</summary>
        internal Socket Socket;

        /// <summary>The address that <see cref="Socket"/> connects to.</summary>
        internal IPAddress Address;

        /// <summary>True while its thread runs.</summary>
        internal bool IsBusy;

        private readonly object _gate = new object();
        private readonly string _host;
        private LinkState _state;
        private bool _abandoned;

        internal TcpDial(string host, int port)
        {
            _host = host;
            Port = port;
        }

        internal void Start()
        {
            _state = LinkState.Connecting;
            IsBusy = true;
            new Thread(new ThreadStart(Run)).Start();
        }

        /// <summary>How it stands.</summary>
        internal LinkState Step()
        {
            return _state;
        }

        /// <summary>Gives up. Closing the socket ends a Connect under way; a look-up runs to its end.</summary>
        internal void Abandon()
        {
            lock (_gate)
            {
                _abandoned = true;
                CloseSocket();
            }
        }

        // An exception that leaves a thread ends it silently, so every kind is caught.
        private void Run()
        {
            LinkError error = LinkError.NameNotFound;
            bool open = false;
            try
            {
                IPAddress[] addresses = Addresses();
                for (int i = 0; i < addresses.Length && !open && !_abandoned; i++)
                {
                    LinkError missed = Connect(addresses[i]);
                    open = missed == LinkError.None;
                    if (i == 0)
                    {
                        // the first address is the one that was meant most, so its error is told
                        error = missed;
                    }
                }
            }
            catch (Exception exception)
            {
                error = TcpErrors.Of(exception);
                if (error == LinkError.Other)
                {
                    error = LinkError.NameNotFound;
                }
            }

            lock (_gate)
            {
                if (_abandoned)
                {
                    CloseSocket();
                }

                Error = open ? LinkError.None : error;
                IsBusy = false;
                _state = open ? LinkState.Open : LinkState.Failed;
            }
        }

        private IPAddress[] Addresses()
        {
            IPAddress address = TcpAddress.Parse(_host);
            return address is null ? TcpAddress.LookUp(_host) : new IPAddress[] { address };
        }

        private LinkError Connect(IPAddress address)
        {
            try
            {
                Socket socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                lock (_gate)
                {
                    Socket = socket;
                    Address = address;
                    if (_abandoned)
                    {
                        CloseSocket();
                        return LinkError.Other;
                    }
                }

                socket.Connect(new IPEndPoint(address, Port));
                return LinkError.None;
            }
            catch (Exception exception)
            {
                lock (_gate)
                {
                    CloseSocket();
                }

                return MissedBy(exception);
            }
        }

        // lwIP has no error of its own for a refused connection: it says reset, and aborted for one that nobody answered.
        // The firmware mostly hides both behind the "would block" of the connect before.
        private static LinkError MissedBy(Exception exception)
        {
            SocketException socketException = exception as SocketException;
            if (socketException != null)
            {
                switch ((SocketError)socketException.ErrorCode)
                {
                    case SocketError.ConnectionAborted:
                        return LinkError.TimedOut;
                    case SocketError.ConnectionReset:
                    case SocketError.WouldBlock:
                        return LinkError.Refused;
                }
            }

            return TcpErrors.Of(exception);
        }

        private void CloseSocket()
        {
            if (Socket != null)
            {
                Socket.Close();
                Socket = null;
            }
        }
    }
}
#endif
