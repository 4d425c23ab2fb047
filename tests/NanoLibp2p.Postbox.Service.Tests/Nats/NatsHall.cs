using System;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Killed;

[assembly: AssemblyFixture(typeof(NanoLibp2p.Postbox.Service.Tests.Nats.NatsHall))]

namespace NanoLibp2p.Postbox.Service.Tests.Nats;

/// <summary>One server for all tests that do it no harm, started by the first; each has a stream of its own there.</summary>
public sealed class NatsHall : IAsyncDisposable
{
    private readonly Lazy<Task<NatsServer>> _server = new(NatsServer.StartAsync);
    private int _streams;

    /// <summary>The server.</summary>
    public Task<NatsServer> Server => _server.Value;

    /// <summary>The address of a stream that nobody has.</summary>
    /// <returns>The address.</returns>
    public async Task<string> NewUrlAsync() => $"{(await Server).Url}/mail{Interlocked.Increment(ref _streams)}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await Server).DisposeAsync();
        }
    }
}
