using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>
/// Looks whether the wall clock jumps beside the one that only counts. Connections go by the latter; tokens and records that expire go by
/// the wall clock, so a jump is told.
/// </summary>
internal sealed class ClockWatch(TimeProvider time, Conditions conditions, ILogger log)
{
    /// <summary>What it looks at in turn.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>A correction by so much is no jump: NTP slews and steps that far.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    // no clock that is right says less
    private static readonly DateTimeOffset _earliest = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Interval, time);
        DateTimeOffset wall = time.GetUtcNow();
        long count = time.GetTimestamp();
        CheckYear(wall);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                DateTimeOffset nextWall = time.GetUtcNow();
                long nextCount = time.GetTimestamp();
                TimeSpan jump = nextWall - wall - time.GetElapsedTime(count, nextCount);
                if (jump.Duration() > Tolerance)
                {
                    log.LogWarning("the clock jumped by {Seconds} s to {Now:O}; connections go on, and what expires is looked at anew",
                        Math.Round(jump.TotalSeconds), nextWall);
                }

                CheckYear(nextWall);
                (wall, count) = (nextWall, nextCount);
            }
        }
        catch (OperationCanceledException)
        {
            // the gateway ends
        }
    }

    private void CheckYear(DateTimeOffset wall)
    {
        if (wall >= _earliest)
        {
            conditions.Clear("clock");
        }
        else if (conditions.Set("clock", $"the clock says {wall:yyyy-MM-dd}, which is long past: tokens are taken for not yet valid until "
            + "it is set (timedatectl)"))
        {
            log.LogWarning("{Text}", conditions.All["clock"]);
        }
    }
}
