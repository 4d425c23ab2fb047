using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ble;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Radio.Tests;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.Ble;

/// <summary>Frames over one GATT connection, at the least ATT MTU.</summary>
public sealed class BleLinkTests : FrameLinkTests
{
    [Theory]
    [InlineData(20, 13)]
    [InlineData(244, 2)]
    [InlineData(245, 1)]
    [InlineData(514, 1)]
    public void A_frame_takes_as_few_packets_as_the_ATT_MTU_allows(int packetBytes, int packets)
    {
        using Pair pair = new(packetBytes);
        byte[] frame = [.. Enumerable.Range(0, 244).Select(i => (byte)i)];
        pair.Send(pair.Device, frame);
        Assert.Equal(frame, pair.Receive(pair.Gateway));
        Assert.Equal(packets, pair.DevicePipe.Packets);
    }

    [Fact]
    public void While_nobody_is_connected_a_frame_is_not_taken_and_the_link_stays_open()
    {
        using Pair pair = new(20);
        pair.DevicePipe.Connection = 0;
        Assert.Equal(FrameLinkResult.Busy, pair.Device.Send([1], 0, 1, null!, 0, false));
        Assert.Equal(0, pair.Device.Receive(new byte[244], 0, 244));
        Assert.False(((BleLink)pair.Device).IsConnected);
        pair.DevicePipe.Reconnect();
        pair.Send(pair.Device, [2]);
        Assert.Equal([2], pair.Receive(pair.Gateway));
    }

    [Fact]
    public void A_connection_that_ends_takes_the_frame_under_way_with_it_and_nothing_else()
    {
        using Pair pair = new(20);
        pair.Send(pair.Device, [0]);
        Assert.Equal([0], pair.Receive(pair.Gateway));
        pair.DevicePipe.Refuses = 1;
        byte[] cut = new byte[100];
        Assert.Equal(100, pair.Device.Send(cut, 0, 100, null!, 0, false));
        pair.DevicePipe.Reconnect();
        pair.Send(pair.Device, [1, 2, 3]);
        Assert.Equal([1, 2, 3], pair.Receive(pair.Gateway));
    }

    [Fact]
    public void A_lost_packet_costs_its_frame_alone()
    {
        using Pair pair = new(20);
        pair.DevicePipe.Loses = 1;
        pair.Send(pair.Device, new byte[100]);
        pair.Send(pair.Device, [4, 5]);
        Assert.Equal([4, 5], pair.Receive(pair.Gateway));
    }

    [Fact]
    public void A_packet_that_the_stack_does_not_take_is_offered_again()
    {
        using Pair pair = new(20);
        pair.DevicePipe.Refuses = 3;
        byte[] frame = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        pair.Send(pair.Device, frame);
        Assert.Equal(frame, pair.Receive(pair.Gateway));
    }

    [Fact]
    public void A_sender_that_is_faster_than_the_program_costs_frames_and_no_memory()
    {
        PacketQueue queue = new(1024);
        byte[] packet = new byte[244];
        int taken = Enumerable.Range(0, 1000).Count(_ => queue.Put(packet, 244));
        Assert.Equal(4, taken);
        Assert.Equal(996, queue.Dropped);
        Assert.Equal(244, queue.Take(packet));
        Assert.True(queue.Put(packet, 244));
    }

    [Fact]
    public void Packets_of_all_lengths_come_out_of_the_queue_as_they_went_in()
    {
        SeededRandom random = new(9);
        PacketQueue queue = new(600);
        Queue<byte[]> expected = new();
        byte[] buffer = new byte[300];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] packet = new byte[random.Next() % 245];
            random.Fill(packet, 0, packet.Length);
            if (queue.Put(packet, packet.Length))
            {
                expected.Enqueue(packet);
            }

            if (random.Next() % 2 == 0 && expected.TryDequeue(out byte[]? next))
            {
                Assert.True(queue.HasPacket);
                Assert.Equal(next, buffer[..queue.Take(buffer)]);
            }
        }

        Assert.True(queue.Dropped > 0);
    }

    [Fact]
    public void A_packet_longer_than_the_buffer_is_gone_and_the_next_one_comes()
    {
        PacketQueue queue = new(100);
        queue.Put(new byte[50], 50);
        queue.Put([7], 1);
        byte[] small = new byte[20];
        Assert.Equal(0, queue.Take(small));
        Assert.Equal(1, queue.Take(small));
        Assert.Equal(7, small[0]);
    }

    [Fact]
    public void Two_threads_share_the_queue()
    {
        PacketQueue queue = new(256);
        int sum = 0;
        Thread writer = new(() =>
        {
            byte[] packet = new byte[8];
            for (int i = 0; i < 20_000; i++)
            {
                packet[0] = (byte)i;
                SpinWait.SpinUntil(() => queue.Put(packet, 8));
            }
        });
        writer.Start();
        byte[] read = new byte[8];
        for (int i = 0; i < 20_000; i++)
        {
            SpinWait.SpinUntil(() => queue.HasPacket);
            Assert.Equal(8, queue.Take(read));
            Assert.Equal((byte)i, read[0]);
            sum++;
        }

        Assert.True(writer.Join(TimeSpan.FromSeconds(60)));
        Assert.Equal(20_000, sum);
    }

    protected override FrameLinkPair Create() => new Pair(20);

    private sealed class Pair : FrameLinkPair
    {
        public Pair(int packetBytes)
        {
            (DevicePipe, AttPipe gateway) = AttPipe.Create(packetBytes);
            Device = new BleLink(DevicePipe);
            Gateway = new BleLink(gateway);
            Assert.Equal(LinkError.None, Device.Open());
            Assert.Equal(LinkError.None, Gateway.Open());
        }

        public AttPipe DevicePipe { get; }

        public override IFrameLink Device { get; }

        public override IFrameLink Gateway { get; }
    }
}
