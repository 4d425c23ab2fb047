using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>From where addresses can be reached: so that private ones don't go to strangers, and nobody has strangers dialled for
/// him.</summary>
public static class AddressScopes
{
    // the last one that holds counts
    private static readonly (IPNetwork Network, AddressScope Scope)[] _four =
    [
        (IPNetwork.Parse("0.0.0.0/8"), AddressScope.None),
        (IPNetwork.Parse("10.0.0.0/8"), AddressScope.Private),
        (IPNetwork.Parse("100.64.0.0/10"), AddressScope.Private),
        (IPNetwork.Parse("127.0.0.0/8"), AddressScope.Loopback),
        (IPNetwork.Parse("169.254.0.0/16"), AddressScope.Link),
        (IPNetwork.Parse("172.16.0.0/12"), AddressScope.Private),
        (IPNetwork.Parse("192.0.0.0/24"), AddressScope.None),
        (IPNetwork.Parse("192.0.2.0/24"), AddressScope.None),
        (IPNetwork.Parse("192.88.99.0/24"), AddressScope.None),
        (IPNetwork.Parse("192.168.0.0/16"), AddressScope.Private),
        (IPNetwork.Parse("198.18.0.0/15"), AddressScope.None),
        (IPNetwork.Parse("198.51.100.0/24"), AddressScope.None),
        (IPNetwork.Parse("203.0.113.0/24"), AddressScope.None),
        (IPNetwork.Parse("224.0.0.0/3"), AddressScope.None),
    ];

    private static readonly (IPNetwork Network, AddressScope Scope)[] _six =
    [
        (IPNetwork.Parse("::/0"), AddressScope.None),
        (IPNetwork.Parse("2000::/3"), AddressScope.Public),

        // protocol assignments (Teredo among them), documentation, 6to4
        (IPNetwork.Parse("2001::/23"), AddressScope.None),
        (IPNetwork.Parse("2001:db8::/32"), AddressScope.None),
        (IPNetwork.Parse("2002::/16"), AddressScope.None),
        (IPNetwork.Parse("3fff::/20"), AddressScope.None),
        (IPNetwork.Parse("::1/128"), AddressScope.Loopback),
        (IPNetwork.Parse("fc00::/7"), AddressScope.Private),
        (IPNetwork.Parse("fe80::/10"), AddressScope.Link),
    ];

    // an IPv4 address in its last four bytes (RFC 6052 2.1)
    private static readonly IPNetwork _nat64 = IPNetwork.Parse("64:ff9b::/96");

    // RFC 6761, RFC 6762, RFC 8375, RFC 7686, and .internal
    private static readonly (string Suffix, AddressScope Scope)[] _names =
    [
        ("localhost", AddressScope.Loopback),
        ("local", AddressScope.Link),
        ("home.arpa", AddressScope.Private),
        ("internal", AddressScope.Private),
        ("invalid", AddressScope.None),
        ("test", AddressScope.None),
        ("onion", AddressScope.None),
    ];

    /// <summary>The scope of an IP address; an IPv4 address within an IPv6 one counts as that (::ffff:0:0/96, 64:ff9b::/96).</summary>
    public static AddressScope Of(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return Last(_four, address, AddressScope.Public);
        }

        return _nat64.Contains(address) ? Of(new IPAddress(address.GetAddressBytes().AsSpan(12))) : Last(_six, address, AddressScope.None);
    }

    /// <summary>The scope of a multiaddr: that of its first host, so of the relay where it is one through a relay. A name counts as public,
    /// unless it is of a domain for special use.</summary>
    public static AddressScope Of(Multiaddr address)
    {
        ArgumentNullException.ThrowIfNull(address);
        string? host = address.Host;
        if (host == null)
        {
            return AddressScope.None;
        }

        // a zone, which has a meaning on this host alone
        int zone = host.IndexOf('%', StringComparison.Ordinal);
        if (IPAddress.TryParse(zone < 0 ? host : host[..zone], out IPAddress? ip))
        {
            AddressScope scope = Of(ip);
            return zone < 0 || scope == AddressScope.None ? scope : AddressScope.Link;
        }

        string name = host.TrimEnd('.');
        (string Suffix, AddressScope Scope) special = _names.FirstOrDefault(one
            => name.EndsWith(one.Suffix, StringComparison.OrdinalIgnoreCase)
                && (name.Length == one.Suffix.Length || name[^(one.Suffix.Length + 1)] == '.'));
        return special.Suffix == null ? AddressScope.Public : special.Scope;
    }

    /// <summary>Whether an address can be reached from everywhere.</summary>
    public static bool IsPublic(Multiaddr address) => Of(address) == AddressScope.Public;

    /// <summary>
    /// Whom an address belongs to, as far as one can tell: the IPv4 address, or the first 56 bits of the IPv6 address, which a household
    /// has many of. Two that are equal may well be one observer (go-libp2p counts so, too).
    /// </summary>
    internal static IPNetwork Group(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return new IPNetwork(address, 32);
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(7).Clear();
        return new IPNetwork(new IPAddress(bytes), 56);
    }

    /// <summary>The IP address of a multiaddr's first host; null where that is a name, or has a zone, or there is none.</summary>
    internal static IPAddress? IpOf(Multiaddr? address)
        => address?.Host is { } host && !host.Contains('%', StringComparison.Ordinal) && IPAddress.TryParse(host, out IPAddress? ip)
            ? ip : null;

    private static AddressScope Last((IPNetwork Network, AddressScope Scope)[] table, IPAddress address, AddressScope otherwise)
    {
        foreach ((IPNetwork network, AddressScope scope) in table)
        {
            if (network.Contains(address))
            {
                otherwise = scope;
            }
        }

        return otherwise;
    }
}
