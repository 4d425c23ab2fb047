using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>Who may deposit, and what is answered (SPEC.md 8.2, 9, 10.2, 17), by a scripted client.</summary>
public sealed class DepositTests
{
    private const uint Never = uint.MaxValue;

    [Fact]
    public async Task Of_a_quota_below_four_a_strangers_quarter_is_no_item_and_that_is_said()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(3, 1)]);
        Assert.True(await bed.Service.SetQuotaAsync(owner.Peer, 3, 0));
        Caller stranger = await bed.CallAsync();
        Answer answer = await LeaveAsync(1);
        Assert.Equal((int)PostboxCode.MailboxFull, answer.Code);
        Assert.Contains("takes too few", answer.Reason);
        Assert.True(await bed.Service.SetQuotaAsync(owner.Peer, 4, 0));
        Assert.Equal(0, (await LeaveAsync(1)).Code);
        answer = await LeaveAsync(2);
        Assert.Equal((int)PostboxCode.MailboxFull, answer.Code);
        Assert.Contains("is used", answer.Reason);

        Task<Answer> LeaveAsync(int number)
        {
            byte[] item = Caller.Item(number);
            return stranger.DepositAsync(owner.Peer, item, Wire.Fixed64(6, Caller.Work(owner.Peer, item, 1)));
        }
    }

    [Fact]
    public async Task A_deposit_is_kept_and_the_same_again_is_answered_as_the_first_time_whatever_has_changed()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        byte[] item = Caller.Item(1);
        byte[] token = owner.Token(sender.Peer);
        Answer first = await sender.DepositAsync(owner.Peer, item, [.. Wire.Number(2, 3600)], token);
        Assert.Equal((0, false), (first.Code, first.IsDuplicate));
        Answer again = await sender.DepositAsync(owner.Peer, item, token: token);
        Assert.Equal((0, true, first.Until), (again.Code, again.IsDuplicate, again.Until));

        // the token ended, strangers are asked for all work there is, and the mail was taken
        await owner.ConfigureAsync([.. Wire.Number(3, 255), .. Wire.Number(4, 7)]);
        Assert.Equal(403, (await sender.DepositAsync(owner.Peer, Caller.Item(2), token: token)).Code);
        await owner.SyncAsync(acks: Caller.Ack(item));
        Caller other = await bed.CallAsync();
        Answer late = await other.DepositAsync(owner.Peer, item);
        Assert.Equal((0, true, first.Until), (late.Code, late.IsDuplicate, late.Until));
        Assert.Equal(0, (await owner.SyncAsync()).Waiting);
    }

    [Theory]
    [InlineData(0u, 604_800)]
    [InlineData(60u, 60)]
    [InlineData(uint.MaxValue, 2_592_000)]
    public async Task An_item_is_kept_as_long_as_asked_at_most_thirty_days(uint ttl, int seconds)
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        uint now = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Answer answer = await owner.DepositAsync(owner.Peer, Caller.Item(1), Wire.Number(2, ttl), owner.Token(owner.Peer));
        Assert.InRange(answer.Until, now + seconds, now + seconds + 60);
    }

    [Fact]
    public async Task What_is_no_item_for_a_mailbox_is_refused_by_its_code()
    {
        await using Bed bed = await Bed.StartAsync(options => options.MaxItem = 2000);
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(5, 1000)]);
        Caller sender = await bed.CallAsync();
        byte[] token = owner.Token(null, lane: 1);
        byte[] topic = Caller.Item(1);
        topic[0] = 2;
        byte[] rsa = [0x12, 0x20, .. new byte[32]];
        Dictionary<string, (int Code, byte[] Body)> cases = new()
        {
            ["too short"] = (400, Caller.DepositBody(owner.Peer, new byte[9], token: token)),
            ["of a topic"] = (401, Caller.DepositBody(owner.Peer, topic, token: token)),
            ["for a key that is hashed"] = (401, [.. Wire.Bytes(1, rsa), .. Wire.Bytes(15, Caller.Item(1))]),
            ["for no peer"] = (400, [.. Wire.Bytes(1, [1, 2, 3]), .. Wire.Bytes(15, Caller.Item(1))]),
            ["for nobody"] = (400, Wire.Bytes(15, Caller.Item(1))),
            ["of priority 4"] = (400, Caller.DepositBody(owner.Peer, Caller.Item(1), Wire.Number(3, 4), token)),
            ["with a long token"] = (400, Caller.DepositBody(owner.Peer, Caller.Item(1), token: new byte[257])),
            ["nothing at all"] = (400, Caller.DepositBody(owner.Peer, null)),
            ["longer than the device takes"] = (402, Caller.DepositBody(owner.Peer, Caller.Item(1, 1001), token: token)),
            ["longer than the gateway takes"] = (402, Caller.DepositBody(owner.Peer, Caller.Item(1, 6500), token: token)),
            ["for a peer without a mailbox"] = (404, Caller.DepositBody(sender.Peer, Caller.Item(1), token: token)),
        };
        foreach ((string what, (int code, byte[] body)) in cases)
        {
            Answer answer = await sender.AskAsync(2, body);
            Assert.True(answer.Code == code, $"an item {what}: {answer.Code} {answer.Reason}");
        }

        // the stream goes on
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(1, 1000), token: token)).Code);
    }

    [Fact]
    public async Task A_token_counts_for_its_holder_its_lane_its_time_its_epoch_and_its_signer_alone()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(4, 5)]);
        Caller sender = await bed.CallAsync();
        Caller thief = await bed.CallAsync();
        uint now = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        byte[] good = owner.Token(sender.Peer, epoch: 5);
        byte[] broken = [.. good[..^1], (byte)(good[^1] ^ 1)];
        Dictionary<string, byte[]> cases = new()
        {
            ["another's signature"] = thief.Token(sender.Peer, epoch: 5),
            ["another holder"] = owner.Token(thief.Peer, epoch: 5),
            ["an old epoch"] = owner.Token(sender.Peer, epoch: 4),
            ["an end in the past"] = owner.Token(sender.Peer, epoch: 5, expires: now - 1),
            ["no end"] = owner.Token(sender.Peer, epoch: 5, expires: 0),
            ["lane 0"] = owner.Token(sender.Peer, lane: 0, epoch: 5),
            ["lane 4"] = owner.Token(sender.Peer, lane: 4, epoch: 5),
            ["lane 2 for anybody"] = owner.Token(null, lane: 2, epoch: 5),
            ["priority 4"] = owner.Token(sender.Peer, priority: 4, epoch: 5),
            ["a broken signature"] = broken,
            ["another domain"] = owner.Sign("record", [.. Wire.Bytes(1, sender.Peer.ToBytes()), .. Wire.Fixed32(2, Never),
                .. Wire.Number(3, 5), .. Wire.Number(4, 3)]),
            ["no envelope"] = [1, 2, 3],
        };
        foreach ((string what, byte[] token) in cases)
        {
            Assert.True((await sender.DepositAsync(owner.Peer, Caller.Item(1), token: token)).Code == 403, $"a token of {what} counts");
        }

        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(1), token: good)).Code);
        Assert.Equal(403, (await thief.DepositAsync(owner.Peer, Caller.Item(2), token: good)).Code);
        Assert.Equal(0, (await thief.DepositAsync(owner.Peer, Caller.Item(3), token: owner.Token(null, lane: 1, epoch: 5))).Code);
    }

    [Fact]
    public async Task A_token_is_left_once_a_stream_and_its_best_lane_counts()
    {
        await using Bed bed = await Bed.StartAsync(options => options.MaxItems = 4);
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(3, 255)]);
        Caller sender = await bed.CallAsync();
        Assert.Equal(403, (await sender.DepositAsync(owner.Peer, Caller.Item(1))).Code);
        Assert.Equal(403, (await sender.DepositAsync(owner.Peer, null, token: sender.Token(sender.Peer))).Code);
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, null, token: owner.Token(sender.Peer, lane: 1))).Code);
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, null, token: owner.Token(sender.Peer, lane: 3, priority: 2))).Code);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(i), Wire.Number(3, 3))).Code);
        }

        Answer listed = await owner.SyncAsync();
        Assert.All(listed.Entries, entry => Assert.Equal(2ul, Wire.NumberOf(entry, 3)));

        // another stream has heard of none
        await sender.OpenAsync();
        Assert.Equal(403, (await sender.DepositAsync(owner.Peer, Caller.Item(9))).Code);
    }

    [Fact]
    public async Task A_kept_token_that_is_revoked_counts_no_more()
    {
        await using Bed bed = await Bed.StartAsync(options => options.Work = 8);
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, null, token: owner.Token(sender.Peer))).Code);
        await owner.ConfigureAsync([.. Wire.Number(4, 1)]);
        Assert.Equal(403, (await sender.DepositAsync(owner.Peer, Caller.Item(1))).Code);

        // he is a stranger now, and may show work; a lower epoch brings nothing back
        await owner.ConfigureAsync([.. Wire.Number(4, 0)]);
        byte[] item = Caller.Item(2);
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, item, Wire.Fixed64(6, Caller.Work(owner.Peer, item, 8)))).Code);
        Assert.Equal(403, (await sender.DepositAsync(owner.Peer, Caller.Item(3))).Code);
    }

    [Fact]
    public async Task Strangers_show_work_for_this_item_and_this_recipient_and_have_priority_0()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(3, 10)]);
        Caller other = await bed.CallWithMailboxAsync([.. Wire.Number(3, 10)]);
        Caller stranger = await bed.CallAsync();
        byte[] item = Caller.Item(1);
        byte[] work = Caller.Work(owner.Peer, item, 10);
        Answer refused = await stranger.DepositAsync(owner.Peer, item);
        Assert.Equal((406, 10ul), (refused.Code, Wire.NumberOf(refused.Terms!, 5)));
        Assert.Equal(406, (await stranger.DepositAsync(owner.Peer, Caller.Item(2), Wire.Fixed64(6, work))).Code);
        Assert.Equal(406, (await stranger.DepositAsync(other.Peer, item, Wire.Fixed64(6, work))).Code);
        Assert.Equal(0, (await stranger.DepositAsync(owner.Peer, item, [.. Wire.Number(3, 3), .. Wire.Fixed64(6, work)])).Code);
        Assert.Equal(0ul, Wire.NumberOf((await owner.SyncAsync()).Entries.Single(), 3));
        await owner.ConfigureAsync([.. Wire.Number(3, 255)]);
        byte[] next = Caller.Item(3);
        Assert.Equal(403, (await stranger.DepositAsync(owner.Peer, next,
            Wire.Fixed64(6, Caller.Work(owner.Peer, next, 10)))).Code);
    }

    [Fact]
    public void Work_is_that_of_the_vectors()
    {
        byte[] item = Vectors.Get("item plain");
        ulong work = BitConverter.ToUInt64(Vectors.Get("work, first of 16 bits"));
        ItemId id = ItemId.Of(item);
        Assert.True(PostboxService.IsWork(Vectors.Get("recipient"), id, work, 16));
        Assert.False(PostboxService.IsWork(Vectors.Get("recipient"), id, work, 32));

        // neither a bit more nor a bit less than its hash begins with
        byte[] bound = SHA256.HashData([.. "nanolibp2p-postbox-work:"u8, .. Vectors.Get("recipient"), .. SHA256.HashData(item)]);
        byte[] hash = SHA256.HashData([.. bound, .. BitConverter.GetBytes(work)]);
        int bits = BitOperations.LeadingZeroCount(BinaryPrimitives.ReadUInt64BigEndian(hash));
        Assert.True(PostboxService.IsWork(Vectors.Get("recipient"), id, work, bits));
        Assert.False(PostboxService.IsWork(Vectors.Get("recipient"), id, work, bits + 1));
        Assert.False(PostboxService.IsWork(Vectors.Get("recipient"), id, work + 1, 16));
        Assert.Equal(Convert.ToHexString(Vectors.Get("slot as kept, depositor sender")), Convert.ToHexString(BitConverter.GetBytes(
            PostboxService.KeptSlot(Vectors.Get("sender"), BitConverter.ToUInt64(Vectors.Get("slot, secret a0..bf, subject setpoint"))))));
    }

    [Fact]
    public async Task A_lane_has_its_share_and_the_owner_always_the_last_place()
    {
        await using Bed bed = await Bed.StartAsync(options => options.MaxItems = 8);
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(3, 1)]);
        Caller sender = await bed.CallAsync();
        List<int> kept = [];
        int seed = 0;
        for (int lane = 0; lane <= 3; lane++)
        {
            byte[]? token = lane == 0 ? null : owner.Token(sender.Peer, lane);
            for (int i = 0; ; i++)
            {
                byte[] item = Caller.Item(seed++);
                Answer answer = await sender.DepositAsync(owner.Peer, item,
                    [.. Wire.Fixed64(6, Caller.Work(owner.Peer, item, 1)), .. Wire.Number(7, 1)], token);
                if (answer.Code != 0)
                {
                    Assert.Equal(500, answer.Code);
                    Assert.True(answer.RetryAfter > 0);
                    List<Wire.Field> receipt = answer.OpenReceipt(bed.Node.PeerId);
                    Assert.Equal(500ul, Wire.NumberOf(receipt, 3));
                    Assert.True(Answer.Number32(receipt, 5) > Answer.Number32(receipt, 4));
                    kept.Add(i);
                    break;
                }
            }

            // each on a stream of its own, or a better token would be there
            await sender.OpenAsync();
        }

        Assert.Equal([2, 2, 2, 2], kept);
        Assert.Equal(8, (await owner.SyncAsync()).Waiting);
    }

    [Fact]
    public async Task Bytes_have_shares_as_items_have()
    {
        await using Bed bed = await Bed.StartAsync(options =>
        {
            options.MaxItem = 1000;
            options.MaxBytes = 4000;
        });
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        byte[] first = owner.Token(sender.Peer, 1);
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(1, 1000), token: first)).Code);
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(2, 990), token: first)).Code);
        Assert.Equal(500, (await sender.DepositAsync(owner.Peer, Caller.Item(3, 11), token: first)).Code);
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(4, 10), token: first)).Code);
    }

    [Fact]
    public async Task A_deposit_in_a_slot_replaces_what_waits_there_and_an_empty_one_cancels_it()
    {
        await using Bed bed = await Bed.StartAsync(options => options.MaxItems = 4);
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        byte[] slot = [1, 2, 3, 4, 5, 6, 7, 8];
        byte[] token = owner.Token(sender.Peer, 1);
        byte[][] items = [.. Enumerable.Range(0, 4).Select(i => Caller.Item(i))];
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(99), token: token)).Code);
        foreach (byte[] item in items)
        {
            // its lane has two places: what is replaced counts out first
            Assert.Equal(0, (await sender.DepositAsync(owner.Peer, item, Wire.Fixed64(4, slot), token)).Code);
        }

        Answer listed = await owner.SyncAsync();
        Assert.Equal([Convert.ToHexString(Caller.Name(Caller.Item(99))), Convert.ToHexString(Caller.Name(items[3]))], listed.Names);

        // of what was replaced the last is known
        Assert.Equal([0, 0, 6, 1], (await sender.QueryAsync(owner.Peer, items)).Fates.Select(one => one.State));
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, null, Wire.Fixed64(4, slot))).Code);
        Assert.Equal(1, (await owner.SyncAsync()).Waiting);
        Assert.Equal([6], (await sender.QueryAsync(owner.Peer, items[3])).Fates.Select(one => one.State));
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, null, Wire.Fixed64(4, slot))).Code);

        // replaced, it is answered as kept all the same
        Assert.True((await sender.DepositAsync(owner.Peer, items[3], Wire.Fixed64(4, slot))).IsDuplicate);
    }

    [Fact]
    public async Task Who_has_seen_a_slots_label_can_neither_replace_nor_cancel_what_another_peer_left_there()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        Caller thief = await bed.CallAsync();
        byte[] slot = [1, 2, 3, 4, 5, 6, 7, 8];
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(1), Wire.Fixed64(4, slot), owner.Token(sender.Peer))).Code);
        Assert.Equal(0, (await thief.DepositAsync(owner.Peer, null, Wire.Fixed64(4, slot))).Code);
        Assert.Equal(0, (await thief.DepositAsync(owner.Peer, Caller.Item(2), Wire.Fixed64(4, slot), owner.Token(thief.Peer))).Code);
        Assert.Equal(2, (await owner.SyncAsync()).Waiting);
        Assert.Equal(1, (await sender.QueryAsync(owner.Peer, Caller.Item(1))).Fates.Single().State);
    }

    [Fact]
    public async Task A_receipt_says_what_was_kept_until_when_and_whether_it_can_be_replaced()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        byte[] item = Caller.Item(1);
        Answer answer = await sender.DepositAsync(owner.Peer, item, [.. Wire.Fixed64(4, new byte[8]), .. Wire.Number(7, 1)],
            owner.Token(sender.Peer));
        List<Wire.Field> receipt = answer.OpenReceipt(bed.Node.PeerId);
        Assert.Equal(owner.Peer.ToBytes(), Wire.BytesOf(receipt, 1));
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(item), Wire.BytesOf(receipt, 2));
        Assert.Equal((0ul, (ulong)item.Length, 1ul), (Wire.NumberOf(receipt, 3), Wire.NumberOf(receipt, 6), Wire.NumberOf(receipt, 7)));
        Assert.Equal(answer.Until, Answer.Number32(receipt, 5));
        Answer denied = await sender.DepositAsync(owner.Peer, Caller.Item(2), Wire.Number(7, 1), [1]);
        Assert.Equal((403, 403ul), (denied.Code, Wire.NumberOf(denied.OpenReceipt(bed.Node.PeerId), 3)));
    }

    [Fact]
    public void Receipts_are_those_of_the_vectors()
    {
        Identity gateway = new(Crypto.Desktop.DesktopCrypto.Choose(), Vectors.Get("gateway seed"), 0);
        byte[] to = Vectors.Get("recipient");
        PeerId recipient = PeerId.FromBytes(to, 0, to.Length);
        byte[] kept = Vectors.Get("receipt, kept");
        List<Wire.Field> fields = Wire.Read(Wire.BytesOf(Wire.Read(kept), 3)!);
        Assert.Equal(Convert.ToHexString(kept), Convert.ToHexString(Statements.SignReceipt(gateway, recipient,
            ItemId.Read(Wire.BytesOf(fields, 2)), (PostboxCode)Wire.NumberOf(fields, 3), Answer.Number32(fields, 4),
            Answer.Number32(fields, 5), (int)Wire.NumberOf(fields, 6), Wire.NumberOf(fields, 7) == 1)));
    }

    [Fact]
    public async Task A_peer_and_an_address_have_their_rates_which_are_told_and_never_signed()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using Bed bed = await Bed.StartAsync(options =>
        {
            options.DepositsPerPeer = 3;
            options.DepositsPerAddress = 5;
            options.LookupsPerPeer = 2;
            options.Time = time;
        });
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        byte[] token = owner.Token(null, 1);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(i), token: token)).Code);
        }

        Answer refused = await sender.DepositAsync(owner.Peer, Caller.Item(3), Wire.Number(7, 1), token);
        Assert.Equal((501, null), (refused.Code, refused.Receipt));
        Assert.InRange(refused.RetryAfter, 1, 20);
        time.Advance(TimeSpan.FromSeconds(refused.RetryAfter));
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(3), token: token)).Code);

        // 5 in a minute from this host, of whomever; the time that went by has brought one more
        Caller other = await bed.CallAsync();
        List<int> codes = [];
        for (int i = 10; i < 14; i++)
        {
            codes.Add((await other.DepositAsync(owner.Peer, Caller.Item(i), token: token)).Code);
        }

        Assert.Equal([0, 0, 501, 501], codes);
        Assert.Equal(0, (await other.AskAsync(7, Wire.Bytes(1, owner.Peer.ToBytes()))).Code);
        Assert.Equal(0, (await other.QueryAsync(owner.Peer, Caller.Item(1))).Code);
        Assert.Equal(501, (await other.QueryAsync(owner.Peer, Caller.Item(1))).Code);

        // who takes his mail has no rate
        Assert.Equal(6, (await owner.SyncAsync()).Waiting);
    }

    [Fact]
    public async Task A_recipient_that_has_moved_is_told_with_its_record_and_its_mail_is_still_served()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallAsync();
        await owner.ConfigureAsync(Wire.Bytes(1, owner.Record(1, bed.Node.PeerId)));
        Caller sender = await bed.CallAsync();
        byte[] token = owner.Token(sender.Peer);
        Assert.Equal(0, (await sender.DepositAsync(owner.Peer, Caller.Item(1), token: token)).Code);
        byte[] record = owner.Record(2, sender.Peer);
        await owner.ConfigureAsync(Wire.Bytes(1, record));
        Answer answer = await sender.DepositAsync(owner.Peer, Caller.Item(2), token: token);
        Assert.Equal(405, answer.Code);
        Assert.Equal(record, answer.Record);
        Assert.Equal(1, (await owner.SyncAsync()).Waiting);
        Assert.Equal(record, (await sender.AskAsync(7, Wire.Bytes(1, owner.Peer.ToBytes()))).Record);
    }
}
