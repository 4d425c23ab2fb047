using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Firmware
{
    /// <summary>Whom a device calls: addresses of one peer or of several, tried one after another until one is connected.</summary>
    /// <remarks>
    /// Of a host's name it keeps the address that the peer was last reached at, and that is dialled next time. When it fails, it and the
    /// name take turns until one of them leads to the peer: the name may have another address by now, or nobody be there to tell.
    /// </remarks>
    public sealed class DialList
    {
        /// <summary>Addresses that fit.</summary>
        public const int MaxAddresses = 8;

        // each in an array of its own, which is how a node takes them
        private readonly Multiaddr[][] _addresses = new Multiaddr[MaxAddresses][];
        private int _count;

        // where a name led to last, as an array of its own too; null for none, and for an address that is none of a name
        private readonly Multiaddr[][] _known = new Multiaddr[MaxAddresses][];

        // names, and those of them whose known address has failed last, as bits by index
        private uint _names;
        private uint _stale;

        /// <summary>Addresses in it.</summary>
        public int Count
        {
            get { return _count; }
        }

        /// <summary>Adds an address such as <c>/ip4/192.168.1.10/tcp/4001/p2p/12D3KooW…</c>; with the peer id nobody else is accepted
        /// there.</summary>
        /// <exception cref="FormatException">It is not a multiaddr.</exception>
        /// <exception cref="ArgumentException">It is not a TCP address, or the list is full.</exception>
        public void Add(string address)
        {
            Multiaddr parsed = Multiaddr.Parse(address);
            if (!parsed.IsTcp)
            {
                throw new ArgumentException(address + " is not a TCP address; give one such as /ip4/192.168.1.10/tcp/4001");
            }

            if (_count == MaxAddresses)
            {
                throw new ArgumentException("the dial list is full with 8 addresses; leave out those that matter least");
            }

            if (IsName(parsed.Host))
            {
                _names |= 1u << _count;
            }

            _addresses[_count++] = new Multiaddr[] { parsed };
        }

        /// <summary>Adds several.</summary>
        public void Add(string[] addresses)
        {
            for (int i = 0; i < addresses.Length; i++)
            {
                Add(addresses[i]);
            }
        }

        // whether an address names this peer
        internal bool Names(byte[] peerId, int count)
        {
            for (int i = 0; i < _count; i++)
            {
                PeerId peer = _addresses[i][0].PeerId;
                if (peer != null && peer.Matches(peerId, 0, count))
                {
                    return true;
                }
            }

            return false;
        }

        // what to dial for an address: the address, or where its name led to last
        internal Multiaddr[] this[int index]
        {
            get { return NeedsLookUp(index) ? _addresses[index] : _known[index] ?? _addresses[index]; }
        }

        // whether the next dial has the driver look a name up
        internal bool NeedsLookUp(int index)
        {
            uint bit = 1u << index;
            return (_names & bit) != 0 && (_known[index] == null || (_stale & bit) != 0);
        }

        // The peer of an address was reached: keeps the network address, 4 or 16 bytes, when it was a name's.
        internal void Reached(int index, byte[] address, int count)
        {
            if (NeedsLookUp(index))
            {
                _stale &= ~(1u << index);
                string host = HostText(address, count);
                _known[index] = null;
                if (host != null)
                {
                    Multiaddr name = _addresses[index][0];
                    Multiaddr found = Multiaddr.Parse(host + "/tcp/" + name.Port.ToString());
                    _known[index] = new Multiaddr[] { name.PeerId == null ? found : found.WithPeerId(name.PeerId) };
                }
            }
        }

        // Nobody was reached; where an address is known, the other way is tried next.
        internal void Missed(int index)
        {
            if (_known[index] != null)
            {
                _stale ^= 1u << index;
            }
        }

        // names have letters, and no colon
        private static bool IsName(string host)
        {
            bool letters = false;
            for (int i = 0; i < host.Length; i++)
            {
                char c = host[i];
                if (c == ':')
                {
                    return false;
                }

                letters |= c != '.' && (c < '0' || c > '9');
            }

            return letters;
        }

        // null for an address of a link alone (fe80::/10), which is nothing without its zone, and where the driver has none
        private static string HostText(byte[] address, int count)
        {
            if (count == 4)
            {
                return "/ip4/" + address[0].ToString() + "." + address[1].ToString() + "." + address[2].ToString() + "."
                    + address[3].ToString();
            }

            if (count != 16 || (address[0] == 0xFE && (address[1] & 0xC0) == 0x80))
            {
                return null;
            }

            char[] text = new char[39];
            for (int i = 0; i < text.Length; i++)
            {
                int digit = i % 5;
                int value = address[i / 5 * 2 + digit / 2 % 2];
                value = digit % 2 == 0 ? value >> 4 : value & 15;
                text[i] = digit == 4 ? ':' : (char)(value < 10 ? '0' + value : 'a' + value - 10);
            }

            return "/ip6/" + new string(text);
        }
    }
}
