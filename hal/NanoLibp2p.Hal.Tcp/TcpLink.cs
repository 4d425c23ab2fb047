using System;
using System.Net;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Tcp
{
    /// <summary>
    /// One TCP connection. After the peer's end (<see cref="LinkState.Closed"/>, told by <see cref="Read"/>) what is
    /// written still goes out, as TCP closes each direction by itself; after <see cref="Close"/> nothing does.
    /// </summary>
    internal sealed class TcpLink : IStreamLink
    {
        /// <summary>What makes the link; null for one that was accepted, and once it is open.</summary>
        internal TcpDial Dial;

        /// <summary>The open socket, or null.</summary>
        internal Socket Socket;

        // What Wait has told and the caller has not yet acted on. Told once, not again: a caller without room for bytes
        // would otherwise never sleep.
        internal bool ReadTold;
        internal bool WriteRefused;

        private readonly byte[] _scratch;
        private LinkState _state;
        private LinkError _error;
        private byte[] _address = new byte[0];
        private int _port;

        private TcpLink(byte[] scratch)
        {
            _scratch = scratch;
        }

        /// <inheritdoc/>
        public LinkState State
        {
            get
            {
                StepDial();
                return _state;
            }
        }

        /// <inheritdoc/>
        public LinkError Error
        {
            get
            {
                StepDial();
                return _error;
            }
        }

        /// <inheritdoc/>
        public int RemotePort
        {
            get { return _port; }
        }

        /// <summary>True when it holds neither socket nor thread, so that its slot is free.</summary>
        internal bool IsSpent
        {
            get { return Socket == null && (Dial == null || (_state != LinkState.Connecting && !Dial.IsBusy)); }
        }

        /// <summary>True while a dial is under way; unlike <see cref="State"/> it does not look for news.</summary>
        internal bool IsConnecting
        {
            get { return _state == LinkState.Connecting; }
        }

        /// <summary>True when bytes or an end would be news to the caller.</summary>
        internal bool WantsRead
        {
            get { return _state == LinkState.Open && !ReadTold; }
        }

        /// <summary>True when the last write was not taken whole, so that room would be news to the caller.</summary>
        internal bool WantsWrite
        {
            get { return Socket != null && WriteRefused; }
        }

        internal static TcpLink Dialing(TcpDial dial, byte[] scratch)
        {
            TcpLink link = new TcpLink(scratch);
            link._state = LinkState.Connecting;
            link.Dial = dial;
            link.Dial.Start();
            link.StepDial();
            return link;
        }

        internal static TcpLink FailedFor(LinkError error)
        {
            TcpLink link = new TcpLink(null);
            link._state = LinkState.Failed;
            link._error = error;
            return link;
        }

        /// <summary>A link on a socket that the listener gave out; throws when the peer has already left.</summary>
        internal static TcpLink Accepted(Socket socket, byte[] scratch)
        {
            TcpLink link = new TcpLink(scratch);
            IPEndPoint remote = (IPEndPoint)socket.RemoteEndPoint;
            link.Open(socket, remote.Address, remote.Port);
            return link;
        }

        /// <inheritdoc/>
        public int Read(byte[] buffer, int offset, int count)
        {
            StepDial();
            ReadTold = false;
            switch (_state)
            {
                case LinkState.Connecting:
                    return 0;
                case LinkState.Closed:
                    return LinkResult.Ended;
                case LinkState.Failed:
                    return LinkResult.Failed;
            }

            if (count == 0)
            {
                return 0;
            }

            LinkError error;
            int read = SocketCalls.Receive(Socket, buffer, offset, count, out error);
            if (read == LinkResult.Failed)
            {
                Fail(error);
            }
            else if (read == LinkResult.Ended)
            {
                _state = LinkState.Closed;
            }

            if (read == LinkResult.Ended && _error != LinkError.None)
            {
                // a write had failed, and all that came before is read
                _state = LinkState.Failed;
                read = LinkResult.Failed;
            }

            return read;
        }

        /// <inheritdoc/>
        public int Write(byte[] buffer, int offset, int count)
        {
            StepDial();
            if (Socket == null)
            {
                return _state == LinkState.Connecting ? 0 : LinkResult.Failed;
            }

            if (count == 0)
            {
                return 0;
            }

            LinkError error;
            int written = SocketCalls.Send(Socket, buffer, offset, count, out error);
            if (written == LinkResult.Failed)
            {
                // still open for what the peer said before it left
                _error = error;
            }
            else
            {
                WriteRefused = written < count;
            }

            return written;
        }

        /// <inheritdoc/>
        public int CopyRemoteAddress(byte[] buffer, int offset)
        {
            StepDial();
            Array.Copy(_address, 0, buffer, offset, _address.Length);
            return _address.Length;
        }

        /// <inheritdoc/>
        public void Close()
        {
            if (_state == LinkState.Connecting)
            {
                Dial.Abandon();
            }

            if (_state != LinkState.Failed)
            {
                _state = LinkState.Closed;
            }

            if (Socket != null)
            {
                Socket socket = Socket;
                Socket = null;
                SocketCalls.Close(socket, _scratch);
            }
        }

        /// <summary>Moves a dial on.</summary>
        /// <returns>True when it ended just now.</returns>
        internal bool StepDial()
        {
            if (_state != LinkState.Connecting)
            {
                return false;
            }

            switch (Dial.Step())
            {
                case LinkState.Open:
                    OpenDialed();
                    return true;
                case LinkState.Failed:
                    _error = Dial.Error;
                    _state = LinkState.Failed;
                    return true;
                default:
                    return false;
            }
        }

        private void OpenDialed()
        {
            try
            {
                Open(Dial.Socket, Dial.Address, Dial.Port);
                Dial = null;
            }
            catch (SocketException exception)
            {
                // it broke between its opening and this call
                Dial.Abandon();
                _error = TcpErrors.Of(exception);
                _state = LinkState.Failed;
            }
        }

        private void Open(Socket socket, IPAddress address, int port)
        {
            SocketCalls.Prepare(socket);
            Socket = socket;
            _address = TcpAddress.BytesOf(address);
            _port = port;
            _state = LinkState.Open;
        }

        private void Fail(LinkError error)
        {
            _error = error;
            _state = LinkState.Failed;
            Socket.Close();
            Socket = null;
        }
    }
}
