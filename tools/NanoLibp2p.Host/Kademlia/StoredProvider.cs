using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>A peer that told a server that it provides something.</summary>
/// <param name="Key">The multihash of what it provides. Not to be changed.</param>
/// <param name="Provider">Who.</param>
/// <param name="Addresses">Where it was when it said so, each without a peer id at its end.</param>
/// <param name="Received">When it said so last.</param>
public sealed record StoredProvider(byte[] Key, PeerId Provider, IReadOnlyList<Multiaddr> Addresses, DateTimeOffset Received);
