using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>Looks whether a store could write its last changes, and makes a condition of it while it could not.</summary>
/// <param name="time">The clock.</param>
/// <param name="name">Of the condition.</param>
/// <param name="what">It keeps, in words: registrations of rendezvous.</param>
/// <param name="lastError">Why the last changes could not be written; null when they were.</param>
/// <param name="conditions">Where that is told.</param>
/// <param name="log">Where it is told when it changes.</param>
internal sealed class StoreWatch(
    TimeProvider time, string name, string what, Func<Exception?> lastError, Conditions conditions, ILogger log)
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // the gateway ends
        }
    }

    /// <summary>Looks once.</summary>
    internal void Look()
    {
        if (lastError() is { } error)
        {
            string sentence = $"{what} of now are in memory alone, and written when that can be: {error.Message}";
            if (conditions.Set(name, sentence))
            {
                log.LogError("{Text}", sentence);
            }
        }
        else if (conditions.Clear(name))
        {
            log.LogInformation("{What} are written again", what);
        }
    }
}
