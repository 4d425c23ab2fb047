using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Yamux;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// A stream to a peer, on one protocol. From any thread; one reader and one writer at a time. A write waits while the peer does not
/// read, and the peer waits while nobody reads here.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="CompleteWrites"/> tells the peer that no more comes; reading goes on to the peer's own end, which is a read of 0 bytes.
/// Disposed before that, the stream is broken off, so that the peer does not take half a message for a whole one. Disposed after it, what
/// was written still goes, and what the peer still sends is thrown away.
/// </para>
/// <para>
/// At most twice <see cref="BufferBytes"/> that were not read are kept, and by how much the stream's window has grown (half of
/// NodeOptions.WindowBytes for all streams of a shard); about <see cref="BufferBytes"/> that were written and could not go yet. The peer is
/// granted no more until somebody reads; the connection's other streams go on.
/// </para>
/// <para>
/// Where the peer has said before that it speaks the protocol, a stream is used without waiting for its word (multistream-select's
/// optimistic path), which saves a round trip. Should it refuse, reads and writes fail with <see cref="Libp2pError.ProtocolRefused"/>, and
/// nothing of what was written was heard. Who writes and never reads looks at <see cref="WaitUntilAgreedAsync"/>.
/// </para>
/// </remarks>
public sealed class PeerStream : Stream, IShardWork
{
    /// <summary>Yamux's first window, in bytes.</summary>
    public const int BufferBytes = (int)YamuxSession.InitialWindow;

    // the longest record without its tag and the frame's header: a long write is one frame a record
    private const int Chunk = NodeOptions.MaxRecordBytes - CryptoProvider.TagBytes - FrameHeader;
    private const int FrameHeader = 12;

    private const int SegmentBytes = 16 * 1024;

    // what is longer stays in one piece, and three quarters of the memory that is rented for it are used
    private const int LongBytes = 48 * 1024;

    // what is read before the peer is granted as much again
    private const int CreditStep = 64 * 1024;

    // about what an open stream takes beside its bytes: this object, its pipes, its handler's task
    private const int StreamBytes = 2048;

    private static readonly PipeOptions _incoming = new(pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: SegmentBytes,
        useSynchronizationContext: false);

    private static readonly PipeOptions _outgoing = new(
        pauseWriterThreshold: BufferBytes, resumeWriterThreshold: BufferBytes / 2, minimumSegmentSize: SegmentBytes,
            useSynchronizationContext: false);

    private readonly ShardConnection _connection;
    private readonly Pipe _in = new(_incoming);
    private readonly Pipe _out = new(_outgoing);
    private readonly CancellationTokenSource? _broken;
    private readonly string[] _protocols;
    private readonly int[] _indexes;

    // of the shard's thread
    private Libp2pStream? _stream;
    private OpenRequest? _request;
    private int _proposed;
    private bool _isOpened;
    private bool _isRefused;
    private bool _isWaiting;
    private bool _isReadEnded;
    private bool _isWriteEnded;

    // between the threads
    private int _unread;
    private int _unsent;
    private int _credit;
    private int _isPosted;
    private int _isDisposed;
    private int _areWritesCompleted;
    private uint _abortCode;
    private volatile bool _isAborted;
    private volatile bool _isDiscarding;
    private volatile bool _isWriteOver;
    private volatile bool _isAgreed;
    private bool _owesEnd;
    private TaskCompletionSource? _agreement;

    internal PeerStream(ShardConnection connection, Libp2pStream stream, string[] protocols, int[] indexes, OpenRequest? request)
    {
        _connection = connection;
        _stream = stream;
        _request = request;
        _isOpened = request == null;
        _isAgreed = !stream.IsOutbound;
        _protocols = protocols;
        _indexes = indexes;
        connection.Held.Add(StreamBytes);
        if (_isAgreed)
        {
            stream.KeepCredit();
            _broken = new CancellationTokenSource();
        }
    }

    /// <summary>Who is at the other end.</summary>
    public PeerId RemotePeer => _connection.Peer!;

    /// <summary>The protocol that was agreed on.</summary>
    public string Protocol => _protocols[_proposed];

    /// <summary>The connection that it is a stream of.</summary>
    public PeerConnection Connection => _connection.Info!;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <summary>Not known.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not known.</summary>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Cancelled when the stream is broken off before the peer's own end, for its handler.</summary>
    internal CancellationToken Broken => _broken!.Token;

