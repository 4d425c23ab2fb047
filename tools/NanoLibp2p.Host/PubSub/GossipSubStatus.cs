using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>How the router stands, at one moment.</summary>
/// <param name="Topics">Topics that this node or a peer subscribed to, or that are published to.</param>
/// <param name="Peers">Connected peers.</param>
/// <param name="Drops">What was not heeded, delivered or sent since the start, by reason.</param>
/// <param name="DontWantsSent">IDONTWANTs that were sent.</param>
/// <param name="DontWantsHeeded">IDONTWANTs of peers that were heeded.</param>
/// <param name="KeptMessages">Messages that are kept for peers that ask.</param>
/// <param name="LastSequenceNumber">The number of this node's newest message; 0 before the first, and where nobody signs.</param>
public sealed record GossipSubStatus(
    IReadOnlyList<GossipTopicStatus> Topics,
    IReadOnlyList<GossipPeerStatus> Peers,
    IReadOnlyDictionary<GossipDrop, long> Drops,
    long DontWantsSent,
    long DontWantsHeeded,
    int KeptMessages,
    ulong LastSequenceNumber);
