using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Host.Dialing;

/// <summary>Looks up names of multiaddrs. From any thread, many at a time.</summary>
public interface INameResolver
{
    /// <summary>The IP addresses of a name; none when it has none.</summary>
    /// <param name="name">The name.</param>
    /// <param name="family">IPv4 or IPv6 alone, or Unspecified for both.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="System.IO.IOException">It could not be looked up.</exception>
    Task<IReadOnlyList<IPAddress>> AddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken);

    /// <summary>The TXT records of a name, the strings of each put together; none when it has none.</summary>
    /// <param name="name">The name, such as <c>_dnsaddr.bootstrap.libp2p.io</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="System.IO.IOException">It could not be looked up.</exception>
    Task<IReadOnlyList<string>> TextsAsync(string name, CancellationToken cancellationToken);
}
