using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace NanoLibp2p.Host.Hosting;

/// <summary>The node's life in a .NET host. It is made when it is first asked for, at the latest when the host starts.</summary>
internal sealed class NodeService(IServiceProvider services) : IHostedService
{
    private Libp2pNode? _node;

    /// <summary>Makes the node, started: a start takes no time to wait for.</summary>
    internal static Libp2pNode Start(IServiceProvider services)
    {
        Libp2pNodeOptions options = services.GetRequiredService<IOptions<Libp2pNodeOptions>>().Value;
        if (options.Time == TimeProvider.System && services.GetService<TimeProvider>() is { } time)
        {
            options.Time = time;
        }

        // not where a continuation might want the caller's context
        Libp2pNode node = Task.Run(() => Libp2pNode.StartAsync(options)).GetAwaiter().GetResult();
        if (services.GetService<ILogger<Libp2pNode>>() is { } log)
        {
            node.HandlerFailed += (stream, e) => log.LogError(e, "the handler of {Protocol} has thrown, for peer {Peer}", stream.Protocol,
                stream.RemotePeer);
            node.PeerEventFailed += e => log.LogError(e, "a handler of an event of peers has thrown");
            if (log.IsEnabled(LogLevel.Information))
            {
                string where = node.ListenAddresses.Count == 0 ? "nothing"
                    : string.Join(", ", node.ListenAddresses.Select(address => address.WithoutPeerId()));
                log.LogInformation("peer {Peer} listens on {Addresses}", node.PeerId, where);
            }
        }

        return node;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _node = services.GetRequiredService<Libp2pNode>();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_node != null)
        {
            await _node.DisposeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
