using System;
using System.Globalization;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Host;

/// <summary>How the connections and the memory of a node are dealt to its shards, and what it comes to.</summary>
internal static class MemoryPlan
{
    /// <summary>The least budget of a shard: one stream's windows and the buffers of a few connections at work.</summary>
    internal const long LeastShardBytes = 4 * 1024 * 1024;

    // measured with CostTests: a connection with its link, its stream objects and what is known of its peer
    private const long IdleBytes = 3 * 1024;
    private const long BindingBytes = 300;

    /// <summary>Sets what a shard's node takes from the whole node's options.</summary>
    internal static void Apply(Libp2pNodeOptions options)
    {
        NodeOptions node = options.Node;
        long share = options.MemoryBytes / options.Shards;
        node.MaxConnections = (options.MaxConnections + options.Shards - 1) / options.Shards;
        node.MaxConnectionsPerHost = 0;
        node.LargeRecordBytes = 0;
        node.BufferBytes = (int)Math.Min(int.MaxValue, share / 2);
        node.WindowBytes = (int)Math.Min(int.MaxValue, share / 4);
        node.Bindings ??= new PeerBindingTable(Known(options));
    }

    /// <summary>The bill, a line for each part.</summary>
    internal static string Bill(Libp2pNodeOptions options)
    {
        StringBuilder bill = new();
        long total = 0;
        void Line(long bytes, string what)
        {
            total += bytes;
            bill.AppendLine(CultureInfo.InvariantCulture, $"{bytes,15:N0}  {what}");
        }

        Line(options.MaxConnections * IdleBytes, $"connections, {options.MaxConnections:N0} of {IdleBytes:N0} when idle");
        Line(options.MemoryBytes, $"buffers, unread and unsent bytes, at the most ({options.Shards} shards)");
        Line(Known(options) * BindingBytes, $"keys that peers have proved, {Known(options):N0} of {BindingBytes}");
        bill.AppendLine(CultureInfo.InvariantCulture, $"{total,15:N0}  at the most, beside the runtime's own 40 MB");
        return bill.ToString();
    }

    private static int Known(Libp2pNodeOptions options) => Math.Max(1, Math.Max(options.Node.KnownPeers, 2 * options.MaxConnections));
}
