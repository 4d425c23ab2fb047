using System;
using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// The messages of the last heartbeats (gossipsub 1.0 spec, "Message Cache"), for peers that ask; it holds their frames. Its bytes are
/// those of the frames, and what the tables and objects of each message take.
/// </summary>
internal sealed class MessageHistory
{
    /// <summary>What the tables and objects of a message take, rounded up.</summary>
    internal const int EntryBytes = 512;

    private readonly Queue<Dictionary<string, List<Entry>>> _windows = new();
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly Queue<Entry> _order = new();
    private readonly int _length;
    private readonly Action<GossipFrame> _keep;
    private readonly Action<GossipFrame> _let;
    private readonly Action<long> _count;
    private Dictionary<string, List<Entry>> _current = [];
    private long _bytes;

    /// <param name="length">Heartbeats that a message stays for.</param>
    /// <param name="maxBytes">The bytes that are kept, but those of the newest message.</param>
    /// <param name="output">Counts what is kept.</param>
    internal MessageHistory(int length, long maxBytes, IGossipOutput output)
    {
        _length = length;
        MaxBytes = Math.Min(maxBytes, output.MaxHistoryBytes);
        _keep = output.Keep;
        _let = output.Let;
        _count = output.CountHistory;
    }

    /// <summary>The bytes that are kept.</summary>
    internal long MaxBytes { get; }

    internal int Count => _entries.Count;

    internal long Bytes => _bytes;

    /// <summary>Keeps a message, and takes its frame over.</summary>
    internal void Add(GossipMessage message)
    {
        if (_entries.ContainsKey(message.Hash))
        {
            message.Frame.Release();
            return;
        }

        Entry entry = new(message);
        _entries.Add(message.Hash, entry);
        _order.Enqueue(entry);
        _bytes += message.Frame.Count + EntryBytes;
        _keep(message.Frame);
        _count(EntryBytes);
        if (!_current.TryGetValue(message.Topic, out List<Entry>? all))
        {
            all = [];
            _current.Add(message.Topic, all);
        }

        all.Add(entry);
        Trim(MaxBytes);
    }

    /// <summary>Drops the oldest, until so many bytes are left at the most.</summary>
    internal void Trim(long bytes)
    {
        while (_bytes > bytes && _order.TryDequeue(out Entry? oldest))
        {
            Drop(oldest);
        }
    }

    /// <summary>The message with an id, for a peer that asks for it; null when there is none, or it was sent that peer too often.</summary>
    internal GossipMessage? Take(ulong hash, GossipPeer peer, int maxTimes, out bool isTooOften)
    {
        isTooOften = false;
        if (!_entries.TryGetValue(hash, out Entry? entry))
        {
            return null;
        }

        int times = entry.Sent == null ? 0 : entry.Sent.GetValueOrDefault(peer);
        if (times >= maxTimes)
        {
            isTooOften = true;
            return null;
        }

        (entry.Sent ??= [])[peer] = times + 1;
        return entry.Message;
    }

    /// <summary>Adds the ids of a topic's messages of the last windows.</summary>
    internal void AddIds(string topic, int windows, List<byte[]> ids)
    {
        int first = _windows.Count + 1 - windows;
        int at = 0;
        foreach (Dictionary<string, List<Entry>> window in _windows)
        {
            if (at++ >= first)
            {
                AddIds(window, topic, ids);
            }
        }

        if (windows > 0)
        {
            AddIds(_current, topic, ids);
        }
    }

    /// <summary>A heartbeat: what is too old goes.</summary>
    internal void Shift()
    {
        _windows.Enqueue(_current);
        _current = [];
        if (_windows.Count >= _length)
        {
            foreach (List<Entry> all in _windows.Dequeue().Values)
            {
                foreach (Entry entry in all)
                {
                    Drop(entry);
                }
            }

            while (_order.TryPeek(out Entry? first) && first.IsGone)
            {
                _order.Dequeue();
            }
        }
    }

    internal void Clear()
    {
        while (_order.TryDequeue(out Entry? entry))
        {
            Drop(entry);
        }
    }

    private static void AddIds(Dictionary<string, List<Entry>> window, string topic, List<byte[]> ids)
    {
        if (window.TryGetValue(topic, out List<Entry>? all))
        {
            foreach (Entry entry in all)
            {
                if (!entry.IsGone)
                {
                    ids.Add(entry.Message.Id);
                }
            }
        }
    }

    private void Drop(Entry entry)
    {
        if (!entry.IsGone)
        {
            entry.IsGone = true;
            entry.Sent = null;
            _entries.Remove(entry.Message.Hash);
            _bytes -= entry.Message.Frame.Count + EntryBytes;
            _count(-EntryBytes);
            _let(entry.Message.Frame);
        }
    }

    private sealed class Entry(GossipMessage message)
    {
        internal GossipMessage Message { get; } = message;

        internal Dictionary<GossipPeer, int>? Sent { get; set; }

        internal bool IsGone { get; set; }
    }
}
