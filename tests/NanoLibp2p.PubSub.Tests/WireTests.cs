using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Crypto;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>What stands on the wire, byte by byte, and how many bytes that are.</summary>
public class WireTests
{
    // a Yamux header of 12 bytes, a record's length of 2 and its tag of 16
    private const int FramingBytes = 30;

    [Fact]
    public void A_subscription_and_a_graft_are_these_bytes()
    {
        (_, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);

        // RPC { subscriptions { subscribe: true, topicid: "t" } }, then RPC { control { graft { topicID: "t" } } }
        Assert.Equal("070A050801120174" + "071A051A030A0174", Convert.ToHexString(peer.TakeBytes()));
    }

    [Fact]
    public void Leaving_is_these_bytes()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        peer.TakeBytes();

        board.PubSub.Open("t").Leave();
        board.Simulation.Run(10);

        // the end of the subscription, then RPC { control { prune { topicID: "t", backoff: 10 } } }
        Assert.Equal("070A050800120174" + "091A0722050A0174180A", Convert.ToHexString(peer.TakeBytes()));
    }

    [Fact]
    public void An_unsigned_message_of_20_bytes_costs_28_and_with_all_framing_58()
    {
        (Board board, ScriptedPeer peer) =
            Board.Connect(new PubSubOptions { SignaturePolicy = SignaturePolicy.StrictNoSign }, topics: ["t"]);
        byte[] data = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];

        long before = Written(board);
        Assert.Equal(1, board.Publish("t", data));
        board.Simulation.Run(10);

        Assert.Equal(58, Written(board) - before);
        Assert.Equal("1B1219" + "1214" + Convert.ToHexString(data) + "220174", Convert.ToHexString(peer.TakeBytes()));
    }

    [Fact]
    public void A_signed_message_of_20_bytes_costs_146_and_with_all_framing_176()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(topics: ["t"]);
        byte[] data = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];

        long before = Written(board);
        Assert.Equal(1, board.Publish("t", data));
        board.Simulation.Run(10);

        Assert.Equal(176, Written(board) - before);
        byte[] bytes = peer.TakeBytes();
        Assert.Equal(176 - FramingBytes, bytes.Length);
        string message = "0A26" + Convert.ToHexString(board.Identity.PeerId.ToBytes())
            + "1214" + Convert.ToHexString(data)
            + "1A08" + "00000000000003E9"
            + "220174";
        Assert.Equal("9001128D01" + message + "2A40", Convert.ToHexString(bytes)[..^128]);

        byte[] signed = [.. "libp2p-pubsub:"u8, .. Convert.FromHexString(message)];
        Assert.True(new ManagedCrypto().Ed25519Verify(board.Identity.PublicKey, 0, signed, 0, signed.Length, bytes, bytes.Length - 64));
    }

    [Theory]
    [InlineData("t", 156, 38)]
    [InlineData("sensors/temp", 167, 49)]
    public void The_overhead_of_a_message_is_as_the_readme_says(string topic, int signed, int unsigned)
    {
        foreach ((SignaturePolicy policy, int overhead)
            in new[] { (SignaturePolicy.StrictSign, signed), (SignaturePolicy.StrictNoSign, unsigned) })
        {
            (Board board, _) = Board.Connect(new PubSubOptions { SignaturePolicy = policy }, topics: [topic]);
            long before = Written(board);
            board.Publish(topic, new byte[20]);
            board.Simulation.Run(10);
            Assert.Equal(20 + overhead, Written(board) - before);
        }
    }

    [Fact]
    public void Sequence_numbers_go_up_one_by_one_from_the_option()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { FirstSequenceNumber = 0xFF }, topics: ["t"]);
        for (int i = 0; i < 3; i++)
        {
            board.Publish("t", 1);
            board.Simulation.Run(10);
        }

        List<RpcMessage> messages = [.. peer.Take().SelectMany(rpc => rpc.Messages)];
        Assert.Equal([0x100, 0x101, 0x102],
            messages.Select(message => (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(message.Sequence)));
        Assert.Equal(0x102UL, board.PubSub.SequenceNumber);
    }

    [Fact]
    public void Without_the_option_they_begin_with_eight_bytes_and_below_the_time_in_nanoseconds()
    {
        Simulation simulation = new(14);
        Board one = new(simulation, new PubSubOptions());
        Board other = new(simulation, new PubSubOptions());
        foreach (ulong number in new[] { one.PubSub.SequenceNumber, other.PubSub.SequenceNumber })
        {
            Assert.InRange(number, 1UL << 56, (ulong)DateTimeOffset.UnixEpoch.AddYears(50).ToUnixTimeMilliseconds() * 1_000_000);
        }

        Assert.NotEqual(one.PubSub.SequenceNumber, other.PubSub.SequenceNumber);
    }

    private static long Written(Board board) => ((MemoryLink)board.Connection.Link).TotalWritten;
}
