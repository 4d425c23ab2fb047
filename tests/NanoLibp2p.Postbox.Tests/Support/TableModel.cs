using System;
using System.Collections.Generic;
using System.Linq;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>Section 6 of the specification, written down once more for comparison: steps a, d, f and g. Class 0 is all others.</summary>
internal sealed class TableModel(int size)
{
    private readonly Dictionary<ulong, (uint Sent, uint Mark)> _entries = [];
    private readonly Dictionary<uint, uint> _floors = [];
    private readonly Dictionary<(int Subject, uint Class), uint> _latest = [];
    private uint _floor;

    public void Learn(uint mark)
    {
        if (!_floors.ContainsKey(mark) && _floors.Count < Math.Min(4, size / 8))
        {
            _floors[mark] = _floor;
            foreach (((int subject, uint _), uint time) in _latest.Where(one => one.Key.Class == 0).ToArray())
            {
                _latest[(subject, mark)] = time;
            }
        }
    }

    public void GiveUp(uint mark)
    {
        if (_floors.Remove(mark, out uint floor))
        {
            _floor = Math.Max(_floor, floor);
            foreach (((int subject, uint of), uint time) in _latest.Where(one => one.Key.Class == mark).ToArray())
            {
                _latest[(subject, 0)] = Math.Max(time, _latest.GetValueOrDefault((subject, 0u)));
                _latest.Remove((subject, of));
            }
        }
    }

    /// <summary>What becomes of an item: 0 it was there, 3 late, -4 handed on.</summary>
    public int Offer(ulong tag, uint sent, uint mark, int subject)
    {
        if (_entries.ContainsKey(tag))
        {
            return 0;
        }

        uint own = ClassOf(mark);
        if (sent <= FloorOf(own) || (subject >= 0 && sent <= _latest.GetValueOrDefault((subject, own))))
        {
            return 3;
        }

        if (_entries.Count == size && !MakeRoom(sent, own))
        {
            return 3;
        }

        _entries[tag] = (sent, mark);
        if (subject >= 0)
        {
            _latest[(subject, own)] = sent;
        }

        return -4;
    }

    private bool MakeRoom(uint sent, uint own)
    {
        Dictionary<uint, int> held = new() { [own] = 1 };
        foreach ((_, uint mark) in _entries.Values)
        {
            held[ClassOf(mark)] = held.GetValueOrDefault(ClassOf(mark)) + 1;
        }

        // of several classes, none of which is this item's, the tests let no two be the fullest
        uint full = held[own] == held.Values.Max() ? own : held.MaxBy(one => one.Value).Key;
        (ulong Tag, uint Sent)? oldest = _entries.Where(one => ClassOf(one.Value.Mark) == full)
            .Select(one => ((ulong, uint)?)(one.Key, one.Value.Sent)).MinBy(one => one!.Value.Item2);
        if (full == own && (oldest == null || sent <= oldest.Value.Sent))
        {
            Raise(own, sent);
            return false;
        }

        Raise(full, oldest!.Value.Sent);
        _entries.Remove(oldest.Value.Tag);
        return true;
    }

    private uint ClassOf(uint mark) => _floors.ContainsKey(mark) ? mark : 0;

    private uint FloorOf(uint of) => of == 0 ? _floor : _floors[of];

    private void Raise(uint of, uint time)
    {
        if (of == 0)
        {
            _floor = Math.Max(_floor, time);
        }
        else
        {
            _floors[of] = Math.Max(_floors[of], time);
        }
    }
}
