#nullable disable

using System;
using System.Collections.Generic;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Datagrams;

namespace NanoLibp2p.Tests
{
    /// <summary>A multicast group in memory: what one sends, everybody who has joined receives, the sender too.</summary>
    internal sealed class MulticastNetwork
    {
        private readonly List<Port> _ports = new List<Port>();

        /// <summary>The first bytes of the addresses that are on the link.</summary>
        public byte[] Subnet { get; set; } = { 192, 168, 1 };

        /// <summary>Set to lose what is sent.</summary>
        public Func<byte[], bool> Loses { get; set; } = _ => false;

        /// <summary>Packets sent, in order.</summary>
        public List<byte[]> Sent { get; } = new List<byte[]>();

        /// <summary>A host's place in the group, not joined yet.</summary>
        public Port AddPort()
        {
            Port port = new Port(this);
            _ports.Add(port);
            return port;
        }

        /// <summary>Sends as somebody who is no port of this network.</summary>
        public void Send(byte[] packet)
        {
            Sent.Add(packet);
            if (!Loses(packet))
            {
                foreach (Port port in _ports)
                {
                    port.Take(packet);
                }
            }
        }

        /// <summary>A host in the group.</summary>
        internal sealed class Port : IMulticastLink
        {
            private readonly MulticastNetwork _network;
            private readonly Queue<byte[]> _queue = new Queue<byte[]>();

            internal Port(MulticastNetwork network)
            {
                _network = network;
            }

            public bool IsOpen { get; private set; }

            /// <summary>Why it can't be opened, or <see cref="LinkError.None"/>.</summary>
            public LinkError Trouble { get; set; }

            /// <summary>How often it was opened.</summary>
            public int Opened { get; private set; }

            /// <summary>Packets that wait.</summary>
            public int Waiting
            {
                get { return _queue.Count; }
            }

            public LinkError Open()
            {
                Close();
                IsOpen = Trouble == LinkError.None;
                Opened++;
                return Trouble;
            }

            /// <summary>Breaks the link, as a Wi-Fi that goes.</summary>
            public void Break()
            {
                Close();
            }

            public int Receive(byte[] buffer, int offset, int capacity)
            {
                if (!IsOpen)
                {
                    return LinkResult.Failed;
                }

                if (_queue.Count == 0)
                {
                    return 0;
                }

                byte[] packet = _queue.Dequeue();
                int count = Math.Min(packet.Length, capacity);
                Array.Copy(packet, 0, buffer, offset, count);
                return count;
            }

            public int Send(byte[] buffer, int offset, int count)
            {
                if (!IsOpen)
                {
                    return LinkResult.Failed;
                }

                byte[] packet = new byte[count];
                Array.Copy(buffer, offset, packet, 0, count);
                _network.Send(packet);
                return count;
            }

            public bool IsNeighbour(byte[] address, int offset, int count)
            {
                bool isIt = IsOpen && count == 4;
                for (int i = 0; i < _network.Subnet.Length && isIt; i++)
                {
                    isIt = address[offset + i] == _network.Subnet[i];
                }

                // fe80::/10 is on any link
                return isIt || (IsOpen && count == 16 && address[offset] == 0xFE && (address[offset + 1] & 0xC0) == 0x80);
            }

            public void Close()
            {
                IsOpen = false;
                _queue.Clear();
            }

            internal void Take(byte[] packet)
            {
                if (IsOpen)
                {
                    _queue.Enqueue(packet);
                }
            }
        }
    }
}
