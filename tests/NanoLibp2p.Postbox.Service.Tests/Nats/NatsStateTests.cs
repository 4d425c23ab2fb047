using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Tests.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Nats;

/// <summary>The rules by which gateways come to the same heads, without a server: a stream that keeps the last message of each subject, as
/// NATS does, and who comes to it sooner or later.</summary>
public sealed class NatsStateTests
{
    [Fact]
    public void Who_followed_from_the_start_and_who_comes_later_have_the_same_heads()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Stream stream = new(new Random(seed));
            for (int i = 0; i < 60; i++)
            {
                stream.Step();
            }

            stream.Tidy();
            NatsState late = new();
            foreach ((long sequence, NatsRecord record) in stream.Messages)
            {
                late.Load(sequence, record);
            }

            late.EndLoading();
            Assert.True(Heads(stream.Live).SequenceEqual(Heads(late)), $"seed {seed}");
            Assert.Equal(stream.Live.Used, late.Used);

            // and the messages that are left are those of the heads and the mailboxes alone
            Assert.Empty(late.Left);
            Assert.Empty(late.Replaced);
        }
    }

    [Fact]
    public void Who_goes_on_from_what_was_kept_has_the_same_heads_or_finds_that_they_are_not_as_many()
    {
        int same = 0;
        int without = 0;
        for (int seed = 0; seed < 600; seed++)
        {
            Random random = new(seed);
            Stream stream = new(random);
            int before = random.Next(60);
            for (int i = 0; i < before; i++)
            {
                stream.Step();
            }

            stream.Tidy();
            long mark = stream.Messages.Count == 0 ? 0 : stream.Messages[^1].Sequence;
            NatsState kept = NatsState.From(stream.Live.Keep(new NatsMark(mark, 0, 0))!);
            Assert.Equal(stream.Live.Used, kept.Used);
            for (int i = random.Next(60); i > 0; i--)
            {
                stream.Step();
            }

            stream.Tidy();
            if (seed % 3 == 0)
            {
                stream.LoseNotice(mark);
            }

            foreach ((long sequence, NatsRecord record) in stream.Messages.Where(one => one.Sequence > mark))
            {
                kept.Load(sequence, record);
            }

            kept.EndLoading();
            int notices = stream.Messages.Count(one => one.Record.Kind == NatsRecordKind.Forgotten);
            if (kept.Unwritten.Count == 0 && kept.Messages + notices == stream.Messages.Count)
            {
                Assert.True(Heads(stream.Live).SequenceEqual(Heads(kept)), $"seed {seed}");
                Assert.Equal(stream.Live.Used, kept.Used);
                same++;
            }
            else if (seed % 3 != 0)
            {
                // of what was replaced twice meanwhile, and then forgotten, nothing tells
                without++;
            }
        }

        Assert.True(same is > 400 and < 600 && without < 20, $"{same} of 600, {without} of 400");
    }

    [Fact]
    public void What_was_replaced_and_has_no_fate_yet_still_needs_one_for_who_goes_on_from_what_was_kept()
    {
        // who replaced it died before it wrote that down, and others do not tidy for it
        NatsState live = new();
        live.Apply(1, Saved(1), []);
        live.Apply(2, Item(2, Letters.Deposit(1, 1, slot: 5)), []);
        live.Apply(3, Item(3, Letters.Deposit(1, 2, slot: 5)), []);
        live.Replaced.Clear();
        NatsHeads kept = live.Keep(new NatsMark(4, 0, 0))!;
        Assert.Equal([2L], NatsState.From(kept).Unwritten.Select(one => one.Sequence));

        // with its fate there is nothing left to write
        NatsState goesOn = NatsState.From(kept);
        goesOn.Load(5, Fate(Letters.Deposit(1, 1, slot: 5).ToHead(2), PostboxState.Replaced));
        Assert.Empty(goesOn.Unwritten);
        live.Apply(5, Fate(Letters.Deposit(1, 1, slot: 5).ToHead(2), PostboxState.Replaced), []);
        Assert.Empty(NatsState.From(live.Keep(new NatsMark(6, 0, 0))!).Replaced);
    }

    [Fact]
    public void A_head_that_was_forgotten_does_not_come_back_by_a_fate_that_was_on_its_way()
    {
        NatsState state = new();
        List<PostboxChange> changes = [];
        state.Apply(1, Saved(1), changes);
        state.Apply(2, Item(2, Letters.Deposit(1, 1)), changes);
        PostboxHead head = state.Index.Find(Letters.Box(1), ItemId.Of(Letters.Item(1)))!;
        state.Apply(3, new NatsRecord { Kind = NatsRecordKind.Forgotten, Forgotten = [(head.Box, head.Id, 2)] }, changes);
        changes.Clear();
        state.Apply(4, Fate(head, PostboxState.Delivered), changes);
        Assert.Empty(changes);
        Assert.Equal([2L, 4L], state.Left);
    }

    [Fact]
    public void Of_a_slot_whose_items_are_gone_from_the_stream_the_fates_say_what_replaced_what()
    {
        NatsState state = new();
        state.Load(1, Saved(1));
        state.Load(2, Item(2, Letters.Deposit(1, 1, slot: 5)));
        state.Load(4, Fate(Letters.Deposit(1, 2, slot: 5).ToHead(3), PostboxState.Delivered));
        state.EndLoading();
        Assert.Equal([(2L, PostboxState.Replaced, Letters.Box(1)), (3L, PostboxState.Delivered, Letters.Box(1))], Heads(state));
        Assert.Equal([2L], state.Replaced.Select(one => one.Sequence));

        // of those that were replaced the last is told of, however they come
        NatsState replaced = new();
        replaced.Load(1, Saved(1));
        replaced.Load(10, Fate(Letters.Deposit(1, 2, slot: 5).ToHead(5), PostboxState.Replaced));
        replaced.Load(11, Fate(Letters.Deposit(1, 1, slot: 5).ToHead(4), PostboxState.Replaced));
        replaced.EndLoading();
        Assert.Equal([5L], Heads(replaced).Select(one => one.Sequence));
        Assert.Equal([11L], replaced.Left);
    }

    [Fact]
    public void What_is_older_than_the_drop_of_its_mailbox_does_not_come_back_with_the_next_of_its_name()
    {
        NatsState state = new();
        state.Load(2, Item(2, Letters.Deposit(1, 1)));
        state.Load(6, Saved(1, floor: 5, number: 2));
        state.Load(7, Fate(Letters.Deposit(1, 2).ToHead(3), PostboxState.Delivered));
        state.EndLoading();
        Assert.Empty(Heads(state));
        Assert.Equal([2L, 7L], state.Left);
    }

    [Fact]
    public void So_many_forgotten_heads_are_remembered_and_no_more()
    {
        NatsState state = new();
        List<PostboxChange> changes = [];
        state.Apply(1, Saved(1), changes);
        foreach (int[] some in Enumerable.Range(2, 65_600).Chunk(NatsRecord.MaxForgotten))
        {
            state.Apply(100_000 + some[0], new NatsRecord
            {
                Kind = NatsRecordKind.Forgotten, Forgotten = [.. some.Select(one => (Letters.Box(1), default(ItemId), (long)one))],
            }, changes);
        }

        changes.Clear();
        state.Apply(200_000, Fate(Letters.Deposit(1, 1).ToHead(65_000), PostboxState.Delivered), changes);
        Assert.Empty(changes);
        state.Apply(200_001, Fate(Letters.Deposit(1, 2).ToHead(2), PostboxState.Delivered), changes);
        Assert.Single(changes);
    }

    [Fact]
    public void What_a_dropped_mailbox_left_behind_is_tidied_away_by_who_comes_later()
    {
        // who dropped it died before it deleted what was in it
        NatsState state = new();
        state.Load(2, Item(2, Letters.Deposit(1, 1)));
        state.Load(3, Saved(2));
        state.Load(4, Item(4, Letters.Deposit(2, 1)));
        state.Load(5, new NatsRecord { Kind = NatsRecordKind.Dropped, Box = Letters.Box(1) });
        state.Load(6, new NatsRecord { Kind = NatsRecordKind.Dropped, Box = Letters.Box(2) });

        // of this one a server has lost what it is: its mail waits for that
        state.Load(7, Item(7, Letters.Deposit(3, 1)));
        state.EndLoading();
        Assert.Equal([2L, 4L], state.Left);
        Assert.Equal(0, state.Used);
        Assert.Equal(0, state.Index.Mailboxes);
        List<PostboxChange> changes = [];
        state.Apply(8, Saved(3), changes);
        Assert.Equal([PostboxChangeKind.MailboxSaved, PostboxChangeKind.Appended], changes.Select(one => one.Kind));
        Assert.Equal([2L, 4L], state.Left);
    }

    [Fact]
    public void Records_are_read_as_they_were_written_and_of_anything_else_nothing_is_read()
    {
        PostboxMailbox mailbox = new(Letters.Peer(1), 7) { Settings = [1, 2], Record = [3], Seen = 9 };
        NatsRecord saved = new() { Kind = NatsRecordKind.Saved, Writer = -5, Number = 6, Mailbox = mailbox, Floor = 44 };
        NatsRecord read = Read("x", saved.Write(), 10)!;
        Assert.Equal((-5, 6, 44, 7, 9u), (read.Writer, read.Number, read.Floor, read.Mailbox!.Number, read.Mailbox.Seen));
        Assert.Equal(mailbox.Peer, read.Mailbox.Peer);
        Assert.Equal([1, 2], read.Mailbox.Settings);
        Assert.Equal([3], read.Mailbox.Record);
        PostboxDeposit deposit = Letters.Deposit(3, 4, slot: 5);
        NatsRecord item = new() { Kind = NatsRecordKind.Item, Writer = 1, Number = 2, Head = deposit.ToHead(0) };
        PostboxHead head = Read(NatsRecord.SubjectOf("mail", deposit.Box, deposit.Id), item.Write(), 12)!.Head!;
        Assert.Equivalent(deposit.ToHead(12), head);

        // a fate names an earlier message, and a state that there is
        string fate = Fate(deposit.ToHead(12), PostboxState.Delivered).Write();
        string subject = NatsRecord.SubjectOf("mail", deposit.Box, deposit.Id);
        Assert.Equal(12, Read(subject, fate, 13)!.Head!.Sequence);
        Assert.Null(Read(subject, fate, 12));
        Assert.Null(Read(subject, Fate(deposit.ToHead(0), PostboxState.Delivered).Write(), 13));
        Assert.Null(Read(subject, Fate(deposit.ToHead(12), PostboxState.Waiting).Write(), 13));
        Assert.Null(Read(subject, Fate(deposit.ToHead(12), PostboxState.Expired + 1).Write(), 13));

        Random random = new(1);
        string[] good = [saved.Write(), item.Write()];
        for (int i = 0; i < 20_000; i++)
        {
            char[] text = good[i % 2].ToCharArray();
            text[random.Next(text.Length)] = (char)random.Next(32, 127);
            Read(i % 3 == 0 ? "mail.a.b" : NatsRecord.SubjectOf("mail", deposit.Box, deposit.Id),
                new string(text, 0, random.Next(text.Length + 1)), 12);
        }

        Assert.Null(Read("mail.a.b", item.Write(), 12));
        Assert.Null(Read("x", "", 12));
    }

    private static NatsRecord? Read(string subject, string header, long sequence) =>
        NatsRecord.Read(subject, Encoding.ASCII.GetBytes(header), sequence);

    private static (long Sequence, PostboxState State, BoxId Box)[] Heads(NatsState state) =>
        [.. state.Index.AllMailboxes().SelectMany(one => state.Index.Heads(one.Box)).OrderBy(one => one.Sequence)
            .Select(one => (one.Sequence, one.State, one.Box))];

    private static NatsRecord Saved(int box, long floor = 0, long number = 1) => new()
    {
        Kind = NatsRecordKind.Saved, Box = Letters.Box(box), Mailbox = new PostboxMailbox(Letters.Peer(box), number), Floor = floor,
    };

    private static NatsRecord Item(long sequence, PostboxDeposit deposit) => new()
    {
        Kind = NatsRecordKind.Item, Box = deposit.Box, Head = deposit.ToHead(sequence),
    };

    private static NatsRecord Fate(PostboxHead head, PostboxState state) => new()
    {
        Kind = NatsRecordKind.Fate, Box = head.Box, Head = head.With(state, 0),
    };

    /// <summary>A server, one gateway that follows it, and what all gateways may do.</summary>
    private sealed class Stream(Random random)
    {
        private readonly SortedDictionary<long, (string Subject, NatsRecord Record)> _messages = [];
        private long _last;
        private int _number;

        internal NatsState Live { get; } = new();

        internal List<(long Sequence, NatsRecord Record)> Messages => [.. _messages.Select(one => (one.Key, one.Value.Record))];

        internal void Step()
        {
            int box = random.Next(1, 3);
            PostboxHead[] heads = [.. Live.Index.Heads(Letters.Box(box))];
            PostboxHead? head = heads.Length == 0 ? null : heads[random.Next(heads.Length)];
            switch (random.Next(12))
            {
                case 0:
                    Publish("m" + box, sequence => Saved(box, Live.FloorOf(Letters.Box(box)), sequence));
                    break;
                case 1 when Live.Index.Mailbox(Letters.Box(box)) != null && random.Next(3) == 0:
                    Publish("m" + box, _ => new NatsRecord { Kind = NatsRecordKind.Dropped, Box = Letters.Box(box) });
                    break;
                case 2 when head != null:
                    Publish("notice" + _last, _ => new NatsRecord
                    {
                        Kind = NatsRecordKind.Forgotten, Forgotten = [(head.Box, head.Id, head.Sequence)],
                    });
                    break;
                case < 6 when head is { IsWaiting: true }:
                    PostboxState state = random.Next(3) == 0 ? PostboxState.Replaced : PostboxState.Delivered;
                    Publish(Subject(head.Box, head.Id), _ => Fate(head, state));
                    break;
                default:
                    PostboxDeposit deposit = Letters.Deposit(box, ++_number, (ulong)random.Next(3));
                    if (Live.Index.Mailbox(deposit.Box) != null)
                    {
                        Publish(Subject(deposit.Box, deposit.Id), sequence => Item(sequence, deposit));
                    }

                    break;
            }

            if (random.Next(3) == 0)
            {
                Tidy();
            }
        }

        // of those after a message
        internal void LoseNotice(long after)
        {
            long[] all = [.. _messages.Where(one => one.Key > after && one.Value.Record.Kind == NatsRecordKind.Forgotten)
                .Select(one => one.Key)];
            if (all.Length > 0)
            {
                _messages.Remove(all[random.Next(all.Length)]);
            }
        }

        internal void Tidy()
        {
            while (Live.Left.Count + Live.Replaced.Count > 0)
            {
                PostboxHead[] replaced = [.. Live.Replaced.Select(Live.Current).OfType<PostboxHead>()
                    .Where(one => Live.MessageOf(one) == one.Sequence)];
                Live.Replaced.Clear();
                foreach (PostboxHead head in replaced)
                {
                    Publish(Subject(head.Box, head.Id), _ => Fate(head, PostboxState.Replaced));
                }

                long[] left = [.. Live.Left];
                Live.Left.Clear();
                foreach (long sequence in left)
                {
                    _messages.Remove(sequence);
                }
            }

            // a mailbox that was dropped takes its messages along
            foreach ((long sequence, (string _, NatsRecord record)) in _messages.ToArray())
            {
                if (record.Head != null && record.Head.Sequence <= Live.FloorOf(record.Box))
                {
                    _messages.Remove(sequence);
                }
            }
        }

        private static string Subject(BoxId box, ItemId id) => $"{box}.{id}";

        private void Publish(string subject, Func<long, NatsRecord> record)
        {
            foreach (long former in _messages.Where(one => one.Value.Subject == subject).Select(one => one.Key).ToArray())
            {
                _messages.Remove(former);
            }

            long sequence = ++_last;
            NatsRecord one = record(sequence);
            _messages.Add(sequence, (subject, one));
            Live.Apply(sequence, one, []);
        }
    }
}
