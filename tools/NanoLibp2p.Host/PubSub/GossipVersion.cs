namespace NanoLibp2p.Host.PubSub;

/// <summary>What a peer speaks, by the protocol id that was agreed on.</summary>
public enum GossipVersion
{
    /// <summary>Nothing is agreed on.</summary>
    None,

    /// <summary><c>/floodsub/1.0.0</c>: all messages, no control.</summary>
    FloodSub,

    /// <summary><c>/meshsub/1.0.0</c>: a PRUNE has neither back-off nor peers.</summary>
    V10,

    /// <summary><c>/meshsub/1.1.0</c>.</summary>
    V11,

    /// <summary><c>/meshsub/1.2.0</c>: IDONTWANT.</summary>
    V12,

    /// <summary><c>/meshsub/1.3.0</c>: extensions.</summary>
    V13,
}
