using System;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// What the conduct of a peer in one topic does to its score (gossipsub 1.1 spec, "The Score Function", P1 to P4). The defaults: a little
/// for staying and for being first, nothing for a low rate (P3 needs to know the topic's rate), a lot against invalid messages.
/// </summary>
public sealed class TopicScoreOptions
{
    /// <summary>What the whole topic counts beside others.</summary>
    public double TopicWeight { get; set; } = 1;

    /// <summary>P1: weight of the time in the mesh, above or equal 0.</summary>
    public double TimeInMeshWeight { get; set; } = 0.01;

    /// <summary>P1: the time that counts one.</summary>
    public TimeSpan TimeInMeshQuantum { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>P1: the most that it counts.</summary>
    public double TimeInMeshCap { get; set; } = 3600;

    /// <summary>P2: weight of messages that the peer was the first to deliver, above or equal 0.</summary>
    public double FirstMessageDeliveriesWeight { get; set; } = 0.5;

    /// <summary>P2: what is left of them after each <see cref="PeerScoreOptions.DecayInterval"/>, 0 to 1.</summary>
    public double FirstMessageDeliveriesDecay { get; set; } = 0.99;

    /// <summary>P2: the most that they count.</summary>
    public double FirstMessageDeliveriesCap { get; set; } = 200;

    /// <summary>P3: weight of the square of messages that a mesh peer is short of, below or equal 0.</summary>
    public double MeshMessageDeliveriesWeight { get; set; }

    /// <summary>P3: what is left of the deliveries after each decay.</summary>
    public double MeshMessageDeliveriesDecay { get; set; } = 0.99;

    /// <summary>P3: the most that they count.</summary>
    public double MeshMessageDeliveriesCap { get; set; } = 100;

    /// <summary>P3: deliveries that a mesh peer should have.</summary>
    public double MeshMessageDeliveriesThreshold { get; set; } = 10;

    /// <summary>P3: how long after the first copy another one still counts as delivered.</summary>
    public TimeSpan MeshMessageDeliveriesWindow { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>P3: how long a peer is in the mesh before it counts.</summary>
    public TimeSpan MeshMessageDeliveriesActivation { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>P3b: weight of what a peer was short of when it left the mesh, below or equal 0.</summary>
    public double MeshFailurePenaltyWeight { get; set; }

    /// <summary>P3b: what is left of it after each decay.</summary>
    public double MeshFailurePenaltyDecay { get; set; } = 0.99;

    /// <summary>P4: weight of the square of invalid messages, below or equal 0.</summary>
    public double InvalidMessageDeliveriesWeight { get; set; } = -100;

    /// <summary>P4: what is left of them after each decay.</summary>
    public double InvalidMessageDeliveriesDecay { get; set; } = 0.995;

    internal bool CountsDeliveries => MeshMessageDeliveriesWeight != 0 || MeshFailurePenaltyWeight != 0;

    internal void Check(string topic)
    {
        PeerScoreOptions.CheckSign(TimeInMeshWeight >= 0 && FirstMessageDeliveriesWeight >= 0,
            topic, "TimeInMeshWeight and FirstMessageDeliveriesWeight are rewards; give 0 or more");
        PeerScoreOptions.CheckSign(
            MeshMessageDeliveriesWeight <= 0 && MeshFailurePenaltyWeight <= 0 && InvalidMessageDeliveriesWeight <= 0, topic,
            "MeshMessageDeliveriesWeight, MeshFailurePenaltyWeight and InvalidMessageDeliveriesWeight are penalties; give 0 or less");
        PeerScoreOptions.CheckDecay(FirstMessageDeliveriesDecay, topic, "FirstMessageDeliveriesDecay");
        PeerScoreOptions.CheckDecay(MeshMessageDeliveriesDecay, topic, "MeshMessageDeliveriesDecay");
        PeerScoreOptions.CheckDecay(MeshFailurePenaltyDecay, topic, "MeshFailurePenaltyDecay");
        PeerScoreOptions.CheckDecay(InvalidMessageDeliveriesDecay, topic, "InvalidMessageDeliveriesDecay");
        PeerScoreOptions.CheckSign(TopicWeight >= 0 && TimeInMeshQuantum > TimeSpan.Zero, topic,
            "TopicWeight is 0 or more, and TimeInMeshQuantum above 0");
    }
}
