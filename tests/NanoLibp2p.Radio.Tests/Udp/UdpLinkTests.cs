using System;
using System.Net;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio.Udp;
using NanoLibp2p.Hal.UdpFrames;

namespace NanoLibp2p.Radio.Tests.Udp;

/// <summary>The device's end that boards have, at a gateway over loopback.</summary>
public sealed class UdpLinkTests : FrameLinkTests
{
    [Fact]
    public void A_gateway_that_is_not_there_is_a_lost_frame_and_no_broken_link()
    {
        using UdpLinkPair pair = new("127.0.0.1");
        pair.Gateway.Close();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(1, pair.Device.Send([1], 0, 1, null!, 0, true));
            Assert.Equal(0, pair.Device.Receive(new byte[300], 0, 300));
        }
    }

    [Fact]
    public void Datagrams_that_are_too_long_cost_nothing_but_themselves()
    {
        using UdpLinkPair pair = new("127.0.0.1", 1500);
        pair.Send(pair.Device, [1]);
        pair.Receive(pair.Gateway);
        byte[] origin = FrameLinkPair.Origin(pair.Gateway);
        for (int i = 0; i < 40; i++)
        {
            pair.Send(pair.Gateway, new byte[UdpLink.FrameMtu + 1], origin);
        }

        pair.Send(pair.Gateway, [7, 7], origin);
        Assert.Equal([7, 7], pair.Receive(pair.Device));
    }

    [Fact]
    public void What_is_no_address_is_told_at_Open_and_what_is_no_port_at_once()
    {
        UdpLink link = new("not an address", 4242);
        Assert.Equal(LinkError.AddressUnavailable, link.Open());
        Assert.Equal(LinkResult.Failed, link.Receive(new byte[300], 0, 300));
        Assert.Throws<ArgumentException>(() => new UdpLink("127.0.0.1", 0));
    }

    protected override FrameLinkPair Create() => new UdpLinkPair("127.0.0.1");
}

/// <summary>The same over IPv6.</summary>
public sealed class UdpLinkOverIPv6Tests : FrameLinkTests
{
    protected override FrameLinkPair Create() => new UdpLinkPair("::1");
}

/// <summary>A board's link and a gateway over loopback.</summary>
internal sealed class UdpLinkPair : FrameLinkPair
{
    private readonly UdpFrameLink _gateway;

    internal UdpLinkPair(string address, int gatewayMtu = UdpLink.FrameMtu)
    {
        _gateway = UdpFrameLink.Listen(new IPEndPoint(IPAddress.Parse(address), 0), gatewayMtu);
        Assert.Equal(LinkError.None, _gateway.Open());
        Device = new UdpLink(address, _gateway.Port);
        Assert.Equal(LinkError.None, Device.Open());
    }

    public override IFrameLink Device { get; }

    public override IFrameLink Gateway => _gateway;
}
