namespace NanoLibp2p.Host.PubSub;

/// <summary>Why the router did not heed, deliver or send something; counted in <see cref="GossipSubStatus.Drops"/>.</summary>
public enum GossipDrop
{
    /// <summary>A message of a topic that is not subscribed to.</summary>
    NotSubscribed,

    /// <summary>Another copy of a message, which is usual.</summary>
    Duplicate,

    /// <summary>Our own message, come back.</summary>
    Own,

    /// <summary>A message longer than GossipSubOptions.MaxMessageBytes, or a long one while too many were under way.</summary>
    TooLong,

    /// <summary>A message that the signature policy does not take, or whose form not all read alike.</summary>
    Unsigned,

    /// <summary>A wrong signature: an offence.</summary>
    SignatureInvalid,

    /// <summary>An old message of its author, come again.</summary>
    Replayed,

    /// <summary>The application has rejected it.</summary>
    Rejected,

    /// <summary>The application has ignored it, took too long, or had too many to judge.</summary>
    Ignored,

    /// <summary>From a peer whose score is below the graylist's threshold.</summary>
    Graylisted,

    /// <summary>An RPC that is none; its stream was reset.</summary>
    Malformed,

    /// <summary>More IHAVE, IWANT, IDONTWANT or GRAFT than is heeded.</summary>
    ControlLimit,

    /// <summary>A topic beyond what a peer may subscribe to, or beyond what is known at all.</summary>
    TopicLimit,

    /// <summary>A message to a peer that reads too slowly.</summary>
    QueueFull,

    /// <summary>A message that a peer said it does not want.</summary>
    NotWanted,

    /// <summary>A message that a peer was asked for since it told of it, and did not send.</summary>
    BrokenPromise,

    /// <summary>A GRAFT during the back-off.</summary>
    GraftInBackoff,
}
