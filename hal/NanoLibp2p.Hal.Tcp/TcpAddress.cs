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

        /// <summary>Looks a name up, which may take seconds. IPv4 comes first: boards often have no way out by IPv6.</summary>
        internal static IPAddress[] LookUp(string name)
        {
            IPAddress[] found = Dns.GetHostEntry(name).AddressList;
            IPAddress[] ordered = new IPAddress[found.Length];
            int count = 0;
            for (int round = 0; round < 2; round++)
            {
                for (int i = 0; i < found.Length; i++)
                {
                    if ((found[i].AddressFamily == AddressFamily.InterNetwork) == (round == 0))
                    {
                        ordered[count++] = found[i];
                    }
                }
            }

            return ordered;
        }

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
