using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Hal.Segments;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.Ieee802154;

/// <summary>Frames in packets and back.</summary>
public sealed class PacketTests
{
    private const int Mtu = 244;

    [Theory]
    [InlineData(1, 20, 1)]
    [InlineData(19, 20, 1)]
    [InlineData(20, 20, 2)]
    [InlineData(244, 20, 13)]
    [InlineData(244, 100, 3)]
    [InlineData(244, 245, 1)]
    public void A_frame_of_any_length_comes_out_of_its_packets_as_it_went_in(int count, int capacity, int packets)
    {
        PacketSplitter splitter = new(Mtu);
        PacketJoiner joiner = new(Mtu);
        byte[] frame = [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7))];
        splitter.Start(frame, 0, count);
        byte[][] cut = Cut(splitter, capacity);
        Assert.Equal(packets, cut.Length);
        int[] joined = [.. cut.Select(packet => joiner.Receive(packet, 0, packet.Length))];
        Assert.All(joined[..^1], bytes => Assert.Equal(0, bytes));
        Assert.Equal(frame, joiner.Frame[..joined[^1]]);
        Assert.False(splitter.IsBusy);
    }

    [Fact]
    public void The_first_byte_is_that_of_the_specification()
    {
        PacketSplitter splitter = new(Mtu);
        splitter.Start(new byte[50], 0, 50);
        Assert.Equal([0x80, 0x01, 0x42], Cut(splitter, 20).Select(packet => (int)packet[0]));
        splitter.Start(new byte[5], 0, 5);
        Assert.Equal([0xC3], Cut(splitter, 20).Select(packet => (int)packet[0]));
    }

    [Fact]
    public void A_packet_that_the_radio_did_not_take_is_the_same_again()
    {
        PacketSplitter splitter = new(Mtu);
        splitter.Start(new byte[50], 0, 50);
        byte[] first = new byte[20];
        byte[] again = new byte[20];
        Assert.Equal(20, splitter.Peek(first, 0, 20));
        Assert.Equal(20, splitter.Peek(again, 0, 20));
        Assert.Equal(first, again);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_frame_of_which_a_packet_is_missing_is_dropped_and_the_next_one_comes(int missing)
    {
        PacketSplitter splitter = new(Mtu);
        PacketJoiner joiner = new(Mtu);
        splitter.Start(new byte[50], 0, 50);
        byte[][] cut = Cut(splitter, 20);
        Assert.All(cut.Where((_, i) => i != missing), packet => Assert.Equal(0, joiner.Receive(packet, 0, packet.Length)));
        splitter.Start([1, 2, 3], 0, 3);
        byte[] next = Cut(splitter, 20).Single();
        Assert.Equal(3, joiner.Receive(next, 0, next.Length));
        Assert.Equal(missing == 0 ? 0 : 1, joiner.Dropped);
    }

    [Fact]
    public void Packets_that_come_twice_count_once()
    {
        PacketSplitter splitter = new(Mtu);
        PacketJoiner joiner = new(Mtu);
        byte[] frame = [.. Enumerable.Range(0, 50).Select(i => (byte)i)];
        splitter.Start(frame, 0, 50);
        int joined = 0;
        foreach (byte[] packet in Cut(splitter, 20))
        {
            joined += joiner.Receive(packet, 0, packet.Length) + joiner.Receive(packet, 0, packet.Length);
        }

        Assert.Equal(50, joined);
        Assert.Equal(frame, joiner.Frame[..50]);
    }

    [Fact]
    public void A_sender_that_never_ends_its_frame_fills_no_more_than_the_MTU()
    {
        PacketJoiner joiner = new(Mtu);
        byte[] packet = new byte[100];
        for (int i = 0; i < 100; i++)
        {
            packet[0] = (byte)(i == 0 ? 0x80 : i & 0x3F);
            Assert.Equal(0, joiner.Receive(packet, 0, packet.Length));
        }

        Assert.Equal(1, joiner.Dropped);
        Assert.Equal(Mtu, joiner.Frame.Length);
    }

    [Fact]
    public void A_million_arbitrary_packets_give_no_frame_beyond_the_MTU_and_no_fault()
    {
        SeededRandom random = new(7);
        PacketJoiner joiner = new(64);
        byte[] packet = new byte[24];
        int frames = 0;
        for (int i = 0; i < 1_000_000; i++)
        {
            random.Fill(packet, 0, 4);
            int count = (int)(random.Next() % 25);
            int joined = joiner.Receive(packet, 0, count);
            Assert.InRange(joined, 0, 64);
            frames += joined > 0 ? 1 : 0;
        }

        Assert.True(frames > 1000);
    }

    [Fact]
    public void Under_loss_repeats_and_a_changing_capacity_a_frame_comes_whole_or_not_at_all()
    {
        SeededRandom random = new(11);
        PacketSplitter splitter = new(Mtu);
        PacketJoiner joiner = new(Mtu);
        byte[] packet = new byte[Mtu + 1];
        int whole = 0;
        for (int i = 0; i < 20_000; i++)
        {
            int count = 1 + (int)(random.Next() % Mtu);
            byte[] frame = [.. Enumerable.Range(0, count).Select(at => (byte)(i + at))];
            splitter.Start(frame, 0, count);
            while (splitter.IsBusy)
            {
                int capacity = 20 + (int)(random.Next() % 200);
                int bytes = splitter.Peek(packet, 0, capacity);
                splitter.Advance(capacity);
                uint copies = random.Next() % 20;
                for (copies = copies == 0 ? 0 : copies == 1 ? 2u : 1u; copies > 0; copies--)
                {
                    int joined = joiner.Receive(packet, 0, bytes);
                    if (joined > 0)
                    {
                        Assert.Equal(frame, joiner.Frame[..joined]);
                        whole++;
                    }
                }
            }
        }

        Assert.InRange(whole, 5_000, 19_000);
    }

    private static byte[][] Cut(PacketSplitter splitter, int capacity)
    {
        byte[] packet = new byte[Mtu + 1];
        List<byte[]> all = [];
        int count;
        while ((count = splitter.Peek(packet, 0, capacity)) > 0)
        {
            splitter.Advance(capacity);
            all.Add(packet[..count]);
        }

        return [.. all];
    }
}
