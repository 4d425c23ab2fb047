using NanoLibp2p.Buffers;

namespace NanoLibp2p.Multiformats
{
    /// <summary>
    /// The protocols that a multiaddr may be made of (multiaddr spec, protocols.csv), and a walk over its components
    /// that allocates nothing. nanoFramework knows those that lead to a peer by TCP: ip4, ip6, ip6zone, dns, dns4, dns6, tcp and p2p.
    /// </summary>
    public static class MultiaddrProtocol
    {
        /// <summary>An IPv4 address of 4 bytes.</summary>
        public const int Ip4 = 4;

        /// <summary>A TCP port of 2 bytes.</summary>
        public const int Tcp = 6;

        /// <summary>An IPv6 address of 16 bytes.</summary>
        public const int Ip6 = 41;

        /// <summary>The zone of the IPv6 address that follows, such as <c>eth0</c>.</summary>
        public const int Ip6Zone = 42;

        /// <summary>A DNS name for IPv4 or IPv6.</summary>
        public const int Dns = 53;

        /// <summary>A DNS name for IPv4.</summary>
        public const int Dns4 = 54;

        /// <summary>A DNS name for IPv6.</summary>
        public const int Dns6 = 55;

        /// <summary>A DNS name whose TXT records hold multiaddrs.</summary>
        public const int DnsAddr = 56;

        /// <summary>A UDP port of 2 bytes.</summary>
        public const int Udp = 273;

        /// <summary>A circuit through the peer before it.</summary>
        public const int P2pCircuit = 290;

        /// <summary>A peer id; <c>/ipfs/</c> in old texts.</summary>
        public const int P2p = 421;

        /// <summary>TLS.</summary>
        public const int Tls = 448;

        /// <summary>TLS's server name.</summary>
        public const int Sni = 449;

        /// <summary>QUIC, RFC 9000.</summary>
        public const int QuicV1 = 461;

        /// <summary>WebSocket.</summary>
        public const int Ws = 477;

        /// <summary>WebSocket over TLS.</summary>
        public const int Wss = 478;

        /// <summary>What <see cref="Read"/> returns for bytes that end inside a component, or a value that its protocol doesn't
        /// allow.</summary>
        public const int Malformed = -1;

        /// <summary>What <see cref="Read"/> returns for a protocol that is not in this list.</summary>
        public const int Unknown = -2;

        // What ValueSize says of values with a length prefix.
        internal const int TextValue = -1;
        internal const int PeerValue = -2;
        internal const int NoProtocol = -3;

        // RFC 1035 2.3.4 allows a name 253 characters in text
        private const int MaxNameBytes = 253;

        /// <summary>Reads the component at <paramref name="offset"/> of a peer's bytes and checks it. Allocates nothing.</summary>
        /// <param name="bytes">The multiaddr.</param>
        /// <param name="offset">Where the component begins.</param>
        /// <param name="count">Bytes up to the multiaddr's end.</param>
        /// <param name="code">Its protocol.</param>
        /// <param name="valueOffset">Where its value begins, behind a length prefix.</param>
        /// <param name="valueCount">Bytes of the value, which may be 0.</param>
        /// <returns>The component's bytes, so that the next one begins so much later; or <see cref="Malformed"/> or
        /// <see cref="Unknown"/>.</returns>
        public static int Read(byte[] bytes, int offset, int count, out int code, out int valueOffset, out int valueCount)
        {
            ulong number;
            int header = Varint.Read(bytes, offset, count, out number);
            code = number <= Wss ? (int)number : 0;
            valueOffset = offset;
            valueCount = 0;
            if (header <= 0)
            {
                return Malformed;
            }
            int size = ValueSize(code);
            if (size == NoProtocol)
            {
                return Unknown;
            }
            ulong length = (ulong)size;
            if (size < 0)
            {
                int prefix = Varint.Read(bytes, offset + header, count - header, out length);
                if (prefix <= 0)
                {
                    return Malformed;
                }
                header += prefix;
            }
            if (length > (uint)(count - header))
            {
                return Malformed;
            }
            valueOffset = offset + header;
            valueCount = (int)(uint)length;
            bool good = size >= 0
                || (size == PeerValue ? PeerId.CheckBytes(bytes, valueOffset, valueCount) == 0 : IsName(bytes, valueOffset, valueCount));
            return good ? header + valueCount : Malformed;
        }

        /// <summary>The protocol's name, such as <c>tcp</c>, or null for an unknown code.</summary>
        public static string NameOf(int code)
        {
            switch (code)
            {
                case Ip4: return "ip4";
                case Tcp: return "tcp";
                case Ip6: return "ip6";
                case Ip6Zone: return "ip6zone";
                case Dns: return "dns";
                case Dns4: return "dns4";
                case Dns6: return "dns6";
                case P2p: return "p2p";
#if !NANOFRAMEWORK_1_0
                case DnsAddr: return "dnsaddr";
                case Udp: return "udp";
                case P2pCircuit: return "p2p-circuit";
                case Tls: return "tls";
                case Sni: return "sni";
                case QuicV1: return "quic-v1";
                case Ws: return "ws";
                case Wss: return "wss";
#endif
                default: return null;
            }
        }

        /// <summary>The code of a protocol's name (or of <c>ipfs</c>, the old one of p2p), or 0.</summary>
        public static int CodeOf(string name)
        {
            if (name == "ipfs")
            {
                return P2p;
            }
            for (int code = Ip4; code <= Wss; code++)
            {
                if (ValueSize(code) != NoProtocol && NameOf(code) == name)
                {
                    return code;
                }
            }
            return 0;
        }

        // Bytes of a protocol's value, or how a value with a length prefix is read.
        internal static int ValueSize(int code)
        {
            return code == Ip4 ? 4
                : code == Ip6 ? 16
                : code == P2p ? PeerValue
#if NANOFRAMEWORK_1_0
                : code == Tcp ? 2
                : code == Ip6Zone || (code >= Dns && code <= Dns6) ? TextValue
#else
                : code == Tcp || code == Udp ? 2
                : code == Ip6Zone || (code >= Dns && code <= DnsAddr) || code == Sni ? TextValue
                : code == P2pCircuit || code == Tls || code == QuicV1 || code == Ws || code == Wss ? 0
#endif
                : NoProtocol;
        }

        // Printable ASCII that can stand between two slashes. International names come as A-labels (RFC 5890).
        internal static bool IsName(byte[] bytes, int offset, int count)
        {
            bool good = count > 0 && count <= MaxNameBytes;
            for (int i = 0; good && i < count; i++)
            {
                int b = bytes[offset + i];
                good = b > 0x20 && b < 0x7F && b != '/';
            }
            return good;
        }
    }
}
