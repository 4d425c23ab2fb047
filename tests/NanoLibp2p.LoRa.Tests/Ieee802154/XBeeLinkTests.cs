using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Ieee802154;
using NanoLibp2p.Radio.Tests;

namespace NanoLibp2p.LoRa.Tests.Ieee802154;

/// <summary>Frames through serial radios, over scripted ones.</summary>
public sealed class XBeeLinkTests : FrameLinkTests
{
    private static readonly byte[] _deviceAddress = [0, 0x13, 0xA2, 0, 0x40, 0x0A, 1, 1];
    private static readonly byte[] _gatewayAddress = [0, 0x13, 0xA2, 0, 0x40, 0x0A, 1, 2];

    [Fact]
    public void A_packet_is_requested_as_Digi_says()
    {
        using Pair pair = new();
        pair.Send(pair.Device, [.. Enumerable.Range(0, 150).Select(i => (byte)i)]);
        pair.Receive(pair.Gateway);
        Assert.Equal(2, pair.DeviceRadio.Requests.Count);
        byte[] first = pair.DeviceRadio.Requests[0];
        Assert.Equal([0x10, 0x01, .. _gatewayAddress, 0xFF, 0xFE, 0x00, 0x00, 0x80, 0, 1, 2], first[..18]);
        Assert.Equal(14 + XBeeLink.PacketBytes, first.Length);
        Assert.Equal([0x41, 99], pair.DeviceRadio.Requests[1][14..16]);
    }

    [Fact]
    public void An_undelivered_packet_ends_its_frame_and_the_next_one_arrives()
    {
        using Pair pair = new();
        pair.DeviceRadio.Fails = 1;
        pair.Send(pair.Device, new byte[244]);
        pair.Send(pair.Device, [1, 2, 3]);
        Assert.Equal([1, 2, 3], pair.Receive(pair.Gateway));
        Assert.Equal(1, pair.DeviceLink.Undelivered);
        Assert.Equal(2, pair.DeviceRadio.Requests.Count);
    }

    [Fact]
    public void A_radio_that_says_nothing_is_opened_anew()
    {
        using Pair pair = new();
        pair.DeviceRadio.IsSilent = true;
        for (int i = 0; i < 3; i++)
        {
            pair.Send(pair.Device, [1]);
        }

        pair.Until(() => pair.DeviceLink.Reopened == 1);
        Assert.Equal(2, pair.DeviceRadio.Opened);
        pair.Send(pair.Device, [9]);
        Assert.Equal([9], pair.Receive(pair.Gateway));
    }

    [Fact]
    public void A_line_that_takes_a_few_bytes_at_a_time_is_enough()
    {
        using Pair pair = new();
        pair.DeviceRadio.Chunk = 3;
        byte[] frame = [.. Enumerable.Repeat((byte)0x7E, 244)];
        pair.Send(pair.Device, frame);
        Assert.Equal(frame, pair.Receive(pair.Gateway));
    }

    [Fact]
    public void A_line_that_breaks_fails_the_link_until_it_is_opened()
    {
        using Pair pair = new();
        pair.DeviceRadio.Break();
        Assert.Equal(LinkResult.Failed, pair.Device.Receive(new byte[10], 0, 10));
        Assert.Equal(FrameLinkResult.Failed, pair.Device.Send([1], 0, 1, null!, 0, false));
        Assert.Equal(LinkError.None, pair.Device.Open());
        pair.Send(pair.Device, [7]);
        Assert.Equal([7], pair.Receive(pair.Gateway));
    }

    [Fact]
    public void Two_senders_whose_packets_alternate_are_both_heard()
    {
        List<XBeeModel> air = [];
        XBeeModel radio = new(_gatewayAddress, air);
        XBeeLink gateway = new(radio, null!, 2);
        gateway.Open();
        byte[] other = [.. _deviceAddress[..7], 9];
        foreach (byte part in new byte[] { 0x80, 0x41 })
        {
            radio.Tell([0x90, .. _deviceAddress, 0xFF, 0xFE, 1, part, part]);
            radio.Tell([0x90, .. other, 0xFF, 0xFE, 1, part, (byte)(part + 1)]);
        }

        byte[] buffer = new byte[244];
        byte[] from = new byte[16];
        Assert.Equal(2, gateway.Receive(buffer, 0, 244));
        Assert.Equal([0x80, 0x41], buffer[..2]);
        Assert.Equal(_deviceAddress, from[..gateway.CopyAddress(from, 0)]);
        Assert.Equal(2, gateway.Receive(buffer, 0, 244));
        Assert.Equal([0x81, 0x42], buffer[..2]);
        Assert.Equal(other, from[..gateway.CopyAddress(from, 0)]);
    }

