using System;
using System.Collections.Generic;
using System.Linq;

namespace NanoLibp2p.Host.Dialing;

/// <summary>What failed not long ago, and until when it is left alone. From any thread.</summary>
internal sealed class BackOffTable<T>(DialOptions options, TimeProvider time)
    where T : notnull
{
    // of more, those that are over or will be soonest are forgotten
    internal const int MaxEntries = 4096;

    private readonly Dictionary<T, (DateTimeOffset Until, int Failures, string Why)> _entries = [];

    internal int Count
    {
        get
        {
            lock (_entries)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Why it is not to be dialled now; null when it may be.</summary>
    internal string? Find(T key)
    {
        lock (_entries)
        {
            TimeSpan left = _entries.TryGetValue(key, out (DateTimeOffset Until, int Failures, string Why) found)
                ? found.Until - time.GetUtcNow() : TimeSpan.Zero;
            return left > TimeSpan.Zero
                ? $"not tried again for another {Math.Ceiling(left.TotalSeconds):0} s, as it failed {Times(found.Failures)}: {found.Why}"
                : null;
        }
    }

    internal void Fail(T key, string why)
    {
        if (options.BackOff == TimeSpan.Zero)
        {
            return;
        }

        lock (_entries)
        {
            DateTimeOffset now = time.GetUtcNow();
            int failures = _entries.TryGetValue(key, out (DateTimeOffset Until, int Failures, string Why) found) ? found.Failures : 0;
            if (found.Until + options.MaxBackOff < now)
            {
                failures = 0;
            }

            if (_entries.Count >= MaxEntries && !_entries.ContainsKey(key))
            {
                foreach (T old in _entries.OrderBy(entry => entry.Value.Until).Take(MaxEntries / 4).Select(entry => entry.Key).ToArray())
                {
                    _entries.Remove(old);
                }
            }

            double seconds = options.BackOff.TotalSeconds + (double)failures * failures;
            _entries[key] = (now + TimeSpan.FromSeconds(Math.Min(seconds, options.MaxBackOff.TotalSeconds)), failures + 1, why);
        }
    }

    internal void Succeed(T key)
    {
        lock (_entries)
        {
            _entries.Remove(key);
        }
    }

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";
}
