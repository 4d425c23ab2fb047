using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>A store in memory that a test holds up, fills or breaks.</summary>
internal sealed class SlowStore : IPostboxStore
{
    private readonly MemoryPostboxStore _inner = new();
    private int _underWay;

    /// <summary>Appends wait for it; null for none.</summary>
    internal TaskCompletionSource? Gate { get; set; }

    internal bool IsBroken { get; set; }

    /// <summary>Whether all writing fails, and reading goes on.</summary>
    internal bool IsReadOnly { get; set; }

    internal bool IsFull { get; set; }

    /// <summary>Appends that wait.</summary>
    internal int UnderWay => Volatile.Read(ref _underWay);

    public string Address => _inner.Address;

    public int MaxItem => _inner.MaxItem;

    public bool IsShared => false;

    public StoreDurability Durability => _inner.Durability;

    public Task<PostboxOpening> OpenAsync(Action<PostboxChange> observer, CancellationToken cancellationToken = default)
        => _inner.OpenAsync(observer, cancellationToken);

    public async Task<PostboxAppend[]> AppendAsync(IReadOnlyList<PostboxDeposit> entries, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            await (Gate?.Task ?? Task.CompletedTask);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }

        PostboxAppend? instead = IsBroken || IsReadOnly ? new PostboxAppend(AppendOutcome.Failed, Reason: "broken") : IsFull
            ? new PostboxAppend(AppendOutcome.Full) : null;
        return instead == null ? await _inner.AppendAsync(entries, cancellationToken) : [instead];
    }

    public ValueTask<int> ReadAsync(PostboxHead head, int offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        Check(IsBroken);
        return _inner.ReadAsync(head, offset, destination, cancellationToken);
    }

    public Task<PostboxSettled[]> SettleAsync(IReadOnlyList<PostboxSettlement> settlements, CancellationToken cancellationToken = default)
    {
        Check(IsBroken || IsReadOnly);
        return _inner.SettleAsync(settlements, cancellationToken);
    }

    public Task<int> ForgetAsync(IReadOnlyList<PostboxHead> heads, CancellationToken cancellationToken = default)
    {
        Check(IsBroken || IsReadOnly);
        return _inner.ForgetAsync(heads, cancellationToken);
    }

    public Task<PostboxSave> SaveMailboxAsync(PostboxMailbox mailbox, CancellationToken cancellationToken = default)
    {
        Check(IsBroken || IsReadOnly);
        return _inner.SaveMailboxAsync(mailbox, cancellationToken);
    }

    public Task<PostboxSave> DropMailboxAsync(BoxId box, long number, CancellationToken cancellationToken = default)
        => _inner.DropMailboxAsync(box, number, cancellationToken);

    public ValueTask<PostboxRoom> FreeAsync(CancellationToken cancellationToken = default) => _inner.FreeAsync(cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private static void Check(bool isRefused)
    {
        if (isRefused)
        {
            throw new PostboxStoreException(StoreFault.Unavailable, "broken");
        }
    }
}
