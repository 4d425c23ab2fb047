using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>What goes to one peer in one RPC.</summary>
internal sealed class PendingControl
{
    internal List<(TopicState Topic, bool Subscribe)> Subscriptions { get; } = [];

    internal List<(string Topic, List<byte[]> Ids)> Have { get; } = [];

    internal List<byte[]> Want { get; } = [];

    internal List<TopicState> Graft { get; } = [];

    internal List<(string Topic, int BackoffSeconds, List<PeerExchange>? Peers)> Prune { get; } = [];

    internal bool Extensions { get; set; }

    /// <summary>One of the messages that are asked for in the RPC under way, to see whether it comes.</summary>
    internal ulong? Promise { get; set; }

    internal bool IsEmpty => Subscriptions.Count + Have.Count + Want.Count + Graft.Count + Prune.Count == 0 && !Extensions;

    internal void Clear()
    {
        Subscriptions.Clear();
        Have.Clear();
        Want.Clear();
        Graft.Clear();
        Prune.Clear();
        Extensions = false;
        Promise = null;
    }
}
