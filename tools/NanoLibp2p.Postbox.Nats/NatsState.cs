using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>
/// What the stream comes to: its messages in order, each applied by the same rules at every gateway, so that all have the same heads. Where
/// a rule leaves messages over that no longer count (of what a slot replaced, of what was forgotten), it names them, to be tidied away.
/// </summary>
/// <remarks>
/// The stream keeps of each subject the last message, so a gateway that comes later sees less of it than one that followed all the time:
/// a fate without its item, an item without its mailbox. The rules come to the same heads all the same. Not safe for several threads.
/// </remarks>
internal sealed class NatsState
{
    /// <summary>About what a message takes in the stream beside its body.</summary>
    internal const int HeadBytes = 280;

    // as many as the notices of forgotten heads can have, so that a fate on its way brings none of them back
    private const int MaxGone = 65_536;

    private readonly HashSet<long> _gone = [];
    private readonly Queue<long> _goneFirst = [];
    private readonly Dictionary<BoxId, (long Message, long Floor)> _boxes = [];
    private readonly Dictionary<long, long> _moved = [];

    // a mailbox that was saved again comes after its items
    private readonly Dictionary<BoxId, List<(long Sequence, NatsRecord Record)>> _early = [];
    private readonly List<PostboxChange> _unheard = [];
    private bool _isLoading;

    /// <summary>The heads and mailboxes.</summary>
    internal HeadIndex Index { get; } = new();

    /// <summary>About how many bytes they take in the stream.</summary>
    internal long Used { get; private set; }

    /// <summary>Heads in place of which a fate has to be written: of what a slot replaced.</summary>
    internal List<PostboxHead> Replaced { get; } = [];

    /// <summary>Of <see cref="Replaced"/> those of which the stream has no fate yet.</summary>
    internal List<PostboxHead> Unwritten => [.. Replaced.Select(Current).OfType<PostboxHead>().DistinctBy(one => one.Sequence)
        .Where(one => one.State == PostboxState.Replaced && MessageOf(one) == one.Sequence)];

    /// <summary>Messages that count no more.</summary>
    internal List<long> Left { get; } = [];

    /// <summary>In how many of the stream's messages what is known here is.</summary>
    internal long Messages =>
        _boxes.Count + _early.Values.Sum(one => one.Count) + Index.AllMailboxes().Sum(one => Index.Heads(one.Box).Count);

    /// <summary>What a gateway came to, as it kept that.</summary>
    /// <param name="kept">What it kept.</param>
    /// <returns>The same.</returns>
    internal static NatsState From(NatsHeads kept)
    {
        NatsState state = new();
        foreach ((BoxId box, long message, long floor, PostboxMailbox? mailbox) in kept.Boxes)
        {
            state._boxes.Add(box, (message, floor));
            if (mailbox != null)
            {
                state.Index.Save(mailbox);
            }
        }

        foreach (long gone in kept.Gone)
        {
            state.Remember(gone);
        }

        foreach ((PostboxHead head, long message) in kept.Heads)
        {
            if (!state.Index.Load(head))
            {
                continue;
            }

            state.Used += BytesOf(head);
            if (message != head.Sequence)
            {
                state._moved.Add(head.Sequence, message);
            }
            else if (head.State == PostboxState.Replaced)
            {
                // whose fate nobody had written by then, and maybe nobody has since
                state.Replaced.Add(head);
            }
        }

        return state;
    }

    /// <summary>What it came to, to be kept.</summary>
    /// <param name="mark">The last message that was applied.</param>
    /// <returns>Null while more than that has to be done about it.</returns>
    internal NatsHeads? Keep(NatsMark mark) => _early.Count + Left.Count + Replaced.Count > 0 ? null : new NatsHeads
    {
        Mark = mark,
        Boxes = [.. _boxes.Select(one => (one.Key, one.Value.Message, one.Value.Floor, Index.Mailbox(one.Key)))],
        Gone = [.. _goneFirst],
        Heads = [.. _boxes.Keys.SelectMany(Index.Heads).Select(one => (one, MessageOf(one)))],
    };

