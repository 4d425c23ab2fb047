using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// Which connections are kept when there are many: above ConnectionOptions.HighWater the least useful are closed, down to LowWater. Peers
/// can be protected, and given values. From any thread.
/// </summary>
/// <remarks>
/// Those of the least value are closed first; among equals those without a stream that its protocol would keep, then those that called us,
/// then the youngest: who was here before a flood of new peers stays.
/// </remarks>
public sealed class ConnectionManager
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, Dictionary<string, int>> _tags = [];
    private readonly Dictionary<PeerId, HashSet<string>> _protected = [];
    private readonly Libp2pNode _node;
    private readonly int _high;
    private readonly int _low;
    private readonly TimeSpan _grace;
    private readonly TimeProvider _time;
    private int _isTrimming;

    internal ConnectionManager(Libp2pNode node, Libp2pNodeOptions options)
    {
        _node = node;
        _high = options.Connections.HighMark(options.MaxConnections);
        _low = options.Connections.LowMark(options.MaxConnections);
        _grace = options.Connections.GracePeriod;
        _time = options.Time;
    }

    /// <summary>Keeps a peer's connections, whatever their value, until the same tag is taken off.</summary>
    /// <param name="peer">Who, connected or not.</param>
    /// <param name="tag">Who wants it, so that several may independently.</param>
    public void Protect(PeerId peer, string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        lock (_lock)
        {
            if (!_protected.TryGetValue(peer, out HashSet<string>? tags))
            {
                tags = new HashSet<string>(StringComparer.Ordinal);
                _protected.Add(peer, tags);
            }

            tags.Add(tag);
        }

        _node.SetProtected(peer);
    }

    /// <summary>Takes a tag's protection off a peer.</summary>
    /// <returns>Whether another tag protects it still.</returns>
    public bool Unprotect(PeerId peer, string tag)
    {
        lock (_lock)
        {
            if (_protected.TryGetValue(peer, out HashSet<string>? tags) && tags.Remove(tag) && tags.Count == 0)
            {
                _protected.Remove(peer);
            }
        }

        _node.SetProtected(peer);
        return IsProtected(peer);
    }

    /// <summary>Whether any tag protects a peer.</summary>
    public bool IsProtected(PeerId peer)
    {
        lock (_lock)
        {
            return _protected.ContainsKey(peer);
        }
    }

    /// <summary>Gives a peer a value under a tag, in place of the one that it had under it; 0 takes the tag off.</summary>
    public void Tag(PeerId peer, string tag, int value)
    {
        ArgumentNullException.ThrowIfNull(tag);
        lock (_lock)
        {
            _tags.TryGetValue(peer, out Dictionary<string, int>? tags);
            if (value != 0)
            {
                if (tags == null)
                {
                    tags = new Dictionary<string, int>(StringComparer.Ordinal);
                    _tags.Add(peer, tags);
                }

                tags[tag] = value;
            }
            else if (tags != null && tags.Remove(tag) && tags.Count == 0)
            {
                _tags.Remove(peer);
            }
        }
    }

    /// <summary>The sum of a peer's values.</summary>
    public int ValueOf(PeerId peer)
    {
        lock (_lock)
        {
            return Sum(peer);
        }
    }

    /// <summary>Closes the connections of the least use, where there are more than HighWater; it is done by itself once a second.</summary>
    /// <returns>How many were closed.</returns>
    public async Task<int> TrimAsync()
    {
        if (_node.Connections.Count <= _high || Interlocked.Exchange(ref _isTrimming, 1) != 0)
        {
            return 0;
        }

        try
        {
            List<ShardConnection> least = Choose(await _node.CandidatesAsync().ConfigureAwait(false));
            await Task.WhenAll(least.Select(one => _node.CloseAsync(one, CloseReason.Trimmed))).ConfigureAwait(false);
            return least.Count;
        }
        finally
        {
            Volatile.Write(ref _isTrimming, 0);
        }
    }

    internal int HighWater => _high;

    private List<ShardConnection> Choose((ShardConnection Connection, bool IsInUse)[] open)
    {
        DateTimeOffset old = _time.GetUtcNow() - _grace;
        lock (_lock)
        {
            return [.. open
                .Where(one => one.Connection.Info!.Opened <= old && !_protected.ContainsKey(one.Connection.Peer!))
                .OrderBy(one => Sum(one.Connection.Peer!))
                .ThenBy(one => one.IsInUse)
                .ThenByDescending(one => one.Connection.Info!.IsInbound)
                .ThenByDescending(one => one.Connection.Info!.Id)
                .Take(Math.Max(0, open.Length - _low))
                .Select(one => one.Connection)];
        }
    }

    private int Sum(PeerId peer) => _tags.TryGetValue(peer, out Dictionary<string, int>? tags) ? tags.Values.Sum() : 0;
}
