using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace NanoLibp2p.Host.Discovery;

/// <summary>An interface of this host on which mDNS is spoken, in one family of addresses.</summary>
/// <param name="Index">The system's number of the interface in that family.</param>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="Own">Its addresses in both families, with the bits of the network; link-local IPv6 ones, which are nothing without a zone,
/// are not among them.</param>
internal sealed record LocalNetwork(int Index, AddressFamily Family, IReadOnlyList<(IPAddress Address, int Bits)> Own)
{
    /// <summary>All that are up and do multicast; loopback alone where there is no other.</summary>
    internal static IReadOnlyList<LocalNetwork> Find()
    {
        List<LocalNetwork> real = [];
        List<LocalNetwork> loopback = [];
        foreach (NetworkInterface one in NetworkInterface.GetAllNetworkInterfaces())
        {
            bool isLoopback = one.NetworkInterfaceType == NetworkInterfaceType.Loopback;
            if (one.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown && (isLoopback || one.SupportsMulticast))
            {
                (isLoopback ? loopback : real).AddRange(Of(one));
            }
        }

        return real.Any(network => network.Own.Count > 0) ? real : loopback;
    }

    /// <summary>Whether a host of that address is on the interface.</summary>
    internal bool IsNeighbour(IPAddress address)
        => Own.Any(own => own.Address.AddressFamily == address.AddressFamily && Same(own.Address, address, own.Bits));

    /// <summary>Whether the address is this host's own on the interface.</summary>
    internal bool IsOwn(IPAddress address) => Own.Any(own => own.Address.Equals(address));

    /// <summary>Whether nothing has changed.</summary>
    internal bool IsAsBefore(LocalNetwork other) => Index == other.Index && Family == other.Family && Own.SequenceEqual(other.Own);

    private static IEnumerable<LocalNetwork> Of(NetworkInterface one)
    {
        IPInterfaceProperties properties = one.GetIPProperties();
        (IPAddress Address, int Bits)[] own =
        [
            .. properties.UnicastAddresses.Where(each => !each.Address.IsIPv6LinkLocal)
                .Select(each => (each.Address, each.PrefixLength))
                .OrderBy(each => each.Address.AddressFamily).ThenBy(each => each.Address.ToString(), StringComparer.Ordinal),
        ];
        if (own.Any(each => each.Address.AddressFamily == AddressFamily.InterNetwork) && Socket.OSSupportsIPv4)
        {
            yield return new LocalNetwork(properties.GetIPv4Properties().Index, AddressFamily.InterNetwork, own);
        }

        if (properties.UnicastAddresses.Any(each => each.Address.AddressFamily == AddressFamily.InterNetworkV6) && Socket.OSSupportsIPv6)
        {
            yield return new LocalNetwork(properties.GetIPv6Properties().Index, AddressFamily.InterNetworkV6, own);
        }
    }

    private static bool Same(IPAddress one, IPAddress other, int bits)
    {
        byte[] a = one.GetAddressBytes();
        byte[] b = other.GetAddressBytes();
        for (int i = 0; i < a.Length && bits > 0; i++, bits -= 8)
        {
            int mask = bits >= 8 ? 0xFF : 0xFF << (8 - bits);
            if (((a[i] ^ b[i]) & mask & 0xFF) != 0)
            {
                return false;
            }
        }

        return true;
    }
}
