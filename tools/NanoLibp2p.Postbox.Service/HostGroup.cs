using System;
using System.Net;
using System.Net.Sockets;

namespace NanoLibp2p.Postbox.Service;

/// <summary>Whom an address belongs to, as far as one can tell.</summary>
internal static class HostGroup
{
    /// <summary>The IPv4 address, or the first 56 bits of the IPv6 address; null for what is neither.</summary>
    internal static string? Of(string? host)
    {
        int zone = host?.IndexOf('%', StringComparison.Ordinal) ?? -1;
        if (!IPAddress.TryParse(zone < 0 ? host : host![..zone], out IPAddress? ip))
        {
            return null;
        }

        ip = ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
        if (ip.AddressFamily == AddressFamily.InterNetworkV6)
        {
            byte[] bytes = ip.GetAddressBytes();
            bytes.AsSpan(7).Clear();
            ip = new IPAddress(bytes);
        }

        return ip.ToString();
    }
}
