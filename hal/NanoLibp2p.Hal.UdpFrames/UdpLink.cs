using System;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.UdpFrames
{
    /// <summary>A device's frames over UDP, one in a datagram: Thread, Wi-Fi and other local networks (frame sessions, SPEC.md 14). The far
    /// end is its gateway; what others send is dropped.</summary>
    /// <remarks>On nanoFramework the network has to be joined before: <see cref="Open"/> says <see cref="LinkError.Unreachable"/> until
    /// then. The gateway's end is <c>UdpFrameLink</c> of NanoLibp2p.Hal.Radio.Desktop.</remarks>
    public sealed class UdpLink : IFrameLink
    {
        /// <summary>The longest frame (SPEC.md 14).</summary>
        public const int FrameMtu = 256;

        private const int WindowMs = 2000;

        // a socket call on nanoFramework that finds nothing to do ends after this time; Poll asked before
        private const int StuckMs = 100;

        // a flood of what is dropped must not keep the caller from its work
        private const int MaxDropped = 16;

        private readonly string _address;
        private readonly int _port;

        // one byte more shows what is too long
        private readonly byte[] _datagram = new byte[FrameMtu + 1];
        private Socket _socket;

        /// <summary>Takes its memory.</summary>
        /// <param name="address">The gateway's address, IPv6 or IPv4, as text.</param>
        /// <param name="port">Its port, 1 to 65,535.</param>
        /// <exception cref="ArgumentException">The port is out of range.</exception>
        public UdpLink(string address, int port)
        {
            if (port < 1 || port > 65535)
            {
                throw new ArgumentException("port = " + port.ToString() + "; give 1 to 65535");
            }

            _address = address;
            _port = port;
        }

        /// <inheritdoc/>
        public int Mtu
        {
            get { return FrameMtu; }
        }

        /// <summary>False: there is one other end.</summary>
        public bool HasAddresses
        {
            get { return false; }
        }

        /// <inheritdoc/>
        public bool IsBoundedByAir
        {
            get { return false; }
        }

        /// <inheritdoc/>
        public int AnswerMs
        {
            get { return WindowMs; }
        }

        /// <inheritdoc/>
        public int RssiDbm
        {
            get { return FrameLinkResult.NoSignal; }
        }

        /// <inheritdoc/>
        public int SnrQuarterDb
        {
            get { return FrameLinkResult.NoSignal; }
        }

        /// <summary>Takes a socket; with it and the address some hundred bytes of heap.</summary>
        public LinkError Open()
        {
            Close();
            Socket socket = null;
            try
            {
                IPAddress address = IPAddress.Parse(_address);
                socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                socket.ReceiveTimeout = StuckMs;
                socket.SendTimeout = StuckMs;

                // from then on the stack drops what comes from anywhere else
                socket.Connect(new IPEndPoint(address, _port));
            }
            catch (SocketException)
            {
                if (socket != null)
                {
                    socket.Close();
                }

                return LinkError.Unreachable;
            }
            catch (Exception)
            {
                // the text is no address
                return LinkError.AddressUnavailable;
            }

            _socket = socket;
            return LinkError.None;
        }

        /// <summary>0: nothing counts.</summary>
        public int TimeOnAirUs(int count)
        {
            return 0;
        }

        /// <summary>0.</summary>
        public int WaitMs(int count, bool isUrgent)
        {
            return 0;
        }

        /// <inheritdoc/>
        public int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
        {
            if (_socket == null)
            {
                return FrameLinkResult.Failed;
            }

            if (count < 1 || count > FrameMtu)
            {
                return FrameLinkResult.TooLong;
            }

            try
            {
                _socket.Send(frame, offset, count, SocketFlags.None);
                return count;
            }
            catch (SocketException exception)
            {
                return IsLost(exception) ? count : Broke();
            }
        }

        /// <inheritdoc/>
        public int Receive(byte[] buffer, int offset, int capacity)
        {
            for (int i = 0; i < MaxDropped; i++)
            {
                if (_socket == null)
                {
                    return LinkResult.Failed;
                }

                try
                {
                    if (!_socket.Poll(0, SelectMode.SelectRead))
                    {
                        return 0;
                    }

                    int count = _socket.Receive(_datagram, 0, _datagram.Length, SocketFlags.None);
                    if (count > 0 && count <= FrameMtu && count <= capacity)
                    {
                        Array.Copy(_datagram, 0, buffer, offset, count);
                        return count;
                    }
                }
                catch (SocketException exception)
                {
                    if (!IsLost(exception))
                    {
                        return Broke();
                    }
                }
            }

            return 0;
        }

        /// <summary>0: no address.</summary>
        public int CopyAddress(byte[] buffer, int offset)
        {
            return 0;
        }

        /// <summary>0: an answer needs none.</summary>
        public int CopyOrigin(byte[] buffer, int offset)
        {
            return 0;
        }

        /// <inheritdoc/>
        public int Poll(long nowMs)
        {
            return FrameLinkResult.IdleMs;
        }

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
            if (_socket == null)
            {
                System.Threading.Thread.Sleep(milliseconds);
                return;
            }

            try
            {
                // at most a second: the microseconds of IdleMs are more than some stacks take
                _socket.Poll((milliseconds < 1000 ? milliseconds : 1000) * 1000, SelectMode.SelectRead);
            }
            catch (SocketException)
            {
                // the next call says what it was
            }
        }

        /// <inheritdoc/>
        public void Close()
        {
            if (_socket != null)
            {
                _socket.Close();
                _socket = null;
            }
        }

        private int Broke()
        {
            Close();
            return LinkResult.Failed;
        }

        // Nobody listens there now, or a datagram was too long for the stack: that frame is lost, as any may be.
        private static bool IsLost(SocketException exception)
        {
#if NANOFRAMEWORK_1_0
            // lwIP tells nothing of that kind: what it tells is a network that is gone
            return false;
#else
            return exception.SocketErrorCode == SocketError.ConnectionRefused || exception.SocketErrorCode == SocketError.ConnectionReset
                || exception.SocketErrorCode == SocketError.MessageSize || exception.SocketErrorCode == SocketError.WouldBlock;
#endif
        }
    }
}
