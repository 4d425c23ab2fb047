using System;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Tests.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Nats;

/// <summary>A server that has forgotten what it had acknowledged, while gateways that know it live on.</summary>
public sealed class NatsMendingTests
{
    [Fact]
    public async Task What_a_server_forgot_at_its_end_is_written_again_by_the_gateway_that_knows_it()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        StoreMirror mirror = new();
        await using NatsPostboxStore store = Store(server.Url);
        await store.OpenedAsync(mirror, 4);
        PostboxHead[] heads = await DepositAsync(store, 1, 2, 3);
        await store.AppendOneAsync(Letters.Deposit(4, 7));
        string copy = await CopyAsync(server, store);
        string again = await CopyAsync(server, store);

        // a fate with its proof, a head that is forgotten, mailboxes changed (quota, prekey) and dropped, mail in a slot and without
        await store.SettleOneAsync(heads[0], PostboxState.Delivered, 0xABCD);
        Assert.Equal(1, await store.ForgetAsync([heads[1]]));
        await store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(2), 2) { Settings = [6], Record = [8] });
        await store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(2), 3) { Settings = [7], Record = [8, 9] });
        await store.DropMailboxAsync(Letters.Box(3), 1);
        await store.DropMailboxAsync(Letters.Box(4), 1);
        await store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(4), 4));
        await DepositAsync(store, 4);
        await store.AppendOneAsync(Letters.Deposit(1, 5, slot: 9));
        Assert.Equal(AppendOutcome.Replaced, (await store.AppendOneAsync(Letters.Deposit(1, 6, slot: 9))).Outcome);
        await RestoreAsync(server, copy, store);

        Assert.True(store.WrittenAgain >= 7, $"{store.WrittenAgain} written again");
        await SameAsync(server, mirror, 3, 4, 6);

        // and once more, with the bodies that were written again
        await RestoreAsync(server, again, store);
        await SameAsync(server, mirror, 3, 4, 6);
        StoreMirror fresh = new();
        await using NatsPostboxStore other = Store(server.Url);
        await other.OpenedAsync(fresh);
        Assert.Equal(0xABCDul, fresh.Heads.Single(one => Number(one) == 1).Proof);
        Assert.DoesNotContain(fresh.Heads, one => Number(one) == 2);
        Assert.Equal(PostboxState.Replaced, fresh.Heads.Single(one => Number(one) == 5).State);
        Assert.Equal([1, 3, 4], fresh.Mailboxes.Select(one => one.Number).Order());
        Assert.Equal([8, 9], fresh.Mailboxes.Single(one => one.Number == 3).Record);

        // both go on, and hear of each other
        await DepositAsync(store, 10);
        await DepositAsync(other, 11);
        await Patience.UntilAsync(() => mirror.Heads.Any(one => Number(one) == 11) && fresh.Heads.Any(one => Number(one) == 10));
        Assert.Equal(AppendOutcome.Exists, (await store.AppendOneAsync(Letters.Deposit(1, 4))).Outcome);
    }

    [Fact]
    public async Task What_a_server_forgot_in_the_middle_is_written_again_once_by_two_gateways()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        StoreMirror first = new();
        StoreMirror second = new();
        await using NatsPostboxStore one = Store(server.Url);
        await using NatsPostboxStore other = Store(server.Url);
        await one.OpenedAsync(first, 2);
        await other.OpenedAsync(second);
        PostboxHead[] heads = await DepositAsync(one, 1, 2, 3);
        await one.SettleOneAsync(heads[0], PostboxState.Delivered, 5);
        long fate = heads[^1].Sequence + 1;
        await one.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(2), 2));
        await DepositAsync(one, 4);
        await Patience.UntilAsync(() => second.Heads.Length == 4);

        // the fate, the mailbox and an item are gone; what is behind them is there
        await using (NatsLink link = new(new NatsPostboxOptions { Url = server.Url }, server.Url, NatsPostboxOptions.StandardStream))
        {
            await link.ConnectAsync(TestContext.Current.CancellationToken);
            await link.DeleteAsync([heads[1].Sequence, fate, fate + 1], default);
        }

        await server.KillAsync();
        await server.StartAgainAsync();
        await ReadyAsync(one);
        await ReadyAsync(other);
        await Patience.UntilAsync(() => first.Heads.Concat(second.Heads).All(head => head.Sequence != heads[1].Sequence));
        Assert.Equal(3, one.WrittenAgain + other.WrittenAgain);
        await SameAsync(server, first, 2, 3, 4);
        await SameAsync(server, second, 2, 3, 4);

        // who looks again finds nothing to write
        await server.KillAsync();
        await server.StartAgainAsync();
        await ReadyAsync(one);
        await ReadyAsync(other);
        Assert.Equal(3, one.WrittenAgain + other.WrittenAgain);
    }

    [Fact]
    public async Task Two_gateways_whose_server_forgot_its_end_bring_back_what_each_was_told()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        StoreMirror first = new();
        StoreMirror second = new();
        await using NatsPostboxStore one = Store(server.Url);
        await using NatsPostboxStore other = Store(server.Url);
        await one.OpenedAsync(first, 1);
        await other.OpenedAsync(second);
        PostboxHead[] heads = await DepositAsync(one, 1, 2);
        await Patience.UntilAsync(() => second.Heads.Length == 2);
        string copy = await CopyAsync(server, one, other);
        await DepositAsync(one, 3);
        await other.SettleOneAsync(heads[0]);
        await DepositAsync(other, 4, 5);
        await one.SettleOneAsync(heads[1]);
        await Patience.UntilAsync(() => first.Waiting.Length == 3 && second.Waiting.Length == 3);
        await RestoreAsync(server, copy, one, other);

        await Patience.UntilAsync(() => new[] { first, second }.All(mirror =>
            mirror.Waiting.Select(Number).Order().SequenceEqual([3, 4, 5]) && mirror.Heads.Length == 5));
        await SameAsync(server, first, 3, 4, 5);
        await SameAsync(server, second, 3, 4, 5);
    }

    [Fact]
    public async Task A_gateway_that_finds_others_have_gone_on_from_a_lost_end_takes_nothing_and_says_what_to_do()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        await using NatsPostboxStore store = Store(server.Url);
        await store.OpenedAsync(null, 1);
        string copy = await CopyAsync(server, store);
        await DepositAsync(store, 1, 2, 3);
        await server.KillAsync();
        server.Restore(copy);

        // before the first can look, as when it is cut off: its numbers are others' now
        int port = NatsServer.FreePort();
        await server.StartAgainAsync(port);
        await using (NatsPostboxStore other = Store($"nats://127.0.0.1:{port}"))
        {
            await other.OpenedAsync();
            await DepositAsync(other, 11, 12, 13, 14);
        }

        await server.KillAsync();
        await server.StartAgainAsync();
        await Patience.UntilAsync(() => store.FreeAsync().AsTask().Result.Problem?.Contains("start the gateway again",
            StringComparison.Ordinal) == true);
        PostboxAppend refused = await store.AppendOneAsync(Letters.Deposit(1, 20));
        Assert.Equal(AppendOutcome.Failed, refused.Outcome);
        Assert.Contains("start the gateway again", refused.Reason);
    }

    [Fact]
    public async Task A_server_killed_under_load_again_and_again_keeps_all_that_the_gateway_was_told()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        int rounds = 0;
        await new ServerLoop(server).RunAsync(3, _ => rounds++);
        Assert.Equal(3, rounds);
    }

    private static NatsPostboxStore Store(string url) => new(new NatsPostboxOptions { Url = url, Replicas = 1 });

    private static int Number(PostboxHead head) => (int)(uint)head.Tag;

    private static async Task<PostboxHead[]> DepositAsync(NatsPostboxStore store, params int[] numbers)
    {
        PostboxAppend[] kept = await store.AppendAsync([.. numbers.Select(one => Letters.Deposit(1, one))]);
        Assert.All(kept, one => Assert.Equal((AppendOutcome.Kept, null), (one.Outcome, one.Reason)));
        return [.. kept.Select(one => one.Head!)];
    }

    private static async Task ReadyAsync(NatsPostboxStore store)
    {
        PostboxRoom room = await store.FreeAsync();
        for (int i = 0; i < 600 && room.Health != StoreHealth.Ready; i++)
        {
            await Task.Delay(100);
            room = await store.FreeAsync();
        }

        Assert.Equal((StoreHealth.Ready, null), (room.Health, room.Problem));
    }

    // the server's files as they are now; it is killed and started again for that
    private static async Task<string> CopyAsync(NatsServer server, params NatsPostboxStore[] stores)
    {
        await server.KillAsync();
        string copy = server.Copy();
        await server.StartAgainAsync();
        foreach (NatsPostboxStore store in stores)
        {
            await ReadyAsync(store);
            Assert.Equal(0, store.WrittenAgain);
        }

        return copy;
    }

    private static async Task RestoreAsync(NatsServer server, string copy, params NatsPostboxStore[] stores)
    {
        await server.KillAsync();
        server.Restore(copy);
        await server.StartAgainAsync();
        foreach (NatsPostboxStore store in stores)
        {
            await ReadyAsync(store);
        }
    }

    // who opens the stream now has what the gateway has, and these wait, whole
    private static async Task SameAsync(NatsServer server, StoreMirror mirror, params int[] waiting)
    {
        StoreMirror fresh = new();
        await using IPostboxStore store = await Store(server.Url).OpenedAsync(fresh);
        Assert.Equal(mirror.Heads.Select(one => (Number(one), one.State, one.Proof)).Order(),
            fresh.Heads.Select(one => (Number(one), one.State, one.Proof)).Order());
        Assert.Equal(waiting, fresh.Waiting.Select(Number).Order());
        foreach (PostboxHead head in fresh.Waiting)
        {
            Assert.Equal(Letters.Item(Number(head)), await store.ReadWholeAsync(head));
        }
    }
}
