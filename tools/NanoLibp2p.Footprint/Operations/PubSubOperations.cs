using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Footprint.Metering;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Footprint.Operations;

/// <summary>A signed reading between two default nodes that are subscribed to its topic, from the call to the driver's bytes and
/// back.</summary>
public static class PubSubOperations
{
    /// <summary>The operations.</summary>
    public static IEnumerable<Operation> All { get; } =
    [
        new("Publish a reading", Publish),
        new("Receive a reading", Receive),
    ];

    // what a sensor with two values says
    private static readonly byte[] _reading = System.Text.Encoding.ASCII.GetBytes("""{"n":123456,"t":1764108000000,"temp_c":21.4}""");

    private static Action Publish()
    {
        Pair pair = new();
        pair.TheyPublish();
        pair.Take();
        pair.WePublish();
        return pair.WePublish;
    }

    private static Action Receive()
    {
        Pair pair = new();
        pair.WePublish();
        pair.TheyPublish();
        pair.Take();
        pair.TheyPublish();
        return pair.Take;
    }

    /// <summary>The node that is counted, and the one at the other end.</summary>
    private sealed class Pair
    {
        private readonly Side _us;
        private readonly Side _them;
        private long _nowMs;

        public Pair()
        {
            MemoryNetwork network = new();
            _us = new Side(1, network);
            _them = new Side(2, network);
            Multiaddr address = Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001");
            _them.Node.Listen(address, out _);
            _us.Node.Dial([address]);
            // past the first heartbeats: subscriptions told, the mesh made, and the next ephemeral keys
            for (; _nowMs < 3_000; _nowMs += 10)
            {
                _us.Node.Poll(_nowMs);
                _them.Node.Poll(_nowMs);
            }
            Must(_us.Topic.MeshPeers == 1 && _them.Topic.MeshPeers == 1, "the nodes are not in each other's mesh");
        }

        public void WePublish()
        {
            Must(_us.Topic.Publish(_reading, 0, _reading.Length) == 1, "the reading was not taken");
            _us.Node.Poll(_nowMs);
            SharedAssemblies.Meter.Uncounted(() => Must(_them.Hears(_nowMs), "the reading did not arrive"));
        }

        public void TheyPublish() => SharedAssemblies.Meter.Uncounted(() =>
        {
            Must(_them.Topic.Publish(_reading, 0, _reading.Length) == 1, "the reading was not taken");
            _them.Node.Poll(_nowMs);
        });

        public void Take() => Must(_us.Hears(_nowMs), "the reading did not arrive");

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
        private int _messages;

        public Side(int seed, MemoryNetwork network)
        {
            ManagedCrypto crypto = new();
            SeededRandom random = new(seed);
            Node = new Node(new NodeOptions(), Identity.Create(crypto, random), crypto, random) { Transport = network.Transport() };
            PubSubProtocol pubSub = new(new PubSubOptions { FirstSequenceNumber = 1 }) { Events = this };
            Node.Add(pubSub);
            Topic = pubSub.Join("sensors/temperature");
        }

        public Node Node { get; }

        public Topic Topic { get; }

        public bool Hears(long nowMs)
        {
            int before = _messages;
            Node.Poll(nowMs);
            return _messages == before + 1;
        }

        public override void OnMessage(Topic topic, PubSubMessage message) => _messages++;
    }
}
