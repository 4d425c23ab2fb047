using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Page;

/// <summary>
/// The last values of one field of one author's readings, in the order of their times; at most <see cref="MaxPoints"/>, the oldest goes.
/// </summary>
internal sealed class ReadingSeries(string topic, PeerId author, string field)
{
    internal const int MaxPoints = 300;

    private const int FirstCapacity = 16;

    private long[] _times = new long[FirstCapacity];
    private double[] _values = new double[FirstCapacity];

    internal string Topic { get; } = topic;

    internal PeerId Author { get; } = author;

    internal string Field { get; } = field;

    internal int Count { get; private set; }

    /// <summary>Readings that had the field.</summary>
    internal long Heard { get; private set; }

    /// <summary>The number of the last reading that had it, of all readings.</summary>
    internal long Turn { get; private set; }

    /// <summary>Whether it has a point that the feed has not told.</summary>
    internal bool IsNew { get; set; }

    /// <summary>In Unix milliseconds, ascending.</summary>
    internal ReadOnlySpan<long> Times => _times.AsSpan(0, Count);

    internal ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    /// <summary>Takes a value in where its time belongs; one of the same time is replaced, one older than all of a full series
    /// left out.</summary>
    internal void Add(long time, double value, long turn)
    {
        Heard++;
        Turn = turn;
        int at = Count;
        while (at > 0 && _times[at - 1] > time)
        {
            at--;
        }

        if (at > 0 && _times[at - 1] == time)
        {
            _values[at - 1] = value;
            IsNew = true;
            return;
        }

        if (Count == MaxPoints)
        {
            if (at == 0)
            {
                return;
            }

            // those before it move down over the oldest
            Array.Copy(_times, 1, _times, 0, at - 1);
            Array.Copy(_values, 1, _values, 0, at - 1);
            at--;
        }
        else
        {
            if (Count == _times.Length)
            {
                Array.Resize(ref _times, Math.Min(MaxPoints, 2 * Count));
                Array.Resize(ref _values, _times.Length);
            }

            Array.Copy(_times, at, _times, at + 1, Count - at);
            Array.Copy(_values, at, _values, at + 1, Count - at);
            Count++;
        }

        _times[at] = time;
        _values[at] = value;
        IsNew = true;
    }
}
