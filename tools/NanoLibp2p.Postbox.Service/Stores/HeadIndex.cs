using System;
using System.Collections.Generic;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// What a store has to know to answer: the heads of each mailbox by id, and of each slot which waits and which was replaced last. Every
/// operation is done here first, then written; if that fails it is undone, the last one first. Not safe for several threads: its store
/// has one writer.
/// </summary>
internal sealed class HeadIndex
{
    private readonly Dictionary<BoxId, Box> _boxes = [];

    /// <summary>How many mailboxes there are.</summary>
    internal int Mailboxes => _boxes.Count;

    /// <summary>Whether the mailbox has been saved.</summary>
    /// <param name="box">Which.</param>
    /// <returns>It; null for none.</returns>
    internal PostboxMailbox? Mailbox(BoxId box) => _boxes.TryGetValue(box, out Box? found) ? found.Mailbox : null;

    /// <summary>A head as it is now.</summary>
    /// <param name="box">Which mailbox.</param>
    /// <param name="id">Which item.</param>
    /// <returns>It; null for none.</returns>
    internal PostboxHead? Find(BoxId box, ItemId id) =>
        _boxes.TryGetValue(box, out Box? found) && found.Heads.TryGetValue(id, out PostboxHead? head) ? head : null;

    /// <summary>What waits in a slot.</summary>
    /// <param name="box">Which mailbox.</param>
    /// <param name="slot">Which slot, not 0.</param>
    /// <returns>Its head; null for nothing.</returns>
    internal PostboxHead? Waiting(BoxId box, ulong slot) => SlotOf(box, slot).Waiting;

    /// <summary>What was replaced last in a slot.</summary>
    /// <param name="box">Which mailbox.</param>
    /// <param name="slot">Which slot, not 0.</param>
    /// <returns>Its head; null for nothing.</returns>
    internal PostboxHead? Replaced(BoxId box, ulong slot) => SlotOf(box, slot).Replaced;

    /// <summary>All mailboxes.</summary>
    /// <returns>In any order.</returns>
    internal IEnumerable<PostboxMailbox> AllMailboxes()
    {
        foreach (Box box in _boxes.Values)
        {
            yield return box.Mailbox;
        }
    }

    /// <summary>The heads of a mailbox.</summary>
    /// <param name="box">Which.</param>
    /// <returns>In any order.</returns>
    internal IReadOnlyCollection<PostboxHead> Heads(BoxId box) => _boxes.TryGetValue(box, out Box? found) ? found.Heads.Values : [];

    /// <summary>Appends an entry for which there is room.</summary>
    /// <param name="deposit">The entry; its mailbox is there, and its id is not.</param>
    /// <param name="sequence">Its number.</param>
    /// <returns>What changed.</returns>
    internal PostboxChange Append(PostboxDeposit deposit, long sequence) => Append(deposit.ToHead(sequence));

    /// <summary>Appends a head, as one that was deposited.</summary>
    /// <param name="head">The head; its mailbox is there, and its id is not.</param>
    /// <returns>What changed.</returns>
    internal PostboxChange Append(PostboxHead head)
    {
        Box box = _boxes[head.Box];
        Slot slot = head.Slot == 0 ? default : SlotOf(head.Box, head.Slot);
        PostboxHead? former = null;
        PostboxHead? forgotten = null;
        if (head.Slot != 0 && head.IsWaiting && slot.Waiting != null)
        {
            former = slot.Waiting.With(PostboxState.Replaced, 0);
            forgotten = slot.Replaced;
            Put(box, former);
        }
        else if (head.Slot != 0 && head.State == PostboxState.Replaced)
        {
            forgotten = slot.Replaced;
        }

        if (forgotten != null)
        {
            box.Heads.Remove(forgotten.Id);
        }

        Put(box, head);
        return new PostboxChange(former == null ? PostboxChangeKind.Appended : PostboxChangeKind.Replaced, head.Box)
        {
            Head = head, Former = former, Forgotten = forgotten,
        };
    }

    /// <summary>Settles an item that waits.</summary>
    /// <param name="head">As it is now.</param>
    /// <param name="state">What became of it.</param>
    /// <param name="proof">The proof; 0 for none.</param>
    /// <returns>What changed.</returns>
    internal PostboxChange Settle(PostboxHead head, PostboxState state, ulong proof)
    {
        Box box = _boxes[head.Box];
        PostboxHead settled = head.With(state, proof);
        PostboxHead? forgotten = state == PostboxState.Replaced && head.Slot != 0 ? SlotOf(head.Box, head.Slot).Replaced : null;
        if (forgotten != null)
        {
            box.Heads.Remove(forgotten.Id);
        }

        if (head.Slot != 0 && state != PostboxState.Replaced)
        {
            SetSlot(box, head.Slot, SlotOf(head.Box, head.Slot) with { Waiting = null });
        }

        Put(box, settled);
        return new PostboxChange(PostboxChangeKind.Settled, head.Box) { Head = settled, Forgotten = forgotten };
    }

