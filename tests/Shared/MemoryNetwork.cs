#nullable disable

namespace NanoLibp2p.Tests
{
    /// <summary>
    /// A network in memory, in virtual time: every delay and every cut of a write or read into pieces comes from a seed, so that a
    /// run can be had again.
    /// </summary>
    internal sealed class MemoryNetwork
    {
        private readonly MemoryTransport[] _hosts = new MemoryTransport[128];
        private readonly MemoryLink[] _links = new MemoryLink[512];
        private int _hostCount;
        private int _linkCount;
        private uint _state;
        private uint _nextSeed;

        public MemoryNetwork(uint seed)
        {
            _nextSeed = seed * 1000u;
            _state = seed * 2654435761u + 1u;
            Capacity = 64 * 1024;
        }

        /// <summary>The time.</summary>
        public long NowMs { get; set; }

        /// <summary>Bytes that a link holds in each direction.</summary>
        public int Capacity { get; set; }

        /// <summary>The least delay of a write, in milliseconds.</summary>
        public int DelayMs { get; set; }

        /// <summary>The most that a write is delayed beyond that, in milliseconds, picked anew each time.</summary>
        public int MaxDelayMs { get; set; }

        /// <summary>The most bytes that one read or write moves, picked anew each time from 1 on; 0 cuts nothing.</summary>
        public int MaxPiece { get; set; }

        /// <summary>When the next byte arrives anywhere.</summary>
        public long NextArrival
        {
            get
            {
                long next = long.MaxValue;
                for (int i = 0; i < _linkCount; i++)
                {
                    if (_links[i].InUse && _links[i].NextArrival < next)
                    {
                        next = _links[i].NextArrival;
                    }
                }

                return next;
            }
        }

        /// <summary>Link ends that exist, in use or not.</summary>
        public int LinkCount
        {
            get { return _linkCount; }
        }

        /// <summary>A seed for the next node, so that it comes out the same in every run.</summary>
        public uint TakeSeed()
        {
            return ++_nextSeed;
        }

        public MemoryTransport AddHost()
        {
            MemoryTransport host = new MemoryTransport(this);
            _hosts[_hostCount++] = host;
            return host;
        }

        public MemoryTransport HostListeningOn(int port)
        {
            for (int i = 0; i < _hostCount; i++)
            {
                if (_hosts[i].ListensOn(port))
                {
                    return _hosts[i];
                }
            }

            return null;
        }

        /// <summary>A pair of link ends; ends that both sides have closed are used again.</summary>
        public MemoryLink Connect(int callerPort, int listenerPort)
        {
            for (int i = 0; i < _linkCount; i += 2)
            {
                if (!_links[i].InUse && !_links[i + 1].InUse)
                {
                    return Renew(_links[i], callerPort, listenerPort);
                }
            }

            MemoryPipe there = new MemoryPipe(this);
            MemoryPipe back = new MemoryPipe(this);
            MemoryLink caller = new MemoryLink(back, there);
            MemoryLink listener = new MemoryLink(there, back);
            caller.Other = listener;
            listener.Other = caller;
            _links[_linkCount++] = caller;
            _links[_linkCount++] = listener;
            return Renew(caller, callerPort, listenerPort);
        }

        public int Pick(int count)
        {
            if (MaxPiece == 0 || count <= 1)
            {
                return count;
            }

            int piece = 1 + (int)(Next() % (uint)MaxPiece);
            return piece < count ? piece : count;
        }

        public int PickDelay()
        {
            return DelayMs + (MaxDelayMs == 0 ? 0 : 0 | (int)(Next() % (uint)(MaxDelayMs + 1)));
        }

        private static MemoryLink Renew(MemoryLink caller, int callerPort, int listenerPort)
        {
            caller.Reset(listenerPort);
            caller.Other.Reset(callerPort);
            return caller;
        }

        // xorshift32
        private uint Next()
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return _state;
        }
    }
}
