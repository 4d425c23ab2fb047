using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Host.PubSub;

namespace NanoLibp2p.Host.Tests.PubSub.Support;

/// <summary>Routers joined by links in virtual time: the same seed gives the same run. What one sends goes through the codec as
/// bytes.</summary>
internal sealed class GossipNetwork(int seed)
{
    private readonly PriorityQueue<Action, (long, long)> _queue = new();
    private long _order;

    internal Random Random { get; } = new(seed);

    internal long NowMs { get; private set; } = 1_000_000;

    internal List<GossipNode> Nodes { get; } = [];

    /// <summary>Messages that are lost on their way, of a hundred; control never is.</summary>
    internal int LossPercent { get; set; }

    internal GossipNode Add(Action<GossipSubOptions>? change = null)
    {
        GossipSubOptions options = new() { SignaturePolicy = NanoLibp2p.PubSub.SignaturePolicy.StrictNoSign };
        change?.Invoke(options);
        GossipNode node = new(this, Nodes.Count, options);
        Nodes.Add(node);
        Beat(node);
        return node;
    }

    internal GossipNode[] Add(int count, Action<GossipSubOptions>? change = null)
        => [.. Enumerable.Range(0, count).Select(_ => Add(change))];

    /// <summary>Has one dial the other.</summary>
    internal void Connect(GossipNode from, GossipNode to, GossipVersion version = GossipVersion.V13)
    {
        if (from != to && !from.IsConnected(to))
        {
            from.Connected(to, isOutbound: true);
            to.Connected(from, isOutbound: false);
            from.Agree(to, version);
            to.Agree(from, version);
        }
    }

    /// <summary>Has each dial some others at random.</summary>
    internal void ConnectAtRandom(IReadOnlyList<GossipNode> nodes, int each)
    {
        foreach (GossipNode node in nodes)
        {
            for (int i = 0; i < each; i++)
            {
                Connect(node, nodes[Random.Next(nodes.Count)]);
            }
        }
    }

    internal void Disconnect(GossipNode one, GossipNode other)
    {
        one.Disconnected(other);
        other.Disconnected(one);
    }

    internal void After(long ms, Action action) => _queue.Enqueue(action, (NowMs + ms, _order++));

    internal void Run(long ms)
    {
        long end = NowMs + ms;
        while (_queue.TryPeek(out _, out (long At, long Order) next) && next.At <= end)
        {
            NowMs = next.At;
            _queue.Dequeue()();
        }

        NowMs = end;
    }

    private void Beat(GossipNode node)
        => After(Math.Max(1, node.Router.NextDeadline - NowMs), () =>
        {
            node.Router.Advance(NowMs);
            node.Router.Flush();
            Beat(node);
        });

    internal static byte[] Data(string text, int bytes = 0)
    {
        byte[] data = new byte[Math.Max(bytes, text.Length)];
        Encoding.ASCII.GetBytes(text, data);
        return data;
    }
}
