using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia
{
    /// <summary>A peer that a lookup was told of: a view on the answer being read.</summary>
    public sealed class KademliaPeer
    {
        /// <summary>
        /// The bytes of its id, <see cref="IdCount"/> of them, not a copy: <c>PeerId.FromBytes(peer.Id, 0, peer.IdCount)</c>.
        /// </summary>
        public readonly byte[] Id = new byte[PeerId.MaxBytes];

        // addresses, each behind its length and without the peer's id at its end
        internal readonly byte[] Packed;
        internal int PackedCount;
        internal int Count;

        internal KademliaPeer(int packedBytes)
        {
            Packed = new byte[packedBytes];
        }

        /// <summary>How many bytes <see cref="Id"/> has.</summary>
        public int IdCount
        {
            get { return Count; }
        }

        /// <summary>
        /// The addresses that were told, each with the peer's id, ready for Node.Dial: those that can be dialled by TCP, fitted in
        /// KademliaOptions.PeerBytes and are not excluded. May be none. Allocates.
        /// </summary>
        public Multiaddr[] Addresses()
        {
            int count = 0;
            while (Seek(Packed, 0, PackedCount, count) >= 0)
            {
                count++;
            }

            Multiaddr[] made = new Multiaddr[count];
            while (--count >= 0)
            {
                made[count] = Make(Packed, Seek(Packed, 0, PackedCount, count), Id, 0, Count);
            }

            return made;
        }

        /// <summary>
        /// Adds an address if it can be dialled by TCP and there is room, without a <c>/p2p/</c> at its end that names the peer. Others are
        /// passed over: another transport, a relay, another peer, port 0, and with <paramref name="publicOnly"/> a private one.
        /// </summary>
        internal void Add(byte[] bytes, int count, bool publicOnly)
        {
            int code;
            int at;
            int size;
            int used = MultiaddrProtocol.Read(bytes, 0, count, out code, out at, out size);
            bool isIp = code == MultiaddrProtocol.Ip4 || code == MultiaddrProtocol.Ip6;
            if (used <= 0 || !(isIp || (code >= MultiaddrProtocol.Dns && code <= MultiaddrProtocol.Dns6))
                || (isIp && publicOnly && IsPrivate(Bytes.ReadUInt16BigEndian(bytes, at), size)))
            {
                return;
            }

            int next = MultiaddrProtocol.Read(bytes, used, count - used, out code, out at, out size);
            if (next <= 0 || code != MultiaddrProtocol.Tcp || Bytes.ReadUInt16BigEndian(bytes, at) == 0)
            {
                return;
            }

            used += next;
            next = used == count ? 0 : MultiaddrProtocol.Read(bytes, used, count - used, out code, out at, out size);
            if (used + next == count && (next == 0
                || (code == MultiaddrProtocol.P2p && size == Count && Bytes.Equal(bytes, at, Id, 0, size)))
                && PackedCount + 1 + used <= Packed.Length)
            {
                Packed[PackedCount++] = (byte)used;
                Array.Copy(bytes, 0, Packed, PackedCount, used);
                PackedCount += used;
            }
        }

        /// <summary>
        /// Where an address begins among those kept between two offsets, the last followed by a 0 or the end; -1 when there are not so
        /// many.
        /// </summary>
        internal static int Seek(byte[] packed, int at, int end, int index)
        {
            for (; at < end && packed[at] != 0; at += 1 + packed[at])
            {
                if (index-- == 0)
                {
                    return at;
                }
            }

            return -1;
        }

        /// <summary>The multiaddr of an address that is kept, with its peer's id. A device makes addresses from text alone.</summary>
        internal static Multiaddr Make(byte[] packed, int offset, byte[] id, int idOffset, int idCount)
        {
            int code;
            int at;
            int size;
            int host = MultiaddrProtocol.Read(packed, offset + 1, packed[offset], out code, out at, out size);
            bool isIp4 = code == MultiaddrProtocol.Ip4;
            string text = "/" + MultiaddrProtocol.NameOf(code);
            string before = "/";
            if (!isIp4 && code != MultiaddrProtocol.Ip6)
            {
                text = text + before + Bytes.ToText(packed, at, size);
                size = 0;
            }

            // four numbers, or eight of two bytes each
            for (int end = at + size; at < end; at++)
            {
                text = text + before + (isIp4 ? ((int)packed[at]).ToString()
                    : ((int)Bytes.ReadUInt16BigEndian(packed, at++)).ToString("X"));
                before = isIp4 ? "." : ":";
            }

            // the port is behind the length, the host and the code of tcp
            text = text + "/tcp/" + ((int)Bytes.ReadUInt16BigEndian(packed, offset + 1 + host + 1)).ToString();
            return Multiaddr.Parse(text).WithPeerId(PeerId.FromBytes(id, idOffset, idCount));
        }

        // By its first 16 bits. IPv4 (RFC 6890): 0/8, 10/8, 127/8, 100.64/10, 169.254/16, 172.16/12, 192.168/16. IPv6: what begins with a
        // zero byte (loopback, mapped IPv4), fc00::/7, fe80::/10.
        private static bool IsPrivate(int first, int size)
        {
            int a = first >> 8;
            return a == 0 || (size == 4
                ? a == 10 || a == 127 || (first & 0xFFC0) == 0x6440 || first == 0xA9FE || (first & 0xFFF0) == 0xAC10 || first == 0xC0A8
                : (a & 0xFE) == 0xFC || (first & 0xFFC0) == 0xFE80);
        }
    }
}
