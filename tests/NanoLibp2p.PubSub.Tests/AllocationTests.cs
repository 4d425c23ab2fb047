using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using NanoLibp2p.Core;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>After warm-up nothing is allocated, and what is taken before that is as much as is said.</summary>
public class AllocationTests
{
    [Theory]
    [InlineData(SignaturePolicy.StrictSign, false)]
    [InlineData(SignaturePolicy.StrictNoSign, false)]
    [InlineData(SignaturePolicy.StrictSign, true)]
    public void Ten_thousand_messages_out_and_in_allocate_nothing(SignaturePolicy policy, bool forward)
    {
        Simulation simulation = new(12);
        PubSubOptions options = new() { SignaturePolicy = policy, Forward = forward };
        TestNode one = simulation.Add(new NodeOptions());
        TestNode other = simulation.Add(new NodeOptions());
        PubSubProtocol here = new(options);
        PubSubProtocol there = new(options);
        one.Node.Add(here);
        other.Node.Add(there);
        Counting counting = new();
        here.Events = counting;
        there.Events = counting;
        Topic a = here.Join("sensors/temp");
        Topic b = there.Join("sensors/temp");
        one.Dial(other.Listen());
        simulation.Run(3_000);
        byte[] data = new byte[20];
        Condition never = () => false;

        Exchange(200);
        counting.Messages = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(5_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(10_000, counting.Messages);
        Assert.Equal(0, allocated);

        void Exchange(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                data[0]++;
                data[1] = (byte)(i >> 8);
                data[2] = (byte)i;
                data[3] = 1;
                bool sent = a.Publish(data, 0, 20) == 1;
                data[3] = 2;
                sent &= b.Publish(data, 0, 20) == 1;

                // far enough for heartbeats and for the cache of seen ids to forget
                simulation.Run(never, 200);
                if (!sent)
                {
                    throw new InvalidOperationException($"round {i} was not sent");
                }
            }
        }
    }

    [Fact]
    public void Asking_answering_grafting_and_pruning_allocate_nothing()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { FirstSequenceNumber = 1 }, joined: ["t"], topics: ["t"]);
        board.PubSub.Events = null;
        board.Publish("t", 1);
        board.Simulation.Run(10);
        byte[] own = peer.Take().SelectMany(rpc => rpc.Messages).Single().Id;
        byte[] talk = (Rpc.Subscribe("t", "other") with
        {
            Have = [("t", [[1, 2, 3]])],
            Want = [[own, [4]]],
            Graft = ["t"],
            Prune = [("t", 1)],
        }).Encode();
        talk = [.. talk, .. Rpc.Unsubscribe("t").Encode()];
        PubSubProtocol pubsub = board.PubSub;
        PubSubPeer state = PeerOf(board);
        Libp2pStream stream = state.Inbound;

        Run(50);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(5_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                pubsub.OnData(stream, talk, 0, talk.Length);
                pubsub.Poll(1_000_000 + (1_000L * i));
                state.Queue.Clear();
            }
        }
    }

    private static PubSubPeer PeerOf(Board board)
    {
        FieldInfo field =
            typeof(PubSubProtocol).GetField("_peers", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!;
        return ((PubSubPeer[])field.GetValue(board.PubSub)!)[0];
    }

    private sealed class Counting : PubSubEvents
    {
        public int Messages { get; set; }

        public override void OnMessage(Topic topic, PubSubMessage message) => Messages++;
    }
}
