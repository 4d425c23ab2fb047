using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Mailboxes;

/// <summary>
/// A mailbox in the index: what is set, and all heads, as the store has told them. Holds no policy but the counts that it is decided by.
/// All members under <see cref="Lock"/>, but for those that never change.
/// </summary>
internal sealed class Mailbox
{
    internal const int Lanes = 4;
    private const int Priorities = 4;

    /// <summary>How long a fate is kept after the item's own end (SPEC.md 10.1).</summary>
    internal const long FateSeconds = 86_400;

    private readonly Dictionary<ulong, Entry> _byName = [];
    private readonly ArrivalList?[] _waiting = new ArrivalList?[Priorities];
    private readonly Dictionary<ulong, Entry> _slots = [];
    private readonly LinkedList<Entry>?[] _settled = new LinkedList<Entry>?[Lanes];
    private readonly PriorityQueue<Entry, long> _ends = new();
    private readonly List<Action> _followers = [];
    private readonly ItemEnds _whenOver;

    internal Mailbox(PostboxMailbox saved, ItemEnds ends)
    {
        _whenOver = ends;
        Peer = PeerId.FromBytes(saved.Peer, 0, saved.Peer.Length);
        Box = saved.Box;
        Set(saved);
    }

    internal Lock Lock { get; } = new();

    internal PeerId Peer { get; }

    internal BoxId Box { get; }

    internal PostboxMailbox Saved { get; private set; } = null!;

    internal MailboxSettings Settings { get; private set; } = null!;

    /// <summary>The recipient's record; null for none.</summary>
    internal MailboxStatement? Record { get; private set; }

    /// <summary>When the recipient was last here, Unix seconds; newer than what was saved.</summary>
    internal uint Seen { get; set; }

    /// <summary>Sealed items that wait.</summary>
    internal int Held { get; private set; }

    /// <summary>Their bytes.</summary>
    internal long HeldBytes { get; private set; }

    /// <summary>Deposits that the store has not confirmed yet, each with its end.</summary>
    internal Dictionary<ItemId, Task> Pending { get; } = [];

    /// <summary>Their bytes.</summary>
    internal long PendingBytes { get; set; }

    /// <summary>All that waits, items of topics too. Without the lock it is that of a moment ago.</summary>
    internal int Waiting { get; private set; }

    /// <summary>Its bytes.</summary>
    internal long WaitingBytes { get; private set; }

    /// <summary>What a device on a radio has put off, by sequence, since the gateway started (SPEC.md 14.1).</summary>
    internal HashSet<long> PutOff { get; } = [];

    internal int Settled { get; private set; }

    /// <summary>Whether it is gone from the index.</summary>
    internal bool IsDropped { get; set; }

    /// <summary>When the item came that waits longest; null when none waits.</summary>
    internal uint? Oldest
    {
        get
        {
            Entry? first = _waiting.Select(list => list?.First).Where(one => one != null).MinBy(one => one!.Head.Sequence);
            return first?.Head.Arrived;
        }
    }

    /// <summary>Takes what was saved.</summary>
    internal void Set(PostboxMailbox saved)
    {
        Saved = saved;
        Settings = MailboxSettings.Read(saved.Settings);
        if (Record == null || !saved.Record.AsSpan().SequenceEqual(Record.Bytes))
        {
            Record = saved.Record.Length == 0 ? null : Statements.OpenRecord(saved.Record, Peer);
        }

        Seen = Math.Max(Seen, saved.Seen);
    }

    /// <summary>The head of an id, in whatever state.</summary>
    internal PostboxHead? Find(ItemId id)
    {
        Entry? entry = _byName.GetValueOrDefault(id.Name);
        while (entry != null && entry.Head.Id != id)
        {
            entry = entry.SameName;
        }

        return entry?.Head;
    }

    /// <summary>The oldest item of a name that waits.</summary>
    internal PostboxHead? FindWaiting(ulong name)
    {
        PostboxHead? found = null;
        for (Entry? entry = _byName.GetValueOrDefault(name); entry != null; entry = entry.SameName)
        {
            if (entry.Head.IsWaiting && (found == null || entry.Head.Sequence < found.Sequence))
            {
                found = entry.Head;
            }
        }

        return found;
    }

    /// <summary>What waits in a slot as kept.</summary>
    internal PostboxHead? InSlot(ulong slot) => _slots.GetValueOrDefault(slot)?.Head;

    /// <summary>What waits, priority first, then as it came; of what came after <paramref name="after"/>.</summary>
    internal IEnumerable<PostboxHead> List(long after)
    {
        for (int priority = Priorities - 1; priority >= 0; priority--)
        {
            foreach (Entry entry in _waiting[priority]?.From(after) ?? [])
            {
                yield return entry.Head;
            }
        }
    }

    /// <summary>How much waits that came after a sequence, and the highest sequence of it.</summary>
    internal (int Count, long Bytes, long Last) Count(long after)
    {
        int count = 0;
        long bytes = 0;
        long last = 0;
        foreach (ArrivalList? list in _waiting)
        {
            last = Math.Max(last, list?.Last?.Head.Sequence ?? 0);
            for (Entry? entry = after > 0 ? list?.Last : null; entry != null && entry.Head.Sequence > after; entry = entry.Before)
            {
                count++;
                bytes += entry.Head.Size;
            }
        }

        return after > 0 ? (count, bytes, last) : (Waiting, WaitingBytes, last);
    }

