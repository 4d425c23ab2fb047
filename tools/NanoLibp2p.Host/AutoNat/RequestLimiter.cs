using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>
/// So many requests in the last minute, of all peers and of each, and one at a time of a peer. Remembers no more than it lets through. From
/// any thread.
/// </summary>
internal sealed class RequestLimiter(TimeProvider time, int total, int perPeer)
{
    private static readonly TimeSpan _window = TimeSpan.FromMinutes(1);

    private readonly Queue<(DateTimeOffset At, PeerId Peer)> _recent = new();
    private readonly Dictionary<PeerId, int> _counts = [];
    private readonly HashSet<PeerId> _underWay = [];

    /// <summary>A peer asks. Looked at before a byte of the request is read.</summary>
    /// <returns>False when it is refused; else <see cref="End"/> follows.</returns>
    internal bool Begin(PeerId peer)
    {
        lock (_recent)
        {
            if (_underWay.Contains(peer) || !Take(peer))
            {
                return false;
            }

            _underWay.Add(peer);
            return true;
        }
    }

    internal void End(PeerId peer)
    {
        lock (_recent)
        {
            _underWay.Remove(peer);
        }
    }

    /// <summary>Counts a request that needs no end.</summary>
    internal bool Count(PeerId peer)
    {
        lock (_recent)
        {
            return Take(peer);
        }
    }

    private bool Take(PeerId peer)
    {
        DateTimeOffset now = time.GetUtcNow();
        while (_recent.TryPeek(out (DateTimeOffset At, PeerId Peer) oldest) && (oldest.At + _window <= now || oldest.At > now))
        {
            _recent.Dequeue();
            if (--_counts[oldest.Peer] == 0)
            {
                _counts.Remove(oldest.Peer);
            }
        }

        int count = _counts.GetValueOrDefault(peer);
        if (_recent.Count >= total || count >= perPeer)
        {
            return false;
        }

        _recent.Enqueue((now, peer));
        _counts[peer] = count + 1;
        return true;
    }
}
