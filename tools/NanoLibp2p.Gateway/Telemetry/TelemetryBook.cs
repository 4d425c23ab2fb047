using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>
/// The newest report of each other gateway, as many as <see cref="MaxGateways"/>, each for three of its own intervals. From any thread.
/// </summary>
/// <remarks>
/// Who publishes is signed for; that it is a gateway, and that what it says is so, nobody signs. So who has a token here goes before
/// strangers: it takes the place of one where there is none left, while a stranger waits until a place is free.
/// </remarks>
internal sealed class TelemetryBook(TimeProvider time, PeerId self, Func<PeerId, bool> isAdmitted)
{
    /// <summary>Gateways that are kept.</summary>
    internal const int MaxGateways = 64;

    /// <summary>Reports of strangers that are read in a second.</summary>
    internal const int MaxPerSecond = 32;

    /// <summary>Intervals of its own after which a gateway that says nothing is forgotten.</summary>
    internal const int Intervals = 3;

    /// <summary>Two reports of a gateway are as far apart, or the second is passed over.</summary>
    internal static readonly TimeSpan Gap = TimeSpan.FromSeconds(TelemetryCodec.LeastEvery / 2);

    private readonly Lock _turn = new();
    private readonly Dictionary<PeerId, Entry> _entries = [];
    private long _passedOver;
    private long _second;
    private int _inSecond;

    /// <summary>Messages that were no reports, too many, or had no place.</summary>
    internal long PassedOver => Interlocked.Read(ref _passedOver);

    /// <summary>Takes a message of the topic.</summary>
    /// <returns>Whether it was kept.</returns>
    internal bool Take(TopicMessage message)
    {
        if (message.From is not { } author || author.Equals(self))
        {
            return false;
        }

        bool isKept = TryTake(author, message.Data);
        if (!isKept)
        {
            Interlocked.Increment(ref _passedOver);
        }

        return isKept;
    }

    /// <summary>Whether a gateway publishes reports.</summary>
    internal bool Has(PeerId peer)
    {
        lock (_turn)
        {
            return _entries.TryGetValue(peer, out Entry? entry) && !IsOver(entry, time.GetTimestamp());
        }
    }

    /// <summary>The newest reports, in the order of peer ids.</summary>
    internal IReadOnlyList<(PeerId Peer, DateTimeOffset Heard, TelemetryReport Report)> All()
    {
        lock (_turn)
        {
            Forget(time.GetTimestamp());
            return [.. _entries.Select(one => (one.Key, one.Value.Heard, one.Value.Report))
                .OrderBy(one => one.Key.ToString(), StringComparer.Ordinal)];
        }
    }

    private bool TryTake(PeerId author, byte[] data)
    {
        bool admitted = isAdmitted(author);
        lock (_turn)
        {
            long now = time.GetTimestamp();
            _entries.TryGetValue(author, out Entry? entry);
            if ((entry != null && time.GetElapsedTime(entry.At, now) < Gap) || (!admitted && !HasTurn(now)))
            {
                return false;
            }

            // later ones alone: what was heard before may come again by another way
            if (TelemetryCodec.Read(data, time.GetUtcNow(), out TelemetryReport? report) != TelemetryVerdict.Good
                || report!.Time <= entry?.Report.Time || (entry == null && !MakeRoom(now, admitted)))
            {
                return false;
            }

            _entries[author] = new Entry(report, now, time.GetUtcNow());
            return true;
        }
    }

    private bool HasTurn(long now)
    {
        if (time.GetElapsedTime(_second, now) >= TimeSpan.FromSeconds(1))
        {
            _second = now;
            _inSecond = 0;
        }

        return _inSecond++ < MaxPerSecond;
    }

    private bool MakeRoom(long now, bool admitted)
    {
        Forget(now);
        if (_entries.Count < MaxGateways)
        {
            return true;
        }

        PeerId? oldest = admitted ? _entries.Where(one => !isAdmitted(one.Key)).OrderBy(one => one.Value.At)
            .Select(one => one.Key).FirstOrDefault() : null;
        return oldest != null && _entries.Remove(oldest);
    }

    private void Forget(long now)
    {
        foreach (PeerId gone in _entries.Where(one => IsOver(one.Value, now)).Select(one => one.Key).ToArray())
        {
            _entries.Remove(gone);
        }
    }

    private bool IsOver(Entry entry, long now)
        => time.GetElapsedTime(entry.At, now) > TimeSpan.FromSeconds(Intervals * entry.Report.EverySeconds);

    private sealed record Entry(TelemetryReport Report, long At, DateTimeOffset Heard);
}
