#if !NANOFRAMEWORK_1_0
using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace NanoLibp2p.Hal.Tcp
{
    /// <summary>
    /// A link being made, as .NET does it: only a name's look-up needs a thread; sockets connect without waiting.
    /// </summary>
    internal sealed class TcpDial
    {
        private readonly object _gate = new object();
        private readonly string _host;
        private readonly int _port;
        private IPAddress[] _addresses;
        private int _next;
        private Socket _socket;
        private LinkError _error;

        // shared with the thread, under _gate
        private bool _lookingUp;
        private IPAddress[] _found;
        private LinkError _lookUpError;

        internal TcpDial(string host, int port)
        {
            _host = host;
            _port = port;
        }

        /// <summary>The peer's port.</summary>
        internal int Port
        {
            get { return _port; }
        }

        /// <summary>Why it failed.</summary>
        internal LinkError Error
        {
            get { return _error; }
        }

        /// <summary>The socket that connects; null while a name is looked up. Open when <see cref="Step"/> says so.</summary>
        internal Socket Socket
        {
            get { return _socket; }
        }

        /// <summary>The address that <see cref="Socket"/> connects to.</summary>
        internal IPAddress Address
        {
            get { return _addresses[_next - 1]; }
        }

        /// <summary>True while its thread runs, which nothing can end early.</summary>
        internal bool IsBusy
        {
            get
            {
                lock (_gate)
                {
                    return _lookingUp;
                }
            }
        }

        internal void Start()
        {
            IPAddress address = TcpAddress.Parse(_host);
            if (address != null)
            {
                Start(new IPAddress[] { address });
                return;
            }

            _lookingUp = true;
            Thread thread = new Thread(new ThreadStart(LookUp));
            thread.IsBackground = true;
            thread.Start();
        }

        /// <summary>Starts with the addresses known.</summary>
        internal void Start(IPAddress[] addresses)
        {
            _addresses = addresses;
        }

        /// <summary>Goes on as far as it can without waiting: one address after the other.</summary>
        internal LinkState Step()
        {
            if (_addresses == null && !TakeAddresses())
            {
                return LinkState.Connecting;
            }

            while (true)
            {
                if (_socket == null)
                {
                    if (_next == _addresses.Length)
                    {
                        return LinkState.Failed;
                    }

                    _next++;
                    Begin();
                }

                if (_socket != null)
                {
                    LinkState state = Look();
                    if (state != LinkState.Failed)
                    {
                        return state;
                    }
                }
            }
        }

        /// <summary>Gives up.</summary>
        internal void Abandon()
        {
            if (_socket != null)
            {
                _socket.Close();
                _socket = null;
            }
        }

        private bool TakeAddresses()
        {
            lock (_gate)
            {
                if (_lookingUp)
                {
                    return false;
                }

                _addresses = _found;
                _error = _lookUpError;
                return true;
            }
        }

        private void Begin()
        {
            try
            {
                _socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                _socket.Blocking = false;
                _socket.Connect(new IPEndPoint(Address, _port));
            }
            catch (SocketException exception)
            {
                if (exception.SocketErrorCode != SocketError.WouldBlock && exception.SocketErrorCode != SocketError.InProgress)
                {
                    Missed(TcpErrors.Of(exception));
                }
            }
        }

        private LinkState Look()
        {
            try
            {
                bool broken = _socket.Poll(0, SelectMode.SelectError);
                if (!broken && !_socket.Poll(0, SelectMode.SelectWrite))
                {
                    return LinkState.Connecting;
                }

                int code = (int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error);
                if (code == 0 && !broken)
                {
                    return LinkState.Open;
                }

                Missed(TcpErrors.Of((SocketError)code));
            }
            catch (SocketException exception)
            {
                Missed(TcpErrors.Of(exception));
            }

            return LinkState.Failed;
        }

        // the first address is the one that was meant most, so its error is told
        private void Missed(LinkError error)
        {
            if (_error == LinkError.None)
            {
                _error = error;
            }

            Abandon();
        }

        private void LookUp()
        {
            IPAddress[] found = new IPAddress[0];
            LinkError error = LinkError.None;
            try
            {
                found = TcpAddress.LookUp(_host);
                if (found.Length == 0)
                {
                    error = LinkError.NameNotFound;
                }
            }
            catch (SocketException exception)
            {
                error = TcpErrors.Of(exception);
            }
            catch (Exception)
            {
                // text that can't be a name, in each runtime's own kind; an exception here would end the program
                error = LinkError.NameNotFound;
            }

            lock (_gate)
            {
                _found = found;
                _lookUpError = error;
                _lookingUp = false;
            }
        }
    }
}
#endif
