using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>A peer that a lookup found.</summary>
/// <param name="Id">Who it is said to be; only a dial proves it.</param>
/// <param name="Addresses">Where it is said to be, each without its peer id at the end; may be none, and at most
/// <see cref="KademliaServiceOptions.MaxAddressesAPeer"/>.</param>
/// <param name="IsConnected">Whether it has proven its id to this node over one of these addresses, and was connected when the lookup
/// ended. False: it is hearsay.</param>
public sealed record KademliaPeerInfo(PeerId Id, IReadOnlyList<Multiaddr> Addresses, bool IsConnected);
