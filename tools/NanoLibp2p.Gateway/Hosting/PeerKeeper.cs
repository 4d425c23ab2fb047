using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>Stays connected to the peers of <c>dial</c>: each is dialled again with pauses that double from 1 s to a minute.</summary>
internal sealed class PeerKeeper(Libp2pNode node, IReadOnlyList<string> addresses, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(1);

    internal Task RunAsync(CancellationToken cancellationToken)
        => Task.WhenAll(addresses.Select(Multiaddr.Parse).GroupBy(one => one.PeerId)
            .Select(one => KeepAsync(one.Key, [.. one], cancellationToken)));

    private async Task KeepAsync(PeerId peer, Multiaddr[] addressesOfPeer, CancellationToken cancellationToken)
    {
        TimeSpan pause = _look;
        bool isTold = false;
        for (int i = 0; !cancellationToken.IsCancellationRequested; i++)
        {
            try
            {
                if (!node.IsConnected(peer))
                {
                    Multiaddr address = addressesOfPeer[i % addressesOfPeer.Length];
                    await node.DialAsync(address, cancellationToken).ConfigureAwait(false);
                    log.LogInformation("connected to {Address}", address);
                    isTold = false;
                }

                pause = _look;
            }
            catch (Libp2pException e) when (e.Error != Libp2pError.NodeClosed)
            {
                // told once until it works again
                log.Log(isTold ? LogLevel.Debug : LogLevel.Warning, "{Text}; it is dialled again", e.Message);
                isTold = true;
                pause = pause * 2 < _longest ? pause * 2 : _longest;
            }
            catch (Exception e) when (e is OperationCanceledException or Libp2pException)
            {
                return;
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
