using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Dialing;

/// <summary>In which order the addresses of a peer are dialled, and after how long.</summary>
public class AddressRankerTests
{
    private readonly NearNetworks _networks = new(() => [IPNetwork.Parse("192.168.1.0/24"), IPNetwork.Parse("fd00:1::/64")]);
    private readonly DialOptions _options = new();

    [Fact]
    public void Addresses_of_our_networks_come_first_then_the_internets_then_foreign_private_ones_and_relays_last()
    {
        string relay = "/ip4/8.8.4.4/tcp/1/p2p/12D3KooWJbJFaZ1dwpuu9tQY3ELCKCpWMJc1dSRVbcMwhiLiFq7q/p2p-circuit";
        Assert.Equal(
            ["/ip4/127.0.0.1/tcp/1 0", "/ip4/192.168.1.9/tcp/1 30", "/ip4/8.8.8.8/tcp/1 250", "/ip4/10.1.1.1/tcp/1 500", $"{relay} 500"],
            Rank(relay, "/ip4/10.1.1.1/tcp/1", "/ip4/8.8.8.8/tcp/1", "/ip4/127.0.0.1/tcp/1", "/ip4/192.168.1.9/tcp/1"));
    }

    [Fact]
    public void IPv6_and_IPv4_take_turns_and_plain_TCP_comes_before_WebSocket()
    {
        Assert.Equal(
            ["/ip6/2001:4860::1/tcp/1 0", "/ip4/8.8.8.8/tcp/1 250", "/ip6/2001:4860::1/tcp/2/ws 500", "/ip4/8.8.4.4/tcp/1 750",
                "/ip6/2001:4860::1/tcp/3/tls/ws 1000"],
            Rank("/ip4/8.8.8.8/tcp/1", "/ip4/8.8.4.4/tcp/1", "/ip6/2001:4860::1/tcp/3/tls/ws", "/ip6/2001:4860::1/tcp/2/ws",
                "/ip6/2001:4860::1/tcp/1"));
    }

    [Fact]
    public void The_first_of_whatever_there_is_begins_at_once()
    {
        Assert.Equal(["/ip4/10.1.1.1/tcp/1 0"], Rank("/ip4/10.1.1.1/tcp/1"));
        Assert.Equal(["/ip6/fd00:1::5/tcp/1 0", "/ip6/fd00:2::5/tcp/1 250"], Rank("/ip6/fd00:2::5/tcp/1", "/ip6/fd00:1::5/tcp/1"));
        Assert.Equal(["/p2p-circuit 0", "/p2p-circuit 250"], Rank("/p2p-circuit", "/p2p-circuit"));
        Assert.Empty(Rank());
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/1", DialKind.Tcp)]
    [InlineData("/dns4/example.org/tcp/443/wss", DialKind.SecureWebSocket)]
    [InlineData("/dns/example.org/tcp/443/tls/ws", DialKind.SecureWebSocket)]
    [InlineData("/ip4/1.2.3.4/tcp/443/tls/sni/example.org/ws", DialKind.SecureWebSocket)]
    [InlineData("/ip4/1.2.3.4/tcp/80/ws", DialKind.WebSocket)]
    [InlineData("/ip4/1.2.3.4/tcp/443/tls", DialKind.None)]
    [InlineData("/ip4/1.2.3.4/ws", DialKind.None)]
    [InlineData("/ip4/1.2.3.4/udp/1/quic-v1", DialKind.None)]
    [InlineData("/ip4/1.2.3.4", DialKind.None)]
    [InlineData("/ws", DialKind.None)]
    public void An_address_is_dialled_as_what_it_says(string address, object kind)
    {
        Assert.Equal(kind, DialTarget.Of(Multiaddr.Parse(address)).Kind);
    }

    [Fact]
    public void A_name_is_kept_for_the_certificate_when_its_address_takes_its_place()
    {
        DialTarget target = DialTarget.Of(Multiaddr.Parse("/dns4/example.org/tcp/443/tls/ws")).At(IPAddress.Parse("2001:db8::1"));
        Assert.Equal("/ip6/2001:db8::1/tcp/443/tls/sni/example.org/ws", target.Address.ToString());
        Assert.Equal("example.org", target.ServerName);
        Assert.Equal("other.org", DialTarget.Of(Multiaddr.Parse("/ip4/1.2.3.4/tcp/443/tls/sni/other.org/ws")).ServerName);
    }

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("172.31.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("100.64.0.1", true)]
    [InlineData("100.128.0.1", false)]
    [InlineData("169.254.0.1", true)]
    [InlineData("::ffff:192.168.0.1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("fc00::1", true)]
    [InlineData("2001:db8::1", false)]
    public void An_address_is_private_by_the_documents(string address, bool isPrivate)
    {
        Assert.Equal(isPrivate, NearNetworks.IsPrivate(IPAddress.Parse(address)));
    }

    private IEnumerable<string> Rank(params string[] addresses)
        => AddressRanker.Rank(addresses.Select(address => DialTarget.Of(Multiaddr.Parse(address))), _networks, _options)
            .Select(one => $"{one.Target.Address} {one.Delay.TotalMilliseconds}");
}
