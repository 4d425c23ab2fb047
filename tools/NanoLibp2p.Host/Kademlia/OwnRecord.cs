using System;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>Something this node provides, and tells the DHT again from time to time.</summary>
/// <param name="Key">The multihash of what is provided. Not to be changed.</param>
/// <param name="Published">When the DHT was told last; <see cref="DateTimeOffset.MinValue"/> before it was.</param>
public sealed record OwnRecord(byte[] Key, DateTimeOffset Published);
