using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>The suite on SQLite, and what only a file can suffer: rows 19 to 21, SPEC.md 18.</summary>
public sealed class SqliteStoreTests : StoreSuite
{
    /// <inheritdoc/>
    protected override ValueTask<StoreBed> NewBedAsync(long maxBytes = 0) => ValueTask.FromResult<StoreBed>(new SqliteBed(maxBytes));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Row_19_when_the_device_fails_the_store_says_so_and_a_repeat_after_reopening_is_new_or_exists(int stage)
    {
        await using SqliteBed bed = new();
        StoreMirror mirror = new();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 1))
        {
            PostboxHead first = (await store.AppendOneAsync(Letters.Deposit(1, 1))).Head!;
            bed.Device = at => FailAt(at, (SqliteStage)stage, SqliteCodes.IoError);
            PostboxAppend failed = await store.AppendOneAsync(Letters.Deposit(1, 2));
            bed.Device = null;
            Assert.Equal((AppendOutcome.Failed, null), (failed.Outcome, failed.Head));
            Assert.Contains(bed.Path, failed.Reason);
            PostboxRoom room = await store.FreeAsync();
            Assert.Equal((StoreHealth.ReadOnly, failed.Reason), (room.Health, room.Problem));
            Assert.Equal(AppendOutcome.Failed, (await store.AppendOneAsync(Letters.Deposit(1, 3))).Outcome);
            PostboxStoreException refused = await Assert.ThrowsAsync<PostboxStoreException>(() => store.SettleOneAsync(first));
            Assert.Equal(StoreFault.ReadOnly, refused.Fault);
            Assert.Equal(Letters.Item(1), await store.ReadWholeAsync(first));
        }

        Assert.Single(mirror.Heads);
        StoreMirror reopened = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(reopened);
        PostboxAppend repeat = await again.AppendOneAsync(Letters.Deposit(1, 2));
        Assert.Equal((SqliteStage)stage == SqliteStage.Committed ? AppendOutcome.Exists : AppendOutcome.Kept, repeat.Outcome);
        Assert.Equal(2, reopened.Waiting.Length);
        Assert.Equal(Letters.Item(2), await again.ReadWholeAsync(repeat.Head!));
    }

    [Fact]
    public async Task Row_19_what_is_written_together_fails_together_and_leaves_no_trace_in_memory()
    {
        await using SqliteBed bed = new();
        StoreMirror mirror = new();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 2))
        {
            await store.AppendAsync([Letters.Deposit(1, 1, 5), Letters.Deposit(1, 2, 5), Letters.Deposit(2, 3)]);
            int writes = 0;
            bed.Device = at => FailAt(++writes > 3 ? at : SqliteStage.Committed, SqliteStage.Write, SqliteCodes.Busy);
            await store.AppendAsync([Letters.Deposit(1, 4, 5), Letters.Deposit(2, 5), Letters.Deposit(1, 6, 5), Letters.Deposit(2, 7)]);
            Assert.Equal(4, writes);
            bed.Device = at => FailAt(at, SqliteStage.Commit, SqliteCodes.Busy);
            await Assert.ThrowsAsync<PostboxStoreException>(() => store.DropMailboxAsync(Letters.Box(2), 1));
            await Assert.ThrowsAsync<PostboxStoreException>(() => store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(2), 9)));
            await Assert.ThrowsAsync<PostboxStoreException>(() => store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(3), 9)));
            await Assert.ThrowsAsync<PostboxStoreException>(() => store.ForgetAsync(mirror.Heads));
            bed.Device = null;
            Assert.Equal(3, mirror.Heads.Length);
            Assert.Equal(AppendOutcome.NoMailbox, (await store.AppendOneAsync(Letters.Deposit(3, 4))).Outcome);
            PostboxAppend replaced = await store.AppendOneAsync(Letters.Deposit(1, 4, 5));
            Assert.Equal(ItemId.Of(Letters.Item(2)), replaced.Former!.Id);
            Assert.Equal(MailboxOutcome.Done, (await store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(2), 2))).Outcome);
            Assert.Equal(AppendOutcome.Exists, (await store.AppendOneAsync(Letters.Deposit(2, 3))).Outcome);
        }

        StoreMirror reopened = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(reopened);
        Assert.Equal(mirror.Heads.Select(one => (one.Sequence, one.State)), reopened.Heads.Select(one => (one.Sequence, one.State)));
    }

    [Fact]
    public async Task A_failure_before_a_write_begins_takes_nothing_back_of_what_was_committed()
    {
        await using SqliteBed bed = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1);
        PostboxHead first = (await store.AppendOneAsync(Letters.Deposit(1, 1))).Head!;
        bed.DiskFault = new InvalidOperationException("as the test wants it");
        Assert.Equal(AppendOutcome.Failed, (await store.AppendOneAsync(Letters.Deposit(1, 2))).Outcome);

        // a disk that doesn't tell is none that has no room
        bed.DiskFault = new UnauthorizedAccessException("as the test wants it");
        Assert.Equal(first.Sequence + 1, (await store.AppendOneAsync(Letters.Deposit(1, 2))).Head!.Sequence);
        bed.DiskFault = null;
        Assert.Equal(AppendOutcome.Exists, (await store.AppendOneAsync(Letters.Deposit(1, 1))).Outcome);
    }

    [Fact]
    public async Task What_is_committed_is_answered_also_when_whoever_is_told_of_it_throws()
    {
        await using SqliteBed bed = new();
        bool isFailing = false;
        await using SqlitePostboxStore store = bed.NewSqlite();
        await store.OpenAsync(_ =>
        {
            if (isFailing)
            {
                throw new InvalidOperationException("as the test wants it");
            }
        });
        await store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(1), 1));
        isFailing = true;
        Assert.Equal(AppendOutcome.Kept, (await store.AppendOneAsync(Letters.Deposit(1, 1))).Outcome);
        PostboxRoom room = await store.FreeAsync();
        Assert.Equal(StoreHealth.ReadOnly, room.Health);
        Assert.Contains("as the test wants it", room.Problem);
        Assert.Equal(AppendOutcome.Failed, (await store.AppendOneAsync(Letters.Deposit(1, 2))).Outcome);
    }

    [Theory]
    [InlineData(".new")]
    [InlineData(".damaged-1")]
    public async Task No_empty_store_is_made_where_a_repair_was_broken_off(string left)
    {
        await using SqliteBed bed = new();
        await FillAsync(bed, 3);
        File.Move(bed.Path, bed.Path + left);
        PostboxStoreException missing = await Assert.ThrowsAsync<PostboxStoreException>(() => bed.NewSqlite().OpenAsync(_ => { }));
        Assert.Equal(StoreFault.Unusable, missing.Fault);
        Assert.Contains(bed.Path + left, missing.Message);
        Assert.False(File.Exists(bed.Path));
        File.Move(bed.Path + left, bed.Path);
        StoreMirror mirror = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(mirror);
        Assert.Equal(3, mirror.Waiting.Length);
    }

    [Fact]
    public async Task A_file_that_forgets_its_cursors_has_another_epoch_and_all_its_mail()
    {
        await using SqliteBed bed = new();
        uint before;
        await using (IPostboxStore store = bed.NewStore())
        {
            before = (await store.OpenAsync(_ => { })).Epoch;
        }

        SqlitePostboxStore.ForgetCursors(bed.Path);
        await using IPostboxStore again = bed.NewStore();
        PostboxOpening opening = await again.OpenAsync(_ => { });
        Assert.NotEqual(before, opening.Epoch);
        Assert.Null(opening.Problem);
    }

    [Fact]
    public async Task A_disk_that_gets_full_takes_acknowledgements_and_no_deposits_and_all_again_when_there_is_room()
    {
        await using SqliteBed bed = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1);
        PostboxHead head = (await store.AppendOneAsync(Letters.Deposit(1, 1))).Head!;
        bed.DiskFree = 10_000_000;
        Assert.Equal(AppendOutcome.Full, (await store.AppendOneAsync(Letters.Deposit(1, 2))).Outcome);
        PostboxRoom room = await store.FreeAsync();
        Assert.Equal(StoreHealth.Full, room.Health);
        Assert.Contains("9 MiB free", room.Problem);
        Assert.False((await store.SettleOneAsync(head)).IsGone);
        bed.DiskFree = 900_000_000;
        Assert.Equal(AppendOutcome.Kept, (await store.AppendOneAsync(Letters.Deposit(1, 2))).Outcome);
    }

    [Fact]
    public async Task A_deposit_that_SQLite_has_no_room_for_is_full_and_what_came_with_it_is_done()
    {
        await using SqliteBed bed = new();
        StoreMirror mirror = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 1);
        PostboxHead head = (await store.AppendOneAsync(Letters.Deposit(1, 1))).Head!;
        bool isFull = true;
        bed.Device = at =>
        {
            // as SQLite does at the page that the disk has no room for
            if (isFull && at == SqliteStage.Commit)
            {
                isFull = false;
                throw new SqliteException("database or disk is full", SqliteCodes.Full);
            }
        };
        Task<PostboxAppend> deposit = store.AppendOneAsync(Letters.Deposit(1, 2));
        Task<PostboxSettled> settled = store.SettleOneAsync(head);
        Assert.Equal(AppendOutcome.Full, (await deposit).Outcome);
        Assert.False((await settled).IsGone);
        Assert.Equal(StoreHealth.Ready, (await store.FreeAsync()).Health);
        Assert.Equal(AppendOutcome.Kept, (await store.AppendOneAsync(Letters.Deposit(1, 2))).Outcome);
    }

    [Fact]
    public async Task Row_20_a_killed_process_loses_nothing_that_was_returned()
    {
        await using SqliteBed bed = new();
        KillLoop loop = new("sqlite:" + bed.Path);
        for (int round = 1; round <= 3; round++)
        {
            Assert.Contains("items so far", await loop.RunRoundAsync(round));
        }
    }

    [Fact]
    public async Task Row_21_a_store_with_a_broken_page_takes_nothing_says_where_serves_the_rest_and_is_repaired()
    {
        await using SqliteBed bed = new();
        await FillAsync(bed, 400);
        int page = bed.IndexOf(Bytes(ItemId.Of(Letters.Item(200)))) / 4096;
        bed.Overwrite(page * 4096L, new byte[200]);
        StoreMirror mirror = new();
        await using (SqlitePostboxStore store = bed.NewSqlite())
        {
            PostboxOpening opening = await store.OpenAsync(mirror.Apply);
            Assert.False(opening.IsWritable);
            Assert.Contains(bed.Path, opening.Problem);
            Assert.Matches("heads after number [0-9]+ can't be read", opening.Problem);
            Assert.InRange(mirror.Heads.Length, 340, 399);
            foreach (PostboxHead head in mirror.Heads)
            {
                Assert.Equal(head.Id, ItemId.Of(await store.ReadWholeAsync(head)));
            }

            Assert.Equal(AppendOutcome.Failed, (await store.AppendOneAsync(Letters.Deposit(1, 999))).Outcome);
            PostboxStoreException refused =
                await Assert.ThrowsAsync<PostboxStoreException>(() => store.SettleOneAsync(mirror.Heads[0]));
            Assert.Equal(StoreFault.ReadOnly, refused.Fault);
            Assert.Equal(StoreHealth.ReadOnly, (await store.FreeAsync()).Health);
        }

        Assert.False((await bed.NewSqlite().CheckAsync()).IsWhole);
        Assert.Equal(StoreFault.ReadOnly, (await Assert.ThrowsAsync<PostboxStoreException>(() => bed.NewSqlite().CompactAsync())).Fault);
        PostboxReport report = await bed.NewSqlite().RepairAsync();
        Assert.Equal((1, mirror.Heads.Length), (report.Mailboxes, report.Items));
        Assert.NotEmpty(report.Problems);
        Assert.True((await bed.NewSqlite().CheckAsync()).IsWhole);
        Assert.True(File.Exists(bed.Path + ".damaged-1"));
        StoreMirror repaired = new();
        await using IPostboxStore again = await bed.NewStore().OpenedAsync(repaired);
        Assert.Equal(mirror.Heads.Select(one => one.Id), repaired.Heads.Select(one => one.Id));
        Assert.Equal(AppendOutcome.Kept, (await again.AppendOneAsync(Letters.Deposit(1, 999))).Outcome);
    }

    [Fact]
    public async Task Row_21_a_body_that_has_changed_is_never_served_and_is_named_by_check_and_repair()
    {
        await using SqliteBed bed = new();
        await FillAsync(bed, 20);
        byte[] item = Letters.Item(7);
        int at = bed.IndexOf(item.AsSpan(100, 50));
        bed.Overwrite(at, [(byte)(item[100] ^ 1)]);
        string id = ItemId.Of(item).ToString();
        StoreMirror mirror = new();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(mirror))
        {
            PostboxHead head = mirror.Heads.Single(one => one.Id == ItemId.Of(item));
            PostboxStoreException whole = await Assert.ThrowsAsync<PostboxStoreException>(() => store.ReadWholeAsync(head));
            Assert.Equal(StoreFault.DamagedItem, whole.Fault);
            Assert.Contains(id, whole.Message);
            await Assert.ThrowsAsync<PostboxStoreException>(async () => await store.ReadAsync(head, 0, new byte[10]));
            Assert.Equal(Letters.Item(8), await store.ReadWholeAsync(mirror.Heads.Single(one => one.Id == ItemId.Of(Letters.Item(8)))));
            Assert.Equal(AppendOutcome.Kept, (await store.AppendOneAsync(Letters.Deposit(1, 999))).Outcome);
        }

        PostboxReport check = await bed.NewSqlite().CheckAsync();
        Assert.Equal((20, 1), (check.Items, check.Damaged));
        Assert.Contains(id, Assert.Single(check.Problems));
        PostboxReport repair = await bed.NewSqlite().RepairAsync();
        Assert.Equal((20, 1), (repair.Items, repair.Damaged));
        Assert.Contains(id, Assert.Single(repair.Problems));
        Assert.True((await bed.NewSqlite().CheckAsync()).IsWhole);
    }

    [Fact]
    public async Task Row_21_any_page_may_be_damaged_and_a_store_opens_for_reading_or_says_why_not()
    {
        await using SqliteBed bed = new();
        await FillAsync(bed, 120);
        byte[] whole = File.ReadAllBytes(bed.Path);
        Random random = new(5);
        int served = 0;
        for (int page = 0; page < whole.Length / 4096; page++)
        {
            byte[] damaged = [.. whole];
            random.NextBytes(damaged.AsSpan(page * 4096 + random.Next(100), 300));
            File.WriteAllBytes(bed.Path, damaged);
            StoreMirror mirror = new();
            await using SqlitePostboxStore store = bed.NewSqlite();
            try
            {
                if ((await store.OpenAsync(mirror.Apply)).Problem is { } problem)
                {
                    // a sentence, and each reason once
                    Assert.DoesNotContain("'.;", problem);
                    Assert.DoesNotContain(".. It", problem);
                    string[] reasons = problem[(problem.IndexOf("damaged: ", StringComparison.Ordinal) + 9)..].Split(". It")[0].Split("; ");
                    Assert.Equal(reasons.Distinct(), reasons);
                }
            }
            catch (PostboxStoreException e)
            {
                Assert.Equal(StoreFault.Unusable, e.Fault);
                Assert.Contains(bed.Path, e.Message);
                continue;
            }

            foreach (PostboxHead head in mirror.Heads)
            {
                try
                {
                    Assert.Equal(head.Id, ItemId.Of(await store.ReadWholeAsync(head)));
                    served++;
                }
                catch (PostboxStoreException e)
                {
                    Assert.Equal(StoreFault.DamagedItem, e.Fault);
                }
            }
        }

        Assert.InRange(served, 1000, int.MaxValue);
    }

    [Fact]
    public async Task A_file_that_is_no_store_of_ours_is_left_alone()
    {
        await using SqliteBed bed = new();
        File.WriteAllText(bed.Path, new string('x', 5000));
        PostboxStoreException none = await Assert.ThrowsAsync<PostboxStoreException>(() => bed.NewSqlite().OpenAsync(_ => { }));
        Assert.Equal(StoreFault.Unusable, none.Fault);
        Assert.Equal(new string('x', 5000), File.ReadAllText(bed.Path));
        File.Delete(bed.Path);
        using (SqliteConnection connection = bed.Connect())
        {
            SqliteFile.Execute(connection, "CREATE TABLE other(x)");
        }

        PostboxStoreException other = await Assert.ThrowsAsync<PostboxStoreException>(() => bed.NewSqlite().OpenAsync(_ => { }));
        Assert.Contains("another program", other.Message);
        File.Delete(bed.Path);
        await FillAsync(bed, 1);
        using (SqliteConnection connection = bed.Connect())
        {
            SqliteFile.Execute(connection, "PRAGMA user_version=2");
        }

        PostboxStoreException newer = await Assert.ThrowsAsync<PostboxStoreException>(() => bed.NewSqlite().OpenAsync(_ => { }));
        Assert.Contains("version 2", newer.Message);
    }

    [Fact]
    public async Task A_store_is_open_once_and_another_process_is_told()
    {
        await using SqliteBed bed = new();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync())
        {
            PostboxStoreException inUse = await Assert.ThrowsAsync<PostboxStoreException>(() => bed.NewSqlite().OpenAsync(_ => { }));
            Assert.Equal(StoreFault.InUse, inUse.Fault);
            Assert.Contains(bed.Path, inUse.Message);
            Assert.Equal(StoreFault.InUse, (await Assert.ThrowsAsync<PostboxStoreException>(() => bed.NewSqlite().RepairAsync())).Fault);
        }

        await using IPostboxStore again = await bed.NewStore().OpenedAsync();
    }

    [Fact]
    public async Task A_lock_of_another_program_delays_a_deposit_and_is_told_when_it_lasts()
    {
        await using SqliteBed bed = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1);
        using (SqliteConnection other = bed.Connect())
        {
            SqliteFile.Execute(other, "BEGIN IMMEDIATE");
            PostboxAppend late = await store.AppendOneAsync(Letters.Deposit(1, 1));
            Assert.Equal(AppendOutcome.Failed, late.Outcome);
            Assert.Contains("locked", late.Reason);
        }

        Assert.Equal(StoreHealth.Ready, (await store.FreeAsync()).Health);
        Assert.Equal(AppendOutcome.Kept, (await store.AppendOneAsync(Letters.Deposit(1, 1))).Outcome);
    }

    [Fact]
    public async Task A_copy_that_SQLite_makes_of_an_open_store_is_a_store()
    {
        await using SqliteBed bed = new();
        await using SqliteBed target = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1);
        await store.AppendAsync([.. Enumerable.Range(1, 50).Select(i => Letters.Deposit(1, i))]);
        using (SqliteConnection from = bed.Connect())
        using (SqliteConnection to = target.Connect())
        {
            from.BackupDatabase(to);
        }

        StoreMirror mirror = new();
        await using IPostboxStore copy = await target.NewStore().OpenedAsync(mirror);
        Assert.Equal(50, mirror.Waiting.Length);
    }

    [Fact]
    public async Task A_number_is_never_given_twice_also_when_the_newest_entries_are_gone()
    {
        await using SqliteBed bed = new();
        long last;
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1))
        {
            PostboxAppend[] kept = await store.AppendAsync([.. Enumerable.Range(1, 9).Select(i => Letters.Deposit(1, i))]);
            last = kept[8].Head!.Sequence;
            await store.ForgetAsync([kept[8].Head!, kept[7].Head!]);
        }

        await using IPostboxStore again = bed.NewStore();
        PostboxOpening opening = await again.OpenAsync(_ => { });
        Assert.Equal(last, opening.LastSequence);
        Assert.Equal(last + 1, (await again.AppendOneAsync(Letters.Deposit(1, 10))).Head!.Sequence);
    }

    [Fact]
    public async Task Reading_goes_on_while_a_write_waits_for_the_disk()
    {
        await using SqliteBed bed = new();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1);
        PostboxHead head = (await store.AppendOneAsync(Letters.Deposit(1, 1))).Head!;
        TaskCompletionSource disk = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bed.Device = _ => disk.Task.Wait();
        Task<PostboxAppend> slow = store.AppendOneAsync(Letters.Deposit(1, 2));
        Assert.Equal(Letters.Item(1), await store.ReadWholeAsync(head));
        Assert.False(slow.IsCompleted);
        bed.Device = null;
        disk.SetResult();
        Assert.Equal(AppendOutcome.Kept, (await slow).Outcome);
    }

    [Fact]
    public async Task Compaction_gives_back_the_room_of_what_is_gone()
    {
        await using SqliteBed bed = new();
        StoreMirror mirror = new();
        await using (IPostboxStore store = await bed.NewStore().OpenedAsync(mirror, 1))
        {
            await store.AppendAsync([.. Enumerable.Range(1, 100).Select(i => Letters.Deposit(1, i, 0, 20_000))]);
            await store.SettleAsync([.. mirror.Waiting[..90].Select(one => new PostboxSettlement(one, PostboxState.Delivered))]);
        }

        (long before, long after) = await bed.NewSqlite().CompactAsync();
        Assert.InRange(before, 2_000_000, 3_000_000);
        Assert.InRange(after, 200_000, 400_000);
        PostboxReport report = await bed.NewSqlite().CheckAsync();
        Assert.Equal((1, 10, 90, true), (report.Mailboxes, report.Items, report.Settled, report.IsWhole));
    }

    private static void FailAt(SqliteStage at, SqliteStage expected, int code)
    {
        if (at == expected)
        {
            throw new SqliteException("the device fails, as the test wants it", code);
        }
    }

    private static async Task FillAsync(SqliteBed bed, int items)
    {
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1);
        await store.AppendAsync([.. Enumerable.Range(1, items).Select(i => Letters.Deposit(1, i))]);
    }

    private static byte[] Bytes(ItemId id)
    {
        byte[] bytes = new byte[ItemId.Length];
        id.Write(bytes);
        return bytes;
    }
}
