using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>
/// Runs the devices' postbox client over the streams of a desktop node: one request after another, each awaited. All that touches the
/// client, and the store beneath it, happens within <see cref="Locked{T}"/>.
/// </summary>
internal sealed class PostboxExchange : PostboxEvents, IAsyncDisposable
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);

    private readonly Libp2pNode _node;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Action<ReceivedMail>? _received;
    private readonly Func<PeerId, byte[], bool>? _wants;
    private readonly MemoryStream _body = new();
    private StreamPipe? _pipe;
    private PeerId? _gateway;
    private TaskCompletionSource<int>? _end;
    private byte[] _subject = [];

    /// <summary>Makes a client.</summary>
    /// <param name="node">Whose streams it uses.</param>
    /// <param name="identity">The node's.</param>
    /// <param name="options">The client's.</param>
    /// <param name="store">The client's.</param>
    /// <param name="time">The user's clock.</param>
    /// <param name="received">Takes mail, within the lock; what it stores belongs to the store's next write. Null where none is
    /// taken.</param>
    /// <param name="wants">Whether mail of a sender and subject is wanted; null for all.</param>
    /// <exception cref="MailException">The store has what the client can't read.</exception>
    internal PostboxExchange(Libp2pNode node, Identity identity, PostboxOptions options, IStore store, TimeProvider time,
        Action<ReceivedMail>? received = null, Func<PeerId, byte[], bool>? wants = null)
    {
        _node = node;
        _time = time;
        _received = received;
        _wants = wants;
        Client = Make(identity, options, store, this);
    }

    /// <summary>The client; only within <see cref="Locked{T}"/>.</summary>
    internal PostboxClient Client { get; }

    /// <summary>Whether there is a stream on which a gateway can tell of new mail.</summary>
    internal bool IsOpen => _pipe is { IsOver: false };

    /// <summary>Why the last stream ended; null for the gateway's own end, or before.</summary>
    internal Exception? StreamError { get; private set; }

    /// <summary>New mail waits, or the stream that would have told so has ended: a sync is due.</summary>
    internal event Action? SyncDue;

    /// <summary>A client on a Core node of its own, which has no connections: it lends cryptography, identity and random numbers.</summary>
    internal static PostboxClient Make(Identity identity, PostboxOptions options, IStore store, PostboxEvents events)
    {
        Node lender = new(new NodeOptions { MaxConnections = 1, MaxHandshakes = 1 }, identity, DesktopCrypto.Choose(), new SystemRandom());
        PostboxClient client = new(options, store, events);
        try
        {
            lender.Add(client);
        }
        catch (InvalidOperationException e)
        {
            throw new MailException(MailError.StoreFailed, e.Message, inner: e);
        }

        return client;
    }

    /// <summary>Does something with the client, or with its store.</summary>
    internal T Locked<T>(Func<PostboxClient, T> what)
    {
        lock (_lock)
        {
            return what(Client);
        }
    }

    /// <summary>As <see cref="Locked{T}"/>, while no request is under way.</summary>
    internal async Task<T> WhenIdleAsync<T>(Func<PostboxClient, T> what, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Locked(what);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Asks a gateway, and waits for its reply; a sync goes on until nothing waits.</summary>
    /// <param name="gateway">The gateway, connected.</param>
    /// <param name="what">One of PostboxClient's Ask...</param>
    /// <param name="request">The request; null for a sync.</param>
    /// <param name="cancellationToken">Gives it up, and breaks the stream off.</param>
    /// <returns>0, a gateway's code, or a negative <see cref="PostboxResult"/>.</returns>
    /// <exception cref="Libp2pException">No stream could be opened.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal async Task<int> RunAsync(PeerId gateway, int what, PostboxRequest? request, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            StreamPipe pipe = await PipeAsync(gateway, cancellationToken).ConfigureAwait(false);
            TaskCompletionSource<int> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                _end = end;
                StreamError = null;
                if (!Client.Begin(pipe, what, request))
                {
                    throw new InvalidOperationException("a postbox request is under way");
                }

                Client.Poll(Now());
            }

            int code = await EndAsync(pipe, end.Task, cancellationToken).ConfigureAwait(false);
            if (code < 0)
            {
                pipe.Abort();
            }

            return code;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Lets go of the stream.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        if (_pipe is { } pipe)
        {
            _pipe = null;
            await pipe.DisposeAsync().ConfigureAwait(false);
        }

        _turn.Dispose();
        lock (_lock)
        {
            (Client.Node.Crypto as IDisposable)?.Dispose();
        }
    }

    /// <inheritdoc/>
    public override bool Wants(PostboxClient client, Mail mail)
        => _wants == null || _wants(Sender(mail), mail.Buffer.AsSpan(mail.SubjectOffset, mail.SubjectCount).ToArray());

    /// <inheritdoc/>
    public override void OnMail(PostboxClient client, Mail mail)
    {
        if (mail.BodyOffset == 0)
        {
            _body.SetLength(0);
            _subject = mail.Buffer.AsSpan(mail.SubjectOffset, mail.SubjectCount).ToArray();
        }

        _body.Write(mail.Buffer, mail.Offset, mail.Count);
        if (mail.BodyOffset + mail.Count < mail.BodyBytes)
        {
            return;
        }

        _received?.Invoke(new ReceivedMail
        {
            Number = 0,
            Sender = Sender(mail),
            Subject = _subject,
            Body = _body.ToArray(),
            Sent = DateTimeOffset.FromUnixTimeSeconds(mail.Sent),
            Lifetime = TimeSpan.FromSeconds(mail.Lifetime),
            IsLatest = mail.IsLatest,
        });
    }

    /// <inheritdoc/>
    public override void OnEnd(PostboxClient client, int code) => _end?.TrySetResult(code);

    /// <inheritdoc/>
    public override void OnWaiting(PostboxClient client) => SyncDue?.Invoke();

    /// <inheritdoc/>
    public override uint UnixSeconds() => (uint)_time.GetUtcNow().ToUnixTimeSeconds();

    private static PeerId Sender(Mail mail) => PeerId.FromBytes(mail.Sender, 0, mail.Sender.Length);

    private static long Now() => Environment.TickCount64;

    private async Task<StreamPipe> PipeAsync(PeerId gateway, CancellationToken cancellationToken)
    {
        if (_pipe is { IsOver: false } open && gateway.Equals(_gateway))
        {
            return open;
        }

        if (_pipe is { } former)
        {
            _pipe = null;
            await former.DisposeAsync().ConfigureAwait(false);
        }

        PeerStream stream = await _node.OpenStreamAsync(gateway, PostboxOptions.ProtocolId, cancellationToken).ConfigureAwait(false);
        _gateway = gateway;
        return _pipe = new StreamPipe(stream, Arrived, Ended);
    }

    private async Task<int> EndAsync(StreamPipe pipe, Task<int> end, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await end.WaitAsync(_look, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                lock (_lock)
                {
                    Client.Poll(Now());
                }
            }
            catch (OperationCanceledException)
            {
                lock (_lock)
                {
                    Client.Break(pipe, PostboxResult.NoAnswer);
                    Client.Poll(Now());
                }

                pipe.Abort();
                throw;
            }
        }
    }

    private void Arrived(StreamPipe pipe, byte[] buffer, int count)
    {
        lock (_lock)
        {
            int at = 0;
            while (at < count)
            {
                at += Client.Take(pipe, buffer, at, count - at);
                Client.Poll(Now());
            }
        }
    }

    private void Ended(StreamPipe pipe, Exception? why)
    {
        lock (_lock)
        {
            StreamError = why;
            Client.Break(pipe, PostboxResult.NoAnswer);
            Client.Poll(Now());
        }

        if (pipe == _pipe)
        {
            SyncDue?.Invoke();
        }
    }
}
