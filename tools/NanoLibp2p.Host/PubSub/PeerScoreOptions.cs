using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// How peers are scored and what a score is good for (gossipsub 1.1 spec, "Peer Scoring"). The spec gives no numbers; these are chosen so
/// that four invalid messages, or some fourteen offences (broken promises, GRAFTs during a back-off), have a peer heard no more.
/// </summary>
public sealed class PeerScoreOptions
{
    /// <summary>Parameters of topics by name; of all others <see cref="AnyTopic"/> counts.</summary>
    public IDictionary<string, TopicScoreOptions> Topics { get; } = new Dictionary<string, TopicScoreOptions>(StringComparer.Ordinal);

    /// <summary>Parameters of the topics that are not in <see cref="Topics"/>; null leaves these out.</summary>
    public TopicScoreOptions? AnyTopic { get; set; } = new();

    /// <summary>The most that all topics together count; 0 for no limit.</summary>
    public double TopicScoreCap { get; set; } = 100;

    /// <summary>P5: the application's own score of a peer; called from the router's thread, often. Null for none.</summary>
    public Func<PeerId, double>? ApplicationScore { get; set; }

    /// <summary>P5: its weight.</summary>
    public double ApplicationWeight { get; set; } = 1;

    /// <summary>P6: weight of the square of peers of one address above the threshold, below or equal 0.</summary>
    public double AddressColocationWeight { get; set; } = -10;

    /// <summary>P6: peers of one address (of IPv6: one /64) that cost nothing. Loopback and private addresses never do.</summary>
    public int AddressColocationThreshold { get; set; } = 16;

    /// <summary>P7: weight of the square of offences above the threshold, below or equal 0.</summary>
    public double BehaviourPenaltyWeight { get; set; } = -10;

    /// <summary>P7: offences that cost nothing.</summary>
    public double BehaviourPenaltyThreshold { get; set; } = 3;

    /// <summary>P7: what is left of them after each decay.</summary>
    public double BehaviourPenaltyDecay { get; set; } = 0.998;

    /// <summary>Time between decays.</summary>
    public TimeSpan DecayInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Below it a count that decays is 0.</summary>
    public double DecayToZero { get; set; } = 0.01;

    /// <summary>How long the score of a peer that left is kept, so that it can't shed it by coming again.</summary>
    public TimeSpan RetainScore { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Below it no gossip goes to a peer, and none of its is heeded.</summary>
    public double GossipThreshold { get; set; } = -100;

    /// <summary>Below it own messages don't go to a peer.</summary>
    public double PublishThreshold { get; set; } = -500;

    /// <summary>Below it nothing of what a peer sends is read.</summary>
    public double GraylistThreshold { get; set; } = -1000;

    /// <summary>From it on a peer is believed when it names others to connect to.</summary>
    public double AcceptPeerExchangeThreshold { get; set; } = 10;

    /// <summary>A mesh whose median score is below it takes in better peers.</summary>
    public double OpportunisticGraftThreshold { get; set; } = 1;

    internal TopicScoreOptions? Of(string topic) => Topics.TryGetValue(topic, out TopicScoreOptions? found) ? found : AnyTopic;

    internal static void CheckDecay(double decay, string where, string name)
        => CheckSign(decay is > 0 and < 1, where, $"{name} = {decay} is what is left after a decay; give a number between 0 and 1");

    internal static void CheckSign(bool isGood, string where, string what)
    {
        if (!isGood)
        {
            throw new ArgumentException($"peer score of {where}: {what}");
        }
    }

    internal void Check()
    {
        CheckSign(GossipThreshold <= 0 && PublishThreshold <= GossipThreshold && GraylistThreshold <= PublishThreshold, "all topics",
            $"thresholds fall: 0 >= GossipThreshold = {GossipThreshold} >= PublishThreshold = {PublishThreshold} >= "
            + $"GraylistThreshold = {GraylistThreshold}");
        CheckSign(AcceptPeerExchangeThreshold >= 0 && OpportunisticGraftThreshold >= 0, "all topics",
            "AcceptPeerExchangeThreshold and OpportunisticGraftThreshold are 0 or more");
        CheckSign(AddressColocationWeight <= 0 && BehaviourPenaltyWeight <= 0, "all topics",
            "AddressColocationWeight and BehaviourPenaltyWeight are penalties; give 0 or less");
        CheckSign(DecayInterval >= TimeSpan.FromMilliseconds(100), "all topics", "DecayInterval is at least 100 ms");
        CheckDecay(BehaviourPenaltyDecay, "all topics", "BehaviourPenaltyDecay");
        AnyTopic?.Check("AnyTopic");
        foreach ((string topic, TopicScoreOptions options) in Topics)
        {
            options.Check(topic);
        }
    }
}
