using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>What is wrong while the gateway goes on, each with a name and a sentence. From any thread.</summary>
internal sealed class Conditions
{
    private readonly ConcurrentDictionary<string, string> _all = new(StringComparer.Ordinal);

    /// <summary>All that is wrong now, by name.</summary>
    internal IReadOnlyDictionary<string, string> All => _all.OrderBy(one => one.Key, StringComparer.Ordinal)
        .ToDictionary(one => one.Key, one => one.Value);

    /// <summary>Something is wrong.</summary>
    /// <returns>Whether that is new, or another sentence.</returns>
    internal bool Set(string name, string sentence)
    {
        bool isNew = !_all.TryGetValue(name, out string? before) || before != sentence;
        _all[name] = sentence;
        return isNew;
    }

    /// <summary>It is right again.</summary>
    /// <returns>Whether it was wrong before.</returns>
    internal bool Clear(string name) => _all.TryRemove(name, out _);
}
