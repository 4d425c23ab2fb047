using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>A client takes its memory when it is made; after that a dial makes an address, and nothing else is taken.</summary>
public class AllocationTests
{
    [Fact]
    public void A_thousand_answers_longer_than_any_buffer_are_read_without_allocating()
    {
        // one peer, connected; its script has its answer ready
        DhtWorld world = new DhtWorld(40, connections: 1, seeded: false);
        DhtPeer gateway = world.Peers[0];
        byte[] key = [0x12, 0x20, .. new byte[32]];
        byte[] answer = new DhtMessage { Type = DhtMessage.GetProviders, Key = key, Closer = gateway.Closest(key) }.Encode();
        Assert.InRange(answer.Length, 3_000, 9_000);
        Connection open = world.Node.Dial([gateway.Address]);
        world.Run(() => open.IsOpen, 5_000);
        world.Run(1_000);
        world.Client.Events = null;
        KademliaRequest request = new KademliaRequest(world.Client, world.Client.Options);
        KademliaClient client = world.Client;
        client.FindProviders(key, 0, key.Length);

        Read(20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Read(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                request.BeginAnswer(DhtMessage.GetProviders);
                if (request.Receive(answer, 0, 2_000) != 0 || request.Receive(answer, 2_000, answer.Length - 2_000) != 1)
                {
                    throw new InvalidOperationException("not read to its end");
                }
            }
        }
    }

    [Fact]
    public void Whole_lookups_over_an_open_connection_allocate_nothing()
    {
        Simulation simulation = new Simulation(5);
        TestNode device = simulation.Add(new NodeOptions { LargeRecordBytes = 0 });
        TestNode gateway = simulation.Add(new NodeOptions { LargeRecordBytes = 0 });
        KademliaClient client = new KademliaClient(new KademliaOptions());
        Counting counting = new Counting();
        client.Events = counting;
        device.Node.Add(client);
        byte[] key = [0x12, 0x20, .. new byte[32]];
        ReadyServer server = new ReadyServer(new DhtMessage { Type = DhtMessage.GetProviders, Key = key, Closer = [] }.Encode());
        gateway.Node.Add(server);
        Connection open = device.Dial(gateway.Listen());
        simulation.Run(() => open.IsOpen, 5_000);
        Condition over = () => !client.IsBusy;

        Look(50);
        counting.Ends = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Look(1_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(1_000, counting.Ends);
        Assert.Equal(1_050, server.Answered);
        Assert.Equal(0, allocated);

        void Look(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                client.FindProviders(key, 0, key.Length);
                if (!simulation.Run(over, 5_000))
                {
                    throw new InvalidOperationException($"lookup {i} did not end");
                }
            }
        }
    }

    [Fact]
    public void The_default_options_take_less_than_4_KiB_of_a_devices_heap()
    {
        Assert.InRange(Taken(new KademliaOptions()), 2_500, 4 * 1024);
    }

    [Theory]
    [InlineData(20, 76, 256, 1)]
    [InlineData(20, 76, 256, 2)]
    [InlineData(33, 100, 1001, 3)]
    public void The_bill_is_what_the_objects_take(int candidates, int peerBytes, int valueBytes, int parallel)
    {
        KademliaOptions options = new KademliaOptions { Candidates = candidates, PeerBytes = peerBytes, ValueBytes = valueBytes,
            Parallel = parallel };
        Assert.Equal(Taken(options), options.HeapBytes);
    }

    // the client, and its protocol id in the node's table
    private static int Taken(KademliaOptions options)
    {
        TestNode node = new TestNode(new MemoryNetwork(1), new NodeOptions { LargeRecordBytes = 0 });
        KademliaClient client = new KademliaClient(options);
        node.Node.Add(client);
        SortedDictionary<string, int> bill = LiveHeap.Measure(client,
            item => item is Node or Connection or Crypto.CryptoProvider or KademliaOptions);
        int id = (20 + 2 + options.ProtocolId.Length + 11) / 12 * 12;
        string lines = string.Join('\n', bill.Select(pair => $"{pair.Value,6} {pair.Key}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{lines}\n{bill.Values.Sum() + id,6} in all");
        return bill.Values.Sum() + id;
    }

    private sealed class Counting : KademliaEvents
    {
        public int Ends { get; set; }

        public override void OnEnd(KademliaClient client, LookupResult result, int count) => Ends += result == LookupResult.NotFound ? 1
            : 0;
    }

    // always the same answer, made beforehand, once the request has ended
    private sealed class ReadyServer(byte[] answer) : StreamProtocol
    {
        public int Answered { get; private set; }

        protected override void Register(Node node) => node.RegisterProtocol(KademliaOptions.PublicId, this, true);

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

        public override void OnReadEnd(Libp2pStream stream)
        {
            Answered += stream.Write(answer, 0, answer.Length) == answer.Length ? 1 : 0;
            stream.CloseWrite();
        }
    }
}
