#nullable disable

using NanoLibp2p.Hal;

namespace NanoLibp2p.Tests
{
    /// <summary>A host's driver on a <see cref="MemoryNetwork"/>.</summary>
    internal sealed class MemoryTransport : IStreamTransport, IHostAddresses
    {
        private readonly MemoryNetwork _network;
        private readonly MemoryLink[] _waiting = new MemoryLink[64];
        private readonly int[] _ports = new int[16];
        private int _portCount;
        private int _first;
        private int _count;
        private int _nextPort = 40000;

        public MemoryTransport(MemoryNetwork network)
        {
            _network = network;
        }

        /// <summary>The end of the link that this host dialled last.</summary>
        public MemoryLink LastDialed { get; private set; }

        /// <summary>Set to have each new dial go nowhere: neither refused nor answered.</summary>
        public bool DialsHang { get; set; }

        /// <summary>What stands for 0.0.0.0 and ::; null for nothing.</summary>
        public string[] Interfaces { get; set; }

        public string[] HostAddresses()
        {
            return Interfaces;
        }

        public bool ListensOn(int port)
        {
            for (int i = 0; i < _portCount; i++)
            {
                if (_ports[i] == port)
                {
                    return true;
                }
            }

            return false;
        }

        public IStreamLink Dial(string host, int port)
        {
            MemoryTransport listener = _network.HostListeningOn(port);
            MemoryLink link = _network.Connect(_nextPort++, port);
            LastDialed = link;
            if (DialsHang)
            {
                link.State = LinkState.Connecting;
                link.Other.Close();
            }
            else if (listener == null || listener._count == listener._waiting.Length)
            {
                link.Other.Close();
                link.State = LinkState.Failed;
                link.Error = LinkError.Refused;
            }
            else
            {
                listener._waiting[(listener._first + listener._count) % listener._waiting.Length] = link.Other;
                listener._count++;
            }

            return link;
        }

        public int Listen(string host, int port, out LinkError error)
        {
            if (port == 0)
            {
                port = 4001;
                while (_network.HostListeningOn(port) != null)
                {
                    port++;
                }
            }

            if (_network.HostListeningOn(port) != null)
            {
                error = LinkError.AddressUnavailable;
                return 0;
            }

            _ports[_portCount++] = port;
            error = LinkError.None;
            return port;
        }

        public IStreamLink Accept()
        {
            if (_count == 0)
            {
                return null;
            }

            MemoryLink link = _waiting[_first];
            _first = (_first + 1) % _waiting.Length;
            _count--;
            return link;
        }

        public void Wait(int milliseconds)
        {
            _network.NowMs += milliseconds;
        }

        public void Close()
        {
            _portCount = 0;
        }
    }
}
