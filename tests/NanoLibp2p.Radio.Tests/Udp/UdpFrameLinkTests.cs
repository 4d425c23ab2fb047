using System;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio.Udp;

namespace NanoLibp2p.Radio.Tests.Udp;

public sealed class UdpFrameLinkTests : FrameLinkTests
{
    [Fact]
    public void A_device_takes_frames_of_its_gateway_alone()
    {
        using UdpPair pair = new(IPAddress.Loopback);
        pair.Send(pair.Device, [1]);
        pair.Receive(pair.Gateway);
        byte[] origin = FrameLinkPair.Origin(pair.Gateway);
        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.SendTo([6, 6, 6], new IPEndPoint(IPAddress.Loopback, pair.DevicePort));
        pair.Send(pair.Gateway, [7, 7], origin);
        Assert.Equal([7, 7], pair.Receive(pair.Device));
    }

    [Fact]
    public void Datagrams_that_are_empty_or_too_long_cost_nothing_but_themselves()
    {
        using UdpPair pair = new(IPAddress.Loopback);
        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        IPEndPoint gateway = new(IPAddress.Loopback, pair.GatewayPort);
        for (int i = 0; i < 70; i++)
        {
            stranger.SendTo(new byte[i % 2 == 0 ? 0 : 60_000], gateway);
        }

        pair.Send(pair.Device, [1, 2]);
        Assert.Equal([1, 2], pair.Receive(pair.Gateway));
    }

    [Fact]
    public void A_gateway_that_is_not_there_is_a_lost_frame_and_no_broken_link()
    {
        using UdpPair pair = new(IPAddress.Loopback);
        pair.Gateway.Close();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(1, pair.Device.Send([1], 0, 1, null!, 0, true));
            Assert.Equal(0, pair.Device.Receive(new byte[300], 0, 300));
        }
    }

    [Fact]
    public void An_answer_to_nobody_is_refused()
    {
        using UdpPair pair = new(IPAddress.Loopback);
        Assert.Equal(FrameLinkResult.TooLate, pair.Gateway.Send([1], 0, 1, null!, 0, true));
        Assert.Equal(FrameLinkResult.TooLate, pair.Gateway.Send([1], 0, 1, [200, 1, 2], 3, true));
    }

    protected override FrameLinkPair Create() => new UdpPair(IPAddress.Loopback);
}

/// <summary>IPv6, and an IPv4 device at a gateway that listens on both.</summary>
public sealed class UdpFrameLinkOverIPv6Tests : FrameLinkTests
{
    protected override FrameLinkPair Create() => new UdpPair(IPAddress.IPv6Any);
}

/// <summary>A device and a gateway over loopback.</summary>
internal sealed class UdpPair : FrameLinkPair
{
    private readonly UdpFrameLink _gateway;
    private readonly UdpFrameLink _device;

    internal UdpPair(IPAddress gateway)
    {
        _gateway = UdpFrameLink.Listen(new IPEndPoint(gateway, 0));
        Assert.Equal(Hal.LinkError.None, _gateway.Open());
        _device = UdpFrameLink.Connect(new IPEndPoint(IPAddress.Loopback, _gateway.Port));
        Assert.Equal(Hal.LinkError.None, _device.Open());
    }

    public override IFrameLink Device => _device;

    public override IFrameLink Gateway => _gateway;

    internal int GatewayPort => _gateway.Port;

    internal int DevicePort => _device.Port;
}