    /// <summary>The message that says last what a mailbox is; 0 for none.</summary>
    /// <param name="box">Which.</param>
    /// <returns>Its number in the stream.</returns>
    internal long MessageOf(BoxId box) => _boxes.GetValueOrDefault(box).Message;

    /// <summary>The message by which a mailbox was dropped last; 0 for none.</summary>
    /// <param name="box">Which.</param>
    /// <returns>Its number in the stream.</returns>
    internal long FloorOf(BoxId box) => _boxes.GetValueOrDefault(box).Floor;

    /// <summary>The message that has an item or its fate.</summary>
    /// <param name="head">A head of the item.</param>
    /// <returns>Its number in the stream.</returns>
    internal long MessageOf(PostboxHead head) => _moved.GetValueOrDefault(head.Sequence, head.Sequence);

    /// <summary>A head as it is now, if it is still that one.</summary>
    /// <param name="head">A head of the item.</param>
    /// <returns>Null when it is gone.</returns>
    internal PostboxHead? Current(PostboxHead head) =>
        Index.Find(head.Box, head.Id) is { } now && now.Sequence == head.Sequence ? now : null;

    /// <summary>Applies the next message of those that were there when the store opened.</summary>
    /// <param name="sequence">Its number in the stream.</param>
    /// <param name="record">What it says.</param>
    internal void Load(long sequence, NatsRecord record)
    {
        _isLoading = true;
        Apply(sequence, record, _unheard);
        _unheard.Clear();
    }

    /// <summary>All that were there have been applied.</summary>
    /// <remarks>Items of a mailbox that nobody has told of stay: it was lost, and they are there when it is saved again.</remarks>
    internal void EndLoading() => _isLoading = false;

    /// <summary>Applies the next message.</summary>
    /// <param name="sequence">Its number in the stream.</param>
    /// <param name="record">What it says.</param>
    /// <param name="changes">Gets what that changes, if anything.</param>
    internal void Apply(long sequence, NatsRecord record, List<PostboxChange> changes)
    {
        switch (record.Kind)
        {
            case NatsRecordKind.Saved:
                Save(sequence, record, changes);
                break;
            case NatsRecordKind.Dropped:
                Drop(sequence, record.Box, changes);
                break;
            case NatsRecordKind.Mark:
                break;
            case NatsRecordKind.Forgotten:
                foreach ((BoxId box, ItemId id, long of) in record.Forgotten)
                {
                    if (Index.Find(box, id) is { } head && head.Sequence == of)
                    {
                        Left.Add(MessageOf(head));
                        Forget(head, changes);
                    }

                    Remember(of);
                }

                break;
            default:
                PutItem(sequence, record, changes);
                break;
        }
    }

    /// <summary>Takes a head out that the stream has no message of any more.</summary>
    /// <param name="head">As it is now.</param>
    /// <param name="changes">Gets what that changes.</param>
    internal void Forget(PostboxHead head, List<PostboxChange> changes)
    {
        Note(Index.Forget(head), changes);
        _moved.Remove(head.Sequence);
    }

    /// <summary>Settles a head of which the stream can keep no fate.</summary>
    /// <param name="head">As it is now.</param>
    /// <param name="state">What became of it.</param>
    /// <param name="proof">The proof; 0 for none.</param>
    /// <param name="changes">Gets what that changes.</param>
    internal void Settle(PostboxHead head, PostboxState state, ulong proof, List<PostboxChange> changes) =>
        Note(Index.Settle(head, state, proof), changes);

    private void Save(long sequence, NatsRecord record, List<PostboxChange> changes)
    {
        PostboxMailbox mailbox = record.Mailbox!;
        if (record.Floor > FloorOf(record.Box))
        {
            // that it was dropped before was not heard
            foreach (PostboxHead head in Index.Heads(record.Box).Where(one => one.Sequence <= record.Floor).ToArray())
            {
                Forget(head, changes);
            }
        }

        _boxes[record.Box] = (sequence, record.Floor);
        changes.Add(Index.Save(mailbox));
        if (_early.Remove(record.Box, out List<(long Sequence, NatsRecord Record)>? early))
        {
            foreach ((long at, NatsRecord one) in early)
            {
                PutItem(at, one, changes);
            }
        }
    }

