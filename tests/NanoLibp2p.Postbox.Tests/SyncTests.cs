using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Sender;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>A board that wakes, and a gateway that has kept its mail (SPEC.md 8.2).</summary>
public class SyncTests
{
    private readonly World _world = new();

    [Fact]
    public void With_nothing_there_a_board_asks_once_and_writes_nothing()
    {
        _world.Board.Sync(_world.Peer);
        int writes = _world.Board.Store.Writes;

        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(2, _world.Gateway.Requests.Count);
        Assert.Equal("09080122051808208008", Convert.ToHexString(_world.Gateway.Requests[1]));
        Assert.Equal(writes, _world.Board.Store.Writes);
        Assert.Equal(0, _world.Board.Client.Waiting);
        Assert.Empty(_world.Board.Heard);
    }

    [Fact]
    public void Mail_comes_highest_priority_first_and_is_acknowledged_with_its_proof()
    {
        byte[] key = [8, 7, 6, 5, 4, 3, 2, 1];
        _world.Put("low", 0);
        byte[] high = _world.Put("high", 3, new LetterOptions { ProofKey = key, Subject = "pump"u8.ToArray() });
        _world.Put("middle", 1);

        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["high", "middle", "low"], _world.Board.Heard);
        Assert.Equal(["pump", "", ""], _world.Board.Subjects);
        Assert.Empty(_world.Gateway.Items);
        Gateway.Ack ack = _world.Gateway.Acks.Single(one => one.Name == Convert.ToHexString(SHA256.HashData(high), 0, 8));
        Assert.Equal(Proof(key, 0), ack.Proof);

