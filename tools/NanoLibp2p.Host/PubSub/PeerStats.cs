using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>What is held for and against a peer; it outlives its connections.</summary>
internal sealed class PeerStats
{
    /// <summary>By topic; null while there is nothing to hold.</summary>
    internal Dictionary<string, TopicStats>? Topics { get; set; }

    internal bool IsConnected { get; set; }

    /// <summary>When it is forgotten, if the peer is gone.</summary>
    internal long ExpiresMs { get; set; }

    internal string? Address { get; set; }

    internal double Behaviour { get; set; }

    internal double Score { get; set; }

    internal bool IsScoreKnown { get; set; }

    internal GossipPeer? Peer { get; set; }
}

/// <summary>The same of one topic (gossipsub 1.1 spec, "Topic Parameter Calculation and Decay").</summary>
internal sealed class TopicStats(TopicScoreOptions options)
{
    internal TopicScoreOptions Options { get; } = options;

    internal bool IsInMesh { get; set; }

    internal long GraftedMs { get; set; }

    internal double MeshMs { get; set; }

    internal bool CountsDeliveries { get; set; }

    internal double First { get; set; }

    internal double Mesh { get; set; }

    internal double Failure { get; set; }

    internal double Invalid { get; set; }
}
