using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>What a recipient asks for (SPEC.md 8.2), and what time does to mail (10), by a scripted client.</summary>
public sealed class MailTests
{
    [Fact]
    public async Task A_probe_of_5_bytes_is_answered_in_10_when_nothing_waits()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        await owner.SendAsync([0x04, 0x08, 0x02, 0x22, 0x00]);
        Answer answer = await owner.ReadAsync();
        Assert.Equal(9, answer.Bytes.Length);
        Assert.Equal((0, 2u, 0), (answer.Code, answer.Serial, answer.Waiting));
        Assert.InRange(Answer.Number32(answer.Mail!, 5), (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60,
            (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60);
    }

    [Fact]
    public async Task Who_has_no_mailbox_is_told_so_and_gets_one_only_if_it_is_admitted()
    {
        HashSet<Multiformats.PeerId> admitted = [];
        await using Bed bed = await Bed.StartAsync(options =>
        {
            options.Admits = admitted.Contains;
            options.MaxMailboxes = 1;
        });
        Caller peer = await bed.CallAsync();
        Assert.Equal(404, (await peer.SyncAsync()).Code);
        Assert.Equal(404, (await peer.AskAsync(5, Wire.Bytes(1, Wire.Fixed64(1, new byte[8])))).Code);
        Assert.Equal(404, (await peer.QueryAsync(peer.Peer, Caller.Item(1))).Code);
        Assert.Equal(404, (await peer.AskAsync(7, Wire.Bytes(1, peer.Peer.ToBytes()))).Code);
        Assert.Equal(407, (await peer.AskAsync(6, [])).Code);
        admitted.Add(peer.Peer);
        Answer made = await peer.AskAsync(6, []);
        Assert.Equal((0, 256ul, 1048576ul, 65536ul), (made.Code, Wire.NumberOf(made.Terms!, 1), Wire.NumberOf(made.Terms!, 2),
            Wire.NumberOf(made.Terms!, 3)));
        Assert.Equal((2592000ul, 18ul, 90ul), (Wire.NumberOf(made.Terms!, 4), Wire.NumberOf(made.Terms!, 5),
            Wire.NumberOf(made.Terms!, 6)));
        Assert.Equal(0, (await peer.SyncAsync()).Code);

        // there is room for one
        Caller late = await bed.CallAsync();
        admitted.Add(late.Peer);
        Assert.Equal(407, (await late.AskAsync(6, [])).Code);
    }

    [Fact]
    public async Task Configure_leaves_what_it_does_not_name_and_never_goes_beyond_the_operators_bounds()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(3, 20), .. Wire.Number(5, 4096), .. Wire.Number(8, 16)]);
        Answer terms = await owner.AskAsync(6, []);
        Assert.Equal((16ul, 4096ul, 20ul), (Wire.NumberOf(terms.Terms!, 1), Wire.NumberOf(terms.Terms!, 3),
            Wire.NumberOf(terms.Terms!, 5)));
        terms = await owner.AskAsync(6, [.. Wire.Number(5, uint.MaxValue), .. Wire.Number(8, uint.MaxValue)]);
        Assert.Equal((256ul, 65536ul), (Wire.NumberOf(terms.Terms!, 1), Wire.NumberOf(terms.Terms!, 3)));
        Assert.True(await bed.Service.SetQuotaAsync(owner.Peer, 300, 5000));
        terms = await owner.AskAsync(6, []);
        Assert.Equal((300ul, 5000ul), (Wire.NumberOf(terms.Terms!, 1), Wire.NumberOf(terms.Terms!, 2)));
        Assert.Equal(400, (await owner.AskAsync(6, Wire.Number(3, 33))).Code);
        byte[] topic = Wire.Bytes(6, [.. Wire.Bytes(1, [65]), .. Wire.Number(2, 1)]);
        Assert.Equal(0, (await owner.AskAsync(6, [.. Enumerable.Repeat(topic, 8).SelectMany(one => one)])).Code);
        Assert.Equal(400, (await owner.AskAsync(6, [.. Enumerable.Repeat(topic, 9).SelectMany(one => one)])).Code);
        Assert.Equal(400, (await owner.AskAsync(6, Wire.Bytes(6, [.. Wire.Bytes(1, [65]), .. Wire.Number(2, 65)]))).Code);
        Assert.Equal(400, (await owner.AskAsync(6, Wire.Bytes(6, [.. Wire.Bytes(1, new byte[129]), .. Wire.Number(2, 1)]))).Code);
    }

    [Fact]
    public async Task An_older_record_and_another_of_the_same_number_are_stale()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallAsync();
        Caller thief = await bed.CallAsync();
        byte[] second = owner.Record(2, bed.Node.PeerId);
        await owner.ConfigureAsync(Wire.Bytes(1, second));
        await owner.ConfigureAsync(Wire.Bytes(1, second));
        Answer stale = await owner.AskAsync(6, Wire.Bytes(1, owner.Record(1, bed.Node.PeerId)));
        Assert.Equal(408, stale.Code);
        Assert.Equal(second, stale.Record);
        Assert.Equal(408, (await owner.AskAsync(6, Wire.Bytes(1, owner.Record(2, thief.Peer)))).Code);
        Assert.Equal(400, (await owner.AskAsync(6, Wire.Bytes(1, thief.Record(3, bed.Node.PeerId)))).Code);
        Assert.Equal(400, (await owner.AskAsync(6, Wire.Bytes(1, owner.Record(0, bed.Node.PeerId)))).Code);
        Assert.Equal(400, (await owner.AskAsync(6, Wire.Bytes(1, owner.Record(4, [.. Enumerable.Repeat(thief.Peer, 5)])))).Code);
        Assert.Equal(400, (await owner.AskAsync(6, Wire.Bytes(1, new byte[449]))).Code);

        // a prekey has 32 bytes and a number, and no number goes without one
        foreach ((int bytes, int number) in new[] { (32, 0), (32, 256), (31, 1), (0, 1) })
        {
            Assert.Equal(400, (await owner.AskAsync(6, Wire.Bytes(1, owner.Record(4, new byte[bytes], number)))).Code);
        }

        Assert.Equal(second, (await thief.AskAsync(7, Wire.Bytes(1, owner.Peer.ToBytes()))).Record);
        await owner.ConfigureAsync(Wire.Bytes(1, owner.Record(3, bed.Node.PeerId)));
        await owner.ConfigureAsync(Wire.Bytes(1, owner.Record(4, new byte[32], 255)));
    }

    [Fact]
    public async Task A_store_that_takes_nothing_gives_mail_all_the_same_and_refuses_acknowledgements_alone()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        SlowStore store = new();
        await using Bed bed = await Bed.StartAsync(options => options.Time = time, store);
        Caller owner = await bed.CallWithMailboxAsync();
        await FillAsync(owner, [Caller.Item(1)], ttl: 60);
        await FillAsync(owner, [Caller.Item(2)]);
        store.IsReadOnly = true;

        // it is time to note that the owner came, and one item has ended
        time.Advance(TimeSpan.FromDays(2));
        await owner.OpenAsync();
        Answer listed = await owner.SyncAsync();
        Assert.Equal((0, 1), (listed.Code, listed.Waiting));
        Assert.Equal([Hex(Caller.Item(2))], listed.Names);
        Answer piece = await owner.AskAsync(5, Wire.Bytes(1, Wire.Fixed64(1, Caller.Name(Caller.Item(2)))));
        Assert.Equal(Caller.Item(2), piece.Data);
        Assert.Equal(503, (await owner.SyncAsync(acks: Caller.Ack(Caller.Item(2)))).Code);
        store.IsReadOnly = false;
        Assert.Equal(0, (await owner.SyncAsync(acks: Caller.Ack(Caller.Item(2)))).Waiting);
    }

    [Fact]
    public async Task Mail_is_listed_by_priority_then_as_it_came_with_what_fits_the_budget_along()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        byte[][] items = [.. Enumerable.Range(0, 6).Select(i => Caller.Item(i, 100 + i))];
        await FillAsync(owner, items, i => i % 3);

        // priorities 0 1 2 0 1 2
        byte[][] order = [items[2], items[5], items[1], items[4], items[0], items[3]];
        Answer listed = await owner.SyncAsync(limit: 4, budget: 208);
        Assert.Equal((6, 2), (listed.Waiting, listed.Attached));
        Assert.Equal(order[..4].Select(Hex), listed.Names);
        Assert.Equal([102ul, 2ul], listed.Entries[0].Where(one => one.Number is 2 or 3).Select(one => one.Value));
        Assert.Equal(order[0][2..10], Wire.BytesOf(listed.Entries[0], 5));
        Assert.Null(listed.Cursor);
        foreach (byte[] item in order[..2])
        {
            Answer piece = await owner.ReadAsync();
            Assert.Equal((owner.Serial, item.Length), (piece.Serial, piece.PieceSize));
            Assert.Equal(item, piece.Data);
        }

        // passed over, counted only, and unlisted
        Answer skipped = await owner.SyncAsync(limit: 64, more: Wire.Number(6, 5));
        Assert.Equal([Hex(order[5])], skipped.Names);
        Answer counted = await owner.SyncAsync(limit: 0);
        Assert.Equal((6, 0, 0), (counted.Waiting, counted.Entries.Count, counted.Attached));
        Assert.Equal((ulong)items.Sum(one => one.Length), Wire.NumberOf(counted.Mail!, 2));
        Answer unlisted = await owner.SyncAsync(limit: 0, budget: 110);
        Assert.Equal((0, 1), (unlisted.Entries.Count, unlisted.Attached));
        Assert.Equal(order[0], (await owner.ReadAsync()).Data);
        Assert.Equal(400, (await owner.SyncAsync(limit: 65)).Code);
    }

    [Fact]
    public async Task A_cursor_tells_what_is_new_and_another_stores_counts_as_none()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        await FillAsync(owner, [Caller.Item(1), Caller.Item(2)]);
        byte[] cursor = (await owner.SyncAsync(limit: 0)).Cursor!;
        Assert.InRange(cursor.Length, 1, 12);
        Answer nothing = await owner.SyncAsync(more: Wire.Bytes(2, cursor));
        Assert.Equal((0, null), (nothing.Waiting, nothing.Cursor));
        await FillAsync(owner, [Caller.Item(3)]);
        Answer fresh = await owner.SyncAsync(more: Wire.Bytes(2, cursor));
        Assert.Equal([Hex(Caller.Item(3))], fresh.Names);
        Assert.Equal((1, 120ul), (fresh.Waiting, Wire.NumberOf(fresh.Mail!, 2)));
        byte[] other = [.. cursor];
        other[0] ^= 1;
        Assert.Equal(3, (await owner.SyncAsync(more: Wire.Bytes(2, other))).Waiting);
        byte[] future = [.. cursor];
        future[10] = 1;
        Assert.Equal(3, (await owner.SyncAsync(more: Wire.Bytes(2, future))).Waiting);
        Assert.Equal(3, (await owner.SyncAsync(more: Wire.Bytes(2, new byte[100]))).Waiting);
    }

    [Fact]
    public async Task What_is_acknowledged_is_gone_with_its_fate_and_the_proof_that_came()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        byte[][] items = [.. Enumerable.Range(0, 5).Select(i => Caller.Item(i))];
        await FillAsync(owner, items);
        byte[] proof = [8, 7, 6, 5, 4, 3, 2, 1];
        byte[][] acks = [Caller.Ack(items[0], 0, proof), Caller.Ack(items[1], 1), Caller.Ack(items[2], 2), Caller.Ack(items[3], 3),
            Caller.Ack(Caller.Item(77)), Caller.Ack(items[0], 3)];
        Assert.Equal(1, (await owner.SyncAsync(acks: acks)).Waiting);
        Answer fates = await sender.QueryAsync(owner.Peer, [.. items, Caller.Item(77)]);
        Assert.Equal([2, 3, 4, 5, 1, 0], fates.Fates.Select(one => one.State));
        Assert.Equal(proof, fates.Fates[0].Proof);
        Assert.Null(fates.Fates[1].Proof);

        // a fate stands; what is gone is gone for a fetch
        await owner.SyncAsync(acks: Caller.Ack(items[0], 1));
        Assert.Equal(2, (await sender.QueryAsync(owner.Peer, items[0])).Fates[0].State);
        Answer piece = await owner.AskAsync(5, Wire.Bytes(1, Wire.Fixed64(1, Caller.Name(items[0]))));
        Assert.Equal((0, 0), (piece.PieceSize, piece.Data.Length));
        Assert.Equal(400, (await owner.SyncAsync(acks: [.. Enumerable.Repeat(Caller.Ack(items[4]), 65)])).Code);
        Assert.Equal(400, (await owner.SyncAsync(acks: Caller.Ack(items[4], 4))).Code);
        Assert.Equal(1, (await owner.SyncAsync()).Waiting);
        Assert.Equal(400, (await sender.QueryAsync(owner.Peer, [.. Enumerable.Range(0, 17).Select(i => Caller.Item(i))])).Code);
    }

    [Fact]
    public async Task A_fetch_gives_each_part_that_is_wanted_in_order_and_resumes_in_the_middle()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        byte[] item = Caller.Item(1, 60_000);
        await FillAsync(owner, [item]);
        byte[] Want(byte[] of, int offset, int length)
            => Wire.Bytes(1, [.. Wire.Fixed64(1, Caller.Name(of)), .. Wire.Number(2, (ulong)offset), .. Wire.Number(3, (ulong)length)]);
        await owner.SendAsync(5, [.. Want(item, 0, 0), .. Want(item, 100, 50), .. Want(Caller.Item(2), 0, 0), .. Want(item, 59_990, 500),
            .. Want(item, 60_000, 1), .. Want(item, 70_000, 0)]);
        List<Answer> pieces = [];
        for (int i = 0; i < 6; i++)
        {
            pieces.Add(await owner.ReadAsync());
        }

        Assert.All(pieces, one => Assert.Equal((owner.Serial, 0), (one.Serial, one.Code)));
        Assert.Equal(item, pieces[0].Data);
        Assert.Equal(item[100..150], pieces[1].Data);
        Assert.Equal(100ul, Wire.NumberOf(pieces[1].Piece!, 2));
        Assert.Equal((0, 0), (pieces[2].PieceSize, pieces[2].Data.Length));
        Assert.Equal(item[59_990..], pieces[3].Data);
        Assert.Equal((60_000, 0), (pieces[4].PieceSize, pieces[4].Data.Length));
        Assert.Equal((60_000, 0), (pieces[5].PieceSize, pieces[5].Data.Length));
        Assert.Equal(400, (await owner.AskAsync(5, [.. Enumerable.Range(0, 17).SelectMany(_ => Want(item, 0, 1))])).Code);
    }

    [Fact]
    public async Task A_follower_is_told_of_what_is_new_at_most_once_a_second_and_asked_for_nothing_else()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        Assert.Equal(0, (await owner.SyncAsync(more: Wire.Number(5, 1))).Waiting);
        byte[] token = owner.Token(sender.Peer);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(i), token: token)).Code);
        }

        Answer hint = await owner.ReadAsync();
        Assert.Equal((0u, 0), (hint.Serial, hint.Code));
        int hints = 1;
        while (hint.Waiting < 20)
        {
            hint = await owner.ReadAsync();
            hints++;
        }

        Assert.InRange(hints, 1, 10);
        Assert.Equal((20, 0, null), (hint.Waiting, hint.Entries.Count, hint.Cursor));
        Assert.Equal(2400ul, Wire.NumberOf(hint.Mail!, 2));
    }

    [Fact]
    public async Task What_is_past_its_end_is_not_offered_its_fate_is_told_for_a_day_and_then_nothing_is_left()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using Bed bed = await Bed.StartAsync(options => options.Time = time);
        Caller owner = await bed.CallWithMailboxAsync();
        await FillAsync(owner, [Caller.Item(1)], ttl: 65);
        time.Advance(TimeSpan.FromSeconds(64));
        await owner.OpenAsync();
        Assert.Equal(1, (await owner.SyncAsync()).Waiting);

        // before the next sweep
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty((await owner.AskAsync(5, Wire.Bytes(1, Wire.Fixed64(1, Caller.Name(Caller.Item(1)))))).Data);
        Assert.Equal(7, (await owner.QueryAsync(owner.Peer, Caller.Item(1))).Fates[0].State);
        Assert.Equal(0, (await owner.SyncAsync()).Waiting);
        Assert.Equal(7, (await owner.QueryAsync(owner.Peer, Caller.Item(1))).Fates[0].State);
        time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(2));
        await bed.Service.SweepAsync();
        await owner.OpenAsync();
        Assert.Equal(0, (await owner.QueryAsync(owner.Peer, Caller.Item(1))).Fates[0].State);
        Assert.Equal(0, bed.Service.Find(owner.Peer)!.Fates);
    }

    [Fact]
    public async Task A_clock_that_jumped_is_not_believed_for_an_hour_and_nothing_expires_meanwhile()
    {
        JumpingTime time = new();
        await using Bed bed = await Bed.StartAsync(options =>
        {
            options.Time = time;
            options.ClockPatience = TimeSpan.FromHours(1);
        });
        time.Inner.Advance(TimeSpan.FromMinutes(61));
        Caller owner = await bed.CallWithMailboxAsync();
        await FillAsync(owner, [Caller.Item(1)], ttl: 60);
        time.Jump = TimeSpan.FromDays(365);
        await bed.Service.SweepAsync();
        Assert.Equal(1, (await owner.SyncAsync()).Waiting);
        Assert.Equal(1, (await owner.QueryAsync(owner.Peer, Caller.Item(1))).Fates[0].State);
        time.Jump = TimeSpan.Zero;
        Assert.Equal(1, (await owner.SyncAsync()).Waiting);

        // steady for an hour: now it counts
        time.Inner.Advance(TimeSpan.FromMinutes(61));
        await owner.OpenAsync();
        Assert.Equal(0, (await owner.SyncAsync()).Waiting);
    }

    [Fact]
    public async Task Mail_and_mailboxes_of_a_time_before_the_clock_was_set_stay_as_long_as_was_promised_also_after_a_restart()
    {
        MemoryPostboxStore store = new();
        Identity identity = Bed.NewIdentity();
        JumpingTime time = new() { Jump = DateTimeOffset.UnixEpoch.AddSeconds(30) - DateTimeOffset.UtcNow };
        await using (Bed bed = await Bed.StartAsync(Options, store))
        {
            Caller owner = await bed.CallWithMailboxAsync(identity: identity);
            await FillAsync(owner, [Caller.Item(1)], ttl: 7200);
            time.Jump = TimeSpan.Zero;
            await SweepLaterAsync(bed, TimeSpan.FromMinutes(61));
            Assert.Equal(1, bed.Service.Find(identity.PeerId)!.Waiting);
            await owner.OpenAsync();
            Assert.Equal(1, (await owner.SyncAsync()).Waiting);
            Answer query = await owner.QueryAsync(owner.Peer, Caller.Item(1));
            Assert.Equal(1, query.Fates[0].State);
            uint now = (uint)time.GetUtcNow().ToUnixTimeSeconds();
            Assert.InRange(query.FateEnds[0], now, now + 7200);
            await owner.OpenAsync();
            Assert.Equal(query.FateEnds[0], (await owner.DepositAsync(owner.Peer, Caller.Item(1), [], owner.Token(owner.Peer))).Until);
            await owner.OpenAsync();
            await FillAsync(owner, [Caller.Item(2)], ttl: 86_400);
        }

        await using Bed again = await Bed.StartAsync(Options, store);
        await SweepLaterAsync(again, TimeSpan.FromMinutes(61));
        Assert.Equal(2, again.Service.Find(identity.PeerId)!.Waiting);
        await SweepLaterAsync(again, TimeSpan.FromMinutes(62));
        Assert.Equal(1, again.Service.Find(identity.PeerId)!.Waiting);
        await SweepLaterAsync(again, TimeSpan.FromDays(1));
        Assert.Equal(0, again.Service.Find(identity.PeerId)!.Waiting);

        void Options(PostboxServiceOptions options)
        {
            options.Time = time;
            options.ClockPatience = TimeSpan.FromHours(1);
        }

        async Task SweepLaterAsync(Bed bed, TimeSpan later)
        {
            await bed.Service.SweepAsync();
            time.Inner.Advance(later);
            await bed.Service.SweepAsync();
        }
    }

    [Fact]
    public async Task The_fullest_mailboxes_are_told_of_and_no_more_than_asked_for()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller[] owners = [.. await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bed.CallWithMailboxAsync()))];
        for (int i = 0; i < 4; i++)
        {
            await FillAsync(owners[i], [.. Enumerable.Range(0, (i + 1) % 4).Select(k => Caller.Item(k))]);
        }

        Assert.Equal([owners[2].Peer, owners[1].Peer], bed.Service.Fullest(2).Select(one => one.Peer));
        Assert.Equal([3, 2, 1, 0], bed.Service.Fullest(100).Select(one => one.Waiting));
        Assert.Empty(bed.Service.Fullest(0));
        Assert.Equal((6, 720), (bed.Service.Waiting, bed.Service.WaitingBytes));
    }

    [Fact]
    public async Task Mailboxes_with_a_record_are_told_of_to_who_announces_them_those_first_whose_owners_were_here_last()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using Bed bed = await Bed.StartAsync(options => options.Time = time);
        Caller[] owners = new Caller[5];
        for (int i = 0; i < 5; i++)
        {
            // the fourth has a mailbox, and no record
            owners[i] = await bed.CallAsync();
            await owners[i].ConfigureAsync(i == 3 ? [] : Wire.Bytes(1, owners[i].Record(1, bed.Node.PeerId)));
            time.Advance(TimeSpan.FromHours(30));
        }

        Assert.Equal([owners[4].Peer, owners[2].Peer], bed.Service.Newest(2));
        Assert.Equal([owners[4].Peer, owners[2].Peer, owners[1].Peer, owners[0].Peer], bed.Service.Newest(100));
    }

    [Fact]
    public async Task A_mailbox_whose_recipient_does_not_come_lapses_with_its_mail_and_one_that_comes_stays()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using Bed bed = await Bed.StartAsync(options => options.Time = time);
        Caller gone = await bed.CallWithMailboxAsync();
        Caller here = await bed.CallWithMailboxAsync();
        await FillAsync(gone, [Caller.Item(1)]);
        for (int i = 0; i < 4; i++)
        {
            time.Advance(TimeSpan.FromDays(30));
            await here.OpenAsync();
            Assert.Equal(0, (await here.SyncAsync()).Code);
            await bed.Service.SweepAsync();

            // 90 days are not over
            Assert.True(i > 1 || bed.Service.Find(gone.Peer) != null);
        }

        Assert.Null(bed.Service.Find(gone.Peer));
        Assert.NotNull(bed.Service.Find(here.Peer));
        Assert.Equal(0, bed.Service.Waiting);
    }

    [Fact]
    public async Task Fates_of_a_lane_are_as_many_as_the_mailbox_takes_items_and_the_oldest_go_first()
    {
        await using Bed bed = await Bed.StartAsync(options => options.MaxItems = 4);
        Caller owner = await bed.CallWithMailboxAsync();
        byte[][] items = [.. Enumerable.Range(0, 10).Select(i => Caller.Item(i))];
        foreach (byte[] item in items)
        {
            await FillAsync(owner, [item]);
            Assert.Equal(0, (await owner.SyncAsync(acks: Caller.Ack(item))).Waiting);
        }

        Assert.Equal([0, 0, 0, 0, 0, 0, 2, 2, 2, 2], (await owner.QueryAsync(owner.Peer, items)).Fates.Select(one => one.State));
        Assert.Equal(4, bed.Service.Find(owner.Peer)!.Fates);

        // what is forgotten may be deposited again
        await FillAsync(owner, [items[0]]);
        Assert.Equal(1, (await owner.SyncAsync()).Waiting);
    }

    [Fact]
    public async Task An_operator_opens_purges_and_closes_mailboxes()
    {
        await using Bed bed = await Bed.StartAsync();
        Identity identity = Bed.NewIdentity();
        Assert.True(await bed.Service.OpenAsync(identity.PeerId));
        Assert.False(await bed.Service.OpenAsync(identity.PeerId));
        Caller owner = await bed.CallAsync(identity);
        Assert.Equal(0, (await owner.SyncAsync()).Code);
        await FillAsync(owner, [Caller.Item(1), Caller.Item(2)]);
        Assert.Equal((2, 240L), (bed.Service.Mailboxes.Single().Waiting, bed.Service.Mailboxes.Single().WaitingBytes));
        Assert.Equal(2, await bed.Service.PurgeAsync(identity.PeerId));
        Assert.Equal(0, (await owner.SyncAsync()).Waiting);
        Assert.True(await bed.Service.CloseAsync(identity.PeerId));
        Assert.Equal(404, (await owner.SyncAsync()).Code);
        Assert.False(await bed.Service.CloseAsync(identity.PeerId));
    }

    [Fact]
    public async Task Two_gateways_on_one_store_are_one_mailbox()
    {
        MemoryPostboxStore store = new();
        await using Bed first = await Bed.StartAsync(store: store);
        await using Bed second = await Bed.StartAsync(store: store.Share());
        Identity identity = Bed.NewIdentity();
        Caller owner = await first.CallWithMailboxAsync(identity: identity);
        Caller there = await second.CallAsync(identity);
        await FillAsync(owner, [Caller.Item(1)]);
        await FillAsync(there, [Caller.Item(2)]);
        Answer listed = await owner.SyncAsync(limit: 0);
        Assert.Equal(2, listed.Waiting);
        Assert.Equal(0, (await there.SyncAsync(more: Wire.Bytes(2, listed.Cursor!))).Waiting);
        Assert.Equal(0, (await there.SyncAsync(acks: [Caller.Ack(Caller.Item(1)), Caller.Ack(Caller.Item(2))])).Waiting);
        Assert.Equal(0, (await owner.SyncAsync()).Waiting);
        Assert.Equal(2, (await owner.QueryAsync(owner.Peer, Caller.Item(2))).Fates[0].State);
        await there.ConfigureAsync([.. Wire.Number(3, 30)]);
        Assert.Equal(30ul, Wire.NumberOf((await owner.AskAsync(7, Wire.Bytes(1, owner.Peer.ToBytes()))).Terms!, 5));
    }

    [Fact]
    public void What_was_stamped_before_the_clock_was_set_and_came_after_it_is_kept_as_long_as_was_promised()
    {
        const uint now = ItemEnds.Plausible + 1_000_000;
        PostboxHead head = new() { Sequence = 6, Box = default, Id = default, Arrived = 100, Until = 7300 };
        ItemEnds jumped = new(50);
        jumped.Opened(0);
        jumped.Jump(5, TimeSpan.FromSeconds(now - 50));
        Assert.Equal(now + 7200, jumped.Of(head));

        // and what was stamped by a clock that was a year behind, of this run alone
        PostboxHead behind = new() { Sequence = 4, Box = default, Id = default, Arrived = now, Until = now + 7200 };
        Assert.Equal(now + 7200 + (now - 50), jumped.Of(behind));
        ItemEnds later = new(now);
        later.Opened(4);
        later.Jump(5, TimeSpan.FromDays(365));
        Assert.Equal(now + 7200, later.Of(behind));

        // another gateway of the same store, whose clock was right all the time
        ItemEnds right = new(now);
        right.Opened(5);
        Assert.Equal(now + 7200, right.Of(head));
    }

    private static async Task FillAsync(Caller owner, byte[][] items, Func<int, int>? priority = null, uint ttl = 0)
    {
        byte[] token = owner.Token(owner.Peer);
        for (int i = 0; i < items.Length; i++)
        {
            Answer answer = await owner.DepositAsync(owner.Peer, items[i],
                [.. Wire.Number(2, ttl), .. Wire.Number(3, (ulong)(priority?.Invoke(i) ?? 0))], token);
            Assert.Equal(0, answer.Code);
        }
    }

    private static string Hex(byte[] item) => Convert.ToHexString(Caller.Name(item));

    /// <summary>Time whose wall clock somebody sets.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        internal FakeTimeProvider Inner { get; } = new(DateTimeOffset.UtcNow);

        internal TimeSpan Jump { get; set; }

        public override long TimestampFrequency => Inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => Inner.GetUtcNow() + Jump;

        public override long GetTimestamp() => Inner.GetTimestamp();

        public override System.Threading.ITimer CreateTimer(System.Threading.TimerCallback callback, object? state, TimeSpan dueTime,
            TimeSpan period) => Inner.CreateTimer(callback, state, dueTime, period);
    }
}
