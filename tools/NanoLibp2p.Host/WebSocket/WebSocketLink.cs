using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.WebSocket;

/// <summary>
/// A WebSocket as the link of a connection (libp2p websockets spec): its binary frames are a stream of bytes, and where they begin and end
/// means nothing. A text frame is an error.
/// </summary>
/// <remarks>
/// The shard reads and writes buffers; two tasks on the thread pool move them from and to the socket. Both ways it waits: the peer while
/// <see cref="MaxUnread"/> are not read here, the connection while <see cref="MaxUnsent"/> are not sent.
/// </remarks>
internal sealed class WebSocketLink : IShardLink, IShardWork
{
    /// <summary>Bytes that have arrived and that the connection has not read, about.</summary>
    internal const int MaxUnread = 128 * 1024;

    /// <summary>Bytes that the connection has written and that are not sent.</summary>
    internal const int MaxUnsent = 256 * 1024;

    // the most in one frame: what js and browsers take without a thought
    private const int MaxFrame = 64 * 1024;

    // what a peer may still send after our end
    private const int MaxDiscarded = 1024 * 1024;

    // what the link has closed is not counted, however much comes after it
    private const int NotCounted = int.MinValue / 2;

    // to send what is left, and to hear the peer's own close
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(2);

    private static readonly PipeOptions _incoming = new(pauseWriterThreshold: MaxUnread, resumeWriterThreshold: MaxUnread / 2,
        minimumSegmentSize: 16 * 1024, useSynchronizationContext: false);

    private static readonly PipeOptions _outgoing = new(pauseWriterThreshold: 0, resumeWriterThreshold: 0,
        minimumSegmentSize: MaxFrame, useSynchronizationContext: false);

    private readonly System.Net.WebSockets.WebSocket _socket;
    private readonly Shard _shard;
    private readonly IDisposable? _owned;
    private readonly TaskCompletionSource _ended;
    private readonly byte[] _address;
    private readonly Pipe _in = new(_incoming);
    private readonly Pipe _out = new(_outgoing);
    private readonly CancellationTokenSource _over = new();
    private int _unread;
    private int _unsent;
    private int _isPosted;
    private volatile bool _isBlocked;
    private volatile int _failure;
    private bool _isClosed;
    private bool _isReadOver;

