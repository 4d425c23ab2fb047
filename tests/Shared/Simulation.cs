#nullable disable

using System;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Tests
{
    /// <summary>What a simulation runs until.</summary>
    internal delegate bool Condition();

    /// <summary>Nodes on one network in virtual time: whoever has something to do does it, then the clock jumps to the next
    /// event.</summary>
    internal sealed class Simulation
    {
        // far more than anything honest takes without the clock going on
        private const int MaxStepsAtOnce = 200000;

        private readonly TestNode[] _nodes = new TestNode[64];
        private int _count;

        public Simulation(uint seed)
        {
            Network = new MemoryNetwork(seed);
        }

        public MemoryNetwork Network { get; private set; }

        public TestNode Add(NodeOptions options)
        {
            return Add(new TestNode(Network, options));
        }

        /// <summary>Adds a node whose cryptography the test has chosen.</summary>
        public TestNode Add(NodeOptions options, CryptoProvider crypto)
        {
            return Add(new TestNode(Network, options, crypto));
        }

        /// <summary>Runs until the condition holds or the time is over.</summary>
        /// <returns>Whether it holds.</returns>
        public bool Run(Condition until, int milliseconds)
        {
            long end = Network.NowMs + milliseconds;
            int still = 0;
            while (!until())
            {
                long next = Step();
                if (++still > MaxStepsAtOnce)
                {
                    throw new InvalidOperationException("the clock stands still: a node wants to be polled again and again");
                }

                if (next > Network.NowMs)
                {
                    still = 0;
                    if (next > end)
                    {
                        Network.NowMs = end;
                        return until();
                    }

                    Network.NowMs = next;
                }
            }

            return true;
        }

        /// <summary>Runs for a time.</summary>
        public void Run(int milliseconds)
        {
            Run(Never, milliseconds);
        }

        /// <summary>Polls every node once.</summary>
        /// <returns>When something happens next.</returns>
        public long Step()
        {
            long next = long.MaxValue;
            for (int i = 0; i < _count; i++)
            {
                long wanted = _nodes[i].Poll(Network.NowMs);
                if (wanted < next)
                {
                    next = wanted;
                }
            }

            long arrival = Network.NextArrival;
            return arrival < next ? arrival : next;
        }

        public TestNode Add(TestNode node)
        {
            _nodes[_count++] = node;
            return node;
        }

        private static bool Never()
        {
            return false;
        }
    }
}