    /// <summary>Bytes that have arrived and were not read.</summary>
    internal int Unread => Volatile.Read(ref _unread);

    /// <summary>Whether <see cref="CompleteWrites"/> was called.</summary>
    internal bool AreWritesCompleted => Volatile.Read(ref _areWritesCompleted) != 0;

    /// <summary>Waits until the peer has agreed on the protocol, where the stream was opened without its word. Over at once where it
    /// was not.</summary>
    /// <exception cref="Libp2pException">It has refused (ProtocolRefused), or the stream ended before.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the stream goes on.</exception>
    public Task WaitUntilAgreedAsync(CancellationToken cancellationToken = default)
        => _isAgreed ? Task.CompletedTask : Agreement().Task.WaitAsync(cancellationToken);

    /// <summary>Tells the peer that no more comes, after what was written. Returns at once; called again, nothing happens.</summary>
    public void CompleteWrites()
    {
        if (Interlocked.Exchange(ref _areWritesCompleted, 1) == 0)
        {
            _out.Writer.Complete();
            Post();
        }
    }

    /// <summary>Breaks the stream off, both ways: what was not sent or read is lost, and calls under way fail. From any thread.</summary>
    public void Abort() => Abort(ErrorCode.None);

    /// <summary>As <see cref="Abort()"/>, and tells the peer why, where it understands it.</summary>
    /// <param name="code">One of <see cref="ErrorCode"/>, or a protocol's own.</param>
    /// <remarks>Of several calls the first that gives a code other than None is the one that is told.</remarks>
    public void Abort(uint code)
    {
        Interlocked.CompareExchange(ref _abortCode, code, ErrorCode.None);
        _isAborted = true;
        Post();
    }

    /// <summary>As <see cref="Abort(uint)"/>, for what ended a handler.</summary>
    /// <param name="why">What it threw.</param>
    /// <param name="isStopping">Whether the node or the handler's service ends.</param>
    internal void Abort(Exception why, bool isStopping = false) => Abort(isStopping ? ErrorCode.ShuttingDown : CodeOf(why));

    /// <summary>What a peer is told of a handler's end: that it broke the rules, or hit a limit of time; None for a fault of our
    /// own, which the drafts have no code for.</summary>
    internal static uint CodeOf(Exception why) => why switch
    {
        Libp2pException { Error: Libp2pError.MessageTooLong or Libp2pError.MessageMalformed } => ErrorCode.ProtocolViolation,
        Libp2pException { Error: Libp2pError.TimedOut } or OperationCanceledException => ErrorCode.ResourceLimit,
        _ => ErrorCode.None,
    };

    /// <summary>Reads what has arrived, or waits for something.</summary>
    /// <param name="buffer">Takes it.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is lost then.</param>
    /// <returns>Bytes read; 0 when the peer has completed its writes and all was read.</returns>
    /// <exception cref="Libp2pException">The stream was broken off, or its connection ended.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        if (buffer.Length == 0)
        {
            return 0;
        }

