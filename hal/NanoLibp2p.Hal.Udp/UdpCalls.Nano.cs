#if NANOFRAMEWORK_1_0
using System;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Udp
{
    /// <summary>The calls on a datagram socket that never wait, as nanoFramework has them: Poll asks first.</summary>
    internal static class UdpCalls
    {
        // a datagram that Poll saw is there at once
        private const int StuckMs = 100;

        private const int LinkLocalHops = 255;

        /// <summary>Makes a socket ready to share its port.</summary>
        internal static void Share(Socket socket)
        {
            socket.ReceiveTimeout = StuckMs;
            socket.SendTimeout = StuckMs;
            try
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }
            catch (SocketException)
            {
                // firmware built without SO_REUSE has no other program that wants the port
            }
        }

        /// <summary>Joins the group on the interface that has the address.</summary>
        /// <exception cref="SocketException">The firmware has no IGMP.</exception>
        internal static void Join(Socket socket, IPAddress group, byte[] address)
        {
            // lwIP's ip_mreq: the group, then the interface's address
            byte[] membership = new byte[8];
            Array.Copy(group.GetAddressBytes(), 0, membership, 0, 4);
            Array.Copy(address, 0, membership, 4, 4);
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, membership);
            try
            {
                // RFC 6762 11 wants it; lwIP has 1 otherwise, which reaches the link as well
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, LinkLocalHops);
            }
            catch (SocketException)
            {
                // firmware built without LWIP_MULTICAST_TX_OPTIONS
            }
        }

        /// <summary>This board's address and mask on the interface with that address, or on the first that has one.</summary>
        internal static bool FindInterface(string wanted, byte[] address, byte[] mask)
        {
            NetworkInterface[] all = NetworkInterface.GetAllNetworkInterfaces();
            for (int i = 0; i < all.Length; i++)
            {
                string text = all[i].IPv4Address;
                if (wanted == null ? text != null && text != "0.0.0.0" : text == wanted)
                {
                    Array.Copy(IPAddress.Parse(text).GetAddressBytes(), 0, address, 0, 4);
                    Array.Copy(IPAddress.Parse(all[i].IPv4SubnetMask).GetAddressBytes(), 0, mask, 0, 4);
                    return true;
                }
            }

            return false;
        }

        /// <summary>Receives; see <see cref="Datagrams.IMulticastLink.Receive"/>.</summary>
        internal static int Receive(Socket socket, byte[] buffer, int offset, int capacity)
        {
            try
            {
                return socket.Poll(0, SelectMode.SelectRead) ? socket.Receive(buffer, offset, capacity, SocketFlags.None) : 0;
            }
            catch (SocketException)
            {
                return LinkResult.Failed;
            }
        }
    }
}
#endif
