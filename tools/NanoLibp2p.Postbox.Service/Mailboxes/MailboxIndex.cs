using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Mailboxes;

/// <summary>All mailboxes of a store, in memory, as its observer hears of them. From any thread.</summary>
/// <param name="ends">When items end.</param>
internal sealed class MailboxIndex(ItemEnds ends)
{
    private readonly ConcurrentDictionary<BoxId, Mailbox> _boxes = new();
    private readonly long[] _states = new long[(int)PostboxState.Expired + 1];
    private long _itemBytes;
    private long _lastSequence;

    /// <summary>All of them, as they are met: no copy is made, and nothing is locked.</summary>
    internal IEnumerable<Mailbox> All => _boxes.Select(one => one.Value);

    internal int Count => _boxes.Count;

    internal ItemEnds Ends { get; } = ends;

    /// <summary>Bytes of what waits.</summary>
    internal long ItemBytes => Interlocked.Read(ref _itemBytes);

    /// <summary>The highest sequence that was told, or that the store ever gave.</summary>
    internal long LastSequence
    {
        get => Interlocked.Read(ref _lastSequence);
        set => Interlocked.Exchange(ref _lastSequence, Math.Max(value, LastSequence));
    }

    /// <summary>Heads in a state.</summary>
    internal long CountOf(PostboxState state) => Interlocked.Read(ref _states[(int)state]);

    /// <summary>Told of each mailbox that is new or has changed, and of each that is gone.</summary>
    internal event Action<Mailbox>? MailboxChanged;

    internal Mailbox? Find(PeerId peer) => _boxes.GetValueOrDefault(BoxId.Of(peer.ToBytes()));

    /// <summary>Takes what the store tells: quick, and calls no store.</summary>
    internal void Apply(PostboxChange change)
    {
        if (change.Kind == PostboxChangeKind.MailboxSaved)
        {
            Save(change.Mailbox!);
            return;
        }

        if (!_boxes.TryGetValue(change.Box, out Mailbox? box))
        {
            return;
        }

        lock (box.Lock)
        {
            switch (change.Kind)
            {
                case PostboxChangeKind.MailboxDropped:
                    foreach (PostboxHead head in box.All())
                    {
                        Tally(head, -1);
                    }

                    box.IsDropped = true;
                    _boxes.TryRemove(change.Box, out _);
                    break;
                case PostboxChangeKind.Appended:
                case PostboxChangeKind.Replaced:
                case PostboxChangeKind.Settled:
                    Put(box, change.Former);
                    Put(box, change.Head);
                    break;
                case PostboxChangeKind.Forgotten:
                    Remove(box, change.Head);
                    break;
            }

            Remove(box, change.Forgotten);
        }

        if (change.Kind == PostboxChangeKind.MailboxDropped)
        {
            MailboxChanged?.Invoke(box);
        }
    }

    private void Save(PostboxMailbox saved)
    {
        Mailbox box = _boxes.GetOrAdd(saved.Box, _ => new Mailbox(saved, Ends));
        lock (box.Lock)
        {
            box.Set(saved);
        }

        MailboxChanged?.Invoke(box);
    }

    private void Put(Mailbox box, PostboxHead? head)
    {
        if (head == null)
        {
            return;
        }

        LastSequence = head.Sequence;
        if (box.Put(head) is { } former)
        {
            Tally(former, -1);
        }

        Tally(head, 1);
    }

    private void Remove(Mailbox box, PostboxHead? head)
    {
        if (head != null && box.Find(head.Id) is { } before && before.Sequence == head.Sequence)
        {
            Tally(before, -1);
            box.Remove(head);
        }
    }

    private void Tally(PostboxHead head, int by)
    {
        Interlocked.Add(ref _states[(int)head.State], by);
        if (head.IsWaiting)
        {
            Interlocked.Add(ref _itemBytes, by * (long)head.Size);
        }
    }
}
