using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Hal;
using NanoLibp2p.Postbox.Sender;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>A client takes its memory when it is made; no message takes any.</summary>
public class AllocationTests
{
    [Fact]
    public void A_thousand_replies_with_items_long_and_short_are_read_opened_and_stored_without_allocating()
    {
        World world = new();
        Quiet quiet = new();
        TestNode node = new(world.Simulation.Network, new NodeOptions { LargeRecordBytes = 0 });
        PostboxClient client = new(new PostboxOptions(), new TestStore(), quiet);
        node.Node.Add(client);
        byte[][] items = [.. Enumerable.Range(0, 20).Select(i => world.Friend.Seal(node.Node.Identity.PeerId,
            new string('x', i % 2 == 0 ? 20 : 1_000)))];
        world.Simulation.Add(node);
        Connection open = node.Dial(world.Peer.Listen());
        world.Simulation.Run(() => open.IsOpen, 5_000);

        // the gateway says nothing; its replies are given by hand
        world.Gateway.Script = (_, _, _) => [];
        byte[][] replies = [.. items.Select(item => Gateway.Reply(1, 10, Wire.Number(6, 1))
            .Concat(Gateway.Reply(1, 11, [.. Wire.Fixed64(1, System.Security.Cryptography.SHA256.HashData(item)[..8]),
                .. Wire.Number(3, (ulong)item.Length), .. Wire.Bytes(15, item)])).ToArray())];
        client.Sync(open);
        Read(0, 4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(4, 16);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(20, quiet.Mails);
        Assert.Equal(0, allocated);

        void Read(int first, int count)
        {
            for (int i = first; i < first + count; i++)
            {
                if (client.Receive(replies[i], 0, 100) != 100 || client.Receive(replies[i], 100, replies[i].Length - 100) < 0)
                {
                    throw new InvalidOperationException($"reply {i} was not read");
                }

                // what a new request begins with
                client.Expect(1);
            }
        }
    }

    [Fact]
    public void Sealing_allocates_nothing()
    {
        World world = new();
        LetterOptions letter = new() { To = world.Board.Identity.PeerId, Subject = "pump"u8.ToArray(), ProofKey = new byte[8] };
        byte[] body = new byte[900];
        byte[] item = new byte[PostboxSender.SizeOf(letter, body.Length)];
        world.Friend.Sender.Seal(letter, body, 0, body.Length, item, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            world.Friend.Sender.Seal(letter, body, 0, body.Length, item, 0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_default_options_take_3_KiB_of_a_devices_heap()
    {
        Assert.InRange(Taken(new PostboxOptions()), 2_048, 3_072);
    }

    [Theory]
    [InlineData(32, 4_096)]
    [InlineData(64, 610)]
    [InlineData(100, 2_000)]
    public void The_bill_is_what_the_objects_take(int entries, int itemBytes)
    {
        PostboxOptions options = new() { TableEntries = entries, MaxItemBytes = itemBytes, BudgetBytes = 500 };
        Assert.Equal(Taken(options), options.HeapBytes);
    }

    // the client, and its protocol id in the node's table
    private static int Taken(PostboxOptions options)
    {
        TestNode node = new(new MemoryNetwork(1), new NodeOptions { LargeRecordBytes = 0 });
        PostboxClient client = new(options, new TestStore(), new Quiet());
        node.Node.Add(client);
        int literals = 0;
        SortedDictionary<string, int> bill = LiveHeap.Measure(client,
            item => IsLiteral(item) || item is Node or Connection or Crypto.CryptoProvider or PostboxOptions or IStore or Quiet
                || item.GetType() == typeof(ulong[]) && ((ulong[])item).Length > 6);
        int id = (20 + 2 + PostboxOptions.ProtocolId.Length + 11) / 12 * 12;

        // what a program's pipe takes in place of a stream: a device does not have it
        bill[nameof(PostboxClient)] -= NanoHeap.BlockBytes;

        // the object alone: a literal's text stays in flash
        bill["literals"] = NanoHeap.BlockBytes * literals;

        string lines = string.Join('\n', bill.Select(pair => $"{pair.Value,6} {pair.Key}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{lines}\n{bill.Values.Sum() + id,6} in all");
        return bill.Values.Sum() + id;

        bool IsLiteral(object item)
        {
            bool isLiteral = item is string text && ReferenceEquals(string.IsInterned(text), text);
            literals += isLiteral ? 1 : 0;
            return isLiteral;
        }
    }

    private sealed class Quiet : PostboxEvents
    {
        public int Mails { get; private set; }

        public override void OnMail(PostboxClient client, Mail mail) => Mails += mail.BodyOffset == 0 ? 1 : 0;

        public override uint UnixSeconds() => Vectors.Sent;
    }
}