        ReadResult result = await _in.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        ObjectDisposedException.ThrowIf(result.IsCanceled, this);
        ReadOnlySequence<byte> found = result.Buffer;
        int count = (int)Math.Min(found.Length, buffer.Length);
        found = found.Slice(0, count);
        found.CopyTo(buffer.Span);
        _in.Reader.AdvanceTo(found.End);
        if (count > 0)
        {
            _connection.Held.Remove(Take(ref _unread, count));
            if (Interlocked.Add(ref _credit, count) >= CreditStep)
            {
                Post();
            }
        }

        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count,
        CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Writes; waits while the peer takes nothing and <see cref="BufferBytes"/> are on their way.</summary>
    /// <param name="buffer">What to write; the caller's again when the call is over.</param>
    /// <param name="cancellationToken">Ends the wait. Part of the bytes may be sent all the same: the stream is then good for
    /// <see cref="Abort()"/> alone.</param>
    /// <exception cref="Libp2pException">The stream was broken off, or its connection ended.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    /// <exception cref="InvalidOperationException">Its writes are completed.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        while (buffer.Length > 0)
        {
            ReadOnlyMemory<byte> chunk = buffer[..Math.Min(buffer.Length, Chunk)];
            FlushResult result;
            Interlocked.Add(ref _unsent, chunk.Length);
            _connection.Held.Add(chunk.Length);
            try
            {
                result = await WriteChunkAsync(chunk, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // where the stream has ended meanwhile
                ForgetUnsent();
            }

            if (result.IsCompleted)
            {
                throw Libp2pException.For(Libp2pError.StreamReset, RemotePeer, "the stream has ended");
            }

            buffer = buffer[chunk.Length..];
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer, offset, count,
        CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Does nothing: what is written goes by itself.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            if (AreWritesCompleted)
            {
                _isDiscarding = true;
                _in.Reader.CancelPendingRead();
            }
            else
            {
                _isAborted = true;
            }

            Post();
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    void IShardWork.Run(Shard shard)
    {
        Interlocked.Exchange(ref _isPosted, 0);
        if (_isDisposed != 0)
        {
            // nobody reads it any more
            int left = Interlocked.Exchange(ref _unread, 0);
            _connection.Held.Remove(left);
            Interlocked.Add(ref _credit, left);
        }

        if (_stream == null)
        {
            return;
        }

        if (_isAborted)
        {
            _stream.Reset(_abortCode);
            return;
        }

        if (Volatile.Read(ref _credit) >= CreditStep)
        {
            _stream.GiveCredit(Interlocked.Exchange(ref _credit, 0));
        }

        Pump();
    }

    /// <inheritdoc/>
    void IShardWork.Abandon() => End(Libp2pException.NodeClosed());

    /// <summary>The peer has agreed on the protocol of a stream of ours.</summary>
    internal void Opened()
    {
        _isOpened = true;
        _isAgreed = true;
        PayEnd();

        // who begins to wait now sees the one, or is seen by the other
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _agreement)?.TrySetResult();
        _stream!.KeepCredit();
        OpenRequest? request = _request;
        _request = null;
        if (request != null && !request.Succeed(this))
        {
            // nobody waits for it any more
            _isAborted = true;
        }

        Post();
    }

    /// <summary>The peer does not speak the protocol of a stream of ours that was proposed last.</summary>
    /// <returns>The index of the next to propose; -1 when there is none.</returns>
    internal int Refused()
    {
        if (_proposed + 1 < _indexes.Length)
        {
            return _indexes[++_proposed];
        }

        if (_request == null)
        {
            // it has said otherwise before: the next stream waits for its word
            _connection.Shard.Owner.PeerStore.Forget(RemotePeer, Protocol);
        }

        _isRefused = true;
        _request?.Fail(Refusal());
        _request = null;
        return -1;
    }

    /// <summary>Takes what has arrived: never more than what the peer was granted.</summary>
    internal void Receive(byte[] buffer, int offset, int count)
    {
        if (_isDiscarding || _isAborted)
        {
            _stream!.GiveCredit(count);
            return;
        }

        _connection.Held.Add(count);
        Interlocked.Add(ref _unread, count);
        if (count > LongBytes)
        {
            buffer.AsSpan(offset, count).CopyTo(_in.Writer.GetSpan(count));
            _in.Writer.Advance(count);
        }
        else
        {
            _in.Writer.Write(buffer.AsSpan(offset, count));
        }

        // at once, as this pipe has no limit of its own
        _ = _in.Writer.FlushAsync().AsTask();
    }

    /// <summary>The peer has completed its writes.</summary>
    internal void ReadEnded()
    {
        _isReadEnded = true;
        _in.Writer.Complete();
    }

    /// <summary>Writes what waited for room, after the connection has made some. True when something was written.</summary>
    internal bool PumpAgain()
    {
        _isWaiting = false;
        return _stream != null && Pump();
    }

    /// <summary>The stream is over.</summary>
    internal void Closed(bool reset)
    {
        uint code = _stream?.ResetCode ?? ErrorCode.None;
        string? fault = StreamRefusalText.Describe(_stream?.Refusal ?? StreamRefusal.None);
        _stream = null;
        PayEnd();
        _connection.Held.Remove(StreamBytes);
        if (!reset && _isReadEnded && _isWriteEnded)
        {
            return;
        }

        Libp2pException? reason = _isRefused ? Refusal() : _connection.EndUnderWay();
        End(reason ?? Libp2pException.For(Libp2pError.StreamReset, _connection.Peer,
            _isAborted ? "the stream was broken off on this side"
            : fault != null ? $"the stream for {Protocol} was broken off on this side: {fault}"
            : (!_isAgreed ? $"the peer did not agree on {Protocol} in time, or broke the stream off"
            : "the peer broke the stream off") + WordsOf(code)));
    }

    // on the shard's thread, or after it
    private void End(Libp2pException why)
    {
        _request?.Fail(why);
        _request = null;
        if (!_isAgreed)
        {
            TaskCompletionSource agreement = Agreement();
            agreement.TrySetException(why);

            // seldom does anybody wait for it
            _ = agreement.Task.Exception;
        }

        if (!_isReadEnded)
        {
            _isReadEnded = true;
            _in.Writer.Complete(why);

            // Not on this thread: it runs what the handler has registered. Who has all that the peer said goes on, and hears of the end
            // when he writes.
            _ = _broken?.CancelAsync();
        }

        if (!_isWriteEnded)
        {
            _isWriteEnded = true;
            _out.Reader.Complete(why);
        }

        _isWriteOver = true;
        ForgetUnsent();
    }

    private Libp2pException Refusal() => Libp2pException.For(Libp2pError.ProtocolRefused, RemotePeer,
        $"the peer does not speak {string.Join(" or ", _protocols)}");

    // made when somebody waits for it, or when it fails
    private TaskCompletionSource Agreement()
    {
        TaskCompletionSource made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource agreement = Interlocked.CompareExchange(ref _agreement, made, null) ?? made;
        if (_isAgreed)
        {
            // meanwhile
            agreement.TrySetResult();
        }

        return agreement;
    }

    private ValueTask<FlushResult> WriteChunkAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        try
        {
            ValueTask<FlushResult> flushed;
            if (chunk.Length <= LongBytes || _isWriteOver)
            {
                // where the stream has ended it throws why
                flushed = _out.Writer.WriteAsync(chunk, cancellationToken);
            }
            else
            {
                // one frame, where a pipe's segments would be four
                chunk.Span.CopyTo(_out.Writer.GetSpan(chunk.Length));
                _out.Writer.Advance(chunk.Length);
                flushed = _out.Writer.FlushAsync(cancellationToken);
            }

            Post();
            return flushed;
        }
        catch
        {
            // its writes are completed, and it was not written
            _connection.Held.Remove(Take(ref _unsent, chunk.Length));
            throw;
        }
    }

