using System;
using System.Collections.Generic;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>How often something may be tried in a second: by each, and by all together (SPEC.md 5.5).</summary>
/// <param name="each">Of one key.</param>
/// <param name="all">Of all keys; also how many keys are remembered.</param>
internal sealed class SecondLimit(int each, int all)
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private DateTimeOffset _since;
    private int _sum;

    /// <summary>Whether one more would be too many.</summary>
    internal bool IsOver(string key, DateTimeOffset now)
    {
        if (now - _since >= TimeSpan.FromSeconds(1) || now < _since)
        {
            _since = now;
            _sum = 0;
            _counts.Clear();
        }

        return _sum >= all || _counts.GetValueOrDefault(key) >= each;
    }

    /// <summary>Counts one, which was not too many.</summary>
    internal void Count(string key)
    {
        _sum++;
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
    }
}
