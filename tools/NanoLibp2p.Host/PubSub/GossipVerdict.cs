namespace NanoLibp2p.Host.PubSub;

/// <summary>What an application says of a message (gossipsub 1.1 spec, "Extended Validators").</summary>
public enum GossipVerdict
{
    /// <summary>It is valid: delivered, and passed on.</summary>
    Accept,

    /// <summary>It is invalid, and whoever passed it on should have known: neither delivered nor passed on, and the score of the peers that
    /// sent it falls (P4).</summary>
    Reject,

    /// <summary>It is neither delivered nor passed on, and nobody is to blame.</summary>
    Ignore,
}
