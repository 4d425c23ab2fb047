using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Channels;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// What happens to a node's connections, for logs and for people: connected, closed and why, turned away and why, dials that failed.
/// Bounded in all: the last <see cref="RecentEvents"/> are kept, a peer or an address has <see cref="Burst"/> lines and then one each
/// <see cref="RefillSeconds"/> s, and a slow listener loses the oldest of <see cref="QueuedEvents"/>. From any thread.
/// </summary>
public sealed class EventLog
{
    /// <summary>Events that <see cref="Recent"/> has.</summary>
    public const int RecentEvents = 512;

    /// <summary>Events that wait for one listener.</summary>
    public const int QueuedEvents = 1024;

    /// <summary>Lines that one peer, or one address without a peer, has at once.</summary>
    public const int Burst = 10;

    /// <summary>Seconds until it has one more.</summary>
    public const int RefillSeconds = 6;

    // whom lines are counted for; of more the half that was heard of longest ago is forgotten
    private const int MaxKeys = 1024;

    private readonly Lock _lock = new();
    private readonly Queue<NodeEvent> _recent = new();
    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private readonly List<Channel<NodeEvent>> _listeners = [];
    private readonly TimeProvider _time;
    private long _suppressed;
    private long _lost;

    internal EventLog(TimeProvider time) => _time = time;

    /// <summary>Events that were left out, since their peer or address had too many.</summary>
    public long Suppressed => Interlocked.Read(ref _suppressed);

    /// <summary>Events that listeners lost, since they were slow.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Peers and addresses that lines are counted for.</summary>
    internal int Keys
    {
        get
        {
            lock (_lock)
            {
                return _buckets.Count;
            }
        }
    }

    /// <summary>The last events, the oldest first.</summary>
    public IReadOnlyList<NodeEvent> Recent
    {
        get
        {
            lock (_lock)
            {
                return [.. _recent];
            }
        }
    }

    /// <summary>The events from now on, until it is cancelled. Each call is a listener of its own.</summary>
    public async IAsyncEnumerable<NodeEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Channel<NodeEvent> channel = Channel.CreateBounded<NodeEvent>(
            new BoundedChannelOptions(QueuedEvents) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _lost));
        lock (_lock)
        {
            _listeners.Add(channel);
        }

        try
        {
            while (await channel.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (channel.Reader.TryRead(out NodeEvent? one))
                {
                    yield return one;
                }
            }
        }
        finally
        {
            lock (_lock)
            {
                _listeners.Remove(channel);
            }
        }
    }

    /// <summary>Ends all listeners: nothing more happens.</summary>
    internal void End()
    {
        lock (_lock)
        {
            foreach (Channel<NodeEvent> listener in _listeners)
            {
                listener.Writer.TryComplete();
            }
        }
    }

    internal void Add(NodeEventKind kind, PeerId? peer, string? address, CloseReason reason, RefusalReason refusal, string text)
    {
        DateTimeOffset now = _time.GetUtcNow();
        string key = peer?.ToString() ?? address ?? "";
        lock (_lock)
        {
            if (!MayTell(key, now, out int suppressed))
            {
                _suppressed++;
                return;
            }

            NodeEvent told = new(now, kind, peer, address, reason, refusal, text, suppressed);
            _recent.Enqueue(told);
            if (_recent.Count > RecentEvents)
            {
                _recent.Dequeue();
            }

            foreach (Channel<NodeEvent> listener in _listeners)
            {
                listener.Writer.TryWrite(told);
            }
        }
    }

    private bool MayTell(string key, DateTimeOffset now, out int suppressed)
    {
        suppressed = 0;
        if (!_buckets.TryGetValue(key, out Bucket? bucket))
        {
            if (_buckets.Count >= MaxKeys)
            {
                ForgetOld();
            }

            bucket = new Bucket { Lines = Burst, Since = now };
            _buckets.Add(key, bucket);
        }

        double seconds = (now - bucket.Since).TotalSeconds;
        bucket.Lines = Math.Min(Burst, bucket.Lines + (Math.Max(0, seconds) / RefillSeconds));
        bucket.Since = now;
        if (bucket.Lines < 1)
        {
            bucket.Suppressed++;
            return false;
        }

        bucket.Lines--;
        suppressed = bucket.Suppressed;
        bucket.Suppressed = 0;
        return true;
    }

    private void ForgetOld()
    {
        List<KeyValuePair<string, Bucket>> all = [.. _buckets];
        all.Sort((one, other) => one.Value.Since.CompareTo(other.Value.Since));
        foreach ((string key, Bucket _) in all[..(all.Count / 2)])
        {
            _buckets.Remove(key);
        }
    }

    private sealed class Bucket
    {
        internal double Lines;
        internal DateTimeOffset Since;
        internal int Suppressed;
    }
}
