#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    // what a device takes, told on .NET before one is flashed
    public sealed partial class RelayOptions
    {
        /// <summary>Checks every size and time; RelayClient does it by itself.</summary>
        /// <exception cref="ArgumentException">One is out of range; the message says which, and what to give.</exception>
        public void Check()
        {
            NodeOptions.CheckRange(MaxCircuits, 1, 64, "MaxCircuits");
            NodeOptions.CheckRange(RefreshMs, 1000, int.MaxValue, "RefreshMs");
            NodeOptions.CheckRange(RetryMs, 1, int.MaxValue, "RetryMs");
            NodeOptions.CheckRange(MaxRetryMs, RetryMs, int.MaxValue, "MaxRetryMs");
            if (Relays.Length == 0)
            {
                throw new ArgumentException("RelayOptions.Relays is empty; give one or more, or take RelayDialer to dial alone");
            }

            foreach (Multiaddr relay in Relays)
            {
                if (!relay.IsTcp || relay.PeerId == null)
                {
                    throw new ArgumentException(relay.ToString()
                        + " can't be a relay; give one such as /ip4/192.168.1.2/tcp/4001/p2p/12D3...");
                }
            }
        }

        /// <summary>
        /// Bytes of a device's heap that a client of these options takes, its protocol ids included: in blocks of 12, of which an object
        /// takes one and one for each field, an array 20 bytes and its elements. A test holds it to the objects themselves.
        /// </summary>
        public int HeapBytes()
        {
            int circuit = ObjectBytes(20) + ObjectBytes(8) + ArrayBytes(6 * 8);
            return ObjectBytes(14) + ArrayBytes(8) + ArrayBytes(12 * MaxCircuits) + ((MaxCircuits + 1) * circuit)
                + ArrayBytes(2 + RelayClient.HopId.Length) + ArrayBytes(2 + RelayClient.StopId.Length);
        }

        private static int ObjectBytes(int fields)
        {
            return 12 + (12 * fields);
        }

        private static int ArrayBytes(int bytes)
        {
            return (20 + bytes + 11) / 12 * 12;
        }
    }
}
#endif
