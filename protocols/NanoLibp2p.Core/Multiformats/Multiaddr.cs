using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Multiformats
{
    /// <summary>
    /// An address that says how to reach a peer, such as <c>/ip4/192.168.1.7/tcp/4001/p2p/12D3KooW…</c> (multiaddr spec).
    /// Immutable. A peer's bytes are checked with Validate and walked with <see cref="MultiaddrProtocol.Read"/>,
    /// which allocate nothing; nanoFramework makes addresses from text alone.
    /// </summary>
    public sealed partial class Multiaddr
    {
        /// <summary>The longest multiaddr in bytes: a relay by a name of full length, and two peers.</summary>
        public const int MaxBytes = 512;

        private readonly byte[] _bytes;
        private string _host;
        private PeerId _peerId;

        // takes over the array, which is valid
        private Multiaddr(byte[] bytes)
        {
            _bytes = bytes;
        }

        /// <summary>Reads a text. A slash at the end is allowed, and <c>/ipfs/</c> for <c>/p2p/</c>.</summary>
        /// <exception cref="FormatException">It isn't a multiaddr; the message says which part and why.</exception>
        public static Multiaddr Parse(string text)
        {
            string error;
            Multiaddr address = TryParse(text, out error);
            if (address == null)
            {
                throw new FormatException(error);
            }
            return address;
        }

        /// <summary>As <see cref="Parse"/>, without an exception.</summary>
        /// <param name="text">What may be a multiaddr; may be null.</param>
        /// <param name="error">Which part of it is wrong and why, such as <c>/ip4/1.2.3/tcp/1: '1.2.3' is not an IPv4 address</c>, or
        /// null.</param>
        /// <returns>The multiaddr, or null.</returns>
        public static Multiaddr TryParse(string text, out string error)
        {
            if (text == null)
            {
                text = string.Empty;
            }
            byte[] parsed = MultiaddrText.Parse(text, out error);
            if (parsed == null)
            {
                error = (text.Length == 0 ? "an empty text" : text) + ": " + error;
                return null;
            }
            return new Multiaddr(parsed);
        }

        /// <summary>A copy of the bytes.</summary>
        public byte[] ToBytes()
        {
            byte[] copy = new byte[_bytes.Length];
            Array.Copy(_bytes, copy, copy.Length);
            return copy;
        }

        /// <summary>
        /// The peer that this address leads to: of a <c>/p2p/</c> at its end, or null. A relay's id before <c>/p2p-circuit</c> is not it.
        /// </summary>
        public PeerId PeerId
        {
            get
            {
                if (_peerId == null)
                {
                    int last = PeerIdOffset();
                    if (last < _bytes.Length)
                    {
                        // two bytes of code, one of length
                        _peerId = PeerId.FromBytes(_bytes, last + 3, _bytes.Length - last - 3);
                    }
                }
                return _peerId;
            }
        }

        /// <summary>This address with the peer at its end, in place of another one that may be there.</summary>
        /// <exception cref="ArgumentException">It would be longer than <see cref="MaxBytes"/>.</exception>
        public Multiaddr WithPeerId(PeerId id)
        {
            int last = PeerIdOffset();
            byte[] joined = new byte[last + 3 + id.Length];
            Array.Copy(_bytes, joined, last);
            last += Varint.Write(MultiaddrProtocol.P2p, joined, last);
            joined[last++] = (byte)id.Length;
            id.CopyTo(joined, last);
            if (joined.Length > MaxBytes)
            {
                throw new ArgumentException(ToString() + " has no room for a peer id within Multiaddr.MaxBytes");
            }
            return new Multiaddr(joined);
        }

        /// <summary>This address without the peer at its end; null when nothing else is in it.</summary>
        public Multiaddr WithoutPeerId()
        {
            int last = PeerIdOffset();
            if (last == _bytes.Length)
            {
                return this;
            }

            byte[] rest = new byte[last];
            Array.Copy(_bytes, rest, last);
            return last == 0 ? null : new Multiaddr(rest);
        }

        /// <summary>
        /// Whether a plain TCP connection to <see cref="Host"/> and <see cref="Port"/> reaches the peer: nothing but its id comes
        /// after them. A dnsaddr has to be looked up first.
        /// </summary>
        public bool IsTcp
        {
            get
            {
                int offset;
                int count;
                int index = HostIndex();
                int end = PeerIdOffset() == _bytes.Length ? 2 : 3;
                int code = Component(index, out offset, out count);
                return IsHost(code)
                    && code != MultiaddrProtocol.DnsAddr
                    && Component(index + 1, out offset, out count) == MultiaddrProtocol.Tcp
                    && Component(index + end, out offset, out count) == 0;
            }
        }

        /// <summary>The address or name to dial, such as <c>192.168.1.7</c> or <c>fe80::1%eth0</c>; null without a host. Made
        /// once.</summary>
        public string Host
        {
            get
            {
                if (_host == null)
                {
                    int offset;
                    int count;
                    int index = HostIndex();
                    int code = Component(index, out offset, out count);
                    if (IsHost(code))
                    {
                        _host = MultiaddrText.Value(code, _bytes, offset, count);
                        if (index > 0)
                        {
                            code = Component(0, out offset, out count);
                            _host = _host + "%" + MultiaddrText.Value(code, _bytes, offset, count);
                        }
                    }
                }

                return _host;
            }
        }

        /// <summary>Bytes of the addresses of its name that lead to the peer: 4 for IPv4 alone (dns4), 16 for IPv6 alone (dns6), 0 for
        /// all.</summary>
        public int NameAddressBytes
        {
            get
            {
                int offset;
                int count;
                int code = Component(0, out offset, out count);
                return code == MultiaddrProtocol.Dns4 ? 4 : code == MultiaddrProtocol.Dns6 ? 16 : 0;
            }
        }

        /// <summary>The TCP or UDP port after the host; 0 when there is none.</summary>
        public int Port
        {
            get
            {
                int offset;
                int count;
                int code = Component(HostIndex() + 1, out offset, out count);
                return code == MultiaddrProtocol.Tcp || code == MultiaddrProtocol.Udp ? Bytes.ReadUInt16BigEndian(_bytes, offset) : 0;
            }
        }

        /// <summary>This address with another port, 0 to 65,535, after its host.</summary>
        /// <exception cref="ArgumentException">It has no port, or the other is out of range.</exception>
        public Multiaddr WithPort(int port)
        {
            int offset;
            int count;
            int code = Component(HostIndex() + 1, out offset, out count);
            if (code != MultiaddrProtocol.Tcp && code != MultiaddrProtocol.Udp)
            {
                throw new ArgumentException(ToString() + " has no port to change");
            }
            if (port < 0 || port > 65535)
            {
                throw new ArgumentException(port.ToString() + " is not a port (0 to 65535)");
            }
            byte[] copy = ToBytes();
            Bytes.WriteUInt16BigEndian(copy, offset, (ushort)port);
            return new Multiaddr(copy);
        }

        /// <summary>The text in its usual form: IPv6 as in RFC 5952, peers in base58btc.</summary>
        public override string ToString()
        {
            string text = string.Empty;
            int code;
            int offset;
            int count;
            for (int i = 0; (code = Component(i, out offset, out count)) != 0; i++)
            {
                text = text + "/" + MultiaddrProtocol.NameOf(code);
                if (count > 0)
                {
                    text = text + "/" + MultiaddrText.Value(code, _bytes, offset, count);
                }
            }
            return text;
        }

        // The code of a component, or 0 behind the last, and where its value is.
        private int Component(int index, out int valueOffset, out int valueCount)
        {
            int code = 0;
            int at = 0;
            valueOffset = 0;
            valueCount = 0;
            for (; index >= 0; index--)
            {
                if (at == _bytes.Length)
                {
                    return 0;
                }
                at += MultiaddrProtocol.Read(_bytes, at, _bytes.Length - at, out code, out valueOffset, out valueCount);
            }
            return code;
        }

        // A zone comes before its address.
        private int HostIndex()
        {
            int offset;
            int count;
            return Component(0, out offset, out count) == MultiaddrProtocol.Ip6Zone
                && Component(1, out offset, out count) == MultiaddrProtocol.Ip6 ? 1 : 0;
        }

        private static bool IsHost(int code)
        {
            return code == MultiaddrProtocol.Ip4 || code == MultiaddrProtocol.Ip6
                || (code >= MultiaddrProtocol.Dns && code <= MultiaddrProtocol.DnsAddr);
        }

        // Where the /p2p/ at the end begins, or the end.
        private int PeerIdOffset()
        {
            int code = 0;
            int offset;
            int count;
            int at = 0;
            int last = 0;
            while (at < _bytes.Length)
            {
                last = at;
                at += MultiaddrProtocol.Read(_bytes, at, _bytes.Length - at, out code, out offset, out count);
            }
            return code == MultiaddrProtocol.P2p ? last : at;
        }
    }
}
