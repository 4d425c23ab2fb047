using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>Which addresses belong in a DHT, and which of them count as one neighbourhood.</summary>
internal static class KademliaAddresses
{
    // RFC 6890 and its registries, as go-multiaddr's private and unroutable ranges
    private static readonly IPNetwork[] _notPublic =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/3"),
    ];

    private static readonly IPNetwork _ip6Global = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork _ip6Documentation = IPNetwork.Parse("2001:db8::/32");

    /// <summary>Whether an IP address is one that anybody on the internet can reach.</summary>
    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetwork
            ? !Array.Exists(_notPublic, network => network.Contains(address))
            : _ip6Global.Contains(address) && !_ip6Documentation.Contains(address);
    }

    /// <summary>
    /// Whether a multiaddr may stand in the public DHT: it begins with an IP address that anybody can reach. A name may not: whom it leads
    /// to is known only when it is looked up, and that may be a private address.
    /// </summary>
    internal static bool IsPublic(Multiaddr address)
    {
        // as it is asked for each address of each answer, without its text
        byte[] bytes = address.ToBytes();
        MultiaddrProtocol.Read(bytes, 0, bytes.Length, out int code, out int at, out int count);
        return code is MultiaddrProtocol.Ip4 or MultiaddrProtocol.Ip6 && IsPublic(new IPAddress(bytes.AsSpan(at, count)));
    }

    /// <summary>The addresses that may be used, at most so many of them, each once and without a peer id at its end.</summary>
    internal static List<Multiaddr> Select(IEnumerable<Multiaddr> addresses, bool publicOnly, int maximum)
    {
        List<Multiaddr> selected = [];
        foreach (Multiaddr address in addresses)
        {
            if (selected.Count >= maximum)
            {
                break;
            }

            Multiaddr? bare = address.WithoutPeerId();
            if (bare != null && (!publicOnly || IsPublic(bare)) && !selected.Contains(bare))
            {
                selected.Add(bare);
            }
        }

        return selected;
    }

    /// <summary>
    /// The neighbourhood of a peer by the address that it connected from or was dialed at: /16 of IPv4 and /32 of IPv6, which is what one
    /// tenant easily has all of. Null for an address that is not public, which no limit is for.
    /// </summary>
    internal static string? GroupOf(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
        {
            address = address.MapToIPv4();
        }

        if (address == null || !IsPublic(address))
        {
            return null;
        }

        byte[] bytes = address.GetAddressBytes();
        return Convert.ToHexString(bytes, 0, bytes.Length == 4 ? 2 : 4);
    }
}