    // what was written and will not go
    private void ForgetUnsent()
    {
        if (_isWriteOver)
        {
            _connection.Held.Remove(Interlocked.Exchange(ref _unsent, 0));
        }
    }

    private static string WordsOf(uint code)
        => code == ErrorCode.None ? "" : $": {ErrorCode.Describe(code) ?? "code " + code} (0x{code:x})";

    // takes as much off a count as is there
    private static int Take(ref int counter, int most)
    {
        int before = Volatile.Read(ref counter);
        while (true)
        {
            int taken = Math.Min(before, most);
            int found = Interlocked.CompareExchange(ref counter, before - taken, before);
            if (found == before)
            {
                return taken;
            }

            before = found;
        }
    }

    private void PayEnd()
    {
        if (_owesEnd)
        {
            _owesEnd = false;
            _connection.OwedEnds--;
        }
    }

    private void Post()
    {
        if (Interlocked.Exchange(ref _isPosted, 1) == 0)
        {
            _connection.Shard.Post(this);
        }
    }

    // moves what the application has written to the connection
    private bool Pump()
    {
        if (!_isOpened || _isWriteEnded || _isWaiting || !_out.Reader.TryRead(out ReadResult result))
        {
            return false;
        }

        ReadOnlySequence<byte> waiting = result.Buffer;
        long written = 0;
        foreach (ReadOnlyMemory<byte> part in waiting)
        {
            MemoryMarshal.TryGetArray(part, out ArraySegment<byte> segment);
            int taken = segment.Count == 0 ? 0 : _stream!.Write(segment.Array!, segment.Offset, segment.Count);
            written += taken;
            if (taken < segment.Count)
            {
                break;
            }
        }

        bool isAll = written == waiting.Length;
        _out.Reader.AdvanceTo(waiting.GetPosition(written));
        _connection.Held.Remove(Take(ref _unsent, (int)written));
        if (!isAll)
        {
            _isWaiting = true;
            _connection.AddWaiting(this);
        }
        else if (result.IsCompleted)
        {
            _isWriteEnded = true;
            _out.Reader.Complete();
            _stream!.CloseWrite();
            if (!_isAgreed)
            {
                // its end leaves once the peer has agreed
                _owesEnd = true;
                _connection.OwedEnds++;
            }
        }

        return written > 0;
    }
}