    private void Drop(long sequence, BoxId box, List<PostboxChange> changes)
    {
        _boxes[box] = (sequence, sequence);
        if (_early.Remove(box, out List<(long Sequence, NatsRecord Record)>? early) && _isLoading)
        {
            // who dropped it may have died before they were deleted
            Left.AddRange(early.Select(one => one.Sequence));
        }

        if (Index.Mailbox(box) == null)
        {
            return;
        }

        foreach (PostboxHead head in Index.Heads(box))
        {
            if (_isLoading)
            {
                Left.Add(MessageOf(head));
            }

            _moved.Remove(head.Sequence);
            Used -= BytesOf(head);
        }

        Index.Drop(box);
        changes.Add(new PostboxChange(PostboxChangeKind.MailboxDropped, box));
    }

    private void PutItem(long sequence, NatsRecord record, List<PostboxChange> changes)
    {
        PostboxHead head = record.Head!;
        if (head.Sequence <= FloorOf(record.Box) || _gone.Contains(head.Sequence))
        {
            Left.Add(sequence);
            return;
        }

        if (Index.Mailbox(record.Box) == null)
        {
            if (!_early.TryGetValue(record.Box, out List<(long Sequence, NatsRecord Record)>? early))
            {
                _early.Add(record.Box, early = []);
            }

            early.Add((sequence, record));
            return;
        }

        PostboxHead? there = Index.Find(head.Box, head.Id);
        if (there != null && there.Sequence != head.Sequence)
        {
            // the former of this id was forgotten, which this gateway has not heard
            Forget(there, changes);
            there = null;
        }

        if (record.Kind == NatsRecordKind.Fate)
        {
            _moved[head.Sequence] = sequence;
        }

        if (there is { IsWaiting: true } && !head.IsWaiting)
        {
            Note(Index.Settle(there, head.State, head.Proof), changes);
        }
        else if (there == null)
        {
            Append(sequence, head, changes);
        }
    }

    private void Append(long sequence, PostboxHead head, List<PostboxChange> changes)
    {
        if (head.Slot != 0 && !head.IsWaiting)
        {
            // a fate of which the item was not seen: it took the place of what came before it, as it came
            if (Index.Waiting(head.Box, head.Slot) is { } before && before.Sequence < head.Sequence)
            {
                Replaced.Add(before);
                Note(Index.Settle(before, PostboxState.Replaced, 0), changes);
            }

            if (head.State == PostboxState.Replaced && Index.Replaced(head.Box, head.Slot) is { } kept && kept.Sequence > head.Sequence)
            {
                _moved.Remove(head.Sequence);
                Left.Add(sequence);
                return;
            }
        }

        Note(Index.Append(head), changes);
    }

    private void Note(in PostboxChange change, List<PostboxChange> changes)
    {
        changes.Add(change);
        Used += change.Kind switch
        {
            PostboxChangeKind.Forgotten => -BytesOf(change.Head!),
            PostboxChangeKind.Settled => -change.Head!.Size,
            _ => BytesOf(change.Head!) - (change.Former?.Size ?? 0),
        };
        if (change.Former != null)
        {
            Replaced.Add(change.Former);
        }

        if (change.Forgotten is { } forgotten)
        {
            Used -= BytesOf(forgotten);
            Left.Add(MessageOf(forgotten));
            _moved.Remove(forgotten.Sequence);
            Remember(forgotten.Sequence);
        }
    }

    private void Remember(long gone)
    {
        if (_gone.Add(gone))
        {
            _goneFirst.Enqueue(gone);
        }

        if (_goneFirst.Count > MaxGone)
        {
            _gone.Remove(_goneFirst.Dequeue());
        }
    }

    private static long BytesOf(PostboxHead head) => HeadBytes + (head.IsWaiting ? head.Size : 0);
}
