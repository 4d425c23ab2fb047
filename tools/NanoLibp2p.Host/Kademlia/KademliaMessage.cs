using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>A message of kad-dht (spec, "RPC messages"), as <see cref="KademliaCodec"/> reads and writes it.</summary>
internal sealed class KademliaMessage
{
    /// <summary>One of the types of <see cref="KademliaCodec"/>.</summary>
    internal required int Type { get; init; }

    /// <summary>The key: of a value, a provider's multihash, a peer id's bytes. Empty where a PING has none.</summary>
    internal byte[] Key { get; set; } = [];

    /// <summary>The value under a key; null without.</summary>
    internal WireRecord? Record { get; set; }

    /// <summary>Peers closer to the key.</summary>
    internal List<WirePeer> CloserPeers { get; } = [];

    /// <summary>Peers that provide the key.</summary>
    internal List<WirePeer> ProviderPeers { get; } = [];
}

/// <summary>A value under its key, as it travels.</summary>
internal sealed record WireRecord(byte[] Key, byte[] Value, string? TimeReceived);

/// <summary>A peer as it is told of: an id that parses, and addresses that are multiaddrs, each without a peer id at its end.</summary>
internal sealed class WirePeer(PeerId id)
{
    internal PeerId Id { get; } = id;

    internal List<Multiaddr> Addresses { get; } = [];

    /// <summary>NOT_CONNECTED 0, CONNECTED 1, CAN_CONNECT 2, CANNOT_CONNECT 3. Nothing hangs on what a peer says here.</summary>
    internal int Connection { get; set; }
}
