using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>What every store passes: SPEC.md 15, row by row. What stores with a device pass as well is <c>DeviceStoreSuite</c>, what
/// shared ones do is <c>SharedStoreSuite</c>.</summary>
public abstract class StoreSuite
{
    /// <summary>An empty place.</summary>
    /// <param name="maxBytes">About how many bytes of items it takes before it is full; 0 for many.</param>
    /// <returns>The place.</returns>
    protected abstract ValueTask<StoreBed> NewBedAsync(long maxBytes = 0);

    [Fact]
    public async Task Row_1_what_was_appended_is_read_back_byte_for_byte_also_after_reopening()
    {
        await using StoreBed bed = await NewBedAsync();
        PostboxDeposit[] deposits =
            [Letters.Deposit(1, 1, slot: 0, size: 10), Letters.Deposit(1, 2, slot: 77), Letters.Deposit(2, 3, 0, 9000)];
        PostboxHead[] heads;
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(null, 2))
        {
            heads = [.. (await store.AppendAsync(deposits)).Select(one => one.Head!)];
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(deposits[i].Item.ToArray(), await store.ReadWholeAsync(heads[i]));
            }
        }

        StoreMirror mirror = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(mirror);
        for (int i = 0; i < 3; i++)
        {
            PostboxHead head = mirror.Heads[i];
            Assert.Equal((deposits[i].Box, deposits[i].Id, deposits[i].Tag, deposits[i].Slot, deposits[i].Item.Length, deposits[i].Arrived,
                deposits[i].Until, deposits[i].Priority, deposits[i].Lane, PostboxState.Waiting, heads[i].Sequence),
                (head.Box, head.Id, head.Tag, head.Slot, head.Size, head.Arrived, head.Until, head.Priority, head.Lane, head.State,
                head.Sequence));
            Assert.Equal(deposits[i].Item.ToArray(), await again.ReadWholeAsync(head));
        }
    }

    [Fact]
    public async Task Row_1_topic_items_keep_their_form_and_topic()
    {
        await using StoreBed bed = await NewBedAsync();
        byte[] item = Letters.Item(5);
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1))
        {
            await store.AppendOneAsync(new PostboxDeposit
            {
                Box = Letters.Box(1), Id = ItemId.Of(item), Item = item, Form = 2, Topic = 0xfedcba98, Tag = ulong.MaxValue,
                Until = uint.MaxValue, Arrived = uint.MaxValue,
            });
        }

        StoreMirror mirror = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(mirror);
        PostboxHead head = Assert.Single(mirror.Heads);
        Assert.Equal((2, 0xfedcba98u, ulong.MaxValue, uint.MaxValue, uint.MaxValue),
            (head.Form, head.Topic, head.Tag, head.Until, head.Arrived));
    }

    [Fact]
    public async Task Row_2_an_empty_store_opens_and_opens_again_with_the_same_epoch()
    {
        await using StoreBed bed = await NewBedAsync();
        PostboxOpening first;
        StoreMirror mirror = new();
        await using (IPostboxStore store = bed.NewStore())
        {
            first = await store.OpenAsync(mirror.Apply);
            Assert.Equal(StoreHealth.Ready, (await store.FreeAsync()).Health);
            await Assert.ThrowsAsync<InvalidOperationException>(() => store.OpenAsync(mirror.Apply));
        }

        Assert.Empty(mirror.Changes);
        Assert.Equal((0, 0, 0, true), (first.Mailboxes, first.Heads, first.LastSequence, first.IsWritable));
        await using IPostboxStore again = bed.NewStore();
        PostboxOpening second = await again.OpenAsync(mirror.Apply);
        Assert.Equal((first.Epoch, 0, true), (second.Epoch, second.Heads, second.IsWritable));
    }

    [Fact]
    public async Task Row_3_entries_come_back_in_order_of_arrival_whatever_the_clock_said()
    {
        await using StoreBed bed = await NewBedAsync();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(null, 3))
        {
            for (int i = 40; i > 0; i--)
            {
                await store.AppendAsync([Letters.Deposit(i % 3 + 1, i), Letters.Deposit((i + 1) % 3 + 1, i + 100)]);
            }
        }

        StoreMirror mirror = new();
        await using IPostboxStore again = bed.NewStore();
        PostboxOpening opening = await again.OpenAsync(mirror.Apply);
        IEnumerable<int> numbers = Enumerable.Range(0, 40).SelectMany(i => new[] { 40 - i, 140 - i });
        ItemId[] expected = [.. numbers.Select(i => ItemId.Of(Letters.Item(i)))];
        Assert.Equal(expected, mirror.Changes.Where(one => one.Head != null).Select(one => one.Head!.Id));
        Assert.Equal((3, 80, mirror.Heads[^1].Sequence), (opening.Mailboxes, opening.Heads, opening.LastSequence));
    }

    [Fact]
    public async Task Row_4_an_id_that_is_appended_twice_is_kept_once()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror mirror = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 1);
        PostboxAppend first = await store.AppendOneAsync(Letters.Deposit(1, 1));
        PostboxAppend second = await store.AppendOneAsync(Letters.Deposit(1, 1));
        PostboxAppend third = await store.AppendOneAsync(Letters.Deposit(1, 1, slot: 9));
        Assert.Equal((AppendOutcome.Kept, AppendOutcome.Exists, AppendOutcome.Exists), (first.Outcome, second.Outcome, third.Outcome));
        Assert.Equal(first.Head!.Sequence, second.Head!.Sequence);
        Assert.Single(mirror.Heads);
    }

    [Fact]
    public async Task Row_5_an_id_that_was_settled_is_not_kept_again_also_after_reopening()
    {
        await using StoreBed bed = await NewBedAsync();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1))
        {
            PostboxAppend[] kept = await store.AppendAsync([Letters.Deposit(1, 1), Letters.Deposit(1, 2, slot: 5)]);
            await store.SettleAsync([.. kept.Select(one => new PostboxSettlement(one.Head!, PostboxState.Delivered, 7))]);
            Assert.Equal(AppendOutcome.Exists, (await store.AppendOneAsync(Letters.Deposit(1, 1))).Outcome);
        }

        StoreMirror mirror = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(mirror);
        Assert.Equal(AppendOutcome.Kept, (await again.AppendOneAsync(Letters.Deposit(1, 3, slot: 5))).Outcome);
        foreach (int number in new[] { 1, 2 })
        {
            PostboxAppend repeated = await again.AppendOneAsync(Letters.Deposit(1, number, number == 2 ? 5u : 0));
            Assert.Equal((AppendOutcome.Exists, PostboxState.Delivered, 7ul),
                (repeated.Outcome, repeated.Head!.State, repeated.Head.Proof));
        }

        Assert.Equal(3, mirror.Heads.Length);
    }

    [Fact]
    public async Task Row_6_the_same_id_for_two_mailboxes_is_two_entries()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror mirror = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 2);
        PostboxAppend[] kept = await store.AppendAsync([Letters.Deposit(1, 1), Letters.Deposit(2, 1)]);
        Assert.All(kept, one => Assert.Equal(AppendOutcome.Kept, one.Outcome));
        await store.SettleOneAsync(kept[0].Head!);
        Assert.Equal(Letters.Item(1), await store.ReadWholeAsync(kept[1].Head!));
        Assert.Equal(Letters.Box(2), Assert.Single(mirror.Waiting).Box);
    }

    [Fact]
    public async Task Row_7_an_append_to_a_slot_takes_the_place_of_what_waits_there_in_one_step()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror mirror = new();
        List<int> waitingInSlot = [];
        await using (IPostboxStore store = bed.NewStore())
        {
            await store.OpenAsync(change =>
            {
                mirror.Apply(change);
                waitingInSlot.Add(mirror.Waiting.Count(one => one.Slot == 5));
            });
            await store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(1), 1));
            await store.AppendAsync([Letters.Deposit(1, 1, 5), Letters.Deposit(1, 2, 6)]);
            PostboxAppend[] next = await store.AppendAsync([Letters.Deposit(1, 3, 5), Letters.Deposit(1, 4, 5)]);
            Assert.Equal((AppendOutcome.Replaced, ItemId.Of(Letters.Item(1)), PostboxState.Replaced),
                (next[0].Outcome, next[0].Former!.Id, next[0].Former!.State));
            Assert.Equal((AppendOutcome.Replaced, ItemId.Of(Letters.Item(3))), (next[1].Outcome, next[1].Former!.Id));
            Assert.Null(await store.ReadWholeAsync(next[0].Head!));
            Assert.Equal(Letters.Item(4), await store.ReadWholeAsync(next[1].Head!));
        }

        Assert.Equal([0, 1, 1, 1, 1], waitingInSlot);
        StoreMirror reopened = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(reopened);
        Assert.Equal([ItemId.Of(Letters.Item(2)), ItemId.Of(Letters.Item(4))], reopened.Waiting.Select(one => one.Id));
        Assert.Equal(ItemId.Of(Letters.Item(3)), Assert.Single(reopened.Heads, one => one.State == PostboxState.Replaced).Id);
    }

    [Fact]
    public async Task Row_7_a_late_repeat_of_what_was_replaced_changes_nothing()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror mirror = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 1);
        await store.AppendAsync([Letters.Deposit(1, 1, 5), Letters.Deposit(1, 2, 5)]);
        PostboxAppend repeat = await store.AppendOneAsync(Letters.Deposit(1, 1, 5));
        Assert.Equal((AppendOutcome.Exists, PostboxState.Replaced), (repeat.Outcome, repeat.Head!.State));
        Assert.Equal(ItemId.Of(Letters.Item(2)), Assert.Single(mirror.Waiting).Id);
    }

    [Fact]
    public async Task Row_8_a_settled_entry_has_its_fate_and_no_body_also_after_reopening()
    {
        await using StoreBed bed = await NewBedAsync();
        PostboxHead head;
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1))
        {
            head = (await store.AppendOneAsync(Letters.Deposit(1, 1))).Head!;
            PostboxSettled settled = await store.SettleOneAsync(head, PostboxState.Refused, 0x8877665544332211);
            Assert.Equal((false, PostboxState.Refused, head.Sequence), (settled.IsGone, settled.Head!.State, settled.Head.Sequence));
            Assert.Null(await store.ReadWholeAsync(head));
        }

        StoreMirror mirror = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(mirror);
        PostboxHead now = Assert.Single(mirror.Heads);
        Assert.Equal((PostboxState.Refused, 0x8877665544332211, 208, head.Until), (now.State, now.Proof, now.Size, now.Until));
        Assert.Null(await again.ReadWholeAsync(now));
    }

    [Fact]
    public async Task Row_9_an_entry_is_settled_once_and_the_second_is_told_that_it_is_gone()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror mirror = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 1);
        PostboxHead head = (await store.AppendOneAsync(Letters.Deposit(1, 1))).Head!;
        PostboxSettled[] both = await store.SettleAsync(
            [new PostboxSettlement(head, PostboxState.Delivered, 1), new PostboxSettlement(head, PostboxState.Expired, 2)]);
        PostboxSettled third = await store.SettleOneAsync(head, PostboxState.Late);
        Assert.Equal((false, true, true), (both[0].IsGone, both[1].IsGone, third.IsGone));
        Assert.Equal((PostboxState.Delivered, 1ul), (third.Head!.State, third.Head.Proof));
        await store.ForgetAsync([head]);
        Assert.Equal(new PostboxSettled(true, null), await store.SettleOneAsync(head));
        Assert.Single(mirror.Changes, one => one.Kind == PostboxChangeKind.Settled);
    }

    [Fact]
    public async Task Row_10_a_settled_slot_can_be_used_again_and_of_what_was_replaced_one_head_is_left()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror mirror = new();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 1))
        {
            await store.AppendAsync([Letters.Deposit(1, 1, 5), Letters.Deposit(1, 2, 5)]);
            PostboxHead third = (await store.AppendOneAsync(Letters.Deposit(1, 3, 5))).Head!;
            await store.SettleOneAsync(third, PostboxState.Replaced);
            PostboxAppend fourth = await store.AppendOneAsync(Letters.Deposit(1, 4, 5));
            Assert.Equal(AppendOutcome.Kept, fourth.Outcome);
            await store.SettleOneAsync(fourth.Head!);
            Assert.Equal(AppendOutcome.Kept, (await store.AppendOneAsync(Letters.Deposit(1, 5, 5))).Outcome);
        }

        foreach (StoreMirror one in new[] { mirror, new StoreMirror() })
        {
            await using IPostboxStore again = await bed.NewStore().OpenedAsync(one == mirror ? null : one);
            Assert.Equal(
                [(3, PostboxState.Replaced), (4, PostboxState.Delivered), (5, PostboxState.Waiting)],
                one.Heads.Select(head => (Enumerable.Range(1, 5).Single(i => ItemId.Of(Letters.Item(i)) == head.Id), head.State)));
        }
    }

    [Fact]
    public async Task Row_11_reading_past_the_end_gives_what_there_is_and_a_part_equals_the_same_part_of_the_whole()
    {
        await using StoreBed bed = await NewBedAsync();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1);
        PostboxDeposit deposit = Letters.Deposit(1, 1, 0, 30_000);
        PostboxHead head = (await store.AppendOneAsync(deposit)).Head!;
        foreach ((int offset, int length) in new[] { (0, 1), (0, 512), (29_999, 512), (7, 29_993), (4090, 20_000), (82, 73), (0, 30_000) })
        {
            byte[] part = new byte[length];
            int count = await store.ReadAsync(head, offset, part);
            Assert.Equal(Math.Min(length, 30_000 - offset), count);
            Assert.Equal(deposit.Item.Slice(offset, count).ToArray(), part[..count]);
        }

        Assert.Equal(0, await store.ReadAsync(head, 30_000, new byte[1]));
        Assert.Equal(0, await store.ReadAsync(head, int.MaxValue, new byte[1]));
        Assert.Equal(0, await store.ReadAsync(head, 5, Memory<byte>.Empty));
    }

    [Fact]
    public async Task Row_12_an_item_of_the_largest_size_is_kept_and_one_byte_more_is_refused()
    {
        await using StoreBed bed = await NewBedAsync();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1);
        Assert.InRange(store.MaxItem, 65_536, 1_048_576);
        PostboxDeposit largest = Letters.Deposit(1, 1, 0, store.MaxItem);
        PostboxAppend[] results = await store.AppendAsync([Letters.Deposit(1, 2, 0, store.MaxItem + 1), largest]);
        Assert.Equal((AppendOutcome.TooLarge, AppendOutcome.Kept), (results[0].Outcome, results[1].Outcome));
        Assert.Equal(largest.Item.ToArray(), await store.ReadWholeAsync(results[1].Head!));
        await Assert.ThrowsAsync<ArgumentException>(() => store.AppendAsync([new PostboxDeposit { Box = Letters.Box(1), Id = default }]));
    }

    [Fact]
    public async Task Row_13_forgotten_heads_are_gone_and_their_ids_are_new_again()
    {
        await using StoreBed bed = await NewBedAsync();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1))
        {
            PostboxAppend[] kept = await store.AppendAsync([Letters.Deposit(1, 1), Letters.Deposit(1, 2, 5), Letters.Deposit(1, 3)]);
            PostboxHead[] heads = [.. kept.Select(one => one.Head!)];
            PostboxHead settled = (await store.SettleOneAsync(heads[0])).Head!;
            Assert.Equal(2, await store.ForgetAsync([settled, heads[1], heads[0]]));
            Assert.Null(await store.ReadWholeAsync(heads[1]));
            Assert.Equal(AppendOutcome.Kept, (await store.AppendOneAsync(Letters.Deposit(1, 1))).Outcome);
            Assert.Equal(AppendOutcome.Kept, (await store.AppendOneAsync(Letters.Deposit(1, 4, 5))).Outcome);
            Assert.Equal(0, await store.ForgetAsync([heads[0]]));
        }

        StoreMirror mirror = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(mirror);
        Assert.Equal([ItemId.Of(Letters.Item(3)), ItemId.Of(Letters.Item(1)), ItemId.Of(Letters.Item(4))],
            mirror.Waiting.Select(one => one.Id));
    }

    [Fact]
    public async Task Row_14_a_batch_of_256_with_one_duplicate_keeps_255()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror mirror = new();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(null, 4))
        {
            PostboxDeposit[] batch = [.. Enumerable.Range(0, 256).Select(i => Letters.Deposit(i % 4 + 1, i == 200 ? 100 : i))];
            PostboxAppend[] results = await store.AppendAsync(batch);
            Assert.Equal(255, results.Count(one => one.Outcome == AppendOutcome.Kept));
            Assert.Equal(AppendOutcome.Exists, results[200].Outcome);
        }

        await using IPostboxStore again = await bed.NewStore().OpenedAsync(mirror);
        Assert.Equal(255, mirror.Waiting.Length);
    }

    [Fact]
    public async Task Row_15_a_dropped_mailbox_takes_its_entries_along_and_no_others()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror mirror = new();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 3))
        {
            PostboxAppend[] kept = await store.AppendAsync(
                [.. Enumerable.Range(1, 30).Select(i => Letters.Deposit(i % 3 + 1, i, i < 4 ? 5u : 0))]);
            await store.SettleOneAsync(kept[4].Head!);
            Assert.Equal(MailboxOutcome.Done, (await store.DropMailboxAsync(Letters.Box(2), 1)).Outcome);
            Assert.Equal(MailboxOutcome.None, (await store.DropMailboxAsync(Letters.Box(2), 1)).Outcome);
            Assert.Null(await store.ReadWholeAsync(kept[0].Head!));
            Assert.Equal(new PostboxSettled(true, null), await store.SettleOneAsync(kept[0].Head!));
            Assert.Equal(AppendOutcome.NoMailbox, (await store.AppendOneAsync(Letters.Deposit(2, 99))).Outcome);
            await store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(2), 1));
            Assert.Equal(AppendOutcome.Kept, (await store.AppendOneAsync(Letters.Deposit(2, 1, 5))).Outcome);
        }

        Assert.Equal(21, mirror.Heads.Length);
        StoreMirror reopened = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(reopened);
        Assert.Equal(mirror.Heads.Select(one => (one.Sequence, one.Id)), reopened.Heads.Select(one => (one.Sequence, one.Id)));
        Assert.Equal(ItemId.Of(Letters.Item(1)), Assert.Single(reopened.Heads, one => one.Box == Letters.Box(2)).Id);
    }

    [Fact]
    public async Task Row_16_a_saved_mailbox_is_read_back_and_an_older_one_by_number_is_refused()
    {
        await using StoreBed bed = await NewBedAsync();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync())
        {
            foreach ((long number, byte mark, MailboxOutcome expected, long held) in new[]
            {
                (5L, (byte)1, MailboxOutcome.Done, 5L), (6L, (byte)2, MailboxOutcome.Done, 6L), (6L, (byte)3, MailboxOutcome.Stale, 6L),
                (4L, (byte)4, MailboxOutcome.Stale, 6L),
            })
            {
                PostboxSave save = await store.SaveMailboxAsync(
                    new PostboxMailbox(Letters.Peer(1), number) { Settings = [mark, 9], Record = [mark], Seen = mark });
                Assert.Equal((expected, held), (save.Outcome, save.Mailbox!.Number));
            }

            Assert.Equal(MailboxOutcome.Stale, (await store.DropMailboxAsync(Letters.Box(1), 5)).Outcome);
            await store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(2), long.MaxValue)
            {
                Settings = new byte[PostboxMailbox.MaxBytes], Seen = uint.MaxValue,
            });
            await Assert.ThrowsAsync<ArgumentException>(() => store.SaveMailboxAsync(
                new PostboxMailbox(Letters.Peer(3), 1) { Record = new byte[PostboxMailbox.MaxBytes + 1] }));
        }

        StoreMirror mirror = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(mirror);
        Assert.Equal(2, mirror.Mailboxes.Length);
        PostboxMailbox mailbox = Assert.Single(mirror.Mailboxes, one => one.Box == Letters.Box(1));
        Assert.Equal(Letters.Peer(1), mailbox.Peer);
        Assert.Equal((6L, 2u), (mailbox.Number, mailbox.Seen));
        Assert.Equal([2, 9], mailbox.Settings);
        Assert.Equal([2], mailbox.Record);
    }

    [Fact]
    public async Task Row_17_of_two_writers_at_once_every_entry_is_there_and_none_twice()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror mirror = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 2);
        async Task<int> WriteAsync(int writer)
        {
            int kept = 0;
            for (int i = 0; i < 60; i += 3)
            {
                PostboxAppend[] results = await store.AppendAsync(
                    [Letters.Deposit(1, i), Letters.Deposit(1, 1000 * writer + i), Letters.Deposit(2, i, 5)]);
                kept += results.Count(one => one.Outcome is AppendOutcome.Kept or AppendOutcome.Replaced);
            }

            return kept;
        }

        int[] counts = await Task.WhenAll(Task.Run(() => WriteAsync(1)), Task.Run(() => WriteAsync(2)));
        Assert.Equal(20 + 40, mirror.Waiting.Count(one => one.Box == Letters.Box(1)));
        Assert.Single(mirror.Waiting, one => one.Box == Letters.Box(2));
        Assert.Equal(counts.Sum(), mirror.Changes.Count(one => one.Kind is PostboxChangeKind.Appended or PostboxChangeKind.Replaced));
    }

    [Fact]
    public async Task Row_18_a_store_that_is_full_says_so_and_still_settles_and_forgets()
    {
        await using StoreBed bed = await NewBedAsync(maxBytes: 1_000_000);
        StoreMirror mirror = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 1);
        int number = 0;
        PostboxAppend last;
        while ((last = await store.AppendOneAsync(Letters.Deposit(1, ++number, 0, 30_000))).Outcome == AppendOutcome.Kept && number < 200)
        {
        }

        Assert.Equal(AppendOutcome.Full, last.Outcome);
        Assert.InRange(number, 10, 40);
        PostboxHead[] waiting = mirror.Waiting;
        Assert.Equal(number - 1, waiting.Length);
        Assert.Equal(AppendOutcome.Exists, (await store.AppendOneAsync(Letters.Deposit(1, 1, 0, 30_000))).Outcome);
        Assert.Equal(Letters.Item(1, 30_000), await store.ReadWholeAsync(waiting[0]));
        Assert.False((await store.SettleOneAsync(waiting[0])).IsGone);
        Assert.Equal(1, await store.ForgetAsync([waiting[1]]));
        await store.SettleAsync([.. waiting[2..6].Select(one => new PostboxSettlement(one, PostboxState.Delivered))]);
        Assert.Equal(AppendOutcome.Kept, (await store.AppendOneAsync(Letters.Deposit(1, 5000, 0, 30_000))).Outcome);
        Assert.Equal(StoreHealth.Ready, (await store.FreeAsync()).Health);
    }

    [Fact]
    public async Task Row_23_two_thousand_operations_leave_no_growth_beyond_the_live_entries()
    {
        await using StoreBed bed = await NewBedAsync();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(null, 4);
        await StoreChurn.RunAsync(store, operations: 2000, live: 64);
        long before = (await store.FreeAsync()).UsedBytes;
        await StoreChurn.RunAsync(store, operations: 4000, live: 64);
        long after = (await store.FreeAsync()).UsedBytes;
        Assert.InRange(after, 0, Math.Max(before, 1) * 13 / 10);
    }

    [Fact]
    public async Task A_copy_has_what_waits_what_was_settled_and_the_mailboxes_and_can_be_made_again()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror original = new();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(original, 2))
        {
            PostboxAppend[] kept = await store.AppendAsync(
                [.. Enumerable.Range(1, 9).Select(i => Letters.Deposit(i % 2 + 1, i, i > 6 ? 5u : 0))]);
            await store.SettleOneAsync(kept[2].Head!, PostboxState.Delivered, 77);
            await store.ForgetAsync([kept[3].Head!]);
        }

        MemoryPostboxStore target = new();
        for (int round = 0; round < 2; round++)
        {
            await using IPostboxStore from = bed.NewStore();
            await using IPostboxStore to = target;
            PostboxReport report = await PostboxCopy.RunAsync(from, to);
            Assert.Equal((2, 6, 2, 0), (report.Mailboxes, report.Items, report.Settled, report.Damaged));
            Assert.True(report.IsWhole);
        }

        StoreMirror copy = new();
        await using IPostboxStore reopened = await ((IPostboxStore)target).OpenedAsync(copy);
        Assert.Equal(original.Heads.Select(one => (one.Box, one.Id, one.State, one.Proof, one.Slot, one.Size, one.Until, one.Priority)),
            copy.Heads.Select(one => (one.Box, one.Id, one.State, one.Proof, one.Slot, one.Size, one.Until, one.Priority)));
        foreach (PostboxHead head in copy.Waiting)
        {
            Assert.Equal(head.Id, ItemId.Of(await reopened.ReadWholeAsync(head)));
        }
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        await using StoreBed bed = await NewBedAsync();
        IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1);
        PostboxHead head = (await store.AppendOneAsync(Letters.Deposit(1, 1))).Head!;
        await store.DisposeAsync();
        await store.DisposeAsync();
        Assert.Equal(AppendOutcome.Failed, (await store.AppendOneAsync(Letters.Deposit(1, 2))).Outcome);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.SettleOneAsync(head));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.ReadWholeAsync(head));
        Assert.Equal(StoreHealth.Unavailable, (await store.FreeAsync()).Health);
    }
}
