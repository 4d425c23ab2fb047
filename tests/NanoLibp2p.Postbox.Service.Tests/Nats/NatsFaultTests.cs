using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using NATS.Client.Core;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Tests.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Nats;

/// <summary>What can happen to a store on NATS.</summary>
/// <param name="hall">A server that nothing happens to.</param>
public sealed class NatsFaultTests(NatsHall hall)
{
    [Fact]
    public async Task A_store_on_one_server_is_refused_with_the_name_of_the_setting_that_accepts_it()
    {
        string url = await UrlAsync();
        PostboxStoreException fresh = await RefusedAsync(new NatsPostboxOptions { Url = url });
        Assert.Equal(StoreFault.Unusable, fresh.Fault);
        Assert.Contains("postbox.natsReplicas = 1", fresh.Message);
        await using (IPostboxStore store = await Store(url).OpenedAsync())
        {
            Assert.Equal((StoreDurability.Process, true), (store.Durability, store.IsShared));
        }

        PostboxStoreException there = await RefusedAsync(new NatsPostboxOptions { Url = url });
        Assert.Contains("postbox.natsReplicas = 1", there.Message);
        Assert.Contains("on one server", there.Message);
    }

    [Fact]
    public async Task Where_no_server_answers_and_where_the_stream_is_another_programs_the_message_says_what_to_do()
    {
        PostboxStoreException away = await RefusedAsync(new NatsPostboxOptions { Url = "nats://me:secret@127.0.0.1:1/mail" });
        Assert.Equal(StoreFault.Unavailable, away.Fault);
        Assert.Contains("nats://127.0.0.1:1/mail can't be reached", away.Message);
        Assert.DoesNotContain("secret", away.Message);
        Assert.Null(NatsPostboxStore.CheckUrl("nats://a:4222,tls://b:4222/orchard"));
        foreach (string url in new[] { "nats:", "http://a:4222", "nats://a:4222/a.b", "nats://a/x,nats://b", "nats://a:4222?x=1" })
        {
            Assert.Contains("give ", NatsPostboxStore.CheckUrl(url));
        }

        string other = await UrlAsync();
        await using (NatsLink link = new(new NatsPostboxOptions { Url = other }, other[..other.LastIndexOf('/')], "foreign"))
        {
            await link.ConnectAsync(TestContext.Current.CancellationToken);
            using System.Text.Json.JsonDocument made = await link.AskAsync("STREAM.CREATE.foreign",
                Encoding.ASCII.GetBytes("""{"name":"foreign","subjects":["foreign.>"],"storage":"file"}"""), default);
        }

        PostboxStoreException taken = await RefusedAsync(
            new NatsPostboxOptions { Url = other[..other.LastIndexOf('/')] + "/foreign", Replicas = 1 });
        Assert.Equal(StoreFault.Unusable, taken.Fault);
        Assert.Contains("is not a store of mail", taken.Message);
    }

    [Fact]
    public async Task While_the_server_is_away_nothing_is_accepted_and_all_goes_on_by_itself_when_it_is_back()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        StoreMirror mirror = new();
        await using IPostboxStore store = await Store(server.Url, 2).OpenedAsync(mirror, 1);
        PostboxHead head = (await store.AppendOneAsync(Letters.Deposit(1, 1))).Head!;
        await server.KillAsync();
        PostboxAppend refused = await store.AppendOneAsync(Letters.Deposit(1, 2));
        Assert.Equal(AppendOutcome.Failed, refused.Outcome);
        Assert.Contains(server.Url, refused.Reason);
        Assert.Contains("Nothing that was acknowledged is lost", refused.Reason);
        await ThrowsUnavailableAsync(() => store.ReadWholeAsync(head));
        await ThrowsUnavailableAsync(() => store.SettleOneAsync(head));
        PostboxRoom room = await store.FreeAsync();
        Assert.Equal(StoreHealth.Unavailable, room.Health);
        Assert.Contains(server.Url, room.Problem);

