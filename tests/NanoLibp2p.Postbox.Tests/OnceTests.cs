using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Postbox.Sender;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>Once to the application, whatever the gateway, the link and the power do (SPEC.md 6).</summary>
public class OnceTests
{
    [Fact]
    public void A_gateway_that_offers_what_was_acknowledged_is_told_again_and_nothing_is_handed_on_twice()
    {
        World world = new();
        world.Gateway.Keeps = true;
        world.Put("open the valve", 0);
        for (int i = 0; i < 3; i++)
        {
            world.Gateway.Script = (kind, request, serial) => request.Exists(field => field.Number == 1)
                ? Gateway.Reply(serial, 10, Wire.Number(1, 0))
                : null;
            world.Board.Sync(world.Peer);
            world.Restart();
        }

        Assert.Equal(["open the valve"], Handed(world));
        Assert.Contains("open the valve", Handed(world));

        static List<string> Handed(World world) => world.AllHeard();
    }

    [Fact]
    public void A_copy_at_a_second_gateway_is_acknowledged_from_the_listing_and_not_fetched()
    {
        World world = new();
        Gateway second = new();
        NanoLibp2p.Tests.TestNode other = world.AddGateway(second);
        byte[] item = world.Put(new string('z', 1_200), 0);
        second.Items.Add(new Gateway.Item(item, 0));
        Assert.Equal(0, world.Board.Sync(world.Peer));
        Assert.Equal(0, world.Board.Sync(other));
        Assert.Single(world.Board.Heard);
        Assert.Equal(0, Assert.Single(second.Acks).Outcome);
        Assert.DoesNotContain(second.Requests, request => Wire.Read(request[1..]).Last().Number == 5);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 1_500)]
    [InlineData(true, 1_500)]
    public void Killed_at_any_write_a_board_hands_everything_on_once_or_marks_it_as_seen(bool after, int bytes)
    {
        string[] bodies = [new string('a', bytes), "b", new string('c', bytes)];
        int kills = 0;

        // the first write is that of the start
        for (int cut = 2; ; cut++)
        {
            World world = new();
            foreach (string body in bodies)
            {
                world.Put(body, 0);
            }

            world.Board.Store.CutAt = cut;
            world.Board.Store.CutsAfter = after;
            bool killed = false;
            try
            {
                world.Board.Sync(world.Peer);
            }
            catch (TestStore.PowerCut)
            {
                killed = true;
                kills++;
            }

            if (!killed)
            {
                break;
            }

            world.Restart();
            Assert.Equal(0, world.Board.Sync(world.Peer));
            List<string> heard = world.AllHeard();
            int again = heard.Count - heard.Distinct().Count();
            Assert.Equal(bodies.Order(), heard.Distinct().Order());
            Assert.True(again <= world.Board.SeenBefore, $"killed at write {cut}: {again} came twice, {world.Board.SeenBefore} marked");
            Assert.Empty(world.Gateway.Items);
            Assert.All(world.Gateway.Acks, ack => Assert.Equal(0, ack.Outcome));
        }

        Assert.InRange(kills, 4, 30);
    }

    [Fact]
    public void Killed_in_its_handler_a_board_hands_it_on_again_with_the_mark()
    {
        World world = new();
        world.Put("open the valve", 0);
        world.Board.Heed = _ => throw new TestStore.PowerCut();
        Assert.Throws<TestStore.PowerCut>(() => world.Board.Sync(world.Peer));
        world.Restart();
        Assert.Equal(0, world.Board.Sync(world.Peer));
        Assert.Equal(["open the valve"], world.Board.Heard);
        Assert.Equal(1, world.Board.SeenBefore);
        Assert.Equal(0, Assert.Single(world.Gateway.Acks).Outcome);

        // and not a third time
        world.Restart();
        Assert.Equal(0, world.Board.Sync(world.Peer));
        Assert.Empty(world.Board.Heard);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_handler_that_signs_is_not_called_again(bool restarts)
    {
        World world = new();
        world.Put("open the valve", 0);
        if (restarts)
        {
            world.Board.Heed = _ => throw new TestStore.PowerCut();
            Assert.Throws<TestStore.PowerCut>(() => world.Board.Sync(world.Peer));
            world.Restart();
        }

        Board board = world.Board;
        List<int> signed = [];
        board.Heed = _ =>
        {
            if (board.Heard.Count < 3)
            {
                signed.Add(board.Sender.WriteToken(null, Vectors.Sent, 1, 0, new byte[200], 0));
                signed.Add(board.Sender.SignRecord());
            }
        };
        Assert.Equal(0, board.Sync(world.Peer));
        Assert.Equal(["open the valve"], board.Heard);
        Assert.Equal([PostboxResult.NoAnswer, PostboxResult.NoAnswer], signed);
    }

    [Fact]
    public void A_store_that_fails_afterwards_hands_nothing_on_again()
    {
        World world = new();
        world.Put("open the valve", 0);
        world.Board.Heed = _ => world.Board.Store.IsFull = true;
        Assert.Equal(PostboxResult.StoreFailed, world.Board.Sync(world.Peer));
        Assert.Equal(PostboxResult.StoreFailed, world.Board.Sync(world.Peer));
        Assert.Equal(["open the valve"], world.Board.Heard);
    }

    [Fact]
    public void Mail_of_the_last_start_is_handed_on_once_also_by_a_board_that_stays_offline()
    {
        World world = new();
        world.Put("open the valve", 0);
        world.Board.Heed = _ => throw new TestStore.PowerCut();
        Assert.Throws<TestStore.PowerCut>(() => world.Board.Sync(world.Peer));
        Board board = world.Board;
        PostboxClient client = new(board.Options, board.Store, board);
        board.Heed = _ => { };
        board.Heard.Clear();
        NanoLibp2p.Crypto.ManagedCrypto crypto = new();
        NanoLibp2p.Core.Node node = new(new NanoLibp2p.Core.NodeOptions(), board.Identity, crypto, board.Random);
        node.Add(client);
        client.Poll(0);
        Assert.Equal(["open the valve"], board.Heard);

        // and it is stored that it was, without any request
        PostboxClient next = new(board.Options, board.Store, board);
        node = new NanoLibp2p.Core.Node(new NanoLibp2p.Core.NodeOptions(), board.Identity, crypto, board.Random);
        node.Add(next);
        next.Poll(0);
        Assert.Equal(["open the valve"], board.Heard);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Killed_at_any_write_long_items_that_came_together_are_not_mixed(bool after)
    {
        string[] bodies = [new string('a', 1_500), new string('b', 1_500), new string('c', 700)];
        for (int cut = 2; ; cut++)
        {
            World world = new(new PostboxOptions { MaxItemBytes = 8192, BudgetBytes = 8192 });
            foreach (string body in bodies)
            {
                world.Put(body, 0);
            }

            world.Board.Store.CutAt = cut;
            world.Board.Store.CutsAfter = after;
            try
            {
                world.Board.Sync(world.Peer);
                break;
            }
            catch (TestStore.PowerCut)
            {
                world.Restart();
            }

            Assert.Equal(0, world.Board.Sync(world.Peer));
            Assert.Equal(bodies.Order(), world.AllHeard().Distinct().Order());
            Assert.InRange(cut, 2, 30);
        }
    }

    [Fact]
    public void The_secret_outlives_a_write_that_fails_and_a_store_that_takes_none_stops_the_board()
    {
        World world = new();
        byte[] secret = [.. world.Board.Client.Table.Data[4..20]];
        world.Put("mail", 0);
        world.Board.Store.IsFull = true;
        Assert.Equal(PostboxResult.StoreFailed, world.Board.Sync(world.Peer));
        Assert.Equal(secret, world.Board.Client.Table.Data[4..20]);
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => world.NewBoard(new TestStore { IsFull = true }));
        Assert.Contains("took no write", thrown.Message);
    }

    [Fact]
    public void Junk_with_the_tag_of_honest_mail_does_not_lose_it()
    {
        World world = new();
        byte[] honest = world.Put("open", 0);
        byte[] junk = [.. honest];
        junk[^1] ^= 1;
        world.Gateway.Items.Insert(0, new Gateway.Item(junk, 3));
        Assert.Equal(0, world.Board.Sync(world.Peer));
        Assert.Equal(["open"], world.Board.Heard);
        Assert.Equal([2, 0], world.Gateway.Acks.Select(ack => ack.Outcome));
    }

    [Fact]
    public void Of_a_subject_only_the_latest_counts_also_when_what_was_replaced_is_offered_after_it()
    {
        World world = new(new PostboxOptions { Latest = ["setpoint"u8.ToArray()] });
        LetterOptions letter = new() { Subject = "setpoint"u8.ToArray(), IsLatest = true };
        world.Put("20", 0, letter);
        Gateway.Item old = world.Gateway.Items[0];
        world.Gateway.Items.Clear();
        world.Put("21", 0, letter);
        Assert.Equal(0, world.Board.Sync(world.Peer));
        world.Restart();
        world.Gateway.Items.Add(old);
        Assert.Equal(0, world.Board.Sync(world.Peer));
        Assert.Equal(["21"], world.AllHeard());
        Assert.Equal([0, 3], world.Gateway.Acks.Select(ack => ack.Outcome));
    }

    [Fact]
    public void A_stranger_from_the_year_2099_makes_no_known_sender_late()
    {
        World world = new();
        World knowing = new(new PostboxOptions { Known = [world.Friend.Identity.PeerId] });
        Board stranger = knowing.NewFriend();
        knowing.Board.Clock = 0;
        for (int i = 0; i < 40; i++)
        {
            stranger.Clock = 4_070_908_800 + (uint)i;
            knowing.PutFrom(stranger, $"junk {i}", 3);
        }

        knowing.Put("open the valve", 0);
        Assert.Equal(0, knowing.Board.Sync(knowing.Peer));
        Assert.Contains("open the valve", knowing.Board.Heard);
    }

    [Fact]
    public void The_table_is_that_of_the_model_over_a_hundred_thousand_offers()
    {
        Random random = new(1);
        int handed = 0;
        int late = 0;
        for (int round = 0; round < 200; round++)
        {
            OnceTable table = new(new TestStore(), 32);
            TableModel model = new(32);
            table.Load();
            table.Declare([77, 78]);
            uint[] marks = [101, 102, 103, 104, 105, 106];
            HashSet<uint> known = [];
            List<(ulong Tag, uint Sent, uint Mark, int Subject)> history = [];
            HashSet<ulong> seen = [];
            for (int i = 0; i < 500; i++)
            {
                if (random.Next(20) == 0)
                {
                    uint mark = marks[random.Next(marks.Length)];
                    if (!known.Remove(mark))
                    {
                        known.Add(mark);
                    }

                    while (known.Count > 1)
                    {
                        known.Remove(known.First());
                    }

                    foreach (uint other in marks)
                    {
                        if (!known.Contains(other))
                        {
                            model.GiveUp(other);
                        }
                    }

                    foreach (uint one in known)
                    {
                        model.Learn(one);
                    }

                    table.Know([.. known]);
                }

                if (history.Count == 0 || random.Next(5) < 2)
                {
                    uint sent = (uint)(random.Next(3) == 0 ? 1 + random.Next(5_000) : 1 + (i * 10));
                    history.Add(((ulong)((round * 1_000) + i + 1), sent, marks[random.Next(marks.Length)], random.Next(6) - 4));
                }

                (ulong tag, uint time, uint sender, int subject) = history[random.Next(history.Count)];
                subject = Math.Max(subject, -1);
                int place = subject < 0 ? -1 : table.FindSubject((uint)(77 + subject));
                int expected = model.Offer(tag, time, sender, subject);
                Assert.Equal(expected, Offer(table, tag, time, sender, place));
                handed += expected == -4 ? 1 : 0;
                late += expected == 3 ? 1 : 0;
                Assert.False(expected == -4 && !seen.Add(tag), "handed on twice");
            }
        }

        Assert.InRange(handed, 10_000, 90_000);
        Assert.InRange(late, 1_000, 90_000);
    }

    [Fact]
    public void A_table_is_read_back_also_by_a_board_that_has_more_room()
    {
        World world = new();
        world.Put("one", 0);
        byte[] item = world.Gateway.Items[0].Bytes;
        Assert.Equal(0, world.Board.Sync(world.Peer));

        World larger = new(new PostboxOptions { TableEntries = 64 });
        Board board = larger.NewBoard(world.Board.Store);
        larger.Gateway.Items.Add(new Gateway.Item(item, 0));
        Assert.Equal(0, board.Sync(larger.Peer));
        Assert.Empty(board.Heard);
        Assert.Equal(0, Assert.Single(larger.Gateway.Acks).Outcome);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("02000000")]
    [InlineData("")]
    public void A_damaged_table_stops_the_board_and_is_left_as_it_is(string bytes)
    {
        TestStore store = new();
        store.Put("mail", Convert.FromHexString(bytes));
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => new World().NewBoard(store));
        Assert.Contains("left as it is", thrown.Message);
        Assert.Equal(Convert.FromHexString(bytes), store.Get("mail"));
    }

    private static int Offer(OnceTable table, ulong tag, uint sent, uint mark, int subject)
    {
        if (table.Contains(tag))
        {
            return OnceTable.Stored;
        }

        int which = table.ClassOf(mark);
        if (table.IsLate(sent, which, subject) || !table.MakeRoom(sent, which))
        {
            return OnceTable.TooLate;
        }

        table.Add(tag, sent, mark, subject);
        return OnceTable.HandedOn;
    }
}
