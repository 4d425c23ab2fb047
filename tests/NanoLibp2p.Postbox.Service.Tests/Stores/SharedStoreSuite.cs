using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>What stores pass as well that several gateways have open at a time: SPEC.md 13.1, and row 22 of 15.</summary>
public abstract class SharedStoreSuite : StoreSuite
{
    [Fact]
    public async Task Row_22_each_hears_what_the_other_did_in_order()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror first = new();
        StoreMirror second = new();
        await using IPostboxStore one = await bed.NewStore().OpenedAsync(first, 2);
        await using IPostboxStore other = await bed.NewStore().OpenedAsync(second);
        PostboxAppend kept = await one.AppendOneAsync(Letters.Deposit(1, 1, 5));
        await Patience.UntilAsync(() => second.Heads.Length == 1);
        Assert.Equal(Letters.Item(1), await other.ReadWholeAsync(second.Heads[0]));
        PostboxAppend next = await other.AppendOneAsync(Letters.Deposit(1, 2, 5));
        Assert.Equal((AppendOutcome.Replaced, kept.Head!.Sequence), (next.Outcome, next.Former!.Sequence));
        await Patience.UntilAsync(() => first.Heads.Length == 2);
        await one.SettleOneAsync(first.Waiting[0], PostboxState.Delivered, 9);
        await one.ForgetAsync([first.Heads[0]]);
        await one.DropMailboxAsync(Letters.Box(2), 1);
        await Patience.UntilAsync(() => second.Mailboxes.Length == 1);
        PostboxChangeKind[] expected =
        [
            PostboxChangeKind.Appended, PostboxChangeKind.Replaced, PostboxChangeKind.Settled, PostboxChangeKind.Forgotten,
            PostboxChangeKind.MailboxDropped,
        ];
        Assert.Equal(expected, first.Changes[2..].Select(change => change.Kind));
        Assert.Equal(expected, second.Changes[2..].Select(change => change.Kind));
        Assert.Equal([false, true, false, false, false], first.Changes[2..].Select(change => change.IsForeign));
        Assert.Equal([true, false, true, true, true], second.Changes[2..].Select(change => change.IsForeign));
        Assert.Equal(first.Heads.Select(head => (head.Sequence, head.State, head.Proof)),
            second.Heads.Select(head => (head.Sequence, head.State, head.Proof)));
    }

    [Fact]
    public async Task Row_17_of_two_gateways_that_take_the_same_deposits_each_is_kept_once()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror first = new();
        StoreMirror second = new();
        await using IPostboxStore one = await bed.NewStore().OpenedAsync(first, 1);
        await using IPostboxStore other = await bed.NewStore().OpenedAsync(second);
        await Patience.UntilAsync(() => second.Mailboxes.Length == 1);
        IEnumerable<PostboxDeposit> deposits = Enumerable.Range(1, 50).Select(i => Letters.Deposit(1, i));
        PostboxAppend[][] results = await Task.WhenAll(
            Task.Run(() => one.AppendAsync([.. deposits])), Task.Run(() => other.AppendAsync([.. deposits])));
        Assert.Equal(50, results.Sum(batch => batch.Count(entry => entry.Outcome == AppendOutcome.Kept)));
        Assert.Equal(50, results.Sum(batch => batch.Count(entry => entry.Outcome == AppendOutcome.Exists)));
        await Patience.UntilAsync(() => first.Heads.Length == 50 && second.Heads.Length == 50);
        Assert.Equal(first.Heads.Select(head => (head.Sequence, head.Id)), second.Heads.Select(head => (head.Sequence, head.Id)));
    }

    [Fact]
    public async Task Row_9_what_two_gateways_settle_at_once_is_settled_by_one()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror second = new();
        await using IPostboxStore one = await bed.NewStore().OpenedAsync(null, 1);
        await using IPostboxStore other = await bed.NewStore().OpenedAsync(second);
        PostboxHead[] heads = [.. (await one.AppendAsync([.. Enumerable.Range(1, 20).Select(i => Letters.Deposit(1, i))]))
            .Select(entry => entry.Head!)];
        await Patience.UntilAsync(() => second.Heads.Length == 20);
        PostboxSettled[][] results = await Task.WhenAll(
            Task.Run(() => one.SettleAsync([.. heads.Select(head => new PostboxSettlement(head, PostboxState.Delivered, 1))])),
            Task.Run(() => other.SettleAsync([.. heads.Select(head => new PostboxSettlement(head, PostboxState.Refused, 2))])));
        for (int i = 0; i < 20; i++)
        {
            Assert.NotEqual(results[0][i].IsGone, results[1][i].IsGone);
            Assert.Equal(results[0][i].Head!.State, results[1][i].Head!.State);
        }
    }

    [Fact]
    public async Task Row_16_of_two_gateways_that_save_one_number_the_second_is_told_what_the_first_saved()
    {
        await using StoreBed bed = await NewBedAsync();
        StoreMirror second = new();
        await using IPostboxStore one = await bed.NewStore().OpenedAsync(null, 1);
        await using IPostboxStore other = await bed.NewStore().OpenedAsync(second);
        await one.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(1), 2) { Settings = [1] });
        PostboxSave late = await other.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(1), 2) { Settings = [2] });
        Assert.Equal(MailboxOutcome.Stale, late.Outcome);
        Assert.Equal([1], late.Mailbox!.Settings);
        Assert.Equal([1], second.Mailboxes[0].Settings);
    }
}
