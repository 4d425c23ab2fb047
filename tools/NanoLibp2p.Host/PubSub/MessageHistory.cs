using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>The messages of the last heartbeats (gossipsub 1.0 spec, "Message Cache"), for peers that ask; it holds their frames.</summary>
internal sealed class MessageHistory
{
    private readonly Queue<Dictionary<string, List<Entry>>> _windows = new();
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly Queue<Entry> _order = new();
    private readonly int _length;
    private readonly long _maxBytes;
    private Dictionary<string, List<Entry>> _current = [];
    private long _bytes;

    internal MessageHistory(int length, long maxBytes)
    {
        _length = length;
        _maxBytes = maxBytes;
    }

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
        _bytes += message.Frame.Count;
        if (!_current.TryGetValue(message.Topic, out List<Entry>? all))
        {
            all = [];
            _current.Add(message.Topic, all);
        }

        all.Add(entry);
        while (_bytes > _maxBytes && _order.TryDequeue(out Entry? oldest))
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
            _bytes -= entry.Message.Frame.Count;
            entry.Message.Frame.Release();
        }
    }

    private sealed class Entry(GossipMessage message)
    {
        internal GossipMessage Message { get; } = message;

        internal Dictionary<GossipPeer, int>? Sent { get; set; }

        internal bool IsGone { get; set; }
    }
}
