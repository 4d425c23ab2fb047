using System;
using System.Collections.Generic;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>
/// What the stream said lately: its records of the last <see cref="Lately"/>, at most <see cref="MaxRecords"/>, with the bodies of what
/// this store deposited itself, at most <see cref="MaxBodyBytes"/>. A server that was killed may have forgotten some of it, and who still
/// knows it writes it again. Not safe for several threads.
/// </summary>
internal sealed class NatsRecent
{
    /// <summary>Of how many records it knows.</summary>
    internal const int MaxRecords = 65_536;

    /// <summary>How many bytes of bodies are kept.</summary>
    internal const int MaxBodyBytes = 8 << 20;

    /// <summary>For how long a record is kept: five times as long as a server leaves its files unsynced unless told otherwise.</summary>
    internal static readonly TimeSpan Lately = TimeSpan.FromMinutes(10);

    private readonly Dictionary<long, (NatsRecord Record, long At)> _records = [];
    private readonly Queue<long> _order = [];
    private readonly Dictionary<long, byte[]> _bodies = [];
    private readonly Queue<long> _bodyOrder = [];
    private int _bodyBytes;

    /// <summary>Adds a record that was applied.</summary>
    /// <param name="sequence">Its message's number, larger than all before.</param>
    /// <param name="record">What it says.</param>
    /// <param name="nowMs">The time, monotonic.</param>
    internal void Add(long sequence, NatsRecord record, long nowMs)
    {
        _records.Add(sequence, (record, nowMs));
        _order.Enqueue(sequence);
        DropOld(nowMs);
    }

    /// <summary>Keeps the body of an item whose record was added.</summary>
    /// <param name="sequence">Its message's number.</param>
    /// <param name="body">The body; it must not change.</param>
    internal void KeepBody(long sequence, byte[] body)
    {
        if (body.Length > MaxBodyBytes / 4 || !_records.ContainsKey(sequence) || !_bodies.TryAdd(sequence, body))
        {
            return;
        }

        _bodyOrder.Enqueue(sequence);
        _bodyBytes += body.Length;
        while (_bodyBytes > MaxBodyBytes)
        {
            DropBody(_bodyOrder.Dequeue());
        }
    }

    /// <summary>The body of an item.</summary>
    /// <param name="sequence">Its message's number.</param>
    /// <returns>Null where it is not known any more.</returns>
    internal byte[]? Body(long sequence) => _bodies.GetValueOrDefault(sequence);

    /// <summary>The number of the first message that is known.</summary>
    /// <param name="nowMs">The time, monotonic.</param>
    /// <returns>0 for none.</returns>
    internal long First(long nowMs)
    {
        DropOld(nowMs);
        return _order.TryPeek(out long first) ? first : 0;
    }

    /// <summary>The record of a message.</summary>
    /// <param name="sequence">The message's number.</param>
    /// <returns>Null where it is not known.</returns>
    internal NatsRecord? Find(long sequence) => _records.GetValueOrDefault(sequence).Record;

    /// <summary>All that is known, in the stream's order.</summary>
    /// <returns>The messages' numbers, and what they say.</returns>
    internal IEnumerable<(long Sequence, NatsRecord Record)> All()
    {
        foreach (long sequence in _order)
        {
            yield return (sequence, _records[sequence].Record);
        }
    }

    private void DropOld(long nowMs)
    {
        while (_order.TryPeek(out long first)
            && (_order.Count > MaxRecords || nowMs - _records[first].At > Lately.TotalMilliseconds))
        {
            _order.Dequeue();
            _records.Remove(first);
            DropBody(first);
        }

        while (_bodyOrder.TryPeek(out long body) && !_bodies.ContainsKey(body))
        {
            _bodyOrder.Dequeue();
        }
    }

    private void DropBody(long sequence)
    {
        if (_bodies.Remove(sequence, out byte[]? body))
        {
            _bodyBytes -= body.Length;
        }
    }
}
