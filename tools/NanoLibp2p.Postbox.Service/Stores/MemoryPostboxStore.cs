using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// A store in memory, for tests and for gateways that promise nothing. Closed and opened again the same object has what it had;
/// <see cref="Share"/> gives another gateway of the same process a store on the same mail. From any thread.
/// </summary>
public sealed class MemoryPostboxStore : IPostboxStore
{
    private readonly Content _content;
    private Action<PostboxChange>? _observer;

    /// <summary>Makes an empty one.</summary>
    /// <param name="maxBytes">How many bytes of bodies it takes; each entry counts 128 more.</param>
    /// <param name="maxItem">See <see cref="MaxItem"/>.</param>
    public MemoryPostboxStore(long maxBytes = 256 << 20, int maxItem = 1 << 20)
        : this(new Content { MaxBytes = maxBytes, MaxItem = maxItem })
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxItem, 1 << 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxItem, 1 << 20);
    }

    private MemoryPostboxStore(Content content) => _content = content;

    /// <inheritdoc/>
    public string Address => "memory:";

    /// <inheritdoc/>
    public int MaxItem => _content.MaxItem;

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public StoreDurability Durability => StoreDurability.None;

    /// <summary>A second store on the same mail, as another gateway has it: not open, with an observer of its own.</summary>
    /// <returns>The store, to be closed like any.</returns>
    public MemoryPostboxStore Share() => new(_content);

    /// <inheritdoc/>
    public Task<PostboxOpening> OpenAsync(Action<PostboxChange> observer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_content)
        {
            if (_observer != null)
            {
                throw new InvalidOperationException("the store is open");
            }

            PostboxHead[] heads = [.. _content.Index.AllMailboxes().SelectMany(one => _content.Index.Heads(one.Box))
                .OrderBy(one => one.Sequence)];
            foreach (PostboxMailbox mailbox in _content.Index.AllMailboxes())
            {
                observer(new PostboxChange(PostboxChangeKind.MailboxSaved, mailbox.Box) { Mailbox = mailbox });
            }

            foreach (PostboxHead head in heads)
            {
                observer(new PostboxChange(PostboxChangeKind.Appended, head.Box) { Head = head });
            }

            _observer = observer;
            _content.Open.Add(this);
            return Task.FromResult(new PostboxOpening
            {
                Epoch = _content.Epoch, Mailboxes = _content.Index.Mailboxes, Heads = heads.Length, LastSequence = _content.LastSequence,
            });
        }
    }

    /// <inheritdoc/>
    public Task<PostboxAppend[]> AppendAsync(IReadOnlyList<PostboxDeposit> entries, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckDeposits(entries);
        cancellationToken.ThrowIfCancellationRequested();
        PostboxAppend[] results = new PostboxAppend[entries.Count];
        lock (_content)
        {
            if (_observer == null)
            {
                Array.Fill(results, new PostboxAppend(AppendOutcome.Failed, Reason: "the store is closed"));
                return Task.FromResult(results);
            }

            for (int i = 0; i < results.Length; i++)
            {
                results[i] = Append(entries[i]);
            }
        }

        return Task.FromResult(results);
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(PostboxHead head, int offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_content)
        {
            ObjectDisposedException.ThrowIf(_observer == null, this);
            if (!_content.Bodies.TryGetValue(head.Sequence, out byte[]? body))
            {
                return ValueTask.FromResult(-1);
            }

            ReadOnlySpan<byte> part = body.AsSpan(Math.Min(offset, body.Length));
            part = part[..Math.Min(part.Length, destination.Length)];
            part.CopyTo(destination.Span);
            return ValueTask.FromResult(part.Length);
        }
    }

    /// <inheritdoc/>
    public Task<PostboxSettled[]> SettleAsync(IReadOnlyList<PostboxSettlement> settlements, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckSettlements(settlements);
        cancellationToken.ThrowIfCancellationRequested();
        PostboxSettled[] results = new PostboxSettled[settlements.Count];
        lock (_content)
        {
            ObjectDisposedException.ThrowIf(_observer == null, this);
            for (int i = 0; i < results.Length; i++)
            {
                PostboxSettlement one = settlements[i];
                PostboxHead? head = Current(one.Head);
                if (head is not { IsWaiting: true })
                {
                    results[i] = new PostboxSettled(true, head);
                    continue;
                }

                PostboxChange change = _content.Index.Settle(head, one.State, one.Proof);
                RemoveBody(head);
                CountForgotten(change);
                Tell(change);
                results[i] = new PostboxSettled(false, change.Head);
            }
        }

        return Task.FromResult(results);
    }

    /// <inheritdoc/>
    public Task<int> ForgetAsync(IReadOnlyList<PostboxHead> heads, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(heads);
        cancellationToken.ThrowIfCancellationRequested();
        int count = 0;
        lock (_content)
        {
            ObjectDisposedException.ThrowIf(_observer == null, this);
            foreach (PostboxHead one in heads)
            {
                if (Current(one) is { } head)
                {
                    RemoveBody(head);
                    _content.Used -= Content.HeadBytes;
                    Tell(_content.Index.Forget(head));
                    count++;
                }
            }
        }

        return Task.FromResult(count);
    }

    /// <inheritdoc/>
    public Task<PostboxSave> SaveMailboxAsync(PostboxMailbox mailbox, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckMailbox(mailbox);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_content)
        {
            ObjectDisposedException.ThrowIf(_observer == null, this);
            PostboxMailbox? former = _content.Index.Mailbox(mailbox.Box);
            if (former != null && former.Number >= mailbox.Number)
            {
                return Task.FromResult(new PostboxSave(MailboxOutcome.Stale, former));
            }

            Tell(_content.Index.Save(mailbox));
            return Task.FromResult(new PostboxSave(MailboxOutcome.Done, mailbox));
        }
    }

    /// <inheritdoc/>
    public Task<PostboxSave> DropMailboxAsync(BoxId box, long number, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_content)
        {
            ObjectDisposedException.ThrowIf(_observer == null, this);
            PostboxMailbox? former = _content.Index.Mailbox(box);
            if (former == null || former.Number > number)
            {
                return Task.FromResult(new PostboxSave(former == null ? MailboxOutcome.None : MailboxOutcome.Stale, former));
            }

            foreach (PostboxHead head in _content.Index.Heads(box))
            {
                RemoveBody(head);
                _content.Used -= Content.HeadBytes;
            }

            _content.Index.Drop(box);
            Tell(new PostboxChange(PostboxChangeKind.MailboxDropped, box));
            return Task.FromResult(new PostboxSave(MailboxOutcome.Done, null));
        }
    }

    /// <inheritdoc/>
    public ValueTask<PostboxRoom> FreeAsync(CancellationToken cancellationToken = default)
    {
        lock (_content)
        {
            long free = Math.Max(0, _content.MaxBytes - _content.Used);
            bool isFull = free <= Content.HeadBytes;
            return ValueTask.FromResult(new PostboxRoom(
                _observer == null ? StoreHealth.Unavailable : isFull ? StoreHealth.Full : StoreHealth.Ready, free, _content.Used,
                _observer == null ? "the store is closed" : isFull ? $"all of its {_content.MaxBytes} bytes are in use" : null));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_content)
        {
            _observer = null;
            _content.Open.Remove(this);
        }

        return ValueTask.CompletedTask;
    }

    private PostboxAppend Append(PostboxDeposit entry)
    {
        if (entry.Item.Length > MaxItem)
        {
            return new PostboxAppend(AppendOutcome.TooLarge);
        }

        if (_content.Index.Mailbox(entry.Box) == null)
        {
            return new PostboxAppend(AppendOutcome.NoMailbox);
        }

        if (_content.Index.Find(entry.Box, entry.Id) is { } there)
        {
            return new PostboxAppend(AppendOutcome.Exists, there);
        }

        if (_content.Used + Content.HeadBytes + entry.Item.Length > _content.MaxBytes)
        {
            return new PostboxAppend(AppendOutcome.Full);
        }

        PostboxChange change = _content.Index.Append(entry, ++_content.LastSequence);
        if (change.Former != null)
        {
            RemoveBody(change.Former);
        }

        CountForgotten(change);
        _content.Used += Content.HeadBytes + entry.Item.Length;
        if (change.Head!.IsWaiting)
        {
            _content.Bodies.Add(change.Head.Sequence, entry.Item.ToArray());
        }

        Tell(change);
        return new PostboxAppend(change.Former == null ? AppendOutcome.Kept : AppendOutcome.Replaced, change.Head, change.Former);
    }

    private PostboxHead? Current(PostboxHead head) =>
        _content.Index.Find(head.Box, head.Id) is { } now && now.Sequence == head.Sequence ? now : null;

    private void RemoveBody(PostboxHead head)
    {
        if (_content.Bodies.Remove(head.Sequence, out byte[]? body))
        {
            _content.Used -= body.Length;
        }
    }

    private void CountForgotten(in PostboxChange change)
    {
        if (change.Forgotten != null)
        {
            _content.Used -= Content.HeadBytes;
        }
    }

    private void Tell(PostboxChange change)
    {
        foreach (MemoryPostboxStore store in _content.Open)
        {
            store._observer!(change with { IsForeign = store != this });
        }
    }

    private sealed class Content
    {
        // about what a head takes
        internal const int HeadBytes = 128;

        internal HeadIndex Index { get; } = new();

        internal Dictionary<long, byte[]> Bodies { get; } = [];

        internal List<MemoryPostboxStore> Open { get; } = [];

        internal uint Epoch { get; } = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));

        internal long MaxBytes { get; init; }

        internal int MaxItem { get; init; }

        internal long Used { get; set; }

        internal long LastSequence { get; set; }
    }
}
