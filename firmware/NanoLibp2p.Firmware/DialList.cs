using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Firmware
{
    /// <summary>Whom a device calls: addresses of one peer or of several, tried one after another until one is connected.</summary>
    public sealed class DialList
    {
        /// <summary>Addresses that fit.</summary>
        public const int MaxAddresses = 8;

        // each in an array of its own, which is how a node takes them
        private readonly Multiaddr[][] _addresses = new Multiaddr[MaxAddresses][];
        private int _count;

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

        internal Multiaddr[] this[int index]
        {
            get { return _addresses[index]; }
        }
    }
}
