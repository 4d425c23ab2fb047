using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NanoLibp2p.Host;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>
/// What happens at the node's door, as log lines: who was turned away or broken off as Information, who comes and goes as Debug. The node
/// itself leaves out what one peer causes too often.
/// </summary>
internal static class EventLogger
{
    internal static async Task RunAsync(Libp2pNode node, PeerLogLimiter limiter, ILogger log, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (NodeEvent one in node.Events.WatchAsync(cancellationToken).ConfigureAwait(false))
            {
                LogLevel level = one.Kind is NodeEventKind.Connected or NodeEventKind.Closed ? LogLevel.Debug : LogLevel.Information;
                int leftOut = 0;
                if (log.IsEnabled(level) && (one.Peer == null || limiter.Allows(one.Peer, out leftOut)))
                {
                    log.Log(level, "{Kind} {Peer} {Address}: {Text}{LeftOut}", one.Kind, one.Peer?.ToString() ?? "somebody", one.Address,
                        one.Text, leftOut + one.Suppressed == 0 ? "" : $" ({leftOut + one.Suppressed} more were left out)");
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Libp2pException)
        {
            // the gateway ends
        }
    }
}
