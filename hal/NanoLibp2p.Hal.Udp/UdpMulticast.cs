using System;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Hal.Datagrams;

namespace NanoLibp2p.Hal.Udp
{
    /// <summary>A multicast group over IPv4 and UDP, such as mDNS's 224.0.0.251 at 5353, on one interface of this host.</summary>
    /// <remarks>
    /// The port is shared with other programs that listen to the group. On a board the firmware must have IGMP: ESP32 has it, an STM32 with
    /// ChibiOS has not, and <see cref="Open"/> says so with <see cref="LinkError.Other"/>.
    /// </remarks>
    public sealed class UdpMulticast : IMulticastLink
    {
        private readonly IPAddress _group;
        private readonly int _port;
        private readonly string _interface;
        private readonly byte[] _address = new byte[4];
        private readonly byte[] _mask = new byte[4];
        private readonly UdpTarget _target;
        private Socket _socket;

        /// <summary>Makes a link that is not open yet.</summary>
        /// <param name="group">The group's IPv4 address, 224.0.0.0 to 239.255.255.255.</param>
        /// <param name="port">1 to 65,535.</param>
        /// <param name="hostAddress">This host's address on the interface; null for the first that is up, and for loopback where there is
        /// no other.</param>
        /// <exception cref="ArgumentException">The port is out of range.</exception>
        public UdpMulticast(string group, int port, string hostAddress)
        {
            if (port < 1 || port > 65535)
            {
                throw new ArgumentException("port = " + port.ToString() + "; give 1 to 65535");
            }

            _group = IPAddress.Parse(group);
            _port = port;
            _interface = hostAddress;
            _target = new UdpTarget(new IPEndPoint(_group, port));
        }

        /// <summary>The 4 bytes of this host's address on the interface, into the caller's buffer; zeros before the first
        /// <see cref="Open"/>.</summary>
        public void CopyHostAddress(byte[] buffer, int offset)
        {
            Array.Copy(_address, 0, buffer, offset, 4);
        }

        /// <inheritdoc/>
        public LinkError Open()
        {
            Close();
            if (!UdpCalls.FindInterface(_interface, _address, _mask))
            {
                return LinkError.AddressUnavailable;
            }

            Socket socket = null;
            try
            {
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                UdpCalls.Share(socket);
                socket.Bind(new IPEndPoint(IPAddress.Any, _port));
                UdpCalls.Join(socket, _group, _address);
            }
            catch (SocketException)
            {
                if (socket != null)
                {
                    socket.Close();
                }

                return LinkError.Other;
            }

            _socket = socket;
            return LinkError.None;
        }

        /// <inheritdoc/>
        public int Receive(byte[] buffer, int offset, int capacity)
        {
            return _socket == null ? LinkResult.Failed : UdpCalls.Receive(_socket, buffer, offset, capacity);
        }

        /// <inheritdoc/>
        public int Send(byte[] buffer, int offset, int count)
        {
            return _socket == null ? LinkResult.Failed : _target.Send(_socket, buffer, offset, count);
        }

        /// <inheritdoc/>
        public bool IsNeighbour(byte[] address, int offset, int count)
        {
            if (_socket == null || count != 4 || address[offset] == 0)
            {
                return false;
            }

            for (int i = 0; i < 4; i++)
            {
                if (((address[offset + i] ^ _address[i]) & _mask[i]) != 0)
                {
                    return false;
                }
            }

            return true;
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
    }
}
