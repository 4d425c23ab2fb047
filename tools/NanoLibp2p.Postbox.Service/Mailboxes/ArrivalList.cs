using System.Collections.Generic;

namespace NanoLibp2p.Postbox.Service.Mailboxes;

/// <summary>
/// Entries that wait, in order of arrival: a chain through the entries themselves, each in one list at a time. A store tells what arrives
/// in that order, so an entry goes to the end, or near it; any can be taken out at once.
/// </summary>
internal sealed class ArrivalList
{
    /// <summary>What came first; null for none.</summary>
    internal Entry? First { get; private set; }

    /// <summary>What came last; null for none.</summary>
    internal Entry? Last { get; private set; }

    /// <summary>Puts an entry at its place.</summary>
    /// <param name="entry">In no list.</param>
    internal void Add(Entry entry)
    {
        Entry? before = Last;
        while (before != null && before.Head.Sequence > entry.Head.Sequence)
        {
            before = before.Before;
        }

        entry.Before = before;
        entry.After = before == null ? First : before.After;
        Join(before, entry);
        Join(entry, entry.After);
    }

    /// <summary>Takes an entry out.</summary>
    /// <param name="entry">In this list.</param>
    internal void Remove(Entry entry)
    {
        Join(entry.Before, entry.After);
        entry.Before = entry.After = null;
    }

    /// <summary>What came after a sequence, found from the end back, so that what is old costs nothing.</summary>
    /// <param name="after">The sequence; 0 for all.</param>
    /// <returns>In order of arrival.</returns>
    internal IEnumerable<Entry> From(long after)
    {
        Entry? entry = First;
        if (after > 0)
        {
            entry = null;
            for (Entry? one = Last; one != null && one.Head.Sequence > after; one = one.Before)
            {
                entry = one;
            }
        }

        for (; entry != null; entry = entry.After)
        {
            yield return entry;
        }
    }

    private void Join(Entry? before, Entry? after)
    {
        if (before == null)
        {
            First = after;
        }
        else
        {
            before.After = after;
        }

        if (after == null)
        {
            Last = before;
        }
        else
        {
            after.Before = before;
        }
    }
}
