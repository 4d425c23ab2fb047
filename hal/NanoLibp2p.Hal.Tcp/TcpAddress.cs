using System;
using System.Net;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Tcp
{
    /// <summary>Addresses as text, and their order when there are several.</summary>
    internal static class TcpAddress
    {
        /// <summary>True for text that can only be meant as an address: names have letters, and no colon.</summary>
        internal static bool LooksNumeric(string host)
        {
            bool digits = host.Length > 0;
            for (int i = 0; i < host.Length; i++)
            {
                char c = host[i];
                if (c == ':')
                {
                    return true;
                }

                digits = digits && (c == '.' || (c >= '0' && c <= '9'));
            }

            return digits;
        }

        /// <summary>The address that the text names; null when it is none.</summary>
        internal static IPAddress Parse(string host)
        {
            try
            {
                return LooksNumeric(host) ? IPAddress.Parse(host) : null;
            }
            catch (Exception)
            {
                // each runtime throws its own kind
                return null;
            }
        }

#if !NANOFRAMEWORK_1_0
        /// <summary>
        /// Looks a name up, which may take seconds. The families take turns (RFC 8305 4), and IPv4 comes first: boards often have no way
        /// out by IPv6.
        /// </summary>
        /// <param name="name">The name.</param>
        /// <param name="addressBytes">4 for its IPv4 addresses, 16 for its IPv6 addresses, 0 for all.</param>
        internal static IPAddress[] LookUp(string name, int addressBytes)
        {
#if NETSTANDARD
            IPAddress[] found = Dns.GetHostAddresses(name);
#else
            AddressFamily family = addressBytes == 0 ? AddressFamily.Unspecified
                : addressBytes == 4 ? AddressFamily.InterNetwork
                : AddressFamily.InterNetworkV6;
            IPAddress[] found = Dns.GetHostAddresses(name, family);
#endif
            IPAddress[] four = addressBytes == 16
                ? new IPAddress[0] : Array.FindAll(found, one => one.AddressFamily == AddressFamily.InterNetwork);
            IPAddress[] six = addressBytes == 4
                ? new IPAddress[0] : Array.FindAll(found, one => one.AddressFamily == AddressFamily.InterNetworkV6);
            IPAddress[] ordered = new IPAddress[four.Length + six.Length];
            int count = 0;
            for (int i = 0; count < ordered.Length; i++)
            {
                if (i < four.Length)
                {
                    ordered[count++] = four[i];
                }

                if (i < six.Length)
                {
                    ordered[count++] = six[i];
                }
            }

            return ordered;
        }

#endif
        /// <summary>4 or 16 bytes in network order; an IPv4 address inside IPv6 (RFC 4291 2.5.5.2) comes out as 4.</summary>
        internal static byte[] BytesOf(IPAddress address)
        {
            byte[] bytes = address.GetAddressBytes();
            if (bytes.Length != 16 || bytes[10] != 0xFF || bytes[11] != 0xFF)
            {
                return bytes;
            }

            for (int i = 0; i < 10; i++)
            {
                if (bytes[i] != 0)
                {
                    return bytes;
                }
            }

            byte[] inner = new byte[4];
            Array.Copy(bytes, 12, inner, 0, 4);
            return inner;
        }
    }
}
