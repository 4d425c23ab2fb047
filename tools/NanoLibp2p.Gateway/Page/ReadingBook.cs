using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Page;

/// <summary>
/// The readings that the page plots: the numbers that signed messages of the chosen topics have, as series of bounded length and number.
/// From any thread.
/// </summary>
/// <remarks>Where there is no more room the series of a stranger gives way that was silent for the longest time; those of admitted peers
/// give way to nobody but one another.</remarks>
internal sealed class ReadingBook(TimeProvider time, Func<PeerId, bool> isAdmitted)
{
    /// <summary>Series in all.</summary>
    internal const int MaxSeries = 256;

    /// <summary>Series of one author.</summary>
    internal const int MaxOfAuthor = 32;

    // so far may the time that a reading says be from now, or else it counts as made when it came
    private static readonly TimeSpan _oldest = TimeSpan.FromDays(1);
    private static readonly TimeSpan _newest = TimeSpan.FromMinutes(1);

    private readonly Lock _turn = new();
    private readonly Dictionary<(string Topic, PeerId Author, string Field), ReadingSeries> _series = [];
    private readonly Dictionary<PeerId, PeerId> _via = [];
    private long _readings;
    private long _passedOver;

    /// <summary>Messages that were too long, unsigned or had no number.</summary>
    internal long PassedOver => Interlocked.Read(ref _passedOver);

    internal int Count
    {
        get
        {
            lock (_turn)
            {
                return _series.Count;
            }
        }
    }

    /// <summary>Takes the numbers of a message.</summary>
    internal void Take(TopicMessage message)
    {
        IReadOnlyList<ReadingField> fields = message.From == null ? [] : ReadingParser.Parse(message.Data);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        long at = now;
        bool hasAny = false;
        foreach (ReadingField field in fields)
        {
            if (field.Name == "t" && field.Value >= now - _oldest.TotalMilliseconds && field.Value <= now + _newest.TotalMilliseconds)
            {
                // a device hands in later what it read while nobody heard
                at = (long)field.Value;
            }

            hasAny |= !IsOfNoInterest(field.Name);
        }

        if (!hasAny)
        {
            Interlocked.Increment(ref _passedOver);
            return;
        }

        lock (_turn)
        {
            long turn = _readings++;
            foreach (ReadingField field in fields)
            {
                if (!IsOfNoInterest(field.Name) && Find(message.Topic, message.From!, field.Name) is { } series)
                {
                    series.Add(at, field.Value, turn);
                    _via[series.Author] = message.ReceivedFrom;
                }
            }
        }
    }

    /// <summary>Authors, each with the peer that its newest reading came through.</summary>
    internal IReadOnlyDictionary<PeerId, PeerId> Authors()
    {
        lock (_turn)
        {
            return new Dictionary<PeerId, PeerId>(_via);
        }
    }

    /// <summary>All of it.</summary>
    internal IReadOnlyList<SeriesJson> All()
    {
        lock (_turn)
        {
            return [.. _series.Values.Select(one => SeriesJson.Of(one, one.Count))];
        }
    }

    /// <summary>The newest point of each series that has one since the last call.</summary>
    internal IReadOnlyList<SeriesJson> TakeNew()
    {
        lock (_turn)
        {
            List<SeriesJson> fresh = [];
            foreach (ReadingSeries series in _series.Values)
            {
                if (series.IsNew)
                {
                    series.IsNew = false;
                    fresh.Add(SeriesJson.Of(series, 1));
                }
            }

            return fresh;
        }
    }

    // a reading's number and its time, which are of no interest by themselves
    private static bool IsOfNoInterest(string field) => field is "n" or "t";

    private ReadingSeries? Find(string topic, PeerId author, string field)
    {
        if (_series.TryGetValue((topic, author, field), out ReadingSeries? found))
        {
            return found;
        }

        if (_via.ContainsKey(author) && _series.Values.Count(one => one.Author.Equals(author)) >= MaxOfAuthor)
        {
            return null;
        }

        if (_series.Count >= MaxSeries && !MakeRoom(isAdmitted(author)))
        {
            return null;
        }

        ReadingSeries series = new(topic, author, field);
        _series.Add((topic, author, field), series);
        return series;
    }

    private bool MakeRoom(bool forAdmitted)
    {
        Dictionary<PeerId, bool> admitted = _via.Keys.ToDictionary(one => one, isAdmitted);
        ReadingSeries? oldest = _series.Values.Where(one => !admitted.GetValueOrDefault(one.Author)).MinBy(one => one.Turn)
            ?? (forAdmitted ? _series.Values.MinBy(one => one.Turn) : null);
        if (oldest == null)
        {
            return false;
        }

        _series.Remove((oldest.Topic, oldest.Author, oldest.Field));
        if (_series.Values.All(one => !one.Author.Equals(oldest.Author)))
        {
            _via.Remove(oldest.Author);
        }

        return true;
    }
}
