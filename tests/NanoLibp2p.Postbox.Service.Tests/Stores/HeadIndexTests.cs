using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

public sealed class HeadIndexTests
{
    [Fact]
    public void What_is_undone_from_the_last_to_the_first_leaves_no_trace()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            HeadIndex index = new();
            index.Save(new PostboxMailbox(Letters.Peer(1), 1));
            long sequence = 0;
            Change(index, random, 20, ref sequence);
            string[] before = Describe(index);
            List<PostboxChange> changes = Change(index, random, 12, ref sequence);
            changes.Reverse();
            foreach (PostboxChange change in changes)
            {
                index.Undo(change, null);
            }

            Assert.Equal(before, Describe(index));
        }
    }

    private static List<PostboxChange> Change(HeadIndex index, Random random, int count, ref long sequence)
    {
        List<PostboxChange> changes = [];
        for (int i = 0; i < count; i++)
        {
            PostboxHead[] heads = [.. index.Heads(Letters.Box(1)).OrderBy(one => one.Sequence)];
            PostboxHead? any = heads.Length == 0 ? null : heads[random.Next(heads.Length)];
            switch (random.Next(4))
            {
                case 0 when any is { IsWaiting: true }:
                    changes.Add(index.Settle(any, random.Next(2) == 0 ? PostboxState.Replaced : PostboxState.Delivered, 5));
                    break;
                case 1 when any != null:
                    changes.Add(index.Forget(any));
                    break;
                default:
                    int number = (int)++sequence;
                    PostboxDeposit deposit = Letters.Deposit(1, number, (ulong)random.Next(3), 10);
                    if (random.Next(5) == 0)
                    {
                        deposit = new PostboxDeposit
                        {
                            Box = deposit.Box, Id = deposit.Id, Slot = deposit.Slot, State = PostboxState.Replaced,
                        };
                    }

                    changes.Add(index.Append(deposit, sequence));
                    break;
            }
        }

        return changes;
    }

    private static string[] Describe(HeadIndex index) =>
    [
        .. index.Heads(Letters.Box(1)).OrderBy(one => one.Sequence).Select(one => $"{one.Sequence} {one.State} {one.Slot} {one.Proof}"),
        .. new ulong[] { 1, 2 }.Select(slot => $"slot {slot}: {index.Waiting(Letters.Box(1), slot)?.Sequence}"),
        .. new ulong[] { 1, 2 }.Select(slot => ReplacedOf(index, slot)),
    ];

    // what the slot keeps shows by what a cancel there forgets
    private static string ReplacedOf(HeadIndex index, ulong slot)
    {
        PostboxDeposit probe = Letters.Deposit(1, 1_000_000, slot, 10);
        PostboxChange append = index.Append(
            new PostboxDeposit { Box = probe.Box, Id = probe.Id, Slot = slot, State = PostboxState.Replaced }, long.MaxValue);
        index.Undo(append, null);
        return $"slot {slot} kept {append.Forgotten?.Sequence}";
    }
}
