using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Crypto;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Kademlia;
using NanoLibp2p.PubSub;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Memory.Tests;

public class MemoryBillTests
{
    public static TheoryData<string> Sizes => new(Options.Keys);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_bill_is_what_the_objects_take(string sizes)
    {
        (NodeOptions node, PubSubOptions? pubSub) = Options[sizes]();
        MemoryBill bill = MemoryBill.Of(node, pubSub);
        SortedDictionary<string, int> taken = Take(node, pubSub);

        // by class, so that a field more or less is found at once
        Assert.Equal(taken["ReceiveBuffer"], Line(bill, "receive buffers"));
        Assert.Equal(taken.GetValueOrDefault("LargeBuffer"), Line(bill, "large receive buffer"));
        Assert.Equal(taken["SendBuffer"], Line(bill, "send buffers"));
        Assert.Equal(taken["Libp2pStream"] + taken["Negotiation"], Line(bill, "streams"));
        Assert.Equal(taken["PeerBindings"], Line(bill, "known peers"));
        Assert.Equal(taken["PingProtocol"], Line(bill, "ping"));
        Assert.True(taken.Values.Sum() == bill.Total,
            $"taken {taken.Values.Sum()}\n{string.Join("\n", taken.Select(type => $"{type.Value,10}  {type.Key}"))}\nbill\n{bill}");
    }

    [Fact]
    public void The_default_sensor_node_takes_24_KiB_at_most_beside_its_large_receive_buffer_and_each_further_connection_8()
    {
        MemoryBill bill = MemoryBill.Of(new NodeOptions(), new PubSubOptions());
        int one = bill.Total - Line(bill, "large receive buffer");
        int two = MemoryBill.Of(new NodeOptions { MaxConnections = 2 }, new PubSubOptions()).Total - Line(bill, "large receive buffer");

        Assert.InRange(one, 1, 24 * 1024);
        Assert.InRange(two - one, 1, 8 * 1024);
    }

    [Fact]
    public void Pubsub_with_its_default_options_takes_5400_bytes_at_most()
    {
        string[] lines = MemoryBill.Of(new NodeOptions(), new PubSubOptions()).ToString().Split('\n');

        int pubSub = lines.Where(line => line.Contains("  pubsub, ", StringComparison.Ordinal)).Sum(line => int.Parse(line[..10].Trim()));

        Assert.InRange(pubSub, 3_000, 5_400);
    }

    [Fact]
    public void A_Kademlia_client_is_a_line_of_its_own_and_adds_4_KiB_at_most()
    {
        ManagedCrypto crypto = new ManagedCrypto();
        SeededRandom random = new SeededRandom(1);
        Node node = new Node(new NodeOptions(), Identity.Create(crypto, random), crypto, random);
        KademliaClient client = new KademliaClient(new KademliaOptions());
        int table = LiveHeap.Measure(node, item => item is Hal.IRandom or string or NodeOptions).Values.Sum();
        node.Add(client);
        int taken = LiveHeap.Measure(node, item => item is Hal.IRandom or string or NodeOptions or KademliaOptions).Values.Sum() - table;

        MemoryBill bill = MemoryBill.Of(new NodeOptions(), new PubSubOptions());
        int before = bill.Total;
        bill.With("kademlia", taken);

        Assert.InRange(Line(bill, "kademlia"), 2_048, 4 * 1024);
        Assert.Equal(before + taken, bill.Total);
    }

    [Fact]
    public void Options_print_their_bill_line_by_line_with_the_total_last()
    {
        NodeOptions options = new();
        string[] lines = options.Bill().ToString().TrimEnd('\n').Split('\n');

        Assert.Equal(options.Bill().Count + 1, lines.Length);
        Assert.EndsWith("  total", lines[^1], StringComparison.Ordinal);
        Assert.Equal(lines[..^1].Sum(line => int.Parse(line[..10].Trim())), int.Parse(lines[^1][..10].Trim()));
    }

    private static Dictionary<string, Func<(NodeOptions Node, PubSubOptions? PubSub)>> Options { get; } = new()
    {
        ["a sensor"] = () => (new NodeOptions(), new PubSubOptions()),
        ["a sensor without pubsub"] = () => (new NodeOptions(), null),
        ["a small board without a large buffer"] = () => (new NodeOptions { LargeRecordBytes = 0 }, new PubSubOptions()),
        ["three connections"] = () => (new NodeOptions { MaxConnections = 3, MaxHandshakes = 2 }, new PubSubOptions()),
        ["odd sizes"] = () => (
            new NodeOptions { RecordBytes = 1001, LargeRecordBytes = 17_408, SendBytes = 777, MaxStreams = 5, KnownPeers = 7,
                EarlyMuxer = false, AgentVersion = "x" },
            new PubSubOptions { MaxMessageBytes = 333, MaxTopics = 7, MaxTopicBytes = 31, OtherTopics = 9, SeenMessages = 77,
                CachedMessages = 5, Backoffs = 3, MaxAsks = 0, QueueBytes = 999 }),
        ["a hub"] = () => (
            new NodeOptions { MaxConnections = 64, MaxHandshakes = 64, MaxStreams = 256, RecordBytes = NodeOptions.MaxRecordBytes,
                LargeRecordBytes = 0, SendBytes = 131_074, KnownPeers = 256 },
            new PubSubOptions { MaxTopics = 32, OtherTopics = 64 }),
    };

    // a node, everything in it that is made later than its constructor, and pubsub with as many topics as fit
    private static SortedDictionary<string, int> Take(NodeOptions options, PubSubOptions? pubSub)
    {
        ManagedCrypto crypto = new();
        SeededRandom random = new(1);
        Node node = new(options, Identity.Create(crypto, random), crypto, random);
        if (pubSub != null)
        {
            PubSubProtocol protocol = new(pubSub);
            node.Add(protocol);
            for (int i = 0; i < pubSub.MaxTopics; i++)
            {
                protocol.Open(i.ToString().PadLeft(pubSub.MaxTopicBytes, 't'));
            }
        }

        typeof(IdentifyProtocol).GetMethod("Describe", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(node.Identify, null);
        return LiveHeap.Measure(node, item => item is Hal.IRandom or string or NodeOptions or PubSubOptions);
    }

    private static int Line(MemoryBill bill, string name) =>
        bill.Bytes(Enumerable.Range(0, bill.Count).Single(line => bill.Name(line) == name));
}
