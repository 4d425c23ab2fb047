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
        private readonly int _addressBytes;
        private LinkState _state;
        private bool _abandoned;

        /// <summary>A dial that <see cref="Start"/> begins.</summary>
        /// <param name="host">An address as text, or a name.</param>
        /// <param name="port">The peer's port.</param>
        /// <param name="addressBytes">Which of a name's addresses: 4, 16, or 0 for all.</param>
        internal TcpDial(string host, int port, int addressBytes)
        {
            _host = host;
            Port = port;
            _addressBytes = addressBytes;
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
            try
            {
                // lwIP's look-up gives one address, so there is no second to try
                IPAddress address = TcpAddress.Parse(_host);
                if (address is null)
                {
                    address = Dns.GetHostEntry(_host).AddressList[0];
                }

                if (_addressBytes == 0 || (_addressBytes == 4) == (address.AddressFamily == AddressFamily.InterNetwork))
                {
                    error = Connect(address);
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

                Error = error;
                IsBusy = false;
                _state = error == LinkError.None ? LinkState.Open : LinkState.Failed;
            }
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
