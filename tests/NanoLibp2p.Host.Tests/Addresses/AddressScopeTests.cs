using System.Net;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Addresses;

/// <summary>From where an address can be reached: RFC 6890's registries, and go-libp2p's view of names and circuits.</summary>
public class AddressScopeTests
{
    [Theory]
    [InlineData("/ip4/1.1.1.1/tcp/1", AddressScope.Public)]
    [InlineData("/ip4/100.63.255.255/tcp/1", AddressScope.Public)]
    [InlineData("/ip4/100.64.0.1/tcp/1", AddressScope.Private)]
    [InlineData("/ip4/10.1.2.3/tcp/1", AddressScope.Private)]
    [InlineData("/ip4/172.31.0.1/tcp/1", AddressScope.Private)]
    [InlineData("/ip4/172.32.0.1/tcp/1", AddressScope.Public)]
    [InlineData("/ip4/192.168.0.1/tcp/1", AddressScope.Private)]
    [InlineData("/ip4/127.9.9.9/tcp/1", AddressScope.Loopback)]
    [InlineData("/ip4/169.254.1.1/tcp/1", AddressScope.Link)]
    [InlineData("/ip4/0.0.0.0/tcp/1", AddressScope.None)]
    [InlineData("/ip4/192.0.2.1/tcp/1", AddressScope.None)]
    [InlineData("/ip4/198.19.0.1/tcp/1", AddressScope.None)]
    [InlineData("/ip4/198.51.100.1/tcp/1", AddressScope.None)]
    [InlineData("/ip4/203.0.113.1/tcp/1", AddressScope.None)]
    [InlineData("/ip4/224.0.0.1/tcp/1", AddressScope.None)]
    [InlineData("/ip4/255.255.255.255/tcp/1", AddressScope.None)]
    [InlineData("/ip6/2606:4700::1/tcp/1", AddressScope.Public)]
    [InlineData("/ip6/2001:db8::1/tcp/1", AddressScope.None)]
    [InlineData("/ip6/3fff::1/tcp/1", AddressScope.None)]
    [InlineData("/ip6/2001::1/tcp/1", AddressScope.None)]
    [InlineData("/ip6/2002:101:101::1/tcp/1", AddressScope.None)]
    [InlineData("/ip6/::/tcp/1", AddressScope.None)]
    [InlineData("/ip6/::1/tcp/1", AddressScope.Loopback)]
    [InlineData("/ip6/fe80::1/tcp/1", AddressScope.Link)]
    [InlineData("/ip6zone/eth0/ip6/fe80::1/tcp/1", AddressScope.Link)]
    [InlineData("/ip6zone/eth0/ip6/2606:4700::1/tcp/1", AddressScope.Link)]
    [InlineData("/ip6/fd12::1/tcp/1", AddressScope.Private)]
    [InlineData("/ip6/ff02::1/tcp/1", AddressScope.None)]
    [InlineData("/ip6/::ffff:10.0.0.1/tcp/1", AddressScope.Private)]
    [InlineData("/ip6/::ffff:1.1.1.1/tcp/1", AddressScope.Public)]
    [InlineData("/ip6/64:ff9b::127.0.0.1/tcp/1", AddressScope.Loopback)]
    [InlineData("/ip6/64:ff9b::1.1.1.1/tcp/1", AddressScope.Public)]
    [InlineData("/dns4/example.org/tcp/1", AddressScope.Public)]
    [InlineData("/dns4/localhost/tcp/1", AddressScope.Loopback)]
    [InlineData("/dns4/notlocalhost/tcp/1", AddressScope.Public)]
    [InlineData("/dns4/me.LOCALHOST./tcp/1", AddressScope.Loopback)]
    [InlineData("/dns/printer.local/tcp/1", AddressScope.Link)]
    [InlineData("/dns/gate.home.arpa/tcp/1", AddressScope.Private)]
    [InlineData("/dnsaddr/bootstrap.libp2p.io", AddressScope.Public)]
    [InlineData("/p2p-circuit", AddressScope.None)]
    public void Each_range_has_its_scope(string address, AddressScope scope)
        => Assert.Equal(scope, AddressScopes.Of(Multiaddr.Parse(address)));

    [Theory]
    [InlineData("/ip4/1.1.1.1/tcp/1/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN/p2p-circuit", AddressScope.Public)]
    [InlineData("/ip4/10.0.0.1/tcp/1/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN/p2p-circuit", AddressScope.Private)]
    public void A_circuit_can_be_reached_from_where_its_relay_can(string address, AddressScope scope)
        => Assert.Equal(scope, AddressScopes.Of(Multiaddr.Parse(address)));

    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4", true)]
    [InlineData("1.2.3.4", "::ffff:1.2.3.4", true)]
    [InlineData("1.2.3.4", "1.2.3.5", false)]
    [InlineData("2606:4700:0:100::1", "2606:4700:0:1ff:ffff::9", true)]
    [InlineData("2606:4700:0:100::1", "2606:4700:0:200::1", false)]
    public void A_household_counts_once(string one, string other, bool isSame)
        => Assert.Equal(isSame, AddressScopes.Group(IPAddress.Parse(one)) == AddressScopes.Group(IPAddress.Parse(other)));
}