    /// <summary>Makes the link, on its shard's thread.</summary>
    /// <param name="socket">An open WebSocket; the link's from now on.</param>
    /// <param name="shard">Its shard.</param>
    /// <param name="remote">The peer's end of the connection below; null where that is not known.</param>
    /// <param name="address">The peer's address for people and for the peer store.</param>
    /// <param name="owned">Disposed at its end; may be null.</param>
    /// <param name="ended">Told of its end.</param>
    internal WebSocketLink(System.Net.WebSockets.WebSocket socket, Shard shard, IPEndPoint? remote, Multiaddr? address, IDisposable? owned,
        TaskCompletionSource ended)
    {
        _socket = socket;
        _shard = shard;
        _owned = owned;
        _ended = ended;
        RemoteAddress = address;
        RemotePort = remote?.Port ?? 0;
        _address = remote == null ? [] : (remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address)
            .GetAddressBytes();
        _ = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public ShardConnection? Owner { get; set; }

    /// <inheritdoc/>
    public bool IsReadable { get; private set; }

    /// <inheritdoc/>
    public bool IsWriteBlocked => _isBlocked;

    /// <inheritdoc/>
    public Multiaddr? RemoteAddress { get; }

    /// <inheritdoc/>
    public bool IsLimited => false;

    /// <inheritdoc/>
    public int KeptBytes => Math.Max(0, Volatile.Read(ref _unread)) + Volatile.Read(ref _unsent);

    /// <inheritdoc/>
    public int RemotePort { get; }

    /// <inheritdoc/>
    public LinkState State { get; private set; } = LinkState.Open;

    /// <inheritdoc/>
    public LinkError Error => (LinkError)_failure;

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count)
    {
        if (_isReadOver || _isClosed)
        {
            return State == LinkState.Failed ? LinkResult.Failed : LinkResult.Ended;
        }

        if (count == 0)
        {
            return 0;
        }

        if (!_in.Reader.TryRead(out ReadResult result))
        {
            IsReadable = false;
            return 0;
        }

        ReadOnlySequence<byte> found = result.Buffer;
        int read = (int)Math.Min(found.Length, count);
        found.Slice(0, read).CopyTo(buffer.AsSpan(offset, count));
        _in.Reader.AdvanceTo(found.GetPosition(read));
        Interlocked.Add(ref _unread, -read);
        _shard.Budget.Add(-read);
        if (read > 0 || !result.IsCompleted)
        {
            return read;
        }

        _isReadOver = true;
        State = Error == LinkError.None ? LinkState.Closed : LinkState.Failed;
        return Error == LinkError.None ? LinkResult.Ended : LinkResult.Failed;
    }

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count)
    {
        if (_isClosed || Error != LinkError.None)
        {
            return LinkResult.Failed;
        }

        int taken = Math.Min(count, MaxUnsent - Volatile.Read(ref _unsent));
        if (taken > 0)
        {
            Interlocked.Add(ref _unsent, taken);
            _shard.Budget.Add(taken);
            _out.Writer.Write(buffer.AsSpan(offset, taken));

            // at once, as this pipe has no limit of its own
            _ = _out.Writer.FlushAsync().AsTask();
        }

        if (taken < count)
        {
            _isBlocked = true;

            // unless it was all sent in between, when nobody else would tell
            if (Volatile.Read(ref _unsent) <= MaxUnsent / 2)
            {
                Post();
            }
        }

        return taken;
    }

    /// <inheritdoc/>
    public int CopyRemoteAddress(byte[] buffer, int offset)
    {
        _address.CopyTo(buffer, offset);
        return _address.Length;
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            Owner = null;
            State = State == LinkState.Failed ? State : LinkState.Closed;
            _in.Reader.Complete();
            _out.Writer.Complete();
            _shard.Budget.Add(-Interlocked.Exchange(ref _unread, NotCounted));

            // if both tasks have not ended by then
            _over.CancelAfter(_lastWords);
        }
    }

    /// <inheritdoc/>
    void IShardWork.Run(Shard shard)
    {
        Interlocked.Exchange(ref _isPosted, 0);
        IsReadable = true;
        if (Volatile.Read(ref _unsent) <= MaxUnsent / 2)
        {
            _isBlocked = false;
        }

        Owner?.OnReady();
    }

    /// <inheritdoc/>
    void IShardWork.Abandon()
    {
    }

    private void Post()
    {
        if (Interlocked.Exchange(ref _isPosted, 1) == 0)
        {
            _shard.Post(this);
        }
    }

    private async Task RunAsync()
    {
        Task receiving = ReceiveAsync();
        Task sending = SendAsync();
        try
        {
            await sending.ConfigureAwait(false);

            // the peer answers our close with its own
            _over.CancelAfter(_lastWords);
            await receiving.ConfigureAwait(false);
        }
        finally
        {
            _socket.Dispose();
            _owned?.Dispose();
            _over.Dispose();
            _ended.TrySetResult();
        }
    }

    private async Task ReceiveAsync()
    {
        PipeWriter writer = _in.Writer;
        bool isRead = true;
        int discarded = 0;
        try
        {
            while (true)
            {
                // without a buffer first, so that an idle connection holds none
                ValueWebSocketReceiveResult result = await _socket.ReceiveAsync(Memory<byte>.Empty, _over.Token).ConfigureAwait(false);
                if (result.MessageType == WebSocketMessageType.Binary && !(result is { Count: 0, EndOfMessage: true }))
                {
                    result = await _socket.ReceiveAsync(writer.GetMemory(), _over.Token).ConfigureAwait(false);
                }

                if (result.MessageType == WebSocketMessageType.Text)
                {
                    Fail(LinkError.Other);
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.InvalidMessageType, "libp2p's frames are binary", _over.Token)
                        .ConfigureAwait(false);
                    break;
                }

                if (result.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                if (!isRead)
                {
                    // up to its own close, and no more than was on its way
                    discarded += result.Count;
                    if (discarded > MaxDiscarded)
                    {
                        break;
                    }
                }
                else if (result.Count > 0)
                {
                    writer.Advance(result.Count);
                    if (Interlocked.Add(ref _unread, result.Count) >= result.Count)
                    {
                        _shard.Budget.Add(result.Count);
                    }

                    ValueTask<FlushResult> flushed = writer.FlushAsync(_over.Token);
                    Post();
                    isRead = !(await flushed.ConfigureAwait(false)).IsCompleted;
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException
            or System.IO.IOException)
        {
            Fail(LinkError.Reset);
        }

        await writer.CompleteAsync().ConfigureAwait(false);
        Post();
    }

    private async Task SendAsync()
    {
        PipeReader reader = _out.Reader;
        ReadResult result = default;
        bool isReading = false;
        try
        {
            while (true)
            {
                result = await reader.ReadAsync(_over.Token).ConfigureAwait(false);
                isReading = true;
                if (result.Buffer.IsEmpty && result.IsCompleted)
                {
                    break;
                }

                ReadOnlyMemory<byte> frame = result.Buffer.First;
                frame = frame[..Math.Min(frame.Length, MaxFrame)];
                await _socket.SendAsync(frame, WebSocketMessageType.Binary, true, _over.Token).ConfigureAwait(false);
                reader.AdvanceTo(result.Buffer.GetPosition(frame.Length));
                isReading = false;
                int unsent = Interlocked.Add(ref _unsent, -frame.Length);
                _shard.Budget.Add(-frame.Length);
                if (_isBlocked && unsent <= MaxUnsent / 2)
                {
                    Post();
                }
            }

            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _over.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException
            or System.IO.IOException)
        {
            Fail(LinkError.Reset);
            Post();
            if (isReading)
            {
                // a pipe is not read anew before that
                reader.AdvanceTo(result.Buffer.End);
            }

            // the connection closes the link when it has heard of it
            while (!await IsOverAsync(reader).ConfigureAwait(false))
            {
            }
        }

        await reader.CompleteAsync().ConfigureAwait(false);

        // the link is closed: nothing is written any more
        _shard.Budget.Add(-Interlocked.Exchange(ref _unsent, 0));
    }

    private static async Task<bool> IsOverAsync(PipeReader reader)
    {
        ReadResult result = await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
        reader.AdvanceTo(result.Buffer.End);
        return result.IsCompleted;
    }

    private void Fail(LinkError error)
    {
        // the first counts
        _ = Interlocked.CompareExchange(ref _failure, (int)error, (int)LinkError.None);
    }
}
