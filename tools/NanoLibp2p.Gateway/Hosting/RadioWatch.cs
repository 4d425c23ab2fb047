using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>
/// Logs the conditions of radios that come while the gateway runs, and that they went: a port that is pulled out, an XBee that does not
/// answer. A radio that comes and goes is told of once a minute at the most.
/// </summary>
/// <param name="time">Of the pauses.</param>
/// <param name="conditions">Has those of radios, by names that begin with <c>radio-</c>.</param>
/// <param name="told">What was logged before.</param>
/// <param name="log">Takes the lines.</param>
internal sealed class RadioWatch(TimeProvider time, Conditions conditions, IReadOnlyDictionary<string, string> told, ILogger log)
{
    /// <summary>From one look to the next.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Between two lines about one condition.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private const string Prefix = "radio-";

    // the words that were logged, empty once it was well again, and when
    private readonly Dictionary<string, (string Words, long At)> _told = told
        .Where(static one => one.Key.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(static one => one.Key, one => (Words(one.Value), time.GetTimestamp()), StringComparer.Ordinal);

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
        IReadOnlyDictionary<string, string> all = conditions.All;
        foreach ((string name, string sentence) in all)
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && IsDue(name, Words(sentence)))
            {
                log.LogWarning("{Condition}: {Text}", name, sentence);
            }
        }

        foreach (string name in _told.Keys.Where(name => !all.ContainsKey(name)).ToArray())
        {
            if (IsDue(name, ""))
            {
                log.LogInformation("{Condition}: it is well again", name);
            }
        }
    }

    // another number is no news
    private static string Words(string sentence) => string.Concat(sentence.Where(static one => !char.IsAsciiDigit(one)));

    private bool IsDue(string name, string words)
    {
        bool isKnown = _told.TryGetValue(name, out (string Words, long At) before);
        if (isKnown && (before.Words == words || time.GetElapsedTime(before.At) < Pause))
        {
            return false;
        }

        _told[name] = (words, time.GetTimestamp());
        return true;
    }
}