    /// <summary>Items of topics that wait, as they came.</summary>
    internal IEnumerable<PostboxHead> TopicItems()
        => _waiting[0]?.From(0).Select(one => one.Head).Where(one => one.Form != 1) ?? [];

    internal IEnumerable<PostboxHead> All()
    {
        foreach (Entry first in _byName.Values)
        {
            for (Entry? entry = first; entry != null; entry = entry.SameName)
            {
                yield return entry.Head;
            }
        }
    }

    /// <summary>Heads whose time has come: items past their end, fates past theirs. They stay until the store says that they are
    /// gone; asked again, they are told again.</summary>
    internal void Due(uint now, int most, List<PostboxHead> ended, List<PostboxHead> forgotten)
    {
        List<Entry> found = [];
        while (found.Count < most && _ends.TryPeek(out Entry? entry, out long due) && due <= now)
        {
            _ends.Dequeue();
            if (entry.Due != due)
            {
                continue;
            }

            if ((entry.Due = DueOf(entry.Head)) > due)
            {
                // the clock was set since
                _ends.Enqueue(entry, entry.Due);
                continue;
            }

            found.Add(entry);
            (entry.Head.IsWaiting ? ended : forgotten).Add(entry.Head);
        }

        foreach (Entry entry in found)
        {
            _ends.Enqueue(entry, entry.Due);
        }
    }

    /// <summary>Fates beyond what a lane keeps: those that were settled first.</summary>
    internal void Beyond(int most, List<PostboxHead> forgotten)
    {
        foreach (LinkedList<Entry>? lane in _settled)
        {
            int beyond = (lane?.Count ?? 0) - most;
            LinkedListNode<Entry>? node = lane?.First;
            for (; beyond > 0 && node != null; beyond--, node = node.Next)
            {
                forgotten.Add(node.Value.Head);
            }
        }
    }

    internal void Follow(Action follower) => _followers.Add(follower);

    internal void Unfollow(Action follower) => _followers.Remove(follower);

    /// <summary>Takes what the store tells of a head.</summary>
    /// <returns>The head of this sequence until now; null for none.</returns>
    internal PostboxHead? Put(PostboxHead head)
    {
        ref Entry? first = ref CollectionsMarshal.GetValueRefOrAddDefault(_byName, head.Id.Name, out _);
        Entry? entry = first;
        while (entry != null && entry.Head.Sequence != head.Sequence)
        {
            entry = entry.SameName;
        }

        PostboxHead? former = entry?.Head;
        if (entry == null)
        {
            first = entry = new Entry(head) { SameName = first };
        }
        else
        {
            TakeOut(entry);
            entry.Head = head;
        }

        PutIn(entry);
        if (head.IsWaiting)
        {
            foreach (Action follower in _followers)
            {
                follower();
            }
        }

        return former;
    }

    internal void Remove(PostboxHead head)
    {
        Entry? before = null;
        Entry? entry = _byName.GetValueOrDefault(head.Id.Name);
        while (entry != null && entry.Head.Sequence != head.Sequence)
        {
            before = entry;
            entry = entry.SameName;
        }

        if (entry == null)
        {
            return;
        }

        TakeOut(entry);
        entry.Due = 0;
        if (before != null)
        {
            before.SameName = entry.SameName;
        }
        else if (entry.SameName != null)
        {
            _byName[head.Id.Name] = entry.SameName;
        }
        else
        {
            _byName.Remove(head.Id.Name);
        }
    }

    private void PutIn(Entry entry)
    {
        PostboxHead head = entry.Head;
        if (head.IsWaiting)
        {
            (_waiting[Math.Min((int)head.Priority, Priorities - 1)] ??= new ArrivalList()).Add(entry);
            Waiting++;
            WaitingBytes += head.Size;
            Held += head.Form == 1 ? 1 : 0;
            HeldBytes += head.Form == 1 ? head.Size : 0;
            if (head.Slot != 0)
            {
                _slots[head.Slot] = entry;
            }
        }
        else
        {
            Settled++;
            entry.Fate = (_settled[Math.Min((int)head.Lane, Lanes - 1)] ??= new LinkedList<Entry>()).AddLast(entry);
        }

        entry.Due = DueOf(head);
        _ends.Enqueue(entry, entry.Due);
        if (_ends.Count > (4 * (Waiting + Settled)) + 64)
        {
            // entries out of date are few beside those that hold
            Rebuild();
        }
    }

    private void TakeOut(Entry entry)
    {
        PostboxHead head = entry.Head;
        if (!head.IsWaiting)
        {
            Settled--;
            entry.Fate!.List!.Remove(entry.Fate);
            entry.Fate = null;
            return;
        }

        _waiting[Math.Min((int)head.Priority, Priorities - 1)]!.Remove(entry);
        Waiting--;
        WaitingBytes -= head.Size;
        Held -= head.Form == 1 ? 1 : 0;
        HeldBytes -= head.Form == 1 ? head.Size : 0;
        if (head.Slot != 0 && _slots.GetValueOrDefault(head.Slot) == entry)
        {
            _slots.Remove(head.Slot);
        }
    }

    private long DueOf(PostboxHead head) => _whenOver.Of(head) + (head.IsWaiting ? 0 : FateSeconds);

    private void Rebuild()
    {
        _ends.Clear();
        foreach (Entry first in _byName.Values)
        {
            for (Entry? entry = first; entry != null; entry = entry.SameName)
            {
                _ends.Enqueue(entry, entry.Due);
            }
        }
    }
}
