using System;
using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>What goes to one peer in one RPC.</summary>
internal sealed class PendingControl
{
    private const int SmallRoom = 16;

    internal List<(TopicState Topic, bool Subscribe)> Subscriptions { get; } = [];

    internal List<(string Topic, List<byte[]> Ids)> Have { get; } = [];

    internal List<byte[]> Want { get; } = [];

    internal List<TopicState> Graft { get; } = [];

    internal List<(TopicState Topic, int BackoffSeconds, List<PeerExchange>? Peers)> Prune { get; } = [];

    /// <summary>The writer's own: the parts of the RPC, each with its field.</summary>
    internal List<(int Field, byte[] Body)> Parts { get; } = [];

    internal bool Extensions { get; set; }

    /// <summary>One of the messages that are asked for in the RPC under way, to see whether it comes.</summary>
    internal ulong? Promise { get; set; }

    internal bool IsEmpty => Subscriptions.Count + Have.Count + Want.Count + Graft.Count + Prune.Count == 0 && !Extensions;

    /// <summary>Whether it keeps no more room, empty, than what most peers are told takes.</summary>
    internal bool IsSmall
        => Math.Max(Math.Max(Want.Capacity, Have.Capacity), Math.Max(Prune.Capacity, Subscriptions.Capacity)) <= SmallRoom;

    internal void Clear()
    {
        Subscriptions.Clear();
        Have.Clear();
        Want.Clear();
        Graft.Clear();
        Prune.Clear();
        Parts.Clear();
        Extensions = false;
        Promise = null;
    }
}