    [Fact]
    public void A_device_that_knows_its_gateway_is_not_disturbed_by_what_strangers_send()
    {
        using Pair pair = new();
        byte[] stranger = [.. _deviceAddress[..7], 9];
        pair.DeviceRadio.Tell([0x90, .. _gatewayAddress, 0xFF, 0xFE, 1, 0x80, 1]);
        pair.DeviceRadio.Tell([0x90, .. stranger, 0xFF, 0xFE, 1, 0xC0, 2]);
        pair.DeviceRadio.Tell([0x90, .. _gatewayAddress, 0xFF, 0xFE, 1, 0x41, 3]);
        byte[] buffer = new byte[244];
        Assert.Equal(2, pair.Device.Receive(buffer, 0, 244));
        Assert.Equal([1, 3], buffer[..2]);
        Assert.Equal(0, pair.Device.Receive(buffer, 0, 244));
        Assert.Equal(1, pair.DeviceLink.Ignored);
    }

    [Fact]
    public void A_crowd_of_senders_that_never_end_their_frames_takes_no_memory_and_delays_nobody_for_long()
    {
        XBeeModel radio = new(_gatewayAddress, []);
        XBeeLink gateway = new(radio, null!, 4);
        gateway.Open();
        byte[] buffer = new byte[244];
        for (int i = 0; i < 1000; i++)
        {
            gateway.Poll(i);
            radio.Tell([0x90, 1, 2, 3, 4, 5, 6, (byte)(i >> 8), (byte)i, 0xFF, 0xFE, 1, 0x80, 1]);
            Assert.Equal(0, gateway.Receive(buffer, 0, 244));
        }

        gateway.Poll(1000);
        radio.Tell([0x90, .. _deviceAddress, 0xFF, 0xFE, 1, 0xC0, 42]);
        Assert.Equal(1, gateway.Receive(buffer, 0, 244));
        Assert.Equal(42, buffer[0]);
    }

    [Theory]
    [InlineData(new byte[] { 0x90 })]
    [InlineData(new byte[] { 0x90, 1, 2, 3, 4, 5, 6, 7, 8, 0xFF, 0xFE, 1 })]
    [InlineData(new byte[] { 0x8B, 1 })]
    [InlineData(new byte[] { 0x8A, 0 })]
    [InlineData(new byte[] { 0x00 })]
    public void Frames_of_the_radio_that_are_short_or_of_another_kind_do_nothing(byte[] data)
    {
        XBeeModel radio = new(_gatewayAddress, []);
        XBeeLink gateway = new(radio, null!, 1);
        gateway.Open();
        radio.Tell(data);
        Assert.Equal(0, gateway.Receive(new byte[244], 0, 244));
    }

    [Fact]
    public void An_address_that_is_none_is_refused()
    {
        XBeeModel radio = new(_gatewayAddress, []);
        Assert.Throws<ArgumentException>(() => new XBeeLink(radio, [1, 2], 1));
        Assert.Throws<ArgumentException>(() => new XBeeLink(radio, null!, 0));
        XBeeLink link = new(radio, null!, 1);
        link.Open();
        Assert.Equal(FrameLinkResult.TooLate, link.Send([1], 0, 1, [1, 2, 3], 3, false));
    }

    protected override FrameLinkPair Create() => new Pair();

    private sealed class Pair : FrameLinkPair
    {
        private long _now;

        public Pair()
        {
            List<XBeeModel> air = [];
            DeviceRadio = new XBeeModel(_deviceAddress, air);
            XBeeModel gatewayRadio = new(_gatewayAddress, air);
            air.AddRange([DeviceRadio, gatewayRadio]);
            DeviceLink = new XBeeLink(DeviceRadio, _gatewayAddress, 1);
            Gateway = new XBeeLink(gatewayRadio, null!, 4);
            DeviceLink.Open();
            Gateway.Open();
        }

        public XBeeModel DeviceRadio { get; }

        public XBeeLink DeviceLink { get; }

        public override IFrameLink Device => DeviceLink;

        public override IFrameLink Gateway { get; }

        // the scripted radio does
        public override bool MayAllocate => true;

        protected override long NowMs => _now;

        public override void Pass()
        {
            _now += 10;
            base.Pass();
        }
    }
}