    /// <summary>Forgets a head.</summary>
    /// <param name="head">As it is now.</param>
    /// <returns>What changed.</returns>
    internal PostboxChange Forget(PostboxHead head)
    {
        Box box = _boxes[head.Box];
        box.Heads.Remove(head.Id);
        if (head.Slot != 0)
        {
            Slot slot = SlotOf(head.Box, head.Slot);
            SetSlot(box, head.Slot, new Slot(
                slot.Waiting?.Sequence == head.Sequence ? null : slot.Waiting,
                slot.Replaced?.Sequence == head.Sequence ? null : slot.Replaced));
        }

        return new PostboxChange(PostboxChangeKind.Forgotten, head.Box) { Head = head };
    }

    /// <summary>Saves a mailbox.</summary>
    /// <param name="mailbox">What it is from now on.</param>
    /// <returns>What changed.</returns>
    internal PostboxChange Save(PostboxMailbox mailbox)
    {
        if (_boxes.TryGetValue(mailbox.Box, out Box? box))
        {
            box.Mailbox = mailbox;
        }
        else
        {
            _boxes.Add(mailbox.Box, new Box(mailbox));
        }

        return new PostboxChange(PostboxChangeKind.MailboxSaved, mailbox.Box) { Mailbox = mailbox };
    }

    /// <summary>Drops a mailbox with its heads.</summary>
    /// <param name="box">Which; it is there.</param>
    /// <returns>What is needed to undo it.</returns>
    internal object Drop(BoxId box)
    {
        Box dropped = _boxes[box];
        _boxes.Remove(box);
        return dropped;
    }

    /// <summary>Puts back what <see cref="Drop"/> dropped.</summary>
    /// <param name="box">Which.</param>
    /// <param name="dropped">What it returned.</param>
    internal void Restore(BoxId box, object dropped) => _boxes.Add(box, (Box)dropped);

    /// <summary>Undoes a change that was the last one.</summary>
    /// <param name="change">What changed.</param>
    /// <param name="formerMailbox">Of a save: what was there; null for nothing.</param>
    internal void Undo(in PostboxChange change, PostboxMailbox? formerMailbox)
    {
        if (change.Kind == PostboxChangeKind.MailboxSaved)
        {
            if (formerMailbox == null)
            {
                _boxes.Remove(change.Box);
            }
            else
            {
                _boxes[change.Box].Mailbox = formerMailbox;
            }

            return;
        }

        Box box = _boxes[change.Box];
        PostboxHead head = change.Head!;
        if (change.Kind == PostboxChangeKind.Forgotten)
        {
            Put(box, head);
            return;
        }

        if (change.Kind == PostboxChangeKind.Settled)
        {
            Put(box, head.With(PostboxState.Waiting, 0));
        }
        else
        {
            box.Heads.Remove(head.Id);
        }

        if (head.Slot == 0)
        {
            return;
        }

        PostboxHead? waiting = change.Kind == PostboxChangeKind.Settled ? head.With(PostboxState.Waiting, 0)
            : change.Former != null ? change.Former.With(PostboxState.Waiting, 0)
            : head.IsWaiting ? null : SlotOf(change.Box, head.Slot).Waiting;
        bool movedReplaced = change.Former != null || head.State == PostboxState.Replaced;
        SetSlot(box, head.Slot, new Slot(waiting, movedReplaced ? change.Forgotten : SlotOf(change.Box, head.Slot).Replaced));
        if (change.Former != null)
        {
            box.Heads[waiting!.Id] = waiting;
        }

        if (change.Forgotten != null)
        {
            box.Heads[change.Forgotten.Id] = change.Forgotten;
        }
    }

    /// <summary>Puts a head as a store reads it when it opens.</summary>
    /// <param name="head">The head; of its slot a later one counts.</param>
    /// <returns>Whether its mailbox is there and its id is new.</returns>
    internal bool Load(PostboxHead head)
    {
        if (!_boxes.TryGetValue(head.Box, out Box? box) || !box.Heads.TryAdd(head.Id, head))
        {
            return false;
        }

        if (head.Slot != 0)
        {
            Put(box, head);
        }

        return true;
    }

    private static void SetSlot(Box box, ulong number, Slot slot)
    {
        if (slot.Waiting == null && slot.Replaced == null)
        {
            box.Slots?.Remove(number);
        }
        else
        {
            (box.Slots ??= [])[number] = slot;
        }
    }

    private Slot SlotOf(BoxId box, ulong slot) =>
        _boxes.TryGetValue(box, out Box? found) && found.Slots != null && found.Slots.TryGetValue(slot, out Slot value) ? value : default;

    private void Put(Box box, PostboxHead head)
    {
        box.Heads[head.Id] = head;
        if (head.Slot == 0)
        {
            return;
        }

        Slot slot = SlotOf(head.Box, head.Slot);
        if (head.IsWaiting)
        {
            SetSlot(box, head.Slot, slot with { Waiting = head });
        }
        else if (head.State == PostboxState.Replaced)
        {
            SetSlot(box, head.Slot, new Slot(slot.Waiting?.Sequence == head.Sequence ? null : slot.Waiting, head));
        }
    }

    private readonly record struct Slot(PostboxHead? Waiting, PostboxHead? Replaced);

    private sealed class Box(PostboxMailbox mailbox)
    {
        internal PostboxMailbox Mailbox { get; set; } = mailbox;

        internal Dictionary<ItemId, PostboxHead> Heads { get; } = [];

        internal Dictionary<ulong, Slot>? Slots { get; set; }
    }
}
