using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Sender;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>Gateways and senders that do what they must not: a code, and nothing handed on.</summary>
public class HostileTests
{
    private readonly World _world = new();

    [Fact]
    public void Every_changed_cut_or_lengthened_item_is_unreadable()
    {
        byte[] item = _world.Put(new string('q', 700), 0);
        List<byte[]> bad = [];
        for (int i = 0; i < item.Length; i += i is > 100 and < 580 or > 640 ? 37 : 3)
        {
            byte[] changed = [.. item];
            changed[i] ^= 0x80;
            bad.Add(changed);
        }

        bad.Add(item[..^1]);
        bad.Add(item[..610]);
        bad.Add(item[..98]);
        bad.Add(item[..5]);
        bad.Add([.. item, 0]);
        bad.Add([.. item, .. new byte[17]]);
        foreach (byte[] one in bad)
        {
            _world.Gateway.Items.Clear();
            _world.Gateway.Acks.Clear();
            _world.Gateway.Items.Add(new Gateway.Item(one, 0));
            _world.Board.Sync(_world.Peer);
            Assert.Equal(2, Assert.Single(_world.Gateway.Acks).Outcome);
        }

        Assert.Empty(_world.Board.Heard);
    }

    [Fact]
    public void Chunks_of_two_items_with_one_ephemeral_key_are_not_interchangeable()
    {
        FixedRandom random = new(1) { Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)] };
        Board sender = new(_world.Simulation, [.. Enumerable.Range(1, 32).Select(i => (byte)i)], null, null, random);
        byte[] first = sender.Seal(_world.Board.Identity.PeerId, new string('A', 700));
        byte[] second = sender.Seal(_world.Board.Identity.PeerId, new string('B', 700));
        Assert.Equal(first[..34], second[..34]);
        _world.Gateway.Items.Add(new Gateway.Item([.. first[..610], .. second[610..]], 0));
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(2, Assert.Single(_world.Gateway.Acks).Outcome);
        Assert.Empty(_world.Board.Heard);
    }

    [Fact]
    public void After_four_unreadable_items_no_more_are_taken_in_a_sync()
    {
        for (int i = 0; i < 10; i++)
        {
            byte[] junk = new byte[150];
            new SeededRandom((uint)i).Fill(junk, 0, junk.Length);
            junk[0] = 1;
            junk[1] = 0;
            _world.Gateway.Items.Add(new Gateway.Item(junk, 1));
        }

        _world.Put("mail", 0);
        Assert.Equal(PostboxResult.Unreadable, _world.Board.Sync(_world.Peer));
        Assert.Equal(4, _world.Gateway.Acks.Count);
        Assert.Equal(PostboxResult.Unreadable, _world.Board.Sync(_world.Peer));
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["mail"], _world.Board.Heard);
    }

    [Theory]
    [InlineData("")]
    [InlineData("FFFFFFFF0F")]
    [InlineData("03080152")]
    [InlineData("020802")]
    [InlineData("0408025200")]
    [InlineData("0408015A00")]
    [InlineData("0408014200")]
    [InlineData("0408005200")]
    [InlineData("07080152025001FF")]
    public void What_is_no_answer_resets_the_stream(string reply)
    {
        byte[] bytes = Convert.FromHexString(reply);
        _world.Gateway.Script = (_, _, _) => bytes;
        int code = _world.Board.Sync(_world.Peer);
        Assert.Equal(reply.Length == 0 ? PostboxResult.NoAnswer : PostboxResult.Malformed, code);
        Assert.True(_world.Simulation.Run(() => _world.Gateway.OpenStreams == 0, 5_000));

        _world.Gateway.Script = null;
        _world.Put("mail", 0);
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["mail"], _world.Board.Heard);
    }

    [Fact]
    public void A_gateway_that_lists_and_never_gives_is_asked_no_more_than_250_times()
    {
        byte[] name = [1, 2, 3, 4, 5, 6, 7, 8];
        byte[] entry = [.. Wire.Fixed64(1, name), .. Wire.Number(2, 200)];
        _world.Gateway.Script = (kind, _, serial) => kind == 4
            ? Gateway.Reply(serial, 10, [.. Wire.Number(1, 1), .. Wire.Bytes(3, entry)])
            : Gateway.Reply(serial, 11, [.. Wire.Fixed64(1, name), .. Wire.Number(3, 200), .. Wire.Bytes(15, new byte[1])]);
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.InRange(_world.Gateway.Requests.Count, 2, 252);
    }

    [Fact]
    public void An_item_longer_than_the_device_takes_stays_and_others_come()
    {
        _world.Gateway.Items.Add(new Gateway.Item(new byte[5_000], 3));
        _world.Put("short", 0);
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["short"], _world.Board.Heard);
        Assert.Single(_world.Gateway.Items);
    }

    [Fact]
    public void A_name_of_another_item_harms_that_gateways_copy_alone()
    {
        _world.Put("mail", 0);
        byte[] item = _world.Gateway.Items[0].Bytes;
        _world.Gateway.Items[0].Name = new byte[8];
        _world.Gateway.Items[0].Name[0] = 9;
        _world.Gateway.Items[0].Tag = null;
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["mail"], _world.Board.Heard);
        Gateway second = new();
        TestNode other = _world.AddGateway(second);
        second.Items.Add(new Gateway.Item(item, 0));
        Assert.Equal(0, _world.Board.Sync(other));
        Assert.Single(_world.Board.Heard);
        Assert.Single(second.Acks);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(-1)]
    public void A_record_with_any_byte_changed_is_no_record(int at)
    {
        byte[] record = Vectors.Get("record with prekey");
        record[at < 0 ? record.Length + at : at] ^= 1;
        MailboxRecord into = new();
        Assert.Equal(PostboxResult.RecordInvalid, LookUp(record, into, "recipient"));
        Assert.Equal(0ul, into.Sequence);
    }

    [Fact]
    public void Another_peers_record_and_an_older_one_are_no_record()
    {
        MailboxRecord into = new();
        Assert.Equal(PostboxResult.RecordInvalid, LookUp(Vectors.Get("record"), into, "sender"));
        Assert.Equal(0, LookUp(Vectors.Get("record"), into, "recipient"));

        Board recipient = new(_world.Simulation, Vectors.Get("recipient seed"), null, null, null, new PostboxSenderOptions())
        {
            Clock = Vectors.Sent - 10,
        };
        recipient.Sender.SignRecord();
        Assert.Equal(PostboxResult.RecordInvalid, LookUp(recipient.SenderOptions.Record!, into, "recipient"));
        Assert.Equal((ulong)Vectors.Sent, into.Sequence);

        // a token is no record, whoever signed it
        Assert.Equal(PostboxResult.RecordInvalid, LookUp(Vectors.Get("token"), into, "recipient"));
    }

    [Fact]
    public void What_was_sealed_to_a_forgotten_prekey_can_not_be_read()
    {
        Board board = _world.Board;
        MailboxRecord into = new();
        board.Sender.SignRecord();
        Connection connection = _world.Friend.Connect(_world.Peer);
        _world.Gateway.Record = board.SenderOptions.Record;
        Assert.Equal(0, _world.Friend.Run(() => _world.Friend.Sender.Lookup(connection, board.Identity.PeerId, into)));
        byte[] item = _world.Friend.Seal(board.Identity.PeerId, "secret", new LetterOptions { Record = into, Lifetime = 2_592_000 });
        Assert.Equal(1, item[1]);
        for (int i = 0; i < 8; i++)
        {
            board.Clock += 7 * 86_400;
            board.Sender.SignRecord();
        }

        board.Clock = Vectors.Sent;
        _world.Gateway.Items.Add(new Gateway.Item(item, 0));
        Assert.Equal(0, board.Sync(_world.Peer));
        Assert.Equal(2, Assert.Single(_world.Gateway.Acks).Outcome);
    }

    [Fact]
    public void What_one_gateway_began_is_not_continued_at_another()
    {
        World world = new(new PostboxOptions { MaxItemBytes = 4096 });
        byte[] honest = world.Put(new string('h', 1_500), 0);
        Gateway second = new();
        TestNode other = world.AddGateway(second);
        second.Items.Add(new Gateway.Item(honest, 0));

        // under the name and size of the honest item, the beginning of another
        byte[] own = world.NewFriend().Seal(world.Board.Identity.PeerId, new string('o', 1_500));
        world.Gateway.Items[0].Bytes = own;
        world.Gateway.Items[0].Tag = null;
        world.Gateway.Script = (kind, _, _) =>
        {
            world.Gateway.CutAfter = kind == 5 ? 700 : -1;
            return null;
        };
        Assert.Equal(PostboxResult.NoAnswer, world.Board.Sync(world.Peer));
        Assert.Equal(0, world.Board.Sync(other));
        Assert.Equal([new string('h', 1_500)], world.Board.Heard);
        Assert.Equal(0, Assert.Single(second.Acks).Outcome);
    }

    [Fact]
    public void An_item_that_a_gateway_no_longer_has_keeps_no_others_waiting()
    {
        _world.Put(new string('x', 1_500), 0);
        _world.Gateway.Script = (kind, _, _) =>
        {
            _world.Gateway.CutAfter = kind == 5 ? 700 : -1;
            return null;
        };
        Assert.Equal(PostboxResult.NoAnswer, _world.Board.Sync(_world.Peer));
        _world.Gateway.Script = null;
        _world.Gateway.CutAfter = -1;
        _world.Gateway.Items.Clear();
        _world.Put("mail", 0);
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["mail"], _world.Board.Heard);
    }

    [Theory]
    [InlineData(1_500)]
    [InlineData(800)]
    public void One_item_dated_ahead_keeps_no_others_waiting(int bytes)
    {
        _world.Friend.Clock = Vectors.Sent + 31_536_000;
        _world.Put(new string('t', bytes), 3);
        Board other = _world.NewFriend();
        _world.PutFrom(other, new string('a', 900), 0);
        _world.PutFrom(other, new string('b', 900), 0);
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(2, _world.Board.Heard.Count);
        Assert.Single(_world.Gateway.Items);
    }

    [Fact]
    public void A_page_of_items_that_are_too_long_keeps_no_others_waiting()
    {
        for (int i = 0; i < 8; i++)
        {
            _world.Gateway.Items.Add(new Gateway.Item([(byte)i, .. new byte[5_000]], 3));
        }

        _world.Put("short", 0);
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(["short"], _world.Board.Heard);
    }

    [Fact]
    public void Too_long_items_behind_mail_pass_none_of_it_over()
    {
        string[] bodies = [new string('a', 1_500), new string('b', 1_500)];
        _world.Put(bodies[0], 3);
        _world.Put(bodies[1], 3);
        _world.Gateway.Items.Add(new Gateway.Item(new byte[5_000], 0));
        Assert.Equal(0, _world.Board.Sync(_world.Peer));
        Assert.Equal(bodies, _world.Board.Heard);
    }

    [Fact]
    public void What_is_kept_of_a_gateway_is_not_a_part_of_its_key()
    {
        _world.Put("mail", 0);
        _world.Gateway.Script = (_, request, serial) => request.Exists(field => field.Number == 1) ? Gateway.Refuse(serial, 503) : null;
        Assert.Equal(503, _world.Board.Sync(_world.Peer));
        byte[] key = _world.Peer.Node.Identity.PeerId.ToBytes();
        Assert.Equal(-1, _world.Board.Store.Get("mail")!.AsSpan().IndexOf(key.AsSpan(key.Length - 4)));
    }

    [Fact]
    public void A_gateways_clock_that_leaps_ahead_does_not_end_sealing()
    {
        Board board = new(_world.Simulation, new byte[32], null, null, null, new PostboxSenderOptions { TrustsGatewayClock = true })
        {
            Clock = 0,
        };
        PeerId to = _world.Friend.Identity.PeerId;
        Assert.Equal(0, board.Sync(_world.Peer));
        board.Seal(to, "first");
        _world.Gateway.Now = 0xFFFFFFFF;
        Assert.Equal(0, board.Sync(_world.Peer));
        Assert.Equal(PostboxResult.NoTime, board.Sender.Seal(new LetterOptions { To = to }, new byte[1], 0, 1, new byte[400], 0));
        _world.Gateway.Now = Vectors.Sent + 60;
        Assert.Equal(0, board.Sync(_world.Peer));
        board.Seal(to, "second");
    }

    [Fact]
    public void A_gateway_that_trickles_is_given_up_after_30_s()
    {
        World world = new(new PostboxOptions { Follows = true });
        Assert.Equal(0, world.Board.Sync(world.Peer));
        world.Gateway.Script = (_, _, _) => [200, 1, 0x7A, 100];
        long before = world.Simulation.Network.NowMs;
        Connection connection = world.Board.Connect(world.Peer);
        Assert.True(world.Board.Client.Sync(connection));
        for (int i = 0; i < 20 && world.Board.Client.IsBusy; i++)
        {
            world.Simulation.Run(() => !world.Board.Client.IsBusy, 10_000);
            world.Gateway.Hint([0]);
        }

        Assert.Equal([0, PostboxResult.NoAnswer], world.Board.Ends);
        Assert.InRange(world.Simulation.Network.NowMs - before, 30_000, 45_000);
    }

    [Fact]
    public void What_is_no_hint_resets_the_stream_and_the_next_sync_opens_another()
    {
        World world = new(new PostboxOptions { Follows = true });
        Assert.Equal(0, world.Board.Sync(world.Peer));
        world.Gateway.Hint(Convert.FromHexString("FFFFFFFF0F"));
        Assert.True(world.Simulation.Run(() => world.Gateway.OpenStreams == 0, 5_000));
        world.Put("mail", 0);
        Assert.Equal(0, world.Board.Sync(world.Peer));
        Assert.Equal(["mail"], world.Board.Heard);
    }

    private int LookUp(byte[] record, MailboxRecord into, string who)
    {
        _world.Gateway.Record = record;
        Connection connection = _world.Friend.Connect(_world.Peer);
        PeerId to = PeerId.FromBytes(Vectors.Get(who), 0, 38);
        return _world.Friend.Run(() => _world.Friend.Sender.Lookup(connection, to, into));
    }
}
