using System;
using System.Buffers;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Messages;

namespace NanoLibp2p.Postbox.Service.Streams;

/// <summary>
/// A stream of requests (SPEC.md 8.3): one task reads them, while fewer than eight are open; this one handles them in the order in which
/// they came, and answers in that order.
/// </summary>
/// <remarks>
/// <code>
///   ReadAllAsync --whole requests--> RunAsync --answers--> peer
///        ^                              |
///        '---- a place is free ---------'        FollowAsync --hints between answers--> peer
/// </code>
/// Deposits that wait for the store overlap, so that it writes several together; anything else waits for them.
/// </remarks>
internal sealed class ServerStream
{
    private const int MaxOpen = 8;

    // what a request has beside its item, in whole: its own fields, and the tags and lengths around the item
    private const int MaxBeside = RequestReader.MaxBytes + 16;

    // no item is longer (SPEC.md 16)
    private const int LongestItem = 1_048_576;

    private const int BytesPerSecond = 1024;
    private const int ChunkBytes = 16 * 1024;
    private const uint RetrySeconds = 1;

    private static readonly TimeSpan _hintInterval = TimeSpan.FromSeconds(1);

    private readonly PostboxService _service;
    private readonly PeerStream _stream;
    private readonly Visitor _visitor;
    private readonly PostboxServiceOptions _options;
    private readonly SemaphoreSlim _places = new(MaxOpen);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Channel<Incoming> _requests = Channel.CreateUnbounded<Incoming>();
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
    });

    private readonly CancellationTokenSource _ended = new();
    private readonly byte[] _buffer = new byte[4096];
    private int _at;
    private int _end;

    // what the request that is being read has of what all share
    private int _grown;
    private int _openSyncs;
    private volatile bool _isBroken;
    private volatile bool _follows;
    private ReadOnlyMemory<byte> _cursor;
    private Task _following = Task.CompletedTask;

    internal ServerStream(PostboxService service, PeerStream stream, Visitor visitor)
    {
        _service = service;
        _stream = stream;
        _visitor = visitor;
        _options = service.Options;
    }

    /// <summary>Serves until the peer ends its side, says nothing for too long, or says what is no request.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration ending = cancellationToken.Register(() => _ended.Cancel());
        Task reading = ReadAllAsync();
        try
        {
            await HandleAllAsync().ConfigureAwait(false);
        }
        finally
        {
            await _ended.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            while (_requests.Reader.TryRead(out Incoming? left))
            {
                // after an error of our own
                _service.Budget.Return(_stream.Connection.Id, left.Bytes);
            }

            if (_follows)
            {
                _service.Unfollow(_visitor.Peer, OnNews);
            }

            await _following.ConfigureAwait(false);
        }

        if (_isBroken)
        {
            _stream.Abort();
        }
    }

    private async Task HandleAllAsync()
    {
        Queue<(Task<Reply> Reply, Incoming Of)> due = new();
        bool mayOverlap = true;
        bool isOver = false;
        Task<bool>? more = null;
        try
        {
            while (true)
            {
                bool isNext = _requests.Reader.TryPeek(out Incoming? next);
                if (isNext && (due.Count == 0 || (mayOverlap && next!.MayOverlap)))
                {
                    _requests.Reader.TryRead(out next);
                    mayOverlap = next!.LetsOthersBegin;
                    due.Enqueue((HandleAsync(next), next));
                    continue;
                }

                if (due.Count == 0)
                {
                    if (!await _requests.Reader.WaitToReadAsync().ConfigureAwait(false))
                    {
                        return;
                    }

                    continue;
                }

                (Task<Reply> oldest, Incoming of) = due.Peek();
                if (!isNext && !isOver && !oldest.IsCompleted)
                {
                    more ??= _requests.Reader.WaitToReadAsync().AsTask();
                    if (await Task.WhenAny(more, oldest).ConfigureAwait(false) == more)
                    {
                        isOver = !await more.ConfigureAwait(false);
                        more = null;
                        continue;
                    }
                }

                Reply reply = await oldest.ConfigureAwait(false);
                due.Dequeue();
                await AnswerAsync(of, reply).ConfigureAwait(false);
            }
        }
        finally
        {
            // nothing is left but after an error of our own
            foreach ((Task<Reply> _, Incoming of) in due)
            {
                _service.Budget.Return(_stream.Connection.Id, of.Bytes);
            }
        }
    }

    private async Task<Reply> HandleAsync(Incoming incoming)
    {
        RequestResult result = incoming.Result;
        switch (result.Request)
        {
            case DepositRequest deposit:
                return await _service.DepositAsync(_visitor, deposit).ConfigureAwait(false);
            case SyncRequest sync:
                Interlocked.Increment(ref _openSyncs);
                BeginFollowing(sync);
                return await _service.SyncAsync(_visitor, sync).ConfigureAwait(false);
            case FetchRequest fetch:
                return await _service.FetchAsync(_visitor, fetch).ConfigureAwait(false);
            case ConfigureRequest configure:
                return await _service.ConfigureAsync(_visitor, configure).ConfigureAwait(false);
            case QueryRequest query:
                return _service.Query(_visitor, query);
            case LookupRequest lookup:
                return _service.Lookup(_visitor, lookup);
            default:
                return new Reply(result.Serial, result.Code)
                {
                    Reason = result.Reason,
                    RetryAfter = result.Code == PostboxCode.RateLimited ? RetrySeconds : 0,
                };
        }
    }

    // whatever happens to the stream, the request has ended
    private async Task AnswerAsync(Incoming incoming, Reply reply)
    {
        try
        {
            _service.Metrics.Answered(incoming.Result.Request is DepositRequest, reply.Code);
            await WriteReplyAsync(reply).ConfigureAwait(false);
        }
        finally
        {
            if (incoming.Result.Request is SyncRequest)
            {
                Interlocked.Decrement(ref _openSyncs);
            }

            _service.Budget.Return(_stream.Connection.Id, incoming.Bytes);
            _places.Release();
        }
    }

    private async Task WriteReplyAsync(Reply reply)
    {
        if (_isBroken)
        {
            return;
        }

        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (reply.HasOwnMessage)
            {
                await WriteAsync(reply.ToBytes()).ConfigureAwait(false);
            }

            foreach (PartToSend part in reply.Parts)
            {
                if (!await WritePartAsync(reply.Serial, part).ConfigureAwait(false))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException)
        {
            // requests that were read are done all the same, and nothing more is said
            _isBroken = true;
        }
        finally
        {
            _writing.Release();
        }
    }

    // false when the request has ended on an error
    private async Task<bool> WritePartAsync(uint serial, PartToSend part)
    {
        if (part.Head is not { } head)
        {
            await WriteAsync(Reply.PieceHead(serial, part.Name, 0, 0, 0)).ConfigureAwait(false);
            return true;
        }

        int offset = (int)Math.Min(part.Offset, (uint)head.Size);
        int length = head.Size - offset;
        length = part.Length == 0 ? length : (int)Math.Min(part.Length, (uint)length);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max(length, 1), ChunkBytes));
        int done = 0;
        try
        {
            do
            {
                int wanted = Math.Min(length - done, ChunkBytes);
                int count = await _service.ReadAsync(head, offset + done, chunk.AsMemory(0, wanted)).ConfigureAwait(false);
                if (done == 0)
                {
                    byte[] first = count < 0 ? Reply.PieceHead(serial, part.Name, 0, 0, 0)
                        : Reply.PieceHead(serial, part.Name, part.Offset, head.Size, length);
                    await WriteAsync(first).ConfigureAwait(false);
                    if (count < 0 || length == 0)
                    {
                        return true;
                    }
                }

                if (count < wanted)
                {
                    // it went while it was sent: what was announced can't be had any more
                    _isBroken = true;
                    return false;
                }

                await WriteAsync(chunk.AsMemory(0, count)).ConfigureAwait(false);
                done += count;
            }
            while (done < length);
            return true;
        }
        catch (PostboxStoreException e) when (done == 0)
        {
            _service.Metrics.StoreFailed();
            bool isDamaged = e.Fault == StoreFault.DamagedItem;
            await WriteAsync(isDamaged ? Reply.PieceHead(serial, part.Name, 0, 0, 0)
                : new Reply(serial, PostboxCode.Unavailable) { RetryAfter = PostboxService.UnavailableSeconds }.ToBytes())
                .ConfigureAwait(false);
            return isDamaged;
        }
        catch (PostboxStoreException)
        {
            _service.Metrics.StoreFailed();
            _isBroken = true;
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        using TimeLimit limit = Limit(_options.SilenceTime);
        await _stream.WriteAsync(bytes, limit.Token).ConfigureAwait(false);
    }

    private async Task ReadAllAsync()
    {
        try
        {
            TimeSpan patience = _options.FirstRequestTime;
            while (true)
            {
                await _places.WaitAsync(_ended.Token).ConfigureAwait(false);
                if (!await WaitForFirstByteAsync(patience).ConfigureAwait(false) || !await ReadRequestAsync().ConfigureAwait(false))
                {
                    return;
                }

                patience = _options.SilenceTime;
            }
        }
        catch (OperationCanceledException)
        {
            // a request that is not whole in time, or the end of the service
        }
        catch (Exception e) when (e is Libp2pException or ObjectDisposedException)
        {
            _isBroken = true;
        }
        finally
        {
            _requests.Writer.Complete();
        }
    }

    // false at the peer's end, and when it says nothing for too long while nothing is due
    private async Task<bool> WaitForFirstByteAsync(TimeSpan patience)
    {
        while (_at == _end)
        {
            using TimeLimit limit = Limit(patience);
            try
            {
                if (!await FillAsync(limit.Token).ConfigureAwait(false))
                {
                    return false;
                }
            }
            catch (OperationCanceledException) when (!_ended.IsCancellationRequested)
            {
                // the place that this one has counts as well
                if (!_follows && _places.CurrentCount == MaxOpen - 1)
                {
                    return false;
                }
            }
        }

        return true;
    }

    // false when nothing follows it
    private async Task<bool> ReadRequestAsync()
    {
        using TimeLimit limit = Limit(_options.RequestTime);
        (bool isLength, uint length) = await ReadLengthAsync(limit.Token).ConfigureAwait(false);
        if (!isLength || length > LongestItem + MaxBeside)
        {
            Add(new Incoming(new RequestResult(null, 0, PostboxCode.Malformed, "no length of a request", IsUnreadable: true), 0));
            return false;
        }

        TimeSpan whole = TimeSpan.FromSeconds(length / BytesPerSecond);
        if (whole > _options.RequestTime)
        {
            limit.Set(whole);
        }

        if (length > _service.MaxItem + MaxBeside)
        {
            await PassOverAsync((int)length, PostboxCode.TooLarge, "longer than any item here", limit.Token).ConfigureAwait(false);
            return true;
        }

        if (!_service.Budget.Take(_stream.Connection.Id, (int)length))
        {
            await PassOverAsync((int)length, PostboxCode.RateLimited, "too many requests are open", limit.Token).ConfigureAwait(false);
            return true;
        }

        bool isAdded = false;
        byte[] bytes;
        try
        {
            bytes = await ReadBytesAsync((int)length, limit.Token).ConfigureAwait(false);
            if (bytes.Length == length)
            {
                RequestResult result = RequestReader.Read(bytes);
                Add(new Incoming(result, (int)length));
                isAdded = true;
                return !result.IsUnreadable;
            }
        }
        finally
        {
            if (!isAdded)
            {
                _service.Budget.Return(_stream.Connection.Id, (int)length, _grown);
            }
        }

        await PassOverAsync((int)length - bytes.Length, PostboxCode.RateLimited, "too many requests are open", limit.Token, bytes)
            .ConfigureAwait(false);
        return true;
    }

    private void Add(Incoming incoming) => _requests.Writer.TryWrite(incoming);

    // reads a request that is not kept
    private async Task PassOverAsync(int length, PostboxCode code, string reason, CancellationToken cancellationToken, byte[]? read = null)
    {
        byte[] beginning = read ?? [];
        while (length > 0)
        {
            if (_at == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new OperationCanceledException("the peer has ended its side within a request");
            }

            int count = Math.Min(length, _end - _at);
            beginning = beginning.Length < 8 ? [.. beginning, .. _buffer.AsSpan(_at, Math.Min(count, 8 - beginning.Length))] : beginning;
            _at += count;
            length -= count;
        }

        Add(new Incoming(new RequestResult(null, RequestReader.SerialOf(beginning), code, reason, IsUnreadable: false), 0));
    }

    // memory is taken as the bytes come, not by the length that was said; where there is no more of it only what has come is returned
    private async Task<byte[]> ReadBytesAsync(int length, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Math.Min(length, RequestBudget.SmallBytes)];
        _grown = bytes.Length;
        _service.Budget.Grow(0, _grown);
        int count = 0;
        while (count < length)
        {
            if (count == bytes.Length)
            {
                int larger = (int)Math.Min(length, 2L * bytes.Length);
                if (!_service.Budget.Grow(bytes.Length, larger))
                {
                    return bytes;
                }

                _grown = larger;
                Array.Resize(ref bytes, larger);
            }

            int read = Math.Min(bytes.Length - count, _end - _at);
            if (read > 0)
            {
                _buffer.AsSpan(_at, read).CopyTo(bytes.AsSpan(count));
                _at += read;
            }
            else
            {
                read = await _stream.ReadAsync(bytes.AsMemory(count), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new OperationCanceledException("the peer has ended its side within a request");
                }
            }

            count += read;
        }

        return bytes;
    }

    private async Task<(bool IsLength, uint Length)> ReadLengthAsync(CancellationToken cancellationToken)
    {
        ulong length = 0;
        for (int i = 0; i < 5; i++)
        {
            if (_at == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new OperationCanceledException("the peer has ended its side within a length");
            }

            byte one = _buffer[_at++];
            length |= (ulong)(one & 0x7F) << (7 * i);
            if (one < 0x80)
            {
                return (length <= uint.MaxValue && (i == 0 || one != 0), (uint)length);
            }
        }

        return (false, 0);
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _at = 0;
        _end = 0;
        _end = await _stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
        return _end > 0;
    }

    // before the sync is answered, so that nothing falls between its answer and the first hint
    private void BeginFollowing(SyncRequest sync)
    {
        if (!sync.Follows)
        {
            return;
        }

        _cursor = sync.Cursor.ToArray();
        if (!_follows && _service.Follow(_visitor.Peer, OnNews))
        {
            _follows = true;
            _following = FollowAsync();
        }
    }

    // under the mailbox's lock
    private void OnNews() => _news.Writer.TryWrite(true);

    private async Task FollowAsync()
    {
        try
        {
            while (await _news.Reader.WaitToReadAsync(_ended.Token).ConfigureAwait(false))
            {
                // one that can't be sent now is dropped for the next; who syncs hears of it that way
                _news.Reader.TryRead(out bool _);
                if (Volatile.Read(ref _openSyncs) > 0 || !await _writing.WaitAsync(0).ConfigureAwait(false))
                {
                    OnNews();
                }
                else
                {
                    await HintAsync().ConfigureAwait(false);
                }

                await Task.Delay(_hintInterval, _options.Time, _ended.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException)
        {
            // the stream has ended
        }
    }

    private async Task HintAsync()
    {
        try
        {
            if (_service.Hint(_visitor.Peer, _cursor) is { } hint)
            {
                await WriteAsync(hint.ToBytes()).ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private TimeLimit Limit(TimeSpan time) => new(time, _options.Time, _ended.Token);
}
