using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>A call that a shard answers. Cancelled, it ends at once, and <see cref="OnCancelled"/> undoes what the shard has done for
/// it.</summary>
internal abstract class Request<T>
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True once it was cancelled or has ended.</summary>
    protected bool IsOver => _source.Task.IsCompleted;

    internal bool Succeed(T result) => _source.TrySetResult(result);

    internal bool Fail(Exception why) => _source.TrySetException(why);

    /// <summary>Waits for its end.</summary>
    internal async Task<T> WaitAsync(CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                Request<T> request = (Request<T>)state!;
                if (request._source.TrySetCanceled(token))
                {
                    request.OnCancelled();
                }
            },
            this);
        await using (registration.ConfigureAwait(false))
        {
            return await _source.Task.ConfigureAwait(false);
        }
    }

    /// <summary>It was cancelled; from any thread.</summary>
    protected virtual void OnCancelled()
    {
    }
}

/// <summary>A link that we made, on its way to be a connection.</summary>
internal sealed class DialRequest(Shard shard, LinkSource source, PeerId? expected, bool isInitiator = true)
    : Request<ShardConnection>, IShardWork
{
    private ShardConnection? _connection;

    public void Run(Shard shard)
    {
        if (_connection != null)
        {
            // cancelled while it was under way
            _connection.CloseUnlessOpened(this);
            return;
        }

        _connection = shard.Adopt(source, expected, this, isInitiator);
        if (_connection == null)
        {
            Fail(Libp2pException.For(Libp2pError.DialFailed, expected,
                "all connections are in use; raise Libp2pNodeOptions.MaxConnections"));
        }
        else if (IsOver)
        {
            _connection.CloseUnlessOpened(this);
        }
    }

    public void Abandon()
    {
        if (_connection == null)
        {
            source.Discard();
        }

        Fail(Libp2pException.NodeClosed());
    }

    protected override void OnCancelled() => shard.Post(this);
}

/// <summary>A caller's link.</summary>
internal sealed class AcceptWork(LinkSource source, SemaphoreSlim? room, Caller caller) : IShardWork
{
    public void Run(Shard shard)
    {
        room?.Release();
        if (caller.HasGivenWay)
        {
            source.Discard();
            shard.RemoveLoad();
        }
        else
        {
            shard.Adopt(source, caller);
        }
    }

    public void Abandon()
    {
        room?.Release();
        source.Discard();
    }
}

/// <summary>A stream that is wanted.</summary>
/// <param name="connection">To whom.</param>
/// <param name="protocols">What is proposed.</param>
/// <param name="isKnown">Whether the peer has said that it speaks it, so that its word is not waited for.</param>
internal sealed class OpenRequest(ShardConnection connection, string[] protocols, bool isKnown) : Request<PeerStream>, IShardWork
{
    private volatile PeerStream? _stream;

    public void Run(Shard shard)
    {
        if (IsOver)
        {
            return;
        }

        if (connection.End is { } end)
        {
            Fail(end);
            return;
        }

        try
        {
            _stream = shard.Streams.Open(connection, protocols, isKnown ? null : this);
        }
        catch (InvalidOperationException e)
        {
            Fail(new Libp2pException(Libp2pError.TooManyProtocols, null, e.Message, inner: e));
            return;
        }

        if (_stream == null)
        {
            Fail(connection.EndUnderWay() ?? Libp2pException.For(Libp2pError.TooManyStreams, connection.Peer,
                "no stream could be opened: the connection has NodeOptions.MaxStreams already, or the peer takes no more"));
        }
        else if (isKnown ? !Succeed(_stream) : IsOver)
        {
            _stream.Abort();
        }
    }

    public void Abandon() => Fail(Libp2pException.NodeClosed());

    protected override void OnCancelled() => _stream?.Abort();
}

/// <summary>A ping that is wanted.</summary>
internal sealed class PingRequest(ShardConnection connection) : Request<TimeSpan>, IShardWork
{
    private long _begun;

    public void Run(Shard shard)
    {
        if (connection.End is { } end)
        {
            Fail(end);
        }
        else
        {
            connection.Add(this);
        }
    }

    public void Abandon() => Fail(Libp2pException.NodeClosed());

    internal void Begin() => _begun = Stopwatch.GetTimestamp();

    internal void End(Libp2pException? error)
    {
        if (error == null)
        {
            Succeed(Stopwatch.GetElapsedTime(_begun));
        }
        else
        {
            Fail(error);
        }
    }
}

/// <summary>A question to a peer who it is.</summary>
internal sealed class IdentifyRequest(ShardConnection connection) : Request<PeerIdentification>, IShardWork
{
    public void Run(Shard shard)
    {
        if (connection.End is { } end)
        {
            Fail(end);
        }
        else
        {
            connection.Add(this);
        }
    }

    public void Abandon() => Fail(Libp2pException.NodeClosed());

    internal void End(PeerIdentification? said, Libp2pException? error)
    {
        if (said != null)
        {
            Succeed(said);
        }
        else
        {
            Fail(error!);
        }
    }
}

/// <summary>Something short that a shard does for a caller who waits for it.</summary>
internal sealed class ShardCall<T>(Func<Shard, T> call) : Request<T>, IShardWork
{
    public void Run(Shard shard)
    {
        try
        {
            Succeed(call(shard));
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    public void Abandon() => Fail(Libp2pException.NodeClosed());
}
