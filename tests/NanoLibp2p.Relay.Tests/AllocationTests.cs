using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Relay.Tests;

/// <summary>A client takes its memory when it is made; after that only a dial makes an address.</summary>
public class AllocationTests
{
    [Fact]
    public void Bytes_over_a_circuit_allocate_nothing()
    {
        RelayWorld world = new();
        Connection dialed = world.DialThrough();
        Quiet ping = new();
        world.Caller.Node.Ping.Events = ping;
        int wanted = 0;
        Condition answered = () => ping.Count == wanted;
        Round(50);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Round(500);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                wanted++;
                world.Caller.Node.Ping.Send(dialed);
                if (!world.Simulation.Run(answered, 5_000))
                {
                    throw new InvalidOperationException("no answer");
                }
            }
        }
    }

    [Fact]
    public void A_refreshed_reservation_allocates_nothing()
    {
        byte[] answer = Wire.Hop(TestHop.Status, 100, expire: 4_000_000_000, addresses: [[4, 8, 8, 8, 8, 6, 0x0F, 0xA1]]);
        Circuit place = new();
        Read(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Read(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                place.Begin(Circuit.HopLimitField, 0);
                if (place.Take(answer, 0, answer.Length) != answer.Length || place.Phase != Circuit.Whole)
                {
                    throw new InvalidOperationException("not read");
                }
            }
        }
    }

    [Fact]
    public void The_default_options_take_less_than_2_and_a_half_KiB_of_a_devices_heap()
    {
        Assert.InRange(Taken(new RelayOptions(), 3), 1_500, 2_560);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(5, 9)]
    public void The_bill_is_what_the_objects_take(int circuits, int connections)
    {
        RelayOptions options = new() { MaxCircuits = circuits };
        Assert.Equal(Taken(options, connections), options.HeapBytes());
    }

    // the client, and its protocol ids in the node's table
    private static int Taken(RelayOptions options, int connections)
    {
        TestNode node = new(new MemoryNetwork(1), new NodeOptions { LargeRecordBytes = 0, MaxConnections = connections });
        options.Relays = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001").WithPeerId(node.Node.Identity.PeerId)];
        RelayClient client = new(options);
        node.Node.Add(client);
        SortedDictionary<string, int> bill = LiveHeap.Measure(client,
            item => item is Node or Connection or Crypto.CryptoProvider or RelayOptions or StreamLink.Aside);

        // what only .NET has: a link's reference to what it puts aside
        int desktop = 12 * (options.MaxCircuits + 1);
        int ids = 0;
        foreach (string id in (string[])["/libp2p/circuit/relay/0.2.0/hop", "/libp2p/circuit/relay/0.2.0/stop"])
        {
            ids += (20 + 2 + id.Length + 11) / 12 * 12;
        }

        string lines = string.Join('\n', bill.Select(pair => $"{pair.Value,6} {pair.Key}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{lines}\n{bill.Values.Sum() + ids - desktop,6} in all");
        return bill.Values.Sum() + ids - desktop;
    }

    private sealed class Quiet : Core.Ping.PingEvents
    {
        public int Count { get; private set; }

        public override void OnPong(Connection connection) => Count++;

        public override void OnPingFailed(Connection connection) => throw new InvalidOperationException("a ping failed");
    }
}
