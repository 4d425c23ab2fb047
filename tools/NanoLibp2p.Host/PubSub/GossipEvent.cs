using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>What a part of an RPC is.</summary>
internal enum GossipEventKind
{
    Subscribe,
    Unsubscribe,
    Graft,
    Prune,

    /// <summary>An IHAVE of a topic begins.</summary>
    HaveBegin,
    Have,
    Want,
    DontWant,
    Extension,
    RpcEnd,
    Message,
    Duplicate,

    /// <summary>A message with a wrong signature.</summary>
    Invalid,

    /// <summary>No protobuf, or one that takes too long: an offence.</summary>
    Malformed,

    /// <summary>Something is not heeded, and counted.</summary>
    Drop,
}

/// <summary>A part of an RPC, as a shard has read it, on its way to the router.</summary>
internal readonly struct GossipEvent
{
    internal GossipEventKind Kind { get; init; }

    internal string? Topic { get; init; }

    internal ulong Number { get; init; }

    internal byte[]? Id { get; init; }

    internal bool IsKeyId { get; init; }

    internal GossipMessage? Message { get; init; }

    internal List<PeerExchange>? Peers { get; init; }
}
