using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Dialing;

namespace NanoLibp2p.Host.Tests.Dialing;

/// <summary>Names of a test.</summary>
internal sealed class FakeNames : INameResolver
{
    private int _lookups;

    internal Dictionary<string, string[]> Addresses { get; } = [];

    internal Dictionary<string, string[]> Texts { get; } = [];

    internal int Lookups => _lookups;

    public Task<IReadOnlyList<IPAddress>> AddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lookups);
        return name == "broken" ? throw new IOException("the name server is on holiday") : Task.FromResult<IReadOnlyList<IPAddress>>(
            [.. Addresses.GetValueOrDefault(name, []).Select(IPAddress.Parse).Where(address
                => family == AddressFamily.Unspecified || family == address.AddressFamily)]);
    }

    public Task<IReadOnlyList<string>> TextsAsync(string name, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lookups);
        return Task.FromResult<IReadOnlyList<string>>(Texts.GetValueOrDefault(name, []));
    }
}
