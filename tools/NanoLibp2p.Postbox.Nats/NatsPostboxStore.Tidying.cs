using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Nats;

// Bodies, what the stream has left over, and what it has no room to say.
public sealed partial class NatsPostboxStore
{
    // notices of what was forgotten are few and overwritten: who is that far behind finds out item by item
    private const int MaxNotices = 512;

    // bodies that are read in parts
    private const int CachedItems = 32;
    private const int MaxCachedBytes = 8 << 20;

    private static readonly TimeSpan _tidyPause = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _tidy = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
    });

    private readonly SemaphoreSlim _tidyTurn = new(1);
    private readonly Queue<(long Sequence, byte[] Body)> _cached = [];
    private Task _tidying = Task.CompletedTask;
    private int _cachedBytes;
    private int _notice = Random.Shared.Next(MaxNotices);

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(
        PostboxHead head, int offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        CheckOpen(cancellationToken);
        byte[]? body;
        lock (_lock)
        {
            if (_stream.Current(head) is not { IsWaiting: true })
            {
                return -1;
            }

            body = _cached.FirstOrDefault(one => one.Sequence == head.Sequence).Body;
        }

        body ??= await FetchAsync(head, cancellationToken).ConfigureAwait(false);
        if (body == null)
        {
            return -1;
        }

        ReadOnlyMemory<byte> part = body.AsMemory(Math.Min(offset, body.Length));
        part = part[..Math.Min(part.Length, destination.Length)];
        part.CopyTo(destination);
        if (part.Length < body.Length)
        {
            Cache(head.Sequence, body);
        }

        return part.Length;
    }

    private async Task<byte[]?> FetchAsync(PostboxHead head, CancellationToken cancellationToken)
    {
        byte[]? body = null;
        await GuardAsync(async () => body = await _link.ReadAsync(head.Sequence, cancellationToken).ConfigureAwait(false))
            .ConfigureAwait(false);
        if (body != null && ItemId.Of(body) != head.Id)
        {
            throw new PostboxStoreException(StoreFault.DamagedItem,
                $"item {head.Id} (message {head.Sequence}) of {Address} does not have the bytes any more that it was deposited with; have "
                + "its server take it from another replica");
        }

        if (body == null)
        {
            // settled or forgotten elsewhere, which this gateway has heard by then, or was told while it was away
            long last = 0;
            await GuardAsync(async () => last = await _link.LastAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            await PassedAsync(last, cancellationToken).ConfigureAwait(false);
            Gone(head, 0);
        }

        return body;
    }

    private void Cache(long sequence, byte[] body)
    {
        lock (_lock)
        {
            if (body.Length > MaxCachedBytes / 4 || _cached.Any(one => one.Sequence == sequence))
            {
                return;
            }

            _cached.Enqueue((sequence, body));
            _cachedBytes += body.Length;
            while (_cached.Count > CachedItems || _cachedBytes > MaxCachedBytes)
            {
                _cachedBytes -= _cached.Dequeue().Body.Length;
            }
        }
    }

    private string NextNotice() => $"{_link.Stream}.-.{Interlocked.Increment(ref _notice) & (MaxNotices - 1)}";

    private void Leave(long sequence)
    {
        lock (_lock)
        {
            if (sequence > 0)
            {
                _stream.Left.Add(sequence);
            }
        }
    }

    // the stream is full: the mail goes, its fate is known here only
    private async Task<PostboxSettled> SettleWithoutFateAsync(PostboxSettlement one, CancellationToken cancellationToken)
    {
        await GuardAsync(() => _link.DeleteAsync([one.Head.Sequence], cancellationToken)).ConfigureAwait(false);
        lock (_lock)
        {
            if (_stream.Current(one.Head) is { IsWaiting: true } head)
            {
                Change(changes => _stream.Settle(head, one.State, one.Proof, changes), isForeign: false);
                return new PostboxSettled(false, _stream.Current(head));
            }
        }

        return Gone(one.Head);
    }

    private int ForgetUntold(List<PostboxHead> heads)
    {
        int count = 0;
        lock (_lock)
        {
            foreach (PostboxHead head in heads)
            {
                if (_stream.Current(head) is { } now)
                {
                    _stream.Left.Add(_stream.MessageOf(now));
                    Change(changes => _stream.Forget(now, changes), isForeign: false);
                    count++;
                }
            }
        }

        return count;
    }

    private void WakeTidying()
    {
        if (_stream.Left.Count + _stream.Replaced.Count > 0)
        {
            _tidy.Writer.TryWrite(true);
        }
    }

    private async Task RunTidyingAsync()
    {
        lock (_lock)
        {
            WakeTidying();
        }

        try
        {
            while (await _tidy.Reader.WaitToReadAsync(_stopping.Token).ConfigureAwait(false))
            {
                _tidy.Reader.TryRead(out _);
                try
                {
                    await TidyAsync(_stopping.Token).ConfigureAwait(false);
                }
                catch (PostboxStoreException)
                {
                    // it stays to be done
                    await Task.Delay(_tidyPause, _stopping.Token).ConfigureAwait(false);
                    _tidy.Writer.TryWrite(true);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the store is closed; whoever opens it next does the rest
        }
    }

    // deletes what is left over, and writes down what slots replaced
    private async Task TidyAsync(CancellationToken cancellationToken)
    {
        await _tidyTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            List<PostboxHead> replaced;
            List<NatsMessage> fates = [];
            lock (_lock)
            {
                replaced = _stream.Unwritten;
                _stream.Replaced.Clear();
                fates.AddRange(replaced.Select(Fate));
            }

            IReadOnlyList<NatsOutcome> outcomes = await PublishAsync(fates, cancellationToken).ConfigureAwait(false);
            string? failed = null;
            lock (_lock)
            {
                for (int i = 0; i < outcomes.Count; i++)
                {
                    if (outcomes[i].Kind == NatsOutcomeKind.Full)
                    {
                        _stream.Left.Add(replaced[i].Sequence);
                    }
                    else if (outcomes[i].Kind is NatsOutcomeKind.Refused or NatsOutcomeKind.Unknown)
                    {
                        _stream.Replaced.Add(replaced[i]);
                        failed = outcomes[i].Reason;
                    }
                }
            }

            await DeleteLeftAsync(cancellationToken).ConfigureAwait(false);
            if (failed != null)
            {
                throw Unavailable(failed);
            }
        }
        finally
        {
            _tidyTurn.Release();
        }
    }

    private async Task DeleteLeftAsync(CancellationToken cancellationToken)
    {
        long[] left;
        lock (_lock)
        {
            left = [.. _stream.Left.Distinct()];
            _stream.Left.Clear();
        }

        if (left.Length == 0)
        {
            return;
        }

        try
        {
            await GuardAsync(() => _link.DeleteAsync(left, cancellationToken)).ConfigureAwait(false);
        }
        catch
        {
            lock (_lock)
            {
                _stream.Left.AddRange(left);
            }

            throw;
        }
    }
}
