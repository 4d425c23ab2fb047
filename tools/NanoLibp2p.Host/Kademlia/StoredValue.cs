using System;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>A value that a server keeps for others.</summary>
/// <param name="Key">Its key, such as the bytes of <c>/pk/...</c>. Not to be changed.</param>
/// <param name="Value">The value. Not to be changed.</param>
/// <param name="Received">When it came; it is kept for <see cref="KademliaServiceOptions.ValueExpiry"/> from then on.</param>
public sealed record StoredValue(byte[] Key, byte[] Value, DateTimeOffset Received);
