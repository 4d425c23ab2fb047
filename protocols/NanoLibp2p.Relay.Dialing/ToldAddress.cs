using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    /// <summary>The stream of a reservation, of whose message the first public address of the relay is kept.</summary>
    internal sealed class ToldAddress : Circuit
    {
        // host, port and the relay's id
        private const int MaxAddressBytes = 88;

        internal readonly byte[] Bytes = new byte[MaxAddressBytes];

        // bytes of it, host and port alone; 0 for none
        internal int Count;

        // what another answer told is no address of who gives this one
        /// <inheritdoc/>
        internal override void Begin(int limitField, long deadline)
        {
            Count = 0;
            base.Begin(limitField, deadline);
        }

        /// <inheritdoc/>
        internal override void OnAddress(byte[] buffer, int offset, int count, int before, int total)
        {
            if (Count > 0 || total > MaxAddressBytes)
            {
                return;
            }

            Array.Copy(buffer, offset, Bytes, before, count);
            if (before + count == total)
            {
                bool isPrivate;
                int bytes = HostBytes(Bytes, total, out isPrivate);
                Count = isPrivate ? 0 : bytes;
            }
        }

        /// <summary>Bytes of an address up to behind its TCP port; 0 when it is not of a host and a TCP port.</summary>
        /// <param name="bytes">The multiaddr.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="isPrivate">Whether it names a private IP address.</param>
        internal static int HostBytes(byte[] bytes, int count, out bool isPrivate)
        {
            int code;
            int at;
            int size;
            int used = MultiaddrProtocol.Read(bytes, 0, count, out code, out at, out size);
            bool isIp = code == MultiaddrProtocol.Ip4 || code == MultiaddrProtocol.Ip6;
            isPrivate = used > 0 && isIp && IsPrivate(Buffers.Bytes.ReadUInt16BigEndian(bytes, at), size);
            if (used <= 0 || !(isIp || (code >= MultiaddrProtocol.Dns && code <= MultiaddrProtocol.Dns6)))
            {
                return 0;
            }

            int port = MultiaddrProtocol.Read(bytes, used, count - used, out code, out at, out size);
            return port > 0 && code == MultiaddrProtocol.Tcp ? used + port : 0;
        }

        // Whether an IP address, by its first 16 bits, means somebody else's host to who reads of it. IPv4 (RFC 6890): 0/8, 10/8, 127/8,
        // 100.64/10, 169.254/16, 172.16/12, 192.168/16. IPv6: what begins with a zero byte (loopback, mapped IPv4), fc00::/7, fe80::/10.
        private static bool IsPrivate(int first, int size)
        {
            int a = first >> 8;
            return a == 0 || (size == 4
                ? a == 10 || a == 127 || (first & 0xFFC0) == 0x6440 || first == 0xA9FE || (first & 0xFFF0) == 0xAC10 || first == 0xC0A8
                : (a & 0xFE) == 0xFC || (first & 0xFFC0) == 0xFE80);
        }
    }
}
