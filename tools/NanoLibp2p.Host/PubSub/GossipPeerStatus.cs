using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.PubSub;

/// <summary>A connected peer, as the router sees it at one moment.</summary>
/// <param name="Peer">Who it is.</param>
/// <param name="Version">What it speaks.</param>
/// <param name="Score">Its score.</param>
/// <param name="IsGraylisted">Whether nothing of it is heeded.</param>
/// <param name="Topics">Topics that it subscribed to.</param>
/// <param name="IsDirect">Whether it is one of GossipSubOptions.DirectPeers.</param>
/// <param name="Extensions">Extensions that it speaks (gossipsub 1.3), by field number.</param>
/// <param name="QueuedBytes">Bytes that wait for it, and have not gone to its stream.</param>
public sealed record GossipPeerStatus(PeerId Peer, GossipVersion Version, double Score, bool IsGraylisted, int Topics, bool IsDirect,
    IReadOnlyList<int> Extensions, long QueuedBytes);
