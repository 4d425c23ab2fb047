using System;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia
{
    /// <summary>
    /// The sizes and times of a Kademlia client, and so its whole memory, which is taken in its constructor and when it is added to a node.
    /// The defaults are those of a device.
    /// </summary>
    public sealed partial class KademliaOptions
    {
        /// <summary>The protocol's id in the public network.</summary>
        public const string PublicId = "/ipfs/kad/1.0.0";

        /// <summary>The longest key in bytes: what go-libp2p's servers take of a provider's.</summary>
        public const int MaxKeyBytes = 80;

        // a peer id and an IPv6 address with a port, each with its length
        private const int LeastPeerBytes = 1 + PeerId.MaxBytes + 1 + 20;

        /// <summary>The protocol's id; a private network has a prefix of its own, such as <c>/greenhouse/kad/1.0.0</c>.</summary>
        public string ProtocolId = PublicId;

        /// <summary>
        /// Where lookups begin, beside the peers that this node has dialled and those that answered in the last lookup: TCP multiaddrs with
        /// peer ids.
        /// </summary>
        public Multiaddr[] Seeds = new Multiaddr[0];

        /// <summary>
        /// The addresses that provider records carry: those that others can dial this node at, such as what Node.Listen returned. May be
        /// set anew at any time.
        /// </summary>
        public Multiaddr[] Announced = new Multiaddr[0];

        /// <summary>
        /// Peers that a lookup keeps in sight, the closest that it has heard of: at least <see cref="Closest"/>, 1 to 128.
        /// </summary>
        public int Candidates = 20;

        /// <summary>
        /// A lookup is over when so many of the closest peers have answered, and a record is stored at as many. The spec's k is 20, which
        /// is 20 dials for a record; each costs an ESP32 seconds of arithmetic.
        /// </summary>
        public int Closest = 8;

        /// <summary>Requests at a time (the spec's alpha), 1 to 4. Each needs a connection of its own while it lasts.</summary>
        public int Parallel = 1;

        /// <summary>
        /// Bytes for each candidate, 66 to 1,024: 39 for its id, 9 for an IPv4 address, 21 for an IPv6 address. Addresses that don't fit
        /// are left out.
        /// </summary>
        public int PeerBytes = 76;

        /// <summary>
        /// Bytes of the longest value, put or got, 128 to 65,536; of this node's own addresses in a provider record, too.
        /// </summary>
        public int ValueBytes = 256;

        /// <summary>Peers that must agree on a value before a lookup for it ends early.</summary>
        public int Quorum = 2;

        /// <summary>Requests of a lookup at the most, those that failed and those that store a record included.</summary>
        public int MaxRequests = 64;

        /// <summary>
        /// Milliseconds for each address of a peer: the dial (for which NodeOptions.DialTimeoutMs holds, too), the handshake and the
        /// answer.
        /// </summary>
        public int RequestTimeoutMs = 15000;

        /// <summary>Milliseconds for a lookup.</summary>
        public int LookupTimeoutMs = 180000;

        /// <summary>
        /// Whether private addresses that others name are passed over, as they should be in the public network: there they mean somebody
        /// else's. A private network needs them.
        /// </summary>
        public bool PublicAddressesOnly;

        /// <summary>Checks every size and time.</summary>
        /// <exception cref="ArgumentException">One is out of range; on .NET the message says which, and what to give.</exception>
        public void Check()
        {
#if NANOFRAMEWORK_1_0
            // what a peer's bytes could run into; which one it is, the same options say on .NET
            if (Candidates < Closest || Candidates > 128 || Closest < 1 || PeerBytes < LeastPeerBytes || ValueBytes < 128 || Parallel < 1)
            {
                throw new ArgumentException("KademliaOptions");
            }
#else
            NodeOptions.CheckRange(Candidates, 1, 128, "Candidates");
            NodeOptions.CheckRange(Closest, 1, Candidates, "Closest");
            NodeOptions.CheckRange(Parallel, 1, 4, "Parallel");
            NodeOptions.CheckRange(PeerBytes, LeastPeerBytes, 1024, "PeerBytes");
            NodeOptions.CheckRange(ValueBytes, 128, 65536, "ValueBytes");
            NodeOptions.CheckRange(Quorum, 1, 128, "Quorum");
            NodeOptions.CheckRange(MaxRequests, 1, 65536, "MaxRequests");
            NodeOptions.CheckRange(RequestTimeoutMs, 1, int.MaxValue, "RequestTimeoutMs");
            NodeOptions.CheckRange(LookupTimeoutMs, 1, int.MaxValue, "LookupTimeoutMs");
            foreach (Multiaddr seed in Seeds)
            {
                if (!seed.IsTcp || seed.PeerId == null || seed.Has(MultiaddrProtocol.Ip6Zone)
                    || seed.WithoutPeerId().ToBytes().Length >= PeerBytes)
                {
                    throw new ArgumentException(seed.ToString()
                        + " can't be a seed; give one such as /ip4/192.168.1.2/tcp/4001/p2p/12D3...");
                }
            }
#endif
        }
    }
}
