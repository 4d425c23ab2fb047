using System;
using System.Linq;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Radio.Tests;

/// <summary>What every driver of frames keeps to: a driver's test class derives from this one.</summary>
public abstract class FrameLinkTests
{
    [Fact]
    public void A_frame_of_any_length_arrives_whole_both_ways()
    {
        using FrameLinkPair pair = Create();
        foreach (int count in new[] { 1, 2, 63, pair.Device.Mtu - 1, pair.Device.Mtu })
        {
            byte[] up = Bytes(count, 7);
            pair.Send(pair.Device, up);
            Assert.Equal(up, pair.Receive(pair.Gateway));
            byte[] down = Bytes(count, 11);
            pair.Send(pair.Gateway, down, FrameLinkPair.Origin(pair.Gateway));
            Assert.Equal(down, pair.Receive(pair.Device));
        }
    }

    [Fact]
    public void Bytes_of_zeros_and_of_ones_arrive_as_they_are()
    {
        using FrameLinkPair pair = Create();
        foreach (byte value in new byte[] { 0x00, 0xFF, 0xC0, 0x7E, 0x11 })
        {
            byte[] frame = [.. Enumerable.Repeat(value, pair.Device.Mtu)];
            pair.Send(pair.Device, frame);
            Assert.Equal(frame, pair.Receive(pair.Gateway));
        }
    }

    [Fact]
    public void Frames_arrive_each_once_and_the_buffer_is_the_callers_again()
    {
        using FrameLinkPair pair = Create();
        byte[] frame = new byte[20];
        for (byte i = 0; i < 5; i++)
        {
            Array.Fill(frame, i);
            pair.Send(pair.Device, frame);
            Array.Fill(frame, (byte)0xEE);
            Assert.Equal(Enumerable.Repeat(i, 20), pair.Receive(pair.Gateway));
        }

        for (int i = 0; i < 20; i++)
        {
            pair.Pass();
            Assert.Equal(0, pair.Gateway.Receive(frame, 0, frame.Length));
        }
    }

    [Fact]
    public void A_frame_that_is_empty_or_longer_than_the_MTU_is_refused_and_nothing_is_sent()
    {
        using FrameLinkPair pair = Create();
        byte[] frame = new byte[pair.Device.Mtu + 1];
        Assert.Equal(FrameLinkResult.TooLong, pair.Device.Send(frame, 0, 0, null!, 0, true));
        Assert.Equal(FrameLinkResult.TooLong, pair.Device.Send(frame, 0, frame.Length, null!, 0, true));
        pair.Send(pair.Device, [1, 2, 3]);
        Assert.Equal([1, 2, 3], pair.Receive(pair.Gateway));
    }

    [Fact]
    public void A_frame_that_exceeds_the_room_is_dropped_whole_and_the_next_one_arrives()
    {
        using FrameLinkPair pair = Create();
        byte[] small = new byte[10];
        pair.Send(pair.Device, Bytes(11, 3));
        for (int i = 0; i < 40; i++)
        {
            pair.Pass();
            Assert.Equal(0, pair.Gateway.Receive(small, 0, small.Length));
        }

        pair.Send(pair.Device, Bytes(10, 5));
        int count = 0;
        pair.Until(() => (count = pair.Gateway.Receive(small, 0, small.Length)) != 0);
        Assert.Equal(10, count);
        Assert.Equal(Bytes(10, 5), small);
    }

    [Fact]
    public void A_buffer_is_used_from_the_offset_on_and_no_further()
    {
        using FrameLinkPair pair = Create();
        byte[] frame = Bytes(40, 9);
        pair.Until(() => pair.Device.Send(frame, 5, 20, null!, 0, true) == 20);
        byte[] buffer = new byte[60];
        int count = 0;
        pair.Until(() => (count = pair.Gateway.Receive(buffer, 7, 20)) != 0);
        Assert.Equal(20, count);
        Assert.Equal(frame.AsSpan(5, 20), buffer.AsSpan(7, 20));
        Assert.True(buffer.AsSpan(0, 7).IndexOfAnyExcept((byte)0) < 0 && buffer.AsSpan(27).IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void A_closed_link_fails_and_works_again_when_it_is_opened()
    {
        using FrameLinkPair pair = Create();
        byte[] buffer = new byte[pair.Device.Mtu];
        pair.Device.Close();
        Assert.Equal(LinkResult.Failed, pair.Device.Receive(buffer, 0, buffer.Length));
        Assert.Equal(FrameLinkResult.Failed, pair.Device.Send(buffer, 0, 10, null!, 0, true));
        pair.Device.Poll(0);
        pair.Device.Wait(0);
        pair.Device.Close();
        Assert.Equal(LinkError.None, pair.Device.Open());
        pair.Send(pair.Device, [4, 5, 6]);
        Assert.Equal([4, 5, 6], pair.Receive(pair.Gateway));
    }

    [Fact]
    public void It_tells_its_bounds()
    {
        using FrameLinkPair pair = Create();
        foreach (IFrameLink link in new[] { pair.Device, pair.Gateway })
        {
            Assert.InRange(link.Mtu, 64, 1500);
            Assert.InRange(link.AnswerMs, 1, 60_000);
            Assert.InRange(link.Poll(0), 0, FrameLinkResult.IdleMs);
            Assert.True(link.TimeOnAirUs(1) <= link.TimeOnAirUs(link.Mtu));
            Assert.True(!link.IsBoundedByAir || link.TimeOnAirUs(1) > 0, "what bounds the rate is the time on air");
            Assert.True(link.WaitMs(link.Mtu, true) <= link.WaitMs(link.Mtu, false));
        }
    }

    [Fact]
    public void Frames_of_one_sender_have_one_address_where_there_are_addresses()
    {
        using FrameLinkPair pair = Create();
        byte[][] addresses = new byte[2][];
        for (int i = 0; i < 2; i++)
        {
            pair.Send(pair.Device, [1]);
            pair.Receive(pair.Gateway);
            byte[] address = new byte[FrameLinkResult.MaxAddressBytes];
            addresses[i] = address[..pair.Gateway.CopyAddress(address, 0)];
        }

        Assert.Equal(addresses[0], addresses[1]);
        Assert.Equal(pair.Gateway.HasAddresses, addresses[0].Length > 0);
    }

    [Fact]
    public void Nothing_is_allocated_by_sending_and_receiving()
    {
        using FrameLinkPair pair = Create();
        if (pair.MayAllocate)
        {
            return;
        }

        byte[] frame = Bytes(40, 9);
        byte[] buffer = new byte[pair.Gateway.Mtu];
        byte[] origin = new byte[FrameLinkResult.MaxOriginBytes];
        long before = 0;
        for (int i = 0; i < 20; i++)
        {
            // the first rounds compile
            before = i == 15 ? GC.GetAllocatedBytesForCurrentThread() : before;
            while (pair.Device.Send(frame, 0, 40, null!, 0, true) != 40)
            {
                pair.Pass();
            }

            while (pair.Gateway.Receive(buffer, 0, buffer.Length) == 0)
            {
                pair.Pass();
            }

            pair.Gateway.CopyOrigin(origin, 0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>A pair that reaches each other without loss.</summary>
    protected abstract FrameLinkPair Create();

    private static byte[] Bytes(int count, int step) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * step))];
}
