using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// Which pubsub a node has: the router, by <see cref="GossipSubOptions"/>, or the leaf that devices have, by <see cref="PubSubOptions"/>.
/// Either options are one: <c>options.PubSub = new GossipSubOptions()</c>.
/// </summary>
public sealed class PubSubChoice
{
    private PubSubChoice(GossipSubOptions? router, PubSubOptions? leaf)
    {
        Router = router;
        Leaf = leaf;
    }

    /// <summary>The router's options; null for the leaf.</summary>
    public GossipSubOptions? Router { get; }

    /// <summary>The leaf's options; null for the router.</summary>
    public PubSubOptions? Leaf { get; }

    /// <summary>Bytes of a topic's name.</summary>
    internal int MaxTopicBytes => Router?.MaxTopicBytes ?? Leaf!.MaxTopicBytes;

    /// <summary>Bytes of a message.</summary>
    internal int MaxMessageBytes => Router?.MaxMessageBytes ?? Leaf!.MaxMessageBytes;

    /// <summary>The router.</summary>
    public static implicit operator PubSubChoice?(GossipSubOptions? router) => router == null ? null : new(router, null);

    /// <summary>The leaf.</summary>
    public static implicit operator PubSubChoice?(PubSubOptions? leaf) => leaf == null ? null : new(null, leaf);
}
