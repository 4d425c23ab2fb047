#if !NANOFRAMEWORK_1_0
using System;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Udp
{
    /// <summary>The calls on a datagram socket that never wait, as .NET has them: non-blocking sockets, errors as values.</summary>
    internal static class UdpCalls
    {
        private const int LinkLocalHops = 255;

        /// <summary>Makes a socket ready to share its port.</summary>
        internal static void Share(Socket socket)
        {
            socket.Blocking = false;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        }

        /// <summary>Joins the group on the interface that has the address, and sends there.</summary>
        /// <exception cref="SocketException">It does no multicast.</exception>
        internal static void Join(Socket socket, IPAddress group, byte[] address)
        {
            KeepToItself(socket);
            MulticastOption membership = new MulticastOption(group, new IPAddress(address));
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, membership);
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, address);
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, LinkLocalHops);

            // peers on the same host hear each other
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastLoopback, true);
        }

        /// <summary>This host's address and mask on the interface with that address; on the first with multicast; on loopback.</summary>
        internal static bool FindInterface(string wanted, byte[] address, byte[] mask)
        {
            bool found = false;
            foreach (NetworkInterface one in NetworkInterface.GetAllNetworkInterfaces())
            {
                bool isLoopback = one.NetworkInterfaceType == NetworkInterfaceType.Loopback;
                bool isUp = one.OperationalStatus == OperationalStatus.Up || one.OperationalStatus == OperationalStatus.Unknown;
                if (!isUp || (found && isLoopback))
                {
                    continue;
                }

                foreach (UnicastIPAddressInformation unicast in one.GetIPProperties().UnicastAddresses)
                {
                    bool isIt = wanted == null ? isLoopback || one.SupportsMulticast : unicast.Address.ToString() == wanted;
                    if (isIt && unicast.Address.AddressFamily == AddressFamily.InterNetwork)
                    {
                        found = true;
                        Array.Copy(unicast.Address.GetAddressBytes(), 0, address, 0, 4);
                        Array.Copy(unicast.IPv4Mask.GetAddressBytes(), 0, mask, 0, 4);
                        if (!isLoopback || wanted != null)
                        {
                            return true;
                        }
                    }
                }
            }

            return found;
        }

        /// <summary>Receives; see <see cref="Datagrams.IMulticastLink.Receive"/>.</summary>
        internal static int Receive(Socket socket, byte[] buffer, int offset, int capacity)
        {
            SocketError code;
            int received = socket.Receive(buffer, offset, capacity, SocketFlags.None, out code);
            switch (code)
            {
                case SocketError.Success:
                    return received;

                // Windows says so of what was cut
                case SocketError.MessageSize:
                    return capacity;
                case SocketError.WouldBlock:
                case SocketError.Interrupted:
                case SocketError.InProgress:
                    return 0;
                default:
                    return LinkResult.Failed;
            }
        }

        // Linux gives a socket the datagrams of every interface on which any program has joined the group, unless IP_MULTICAST_ALL is off.
        private static void KeepToItself(Socket socket)
        {
#if !NETSTANDARD
            if (OperatingSystem.IsLinux())
            {
                const int IpLevel = 0;
                const int MulticastAll = 49;
                socket.SetRawSocketOption(IpLevel, MulticastAll, new byte[4]);
            }
#endif
        }
    }
}
#endif
