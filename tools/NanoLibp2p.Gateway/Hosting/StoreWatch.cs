using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>Looks whether a store can be written, and makes a condition of it while it can not.</summary>
/// <param name="time">The clock.</param>
/// <param name="name">Of the condition.</param>
/// <param name="what">It keeps, in words: registrations of rendezvous.</param>
/// <param name="problem">What is wrong, as a sentence; null when nothing is.</param>
/// <param name="conditions">Where that is told.</param>
/// <param name="log">Where it is told when it changes.</param>
internal sealed class StoreWatch(
    TimeProvider time, string name, string what, Func<ValueTask<string?>> problem, Conditions conditions, ILogger log)
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private string _told = "";

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                await LookAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // the gateway ends
        }
    }

    /// <summary>Looks once.</summary>
    internal async ValueTask LookAsync()
    {
        if (await problem().ConfigureAwait(false) is { } sentence)
        {
            // another number is no news: what a full disk has free changes all the time
            string words = string.Concat(sentence.Where(one => !char.IsAsciiDigit(one)));
            if (conditions.Set(name, sentence) && words != _told)
            {
                _told = words;
                log.LogError("{Text}", sentence);
            }
        }
        else if (conditions.Clear(name))
        {
            _told = "";
            log.LogInformation("{What} are written again", what);
        }
    }
}
