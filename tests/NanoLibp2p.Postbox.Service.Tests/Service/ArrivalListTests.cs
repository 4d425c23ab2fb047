using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>The order in which what waits in a mailbox is listed, beside a sorted set.</summary>
public sealed class ArrivalListTests
{
    [Fact]
    public void Entries_that_come_and_go_in_any_order_are_listed_as_they_arrived()
    {
        Random random = new(9);
        ArrivalList list = new();
        SortedDictionary<long, Entry> expected = [];
        for (int i = 0; i < 5000; i++)
        {
            // mostly at the end, now and then before it
            long sequence = 1 + i - (random.Next(4) == 0 ? random.Next(50) : 0);
            if (sequence > 0 && !expected.ContainsKey(sequence))
            {
                Entry entry = new(new PostboxHead { Sequence = sequence, Box = default, Id = default });
                list.Add(entry);
                expected.Add(sequence, entry);
            }

            if (expected.Count > 0 && random.Next(3) == 0)
            {
                Entry gone = expected.Values.ElementAt(random.Next(expected.Count));
                list.Remove(gone);
                expected.Remove(gone.Head.Sequence);
                Assert.Null(gone.Before);
                Assert.Null(gone.After);
            }

            if (i % 100 == 0)
            {
                Assert.Equal(expected.Values, list.From(0));
                long after = random.Next(i + 2) + 1;
                Assert.Equal(expected.Values.Where(one => one.Head.Sequence > after), list.From(after));
                Assert.Equal((expected.Values.FirstOrDefault(), expected.Values.LastOrDefault()), (list.First, list.Last));
            }
        }

        foreach (Entry entry in expected.Values)
        {
            list.Remove(entry);
        }

        Assert.Equal((null, null), (list.First, list.Last));
        Assert.Empty(list.From(0));
    }
}