        // three items along with the first reply, the acknowledgements with the second request
        Assert.Equal(2, _world.Gateway.Requests.Count);
    }

    [Fact]
    public void What_is_acknowledged_was_stored_before()
    {
        _world.Put("one", 0);
        _world.Put("two", 0);
        List<bool> stored = [];
        List<byte[]> tags = [.. _world.Gateway.Items.Select(item => item.Tag!)];
        _world.Gateway.OnAck = ack => stored.Add(tags.TrueForAll(tag => _world.Board.Store.Get("mail")!.AsSpan().IndexOf(tag) >= 0));
        _world.Board.Sync(_world.Peer);
        Assert.Equal([true, true], stored);
    }

    [Fact]
    public void A_store_that_takes_no_write_leaves_the_mail_at_the_gateway()
    {
        _world.Board.Sync(_world.Peer);
        _world.Put("later", 0);
        _world.Board.Store.IsFull = true;
        Assert.Equal(PostboxResult.StoreFailed, _world.Board.Sync(_world.Peer));
        Assert.Empty(_world.Board.Heard);
        Assert.Empty(_world.Gateway.Acks);

        _world.Board.Store.IsFull = false;
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["later"], _world.Board.Heard);
        Assert.Empty(_world.Gateway.Items);
    }

    [Fact]
    public void What_exceeds_the_budget_is_fetched()
    {
        string body = new('x', 1_500);
        _world.Put("short", 0);
        _world.Put(body, 3);
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal([body, "short"], _world.Board.Heard);
        Assert.Equal([4, 5, 4, 4], _world.Kinds());
    }

    [Theory]
    [InlineData(700)]
    [InlineData(1_100)]
    [InlineData(1_700)]
    public void A_long_item_that_broke_off_is_resumed_in_the_middle(int cutAfter)
    {
        string body = string.Concat(Enumerable.Range(0, 470).Select(i => $"{i:D4}"));
        _world.Put(body, 0);
        _world.Gateway.Script = (kind, _, _) =>
        {
            _world.Gateway.CutAfter = kind == 5 && _world.Kinds().Count(one => one == 5) == 1 ? cutAfter : -1;
            return null;
        };
        Assert.Equal(PostboxResult.NoAnswer, _world.Board.Sync(_world.Peer));
        Assert.Empty(_world.Board.Heard);

        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal([body], _world.Board.Heard);
        byte[] second = _world.Gateway.Requests.Last(request => Wire.Read(request[1..]).Last().Number == 5);
        ulong offset = Wire.NumberOf(Wire.Read(Wire.Read(Wire.Read(second[1..]).Last().Bytes)[0].Bytes), 2);

        // from the last whole block on, 20 bytes of the reply being no item's
        Assert.Equal((ulong)(610 + (528 * ((cutAfter - 20 - 610) / 528))), offset);
    }

    [Fact]
    public void An_item_half_received_begins_anew_after_the_cipher_was_used_for_another()
    {
        string body = new('y', 1_850);
        _world.Put(body, 0);
        _world.Gateway.Script = (kind, _, _) =>
        {
            _world.Gateway.CutAfter = kind == 5 && _world.Kinds().Count(one => one == 5) == 1 ? 1_300 : -1;
            return null;
        };
        Assert.Equal(PostboxResult.NoAnswer, _world.Board.Sync(_world.Peer));
        _world.Board.Seal(_world.Friend.Identity.PeerId, "something else");
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal([body], _world.Board.Heard);
    }

    [Fact]
    public void More_mail_than_acknowledgements_fit_comes_in_several_rounds()
    {
        string[] bodies = [.. Enumerable.Range(0, 30).Select(i => $"message {i}")];
        foreach (string body in bodies)
        {
            _world.Put(body, 0);
        }

        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(bodies, _world.Board.Heard);
        Assert.Equal(30, _world.Gateway.Acks.Count);
        Assert.Empty(_world.Gateway.Items);
    }

    [Fact]
    public void What_is_not_wanted_is_refused_and_not_handed_on()
    {
        byte[] key = [1, 1, 1, 1, 1, 1, 1, 1];
        _world.Put("spam", 0, new LetterOptions { Subject = "offer"u8.ToArray(), ProofKey = key });
        _world.Put("mail", 0);
        _world.Board.Wish = mail => mail.SubjectCount == 0;
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["mail"], _world.Board.Heard);
        Gateway.Ack refused = _world.Gateway.Acks[0];
        Assert.Equal(1, refused.Outcome);
        Assert.Equal(Proof(key, 1), refused.Proof);
    }

    [Fact]
    public void Mail_past_its_lifetime_is_late_also_when_the_board_has_lost_its_clock()
    {
        _world.Put("yesterday", 0, new LetterOptions { Lifetime = 60 });
        Gateway.Item item = _world.Gateway.Items[0];
        _world.Board.Clock = Vectors.Sent + 3_600;
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(3, Assert.Single(_world.Gateway.Acks).Outcome);

        _world.Restart();
        _world.Board.Clock = 0;
        _world.Gateway.Items.Add(item);
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal([3, 3], _world.Gateway.Acks.Select(ack => ack.Outcome));
        Assert.Empty(_world.Board.Heard);
    }

    [Fact]
    public void Mail_from_the_future_stays_where_it_is_and_what_is_behind_it_comes()
    {
        _world.Friend.Clock = Vectors.Sent + 3_600;
        _world.Put("tomorrow", 3);
        _world.Friend.Clock = Vectors.Sent;
        for (int i = 0; i < 12; i++)
        {
            _world.PutFrom(_world.NewFriend(), $"today {i}", 0);
        }

        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(12, _world.Board.Heard.Count);
        Assert.Single(_world.Gateway.Items);

        _world.Board.Clock = Vectors.Sent + 3_600;
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal("tomorrow", _world.Board.Heard[^1]);
    }

    [Fact]
    public void A_reply_that_refuses_ends_with_its_code_and_acknowledges_nothing()
    {
        _world.Put("mail", 0);
        int refusals = 0;
        _world.Gateway.Script = (kind, request, serial) => request.Exists(field => field.Number == 1) && refusals++ == 0
            ? Gateway.Refuse(serial, 503)
            : null;
        Assert.Equal(503, _world.Board.Sync(_world.Peer));
        Assert.Equal(["mail"], _world.Board.Heard);
        Assert.Empty(_world.Gateway.Acks);

        // the next sync tells it again, and takes nothing twice
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["mail"], _world.Board.Heard);
        Assert.Equal(0, Assert.Single(_world.Gateway.Acks).Outcome);
    }

    [Fact]
    public void A_gateway_that_says_nothing_is_given_up_after_30_s()
    {
        _world.Gateway.Script = (_, _, _) => [];
        long before = _world.Simulation.Network.NowMs;
        Assert.Equal(PostboxResult.NoAnswer, _world.Board.Sync(_world.Peer));
        Assert.InRange(_world.Simulation.Network.NowMs - before, 30_000, 40_000);
        Assert.False(_world.Board.Client.IsBusy);
    }

    [Fact]
    public void A_board_that_follows_hears_of_new_mail_on_its_stream()
    {
        World world = new(new PostboxOptions { Follows = true });
        Assert.Equal(0, world.Board.Sync(world.Peer));
        world.Put("news", 0);
        world.Gateway.Hint(Wire.Delimited(Wire.Bytes(10, [.. Wire.Number(1, 1), .. Wire.Number(2, 130)])));
        Assert.True(world.Simulation.Run(() => world.Board.Hints == 1, 5_000));
        Assert.Equal(1, world.Board.Client.Waiting);

        Assert.Equal(0, world.Board.Sync(world.Peer));
        Assert.Equal(["news"], world.Board.Heard);
        Assert.Equal(1, world.Gateway.OpenStreams);
        Assert.All(world.Gateway.Requests, request => Assert.Equal(1ul, Wire.NumberOf(Wire.Read(Wire.Read(request[1..])[1].Bytes), 5)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(1000)]
    public void A_hint_behind_the_last_reply_is_heard_wherever_the_chunk_that_has_both_ends(int more)
    {
        World world = new(new PostboxOptions { Follows = true });
        byte[] hint = Wire.Delimited(Wire.Bytes(10, [.. Wire.Number(1, 3), .. Wire.Number(2, 130)]));
        int first = Math.Min(more, hint.Length);
        world.Gateway.Script = (_, _, serial) => [.. Gateway.Reply(serial, 10, Wire.Number(1, 0)), .. hint[..first]];
        Assert.Equal(0, world.Board.Sync(world.Peer));
        if (first < hint.Length)
        {
            world.Gateway.Hint(hint[first..]);
        }

        Assert.True(world.Simulation.Run(() => world.Board.Hints == 1, 5_000));
        Assert.Equal(3, world.Board.Client.Waiting);
        Assert.Equal(1, world.Gateway.OpenStreams);
    }

    [Fact]
    public void Without_following_no_stream_stays_open()
    {
        _world.Board.Sync(_world.Peer);
        Assert.True(_world.Simulation.Run(() => _world.Gateway.OpenStreams == 0, 5_000));
    }

    [Fact]
    public void The_mailbox_is_told_its_bounds_and_the_record()
    {
        Connection connection = _world.Board.Connect(_world.Peer);
        Assert.True(_world.Board.Sender.SignRecord() > 0);
        Assert.Equal(0, _world.Board.Run(() => _world.Board.Sender.Configure(connection)));
        List<Wire.Field> request = Wire.Read(Wire.Read(_world.Gateway.Requests[0][2..]).Last().Bytes);
        Assert.Equal(_world.Board.SenderOptions.Record, Wire.BytesOf(request, 1));
        Assert.Equal((2048ul, 16ul), (Wire.NumberOf(request, 5), Wire.NumberOf(request, 8)));
        Assert.Equal(Vectors.Sent, _world.Board.Client.GatewayTime);
    }

    [Fact]
    public void Two_boards_write_to_each_other_through_a_gateway()
    {
        Connection connection = _world.Friend.Connect(_world.Peer);
        byte[] key = [9, 9, 9, 9, 9, 9, 9, 9];
        byte[] item = _world.Friend.Seal(_world.Board.Identity.PeerId, "open", new LetterOptions { ProofKey = key });
        DepositOptions deposit = new() { To = _world.Board.Identity.PeerId, Item = item, Count = item.Length };
        Assert.Equal(0, _world.Friend.Run(() => _world.Friend.Sender.Deposit(connection, deposit)));
        Assert.Equal(Vectors.Sent + 86_400, _world.Friend.Sender.KeptUntil);
        Assert.Equal(item, Assert.Single(_world.Gateway.Deposits));

        _world.Gateway.Items.Add(new Gateway.Item(item, 0));
        _world.Board.Heed = mail => Assert.True(_world.Friend.Identity.PeerId.Matches(mail.Sender, 0, mail.Sender.Length));
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["open"], _world.Board.Heard);

        byte[] proof = Assert.Single(_world.Gateway.Acks).Proof!;
        _world.Gateway.Script = (kind, _, serial) => kind == 3
            ? Gateway.Reply(serial, 9, Wire.Bytes(1, [.. Wire.Number(1, 2), .. Wire.Fixed64(2, proof)]))
            : null;
        Assert.Equal(0, _world.Friend.Run(() => _world.Friend.Sender.Query(connection, _world.Board.Identity.PeerId,
            SHA256.HashData(item))));
        Assert.True(_world.Friend.Sender.IsProof(key));
    }

    [Fact]
    public void Each_seal_is_later_than_the_one_before_over_restarts_too_and_never_ten_minutes_ahead()
    {
        PeerId to = _world.Friend.Identity.PeerId;
        uint first = SentOf(_world.Board.Seal(to, "1"));
        uint second = SentOf(_world.Board.Seal(to, "2"));
        _world.Restart();
        uint third = SentOf(_world.Board.Seal(to, "3"));
        Assert.Equal([Vectors.Sent, Vectors.Sent + 1, Vectors.Sent + 2], [first, second, third]);

        for (int i = 0; i < 598; i++)
        {
            _world.Board.Seal(to, "burst");
        }

        LetterOptions letter = new() { To = to };
        Assert.Equal(PostboxResult.NoTime, _world.Board.Sender.Seal(letter, new byte[1], 0, 1, new byte[400], 0));

        uint SentOf(byte[] item)
        {
            _world.Gateway.Items.Clear();
            _world.Gateway.Items.Add(new Gateway.Item(item, 0));
            uint sent = 0;
            _world.Friend.Heed = mail => sent = mail.Sent;
            Assert.Equal(0, _world.Friend.Sync(_world.Peer));
            return sent;
        }
    }

    [Fact]
    public void What_cannot_be_sealed_is_told_by_a_code()
    {
        LetterOptions letter = new() { To = _world.Friend.Identity.PeerId, Subject = new byte[65] };
        byte[] item = new byte[200];
        Assert.Equal(PostboxResult.TooLong, _world.Board.Sender.Seal(letter, new byte[1], 0, 1, item, 0));
        letter.Subject = [];
        Assert.Equal(PostboxResult.TooLong, _world.Board.Sender.Seal(letter, new byte[200], 0, 200, item, 0));
        _world.Board.Clock = 0;
        Assert.Equal(PostboxResult.NoTime, _world.Board.Sender.Seal(letter, new byte[1], 0, 1, item, 0));
        _world.Board.Clock = Vectors.Sent;
        letter.To = PeerId.FromEd25519([1, .. new byte[31]], 0);
        Assert.Equal(PostboxResult.KeyInvalid, _world.Board.Sender.Seal(letter, new byte[1], 0, 1, item, 0));
        letter.To = PeerId.FromEd25519([2, .. new byte[31]], 0);
        Assert.Equal(PostboxResult.KeyInvalid, _world.Board.Sender.Seal(letter, new byte[1], 0, 1, item, 0));
        _world.Board.Store.IsFull = true;
        letter.To = _world.Friend.Identity.PeerId;
        Assert.Equal(PostboxResult.StoreFailed, _world.Board.Sender.Seal(letter, new byte[1], 0, 1, item, 0));
    }

    private static byte[] Proof(byte[] key, byte outcome)
    {
        byte[] proved = [.. "nanolibp2p-postbox-proof:"u8, outcome];
        return HMACSHA256.HashData(key, proved)[..8];
    }
}
