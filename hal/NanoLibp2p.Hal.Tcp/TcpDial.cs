#if !NANOFRAMEWORK_1_0
using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace NanoLibp2p.Hal.Tcp
{
    /// <summary>
    /// A link being made, as .NET does it: only a name's look-up needs a thread; sockets connect without waiting. Of a name with several
    /// addresses the next one is tried when those before have failed, or have been silent for a while; the first that answers is taken
    /// (RFC 8305).
    /// </summary>
    internal sealed class TcpDial
    {
        /// <summary>The "Connection Attempt Delay" of RFC 8305 5: milliseconds that an attempt has before the next begins beside
        /// it.</summary>
        internal const int AttemptDelayMs = 250;

        /// <summary>What looks names up; a test puts its own here.</summary>
        internal static Func<string, int, IPAddress[]> Resolver = TcpAddress.LookUp;

        // each takes a file; more addresses have their turn as these fail
        private const int MaxAttempts = 8;

        private readonly object _gate = new object();
        private readonly string _host;
        private readonly int _port;
        private readonly int _addressBytes;
        private IPAddress[] _addresses;
        private LinkError _error;

        // attempts under way, the oldest first, and each one's address
        private readonly Socket[] _attempts = new Socket[MaxAttempts];
        private readonly int[] _attemptAddresses = new int[MaxAttempts];
        private int _attemptCount;
        private int _next;
        private int _begunAt;
        private int _errorOf = int.MaxValue;
        private Socket _open;
        private IPAddress _openAddress;

        // shared with the thread, under _gate
        private bool _lookingUp;
        private IPAddress[] _found;
        private LinkError _lookUpError;

        internal TcpDial(string host, int port, int addressBytes = 0)
        {
            _host = host;
            _port = port;
            _addressBytes = addressBytes;
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

        /// <summary>The open socket, once <see cref="Step"/> says so.</summary>
        internal Socket Socket
        {
            get { return _open; }
        }

        /// <summary>The address that <see cref="Socket"/> is connected to.</summary>
        internal IPAddress Address
        {
            get { return _openAddress; }
        }

        /// <summary>Sockets that are connecting; none while a name is looked up.</summary>
        internal int AttemptCount
        {
            get { return _attemptCount; }
        }

        /// <summary>Milliseconds until <see cref="Step"/> begins another attempt by itself.</summary>
        internal int NextAttemptMs
        {
            get
            {
                return _attemptCount == 0 || _attemptCount == MaxAttempts || _next == _addresses.Length
                    ? int.MaxValue
                    : Math.Max(0, AttemptDelayMs - unchecked(Environment.TickCount - _begunAt));
            }
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

        /// <summary>One of the sockets that are connecting.</summary>
        internal Socket Attempt(int index)
        {
            return _attempts[index];
        }

        internal void Start()
        {
            IPAddress address = TcpAddress.Parse(_host);
            if (address != null)
            {
                bool meant = _addressBytes == 0 || (_addressBytes == 4) == (address.AddressFamily == AddressFamily.InterNetwork);
                _error = meant ? LinkError.None : LinkError.NameNotFound;
                Start(meant ? new IPAddress[] { address } : new IPAddress[0]);
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

        /// <summary>Goes on as far as it can without waiting.</summary>
        internal LinkState Step()
        {
            if (_addresses == null && !TakeAddresses())
            {
                return LinkState.Connecting;
            }

            while (_open == null)
            {
                for (int i = 0; i < _attemptCount && _open == null; i++)
                {
                    if (!Look(i))
                    {
                        i--;
                    }
                }

                if (_open != null || (_attemptCount > 0 && NextAttemptMs > 0))
                {
                    break;
                }

                if (_next == _addresses.Length)
                {
                    return LinkState.Failed;
                }

                Begin(_next++);
            }

            return _open == null ? LinkState.Connecting : LinkState.Open;
        }

        /// <summary>Gives up.</summary>
        internal void Abandon()
        {
            CloseAttempts();
            if (_open != null)
            {
                _open.Close();
                _open = null;
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

        private void Begin(int index)
        {
            Socket socket = null;
            _begunAt = Environment.TickCount;
            try
            {
                socket = new Socket(_addresses[index].AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Blocking = false;
                socket.Connect(new IPEndPoint(_addresses[index], _port));
            }
            catch (SocketException exception)
            {
                if (exception.SocketErrorCode != SocketError.WouldBlock && exception.SocketErrorCode != SocketError.InProgress)
                {
                    Missed(socket, index, TcpErrors.Of(exception));
                    return;
                }
            }

            _attempts[_attemptCount] = socket;
            _attemptAddresses[_attemptCount++] = index;
        }

        // looks at an attempt; false when it has failed and is no more
        private bool Look(int attempt)
        {
            Socket socket = _attempts[attempt];
            LinkError error;
            try
            {
                bool broken = socket.Poll(0, SelectMode.SelectError);
                if (!broken && !socket.Poll(0, SelectMode.SelectWrite))
                {
                    return true;
                }

                int code = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error);
                if (code == 0 && !broken)
                {
                    _open = socket;
                    _openAddress = _addresses[_attemptAddresses[attempt]];
                    _attempts[attempt] = null;
                    CloseAttempts();
                    return true;
                }

                error = TcpErrors.Of((SocketError)code);
            }
            catch (SocketException exception)
            {
                error = TcpErrors.Of(exception);
            }

            Missed(socket, _attemptAddresses[attempt], error);
            _attemptCount--;
            Array.Copy(_attempts, attempt + 1, _attempts, attempt, _attemptCount - attempt);
            Array.Copy(_attemptAddresses, attempt + 1, _attemptAddresses, attempt, _attemptCount - attempt);
            return false;
        }

        // the first address is the one that was meant most, so its error is told
        private void Missed(Socket socket, int index, LinkError error)
        {
            if (index < _errorOf)
            {
                _errorOf = index;
                _error = error;
            }

            if (socket != null)
            {
                socket.Close();
            }
        }

        private void CloseAttempts()
        {
            for (int i = 0; i < _attemptCount; i++)
            {
                if (_attempts[i] != null)
                {
                    _attempts[i].Close();
                }
            }

            _attemptCount = 0;
        }

        private void LookUp()
        {
            IPAddress[] found = new IPAddress[0];
            LinkError error = LinkError.None;
            try
            {
                found = Resolver(_host, _addressBytes);
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
