using System;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>Something this node provides, or a value that it has put: it tells the DHT again from time to time.</summary>
/// <param name="Key">The multihash of what is provided, or the value's key. Not to be changed.</param>
/// <param name="Published">When the DHT was told last; <see cref="DateTimeOffset.MinValue"/> before it was.</param>
/// <param name="Value">The value, not to be changed; null of something that is provided.</param>
public sealed record OwnRecord(byte[] Key, DateTimeOffset Published, byte[]? Value = null);