        await server.StartAgainAsync();
        await UntilReadyAsync(store);
        Assert.Equal(Letters.Item(1), await store.ReadWholeAsync(head));
        Assert.Contains((await AppendUntilKeptAsync(store, Letters.Deposit(1, 2))).Outcome,
            new[] { AppendOutcome.Kept, AppendOutcome.Exists });
        Assert.False((await store.SettleOneAsync(head)).IsGone);
        Assert.Equal(2, mirror.Heads.Length);
    }

    [Fact]
    public async Task What_a_server_that_stands_still_was_asked_is_unknown_and_its_repeat_is_there_once()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        StoreMirror mirror = new();
        await using IPostboxStore store = await Store(server.Url, 1).OpenedAsync(mirror, 1);
        server.Freeze(true);
        PostboxAppend unknown;
        try
        {
            unknown = await store.AppendOneAsync(Letters.Deposit(1, 1));
            Assert.Equal(StoreHealth.Unavailable, (await store.FreeAsync()).Health);
        }
        finally
        {
            server.Freeze(false);
        }

        Assert.Equal(AppendOutcome.Failed, unknown.Outcome);
        Assert.Contains("no answer came", unknown.Reason);
        PostboxAppend again = await AppendUntilKeptAsync(store, Letters.Deposit(1, 1));
        Assert.Equal(AppendOutcome.Exists, again.Outcome);
        Assert.Equal(again.Head!.Sequence, Assert.Single(mirror.Heads).Sequence);
    }

    [Fact]
    public async Task A_gateway_that_was_cut_off_hears_the_rest_and_what_it_can_not_hear_any_more_it_finds_out()
    {
        string url = await UrlAsync();
        StoreMirror first = new();
        StoreMirror second = new();
        await using IPostboxStore one = await Store(url).OpenedAsync(first, 1);
        await using IPostboxStore other = await Store(url).OpenedAsync(second);
        PostboxHead[] heads = [.. (await one.AppendAsync([.. Enumerable.Range(1, 4).Select(i => Letters.Deposit(1, i))]))
            .Select(entry => entry.Head!)];
        await Patience.UntilAsync(() => second.Heads.Length == 4);

        // a message that somebody deleted: nobody is told
        int end = url.LastIndexOf('/');
        await using (NatsLink link = new(new NatsPostboxOptions { Url = url }, url[..end], url[(end + 1)..]))
        {
            await link.ConnectAsync(TestContext.Current.CancellationToken);
            await link.DeleteAsync([.. heads.Select(head => head.Sequence)], default);
        }

        Assert.Null(await other.ReadWholeAsync(heads[0]));
        Assert.Equal(new PostboxSettled(true, null), await other.SettleOneAsync(heads[1]));
        Assert.Equal(AppendOutcome.Exists, (await other.AppendOneAsync(Letters.Deposit(1, 3))).Outcome);
        Assert.Equal([heads[2].Sequence, heads[3].Sequence], second.Heads.Select(head => head.Sequence));
    }

    [Fact]
    public async Task Looks_while_much_is_deposited_find_nothing_wrong_and_one_at_another_stream_does()
    {
        string url = await UrlAsync();
        await using IPostboxStore store = await Store(url).OpenedAsync(null, 1);
        Task<PostboxAppend[]> appends = Task.Run(async () =>
        {
            List<PostboxAppend> all = [];
            for (int i = 0; i < 20; i++)
            {
                all.AddRange(await store.AppendAsync([.. Enumerable.Range(i * 50, 50).Select(k => Letters.Deposit(1, k + 1))]));
            }

            return all.ToArray();
        });
        do
        {
            PostboxRoom[] rooms = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => store.FreeAsync().AsTask()));
            Assert.All(rooms, room => Assert.Null(room.Problem));
        }
        while (!appends.IsCompleted);
        Assert.All(await appends, one => Assert.Equal(AppendOutcome.Kept, one.Outcome));

        int end = url.LastIndexOf('/');
        await using (NatsLink link = new(new NatsPostboxOptions { Url = url }, url[..end], url[(end + 1)..]))
        {
            await link.ConnectAsync(TestContext.Current.CancellationToken);
            using System.Text.Json.JsonDocument gone = await link.AskAsync($"STREAM.DELETE.{link.Stream}", [], default);
        }

        await using IPostboxStore other = await Store(url).OpenedAsync(null, 1);
        Assert.Contains("start the gateway again", (await store.FreeAsync()).Problem);
        Assert.Equal(AppendOutcome.Failed, (await store.AppendOneAsync(Letters.Deposit(1, 2000))).Outcome);
    }

    [Fact]
    public async Task A_stream_that_loses_mail_by_age_is_refused_and_a_body_that_is_another_is_never_served()
    {
        string url = await UrlAsync();
        await using IPostboxStore store = await Store(url).OpenedAsync(null, 1);
        int end = url.LastIndexOf('/');
        NatsPostboxOptions options = new() { Url = url, Patience = TimeSpan.FromSeconds(1) };
        await using NatsLink link = new(options, url[..end], url[(end + 1)..]);
        await link.ConnectAsync(TestContext.Current.CancellationToken);

        // an item with the bytes of another
        PostboxDeposit deposit = Letters.Deposit(1, 1);
        await link.PublishAsync([new NatsMessage(NatsRecord.SubjectOf(link.Stream, deposit.Box, deposit.Id),
            new NatsRecord { Kind = NatsRecordKind.Item, Writer = link.Writer, Number = 1, Head = deposit.ToHead(0) },
            Letters.Item(2), 0)], default);
        StoreMirror mirror = new();
        await using IPostboxStore other = await Store(url).OpenedAsync(mirror);
        PostboxStoreException damaged = await Assert.ThrowsAsync<PostboxStoreException>(() => other.ReadWholeAsync(mirror.Heads[0]));
        Assert.Equal(StoreFault.DamagedItem, damaged.Fault);

        using (System.Text.Json.JsonDocument info = await link.AskAsync($"STREAM.INFO.{link.Stream}", [], default))
        {
            System.Text.Json.Nodes.JsonObject config = System.Text.Json.Nodes.JsonNode.Parse(
                info.RootElement.GetProperty("config").GetRawText())!.AsObject();
            config["max_age"] = 3_600_000_000_000;
            using System.Text.Json.JsonDocument made = await link.AskAsync($"STREAM.UPDATE.{link.Stream}",
                Encoding.UTF8.GetBytes(config.ToJsonString()), default);
            Assert.False(NatsLink.IsError(made, out _, out string text), text);
        }

        PostboxStoreException loses = await RefusedAsync(new NatsPostboxOptions { Url = url, Replicas = 1 });
        Assert.Contains("in a way that loses mail", loses.Message);
    }

    [Fact]
    public async Task A_stream_that_is_full_has_room_for_the_fates_of_all_that_waits()
    {
        string url = await UrlAsync();
        NatsPostboxOptions options = new() { Url = url, Replicas = 1, MaxBytes = 1 << 20 };
        StoreMirror mirror = new();
        await using IPostboxStore store = await new NatsPostboxStore(options).OpenedAsync(mirror, 1);
        int kept = 0;
        foreach (int size in new[] { 8192, 10 })
        {
            AppendOutcome outcome;
            while ((outcome = (await store.AppendOneAsync(Letters.Deposit(1, kept + 1, size: size))).Outcome) == AppendOutcome.Kept)
            {
                kept++;
            }

            Assert.Equal(AppendOutcome.Full, outcome);
        }

        foreach (PostboxHead head in mirror.Waiting)
        {
            await store.SettleOneAsync(head, PostboxState.Delivered, 7);
        }

        StoreMirror fresh = new();
        await using IPostboxStore other = await new NatsPostboxStore(options).OpenedAsync(fresh);
        Assert.Equal(kept, fresh.Heads.Count(one => (one.State, one.Proof) == (PostboxState.Delivered, 7)));
    }

    [Fact]
    public async Task All_is_there_for_who_opens_a_stream_whose_last_message_was_deleted()
    {
        string url = await UrlAsync();
        await using IPostboxStore store = await Store(url).OpenedAsync(null, 1);
        await store.AppendAsync([.. Enumerable.Range(1, 3).Select(i => Letters.Deposit(1, i))]);
        PostboxHead last = (await store.AppendOneAsync(Letters.Deposit(1, 4))).Head!;
        int end = url.LastIndexOf('/');
        await using (NatsLink link = new(new NatsPostboxOptions { Url = url }, url[..end], url[(end + 1)..]))
        {
            await link.ConnectAsync(TestContext.Current.CancellationToken);
            await link.DeleteAsync([last.Sequence], default);
            Assert.Equal(last.Sequence - 1, await link.LastAsync(default));
        }

        await using NatsPostboxStore fresh = Store(url);
        PostboxOpening opening = await fresh.OpenAsync(_ => { });
        Assert.Equal((1, 3), (opening.Mailboxes, opening.Heads));
    }

    [Fact]
    public async Task An_error_of_the_server_is_never_read_as_a_message_that_is_gone()
    {
        string url = await UrlAsync();
        await using IPostboxStore store = await Store(url).OpenedAsync(null, 1);
        int end = url.LastIndexOf('/');
        NatsPostboxOptions options = new() { Url = url };
        await using (NatsLink link = new(options, url[..end], url[(end + 1)..]))
        {
            await link.ConnectAsync(TestContext.Current.CancellationToken);
            Assert.Null(await link.ReadAsync(1000, default));
            await link.DeleteAsync([1000], default);
            PostboxHead head = (await store.AppendOneAsync(Letters.Deposit(1, 1))).Head!;
            await link.DeleteAsync([head.Sequence], default);
            await link.DeleteAsync([head.Sequence], default);
            Assert.Null(await link.ReadAsync(head.Sequence, default));
        }

        // each is answered with an error: there is no such stream
        await using NatsLink none = new(options, url[..end], "none");
        await none.ConnectAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<NatsException>(() => none.ReadAsync(1, default));
        await Assert.ThrowsAnyAsync<NatsException>(() => none.LastAsync(default));
        await Assert.ThrowsAnyAsync<NatsException>(() => none.DeleteAsync([1], default));
        await Assert.ThrowsAnyAsync<NatsException>(() => none.PurgeAsync(default, 1, default));
    }

    [Fact]
    public async Task What_a_gateway_took_that_knew_no_time_has_come_when_the_server_took_it()
    {
        string url = await UrlAsync();
        StoreMirror mirror = new();
        await using IPostboxStore one = await Store(url).OpenedAsync(null, 1);
        await using IPostboxStore other = await Store(url).OpenedAsync(mirror);
        byte[] item = Letters.Item(1);
        PostboxAppend kept = await one.AppendOneAsync(new PostboxDeposit
        {
            Box = Letters.Box(1), Id = ItemId.Of(item), Item = item, Arrived = 100, Until = 7300,
        });
        await Patience.UntilAsync(() => mirror.Heads.Length == 1);
        uint now = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.All(new[] { kept.Head!, mirror.Heads[0] }, head =>
        {
            Assert.InRange(head.Arrived, now - 120, now + 5);
            Assert.Equal(head.Arrived + 7200, head.Until);
        });
    }

    [Fact]
    public async Task An_opening_that_can_not_go_on_ends_and_says_why()
    {
        string url = await UrlAsync();
        await using (IPostboxStore store = await Store(url).OpenedAsync(null, 1))
        {
            await store.AppendOneAsync(Letters.Deposit(1, 1));
        }

        NatsPostboxStore fails = Store(url, 1);
        PostboxStoreException broken = await Assert.ThrowsAsync<PostboxStoreException>(
            () => fails.OpenAsync(_ => throw new NotSupportedException("not such")).WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("not such", broken.Message);

        // as when the server sends nothing
        NatsPostboxStore waits = Store(url, 1);
        PostboxStoreException late = await Assert.ThrowsAsync<PostboxStoreException>(
            () => waits.OpenAsync(_ => throw new TimeoutException()).WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(StoreFault.Unavailable, late.Fault);
        Assert.Contains("and no more", late.Message);
    }

    [Fact]
    public async Task No_file_of_the_server_has_a_sender_or_a_slot_label()
    {
        string url = await UrlAsync();
        await using IPostboxStore store = await Store(url).OpenedAsync(null, 1);
        await store.AppendOneAsync(Letters.Deposit(1, 77, slot: 0x1122334455667788));
        byte[] all = (await hall.Server).AllBytes(url[(url.LastIndexOf('/') + 1)..]);
        Assert.True(all.AsSpan().IndexOf(Letters.Item(77).AsSpan(20, 40)) >= 0, "the search finds nothing at all");

        // a deposit has no field for who left it: what is beside the body is the record alone
        int at = all.AsSpan().IndexOf(Letters.Item(77));
        string header = Encoding.ASCII.GetString(all, at - 300, 300);
        Assert.Equal(["P", "Nats-Expected-Last-Subject-Sequence"],
            header[header.IndexOf("NATS/1.0", StringComparison.Ordinal)..].Split("\r\n")[1..].Where(line => line.Length > 0)
                .Select(line => line.Split(':')[0]));
    }

    private static NatsPostboxStore Store(string url, int seconds = 5) => new(new NatsPostboxOptions
    {
        Url = url, Replicas = 1, Patience = TimeSpan.FromSeconds(seconds),
    });

    private async Task<string> UrlAsync()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        return await hall.NewUrlAsync();
    }

    private static Task<PostboxStoreException> RefusedAsync(NatsPostboxOptions options) =>
        Assert.ThrowsAsync<PostboxStoreException>(() => new NatsPostboxStore(options).OpenAsync(_ => { }));

    private static async Task ThrowsUnavailableAsync(Func<Task> what) =>
        Assert.Equal(StoreFault.Unavailable, (await Assert.ThrowsAsync<PostboxStoreException>(what)).Fault);

    private static async Task UntilReadyAsync(IPostboxStore store)
    {
        for (int i = 0; i < 600 && (await store.FreeAsync()).Health != StoreHealth.Ready; i++)
        {
            await Task.Delay(100);
        }

        Assert.Equal((StoreHealth.Ready, null), ((await store.FreeAsync()).Health, (await store.FreeAsync()).Problem));
    }

    private static async Task<PostboxAppend> AppendUntilKeptAsync(IPostboxStore store, PostboxDeposit deposit)
    {
        List<string?> reasons = [];
        for (int i = 0; i < 120; i++)
        {
            PostboxAppend one = await store.AppendOneAsync(deposit);
            if (one.Outcome != AppendOutcome.Failed)
            {
                return one;
            }

            reasons.Add(one.Reason);
            await Task.Delay(250);
        }

        throw new InvalidOperationException(string.Join("; ", reasons.Distinct()));
    }
}
