using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Footprint.Metering;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Footprint.Operations;

/// <summary>A signed reading between two default nodes that are subscribed to its topic, from the call to the driver's bytes and back.</summary>
public static class PubSubOperations
{
    /// <summary>The operations.</summary>
    public static IEnumerable<Operation> All { get; } =
    [
        new("Publish a reading", Publish),
        new("Receive a reading", Receive),
    ];

    // what a sensor with two values says
    private static readonly byte[] reading = System.Text.Encoding.ASCII.GetBytes("""{"n":123456,"t":1764108000000,"temp_c":21.4}""");

    private static Action Publish()
    {
        var pair = new Pair();
        pair.TheyPublish();
        pair.Take();
        pair.WePublish();
        return pair.WePublish;
    }

    private static Action Receive()
    {
        var pair = new Pair();
        pair.WePublish();
        pair.TheyPublish();
        pair.Take();
        pair.TheyPublish();
        return pair.Take;
    }

    /// <summary>The node that is counted, and the one at the other end.</summary>
    private sealed class Pair
    {
        private readonly Side us;
        private readonly Side them;
        private long nowMs;

        public Pair()
        {
            var network = new MemoryNetwork();
            us = new Side(1, network);
            them = new Side(2, network);
            var address = Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001");
            them.Node.Listen(address, out _);
            us.Node.Dial([address]);
            // past the first heartbeats: subscriptions told, the mesh made, and the next ephemeral keys
            for (; nowMs < 3_000; nowMs += 10)
            {
                us.Node.Poll(nowMs);
                them.Node.Poll(nowMs);
            }
            Must(us.Topic.MeshPeers == 1 && them.Topic.MeshPeers == 1, "the nodes are not in each other's mesh");
        }

        public void WePublish()
        {
            Must(us.Topic.Publish(reading, 0, reading.Length) == 1, "the reading was not taken");
            us.Node.Poll(nowMs);
            SharedAssemblies.Meter.Uncounted(() => Must(them.Hears(nowMs), "the reading did not arrive"));
        }

        public void TheyPublish() => SharedAssemblies.Meter.Uncounted(() =>
        {
            Must(them.Topic.Publish(reading, 0, reading.Length) == 1, "the reading was not taken");
            them.Node.Poll(nowMs);
        });

        public void Take() => Must(us.Hears(nowMs), "the reading did not arrive");

        private static void Must(bool good, string otherwise)
        {
            if (!good)
            {
                throw new InvalidOperationException(otherwise);
            }
        }
    }

    private sealed class Side : PubSubEvents
    {
        private int messages;

        public Side(int seed, MemoryNetwork network)
        {
            var crypto = new ManagedCrypto();
            var random = new SeededRandom(seed);
            Node = new Node(new NodeOptions(), Identity.Create(crypto, random), crypto, random) { Transport = network.Transport() };
            var pubSub = new PubSubProtocol(new PubSubOptions { FirstSequenceNumber = 1 }) { Events = this };
            Node.Add(pubSub);
            Topic = pubSub.Join("sensors/temperature");
        }

        public Node Node { get; }

        public Topic Topic { get; }

        public bool Hears(long nowMs)
        {
            var before = messages;
            Node.Poll(nowMs);
            return messages == before + 1;
        }

        public override void OnMessage(Topic topic, PubSubMessage message) => messages++;
    }
}
