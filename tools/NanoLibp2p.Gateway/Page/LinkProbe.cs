using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Page;

/// <summary>
/// Measures round trip and loss of the links with libp2p's ping, while somebody looks at the page or where it is published: each peer each
/// <see cref="Interval"/>, never two pings to one peer at a time. Nobody is pinged for a page that nobody looks at, as a ping wakes a
/// radio. From any thread.
/// </summary>
internal sealed class LinkProbe(Libp2pNode node, TimeProvider time)
{
    /// <summary>Pings under way at a time.</summary>
    internal const int MaxPings = 32;

    /// <summary>Of each link the last so many pings count for its loss.</summary>
    internal const int History = 20;

    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>A ping without an answer by then is lost.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<PeerId, Link> _links = [];
    private int _underWay;

    /// <summary>What was measured of a peer's link: milliseconds of the last answer, pings that count, pings that were lost.</summary>
    internal (double? RoundTripMs, int Pings, int Lost) Of(PeerId peer)
        => _links.TryGetValue(peer, out Link? link) ? link.Describe() : default;

    /// <summary>Begins what is due among peers, and forgets those that are gone.</summary>
    /// <param name="connected">All that are connected.</param>
    /// <param name="wanted">Those of them that are pinged; null for all.</param>
    /// <param name="cancellationToken">Ends the pings.</param>
    internal void Step(IReadOnlyCollection<PeerId> connected, Func<PeerId, bool>? wanted, CancellationToken cancellationToken)
    {
        HashSet<PeerId> all = [.. connected];
        foreach (PeerId gone in _links.Keys.Where(one => !all.Contains(one)))
        {
            _links.TryRemove(gone, out _);
        }

        long now = time.GetTimestamp();
        foreach ((PeerId peer, Link link) in all.Where(one => wanted?.Invoke(one) ?? true)
            .Select(one => (one, _links.GetOrAdd(one, _ => new Link())))
            .Where(one => one.Item2.IsDue(now, time)).OrderBy(one => one.Item2.Begun ?? long.MinValue))
        {
            if (Volatile.Read(ref _underWay) >= MaxPings)
            {
                return;
            }

            // page and telemetry may both be here
            if (link.TryBegin(now, time))
            {
                Interlocked.Increment(ref _underWay);
                _ = PingAsync(peer, link, cancellationToken);
            }
        }
    }

    private async Task PingAsync(PeerId peer, Link link, CancellationToken cancellationToken)
    {
        try
        {
            Task<TimeSpan> ping = node.PingAsync(peer, cancellationToken);
            try
            {
                link.End(await ping.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(false));
            }
            catch (TimeoutException)
            {
                link.End(null);

                // the next one waits for this one: at most one is under way on a link
                await ping.ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException)
        {
            // it is gone, or does not answer pings at all
        }
        finally
        {
            link.Free();
            Interlocked.Decrement(ref _underWay);
        }
    }

    private sealed class Link
    {
        private readonly Lock _turn = new();
        private uint _lost;
        private int _pings;
        private double? _roundTripMs;
        private bool _isUnderWay;

        internal long? Begun { get; private set; }

        internal bool IsDue(long now, TimeProvider time)
        {
            lock (_turn)
            {
                return !_isUnderWay && (Begun is not { } begun || time.GetElapsedTime(begun, now) >= Interval);
            }
        }

        internal bool TryBegin(long now, TimeProvider time)
        {
            lock (_turn)
            {
                if (!IsDue(now, time))
                {
                    return false;
                }

                _isUnderWay = true;
                Begun = now;
                return true;
            }
        }

        internal void End(TimeSpan? roundTrip)
        {
            lock (_turn)
            {
                _lost = ((_lost << 1) | (roundTrip == null ? 1u : 0u)) & ((1u << History) - 1);
                _pings = Math.Min(History, _pings + 1);
                _roundTripMs = roundTrip?.TotalMilliseconds ?? _roundTripMs;
            }
        }

        internal void Free()
        {
            lock (_turn)
            {
                _isUnderWay = false;
            }
        }

        internal (double? RoundTripMs, int Pings, int Lost) Describe()
        {
            lock (_turn)
            {
                return (_roundTripMs is { } ms ? Math.Round(ms, 1) : null, _pings, BitOperations.PopCount(_lost));
            }
        }
    }
}
