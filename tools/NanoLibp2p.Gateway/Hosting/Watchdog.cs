using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Hosting.Systemd;
using NanoLibp2p.Host;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>
/// Tells systemd's watchdog that the shards turn (WatchdogSec=, sd_watchdog_enabled(3)), twice in the time that it waits. When one hangs,
/// nothing is told, and systemd starts the gateway again.
/// </summary>
internal static class Watchdog
{
    private static readonly ServiceState _alive = new("WATCHDOG=1");

    /// <summary>How long systemd waits; null when it does not.</summary>
    internal static TimeSpan? Patience(string? microseconds)
        => long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0
            ? TimeSpan.FromMicroseconds(number) : null;

    internal static async Task RunAsync(Libp2pNode node, ISystemdNotifier systemd, TimeSpan patience, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(patience / 2);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                await node.ProbeAsync(cancellationToken).ConfigureAwait(false);
                systemd.Notify(_alive);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Libp2pException)
        {
            // the gateway ends
        }
    }
}
