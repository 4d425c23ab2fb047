using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>The addresses under which this host and its peers are known on the network.</summary>
internal static class HostAddresses
{
    /// <summary>An address that is listened on as others can dial it: 0.0.0.0 and :: become the addresses of the host's
    /// interfaces.</summary>
    internal static IReadOnlyList<string> Expand(Multiaddr bound)
    {
        if (!IPAddress.TryParse(bound.Host, out IPAddress? address)
            || !(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            return [bound.ToString()];
        }
        // /ip4/0.0.0.0/tcp/4001/ws/p2p/...: the host alone makes way
        string rest = string.Join('/', bound.ToString().Split('/')[3..]);
        string[] found =
        [
            .. Interfaces(address.AddressFamily)
                .Select(one => $"/{(one.AddressFamily == AddressFamily.InterNetwork ? "ip4" : "ip6")}/{one}/{rest}"),
        ];
        return found.Length > 0 ? found : [bound.ToString()];
    }

    // those that others reach come first; link-local ones would need a zone
    private static IEnumerable<IPAddress> Interfaces(AddressFamily family)
        => NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => one.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
            .SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Select(one => one.Address)
            .Where(one => one.AddressFamily == family && !one.IsIPv6LinkLocal)
            .OrderBy(IPAddress.IsLoopback);
}
