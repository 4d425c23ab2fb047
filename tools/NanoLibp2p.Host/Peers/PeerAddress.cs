using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>An address of a peer in the peer store.</summary>
/// <param name="Address">The address, without the peer's id.</param>
/// <param name="Source">Who said so, of several the one that is worth most.</param>
/// <param name="Expires">Until when it is kept; DateTimeOffset.MaxValue for ever.</param>
public sealed record PeerAddress(Multiaddr Address, AddressSource Source, DateTimeOffset Expires);
