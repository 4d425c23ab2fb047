using System;
using System.Collections.Generic;
using System.Net;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>Which addresses belong in a DHT, and which of them count as one neighbourhood.</summary>
internal static class KademliaAddresses
{
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
        if (address == null || !IsPublic(address))
        {
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        byte[] bytes = address.GetAddressBytes();
        return Convert.ToHexString(bytes, 0, bytes.Length == 4 ? 2 : 4);
    }

    private static bool IsPublic(IPAddress address) => AddressScopes.Of(address) == AddressScope.Public;
}
