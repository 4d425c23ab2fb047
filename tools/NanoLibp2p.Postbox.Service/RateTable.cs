using System;
using System.Collections.Generic;

namespace NanoLibp2p.Postbox.Service;

/// <summary>
/// So many a minute for each key, with a burst of as many: a bucket that fills evenly. In memory only (SPEC.md 9.3), and bounded: what
/// is full again is forgotten, and beyond that who was let in least recently. From any thread.
/// </summary>
internal sealed class RateTable<TKey>(TimeProvider time, int most)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<Bucket>> _buckets = [];
    private readonly LinkedList<Bucket> _byUse = new();

    internal int Count
    {
        get
        {
            lock (_buckets)
            {
                return _buckets.Count;
            }
        }
    }

    /// <summary>Takes one, if there is one.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="perMinute">How many there are a minute.</param>
    /// <returns>0, or the seconds after which there is one.</returns>
    internal int Take(TKey key, int perMinute)
    {
        long now = time.GetTimestamp();
        lock (_buckets)
        {
            if (!_buckets.TryGetValue(key, out LinkedListNode<Bucket>? node))
            {
                node = new LinkedListNode<Bucket>(new Bucket(key) { Left = perMinute, At = now });
                _buckets.Add(key, node);
            }
            else
            {
                _byUse.Remove(node);
            }

            _byUse.AddLast(node);
            Bucket bucket = node.Value;
            double fill = perMinute / 60.0;
            bucket.Left = Math.Min(perMinute, bucket.Left + (time.GetElapsedTime(bucket.At, now).TotalSeconds * fill));
            bucket.At = now;
            Forget(now);
            if (bucket.Left < 1)
            {
                return Math.Max(1, (int)Math.Ceiling((1 - bucket.Left) / fill));
            }

            bucket.Left -= 1;
            return 0;
        }
    }

    // a bucket that was not used for a minute is full
    private void Forget(long now)
    {
        while (_byUse.First is { } oldest
            && (_buckets.Count > most || time.GetElapsedTime(oldest.Value.At, now) >= TimeSpan.FromMinutes(1)))
        {
            _byUse.RemoveFirst();
            _buckets.Remove(oldest.Value.Key);
        }
    }

    private sealed class Bucket(TKey key)
    {
        internal TKey Key { get; } = key;

        internal double Left { get; set; }

        internal long At { get; set; }
    }
}
