using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// Who is connected, what they say of themselves, and whom it is told.
public sealed partial class Libp2pNode
{
    /// <summary>
    /// Events that wait for handlers that are slow, and of what peers say of themselves 32 MiB; of more the newest are lost, and counted in
    /// <see cref="LostPeerEvents"/>, so that no peer can fill the memory.
    /// </summary>
    public const int MaxPeerEvents = 16384;

    private const int MaxIdentifiedBytes = 32 * 1024 * 1024;

    private readonly Queue<PeerEvent> _events = new();
    private long _identifiedBytes;
    private bool _isTelling;
    private long _lostEvents;
    private long _connectionIds;

    /// <summary>The first connection to a peer has opened. Events are raised on the thread pool, one at a time, in their order.</summary>
    public event Action<PeerConnection>? PeerConnected;

    /// <summary>The last connection to a peer has ended.</summary>
    public event Action<PeerDisconnection>? PeerDisconnected;

    /// <summary>A peer has said of itself who it is: after it connected, and when something has changed.</summary>
    public event Action<PeerIdentification>? PeerIdentified;

    /// <summary>A handler of an event of peers has thrown. The other handlers are called all the same.</summary>
    public event Action<Exception>? PeerEventFailed;

    /// <summary>Events that were lost because handlers were slow: who keeps a list by them compares it with
    /// <see cref="Connections"/>.</summary>
    public long LostPeerEvents => Interlocked.Read(ref _lostEvents);

    /// <summary>What is known of peers, connected or not.</summary>
    public PeerStore PeerStore { get; }

    /// <summary>The connections that are open now, in the order in which they opened.</summary>
    public IReadOnlyList<PeerConnection> Connections
    {
        get
        {
            lock (_peers)
            {
                return [.. _peers.Values.SelectMany(all => all).Select(one => one.Info!).OrderBy(one => one.Id)];
            }
        }
    }

    /// <summary>The open connections to one peer, in the order in which they opened.</summary>
    public IReadOnlyList<PeerConnection> ConnectionsTo(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        lock (_peers)
        {
            return _peers.TryGetValue(peer, out List<ShardConnection>? all) ? [.. all.Select(one => one.Info!)] : [];
        }
    }

    /// <summary>Asks a connected peer who it is, and waits for the answer; every peer is asked once by itself when it connects.</summary>
    /// <exception cref="Libp2pException">There is no connection to it, it ended, or the peer doesn't answer identify.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<PeerIdentification> IdentifyAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ShardConnection connection = Connection(peer);
        IdentifyRequest request = new(connection);
        connection.Shard.Post(request);
        return await request.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes one connection in order; nothing happens when it has ended.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the connection closes all the same.</exception>
    public Task CloseAsync(PeerConnection connection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        cancellationToken.ThrowIfCancellationRequested();
        return CloseAsync(connection.Own, cancellationToken);
    }

    /// <summary>What the application knows of a connection that has just opened.</summary>
    internal PeerConnection Describe(ShardConnection connection)
        => new(connection, Interlocked.Increment(ref _connectionIds), connection.Connection.IsInbound, _options.Time.GetUtcNow());

    /// <summary>A peer has said who it is; on its shard's thread.</summary>
    /// <returns>The same, with what a push has left out.</returns>
    internal PeerIdentification OnIdentified(PeerIdentification said)
    {
        _metrics.Identify(said.IsPush, isSent: false);
        _metrics.Identified(said);
        if (said.SignedPeerRecord is { } record)
        {
            said = said with { SignedPeerRecord = PeerStore.AddRecord(record, TimeSpan.MaxValue) };
        }

        said = PeerStore.Identified(said);
        Observe(said.Connection, said.ObservedAddress);
        lock (_peers)
        {
            // not after its end
            if (said.Connection.Own.End == null)
            {
                Tell(new PeerEvent(said.Connection, null, said));
            }
        }

        return said;
    }

    internal async Task CloseAsync(ShardConnection connection, CancellationToken cancellationToken)
    {
        await CallAsync(
            connection.Shard,
            _ =>
            {
                if (connection.End == null)
                {
                    connection.Connection.Close();
                    connection.Turn();
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    // under the lock of the peers, so that they are told in the order in which they were
    private void Tell(PeerEvent told)
    {
        if (PeerConnected == null && PeerDisconnected == null && PeerIdentified == null)
        {
            return;
        }

        long bytes = told.Identified?.Cost ?? 0;
        if (_events.Count >= MaxPeerEvents || _identifiedBytes + bytes > MaxIdentifiedBytes)
        {
            Interlocked.Increment(ref _lostEvents);
            return;
        }

        _identifiedBytes += bytes;
        _events.Enqueue(told);
        if (!_isTelling)
        {
            _isTelling = true;
            ThreadPool.UnsafeQueueUserWorkItem(static node => node.TellAll(), this, preferLocal: false);
        }
    }

    private void TellAll()
    {
        while (true)
        {
            PeerEvent told;
            lock (_peers)
            {
                if (!_events.TryDequeue(out told))
                {
                    _isTelling = false;
                    return;
                }

                _identifiedBytes -= told.Identified?.Cost ?? 0;
            }

            if (told.Ended != null)
            {
                Raise(PeerDisconnected, told.Ended);
            }
            else if (told.Identified != null)
            {
                Raise(PeerIdentified, told.Identified);
            }
            else
            {
                Raise(PeerConnected, told.Connection);
            }
        }
    }

    /// <summary>Calls each handler; one that throws is told of, and keeps nobody from hearing.</summary>
    internal void Raise<T>(Action<T>? handlers, T what)
    {
        if (handlers == null)
        {
            return;
        }

        foreach (Action<T> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(what);
            }
            catch (Exception e)
            {
                PeerEventFailed?.Invoke(e);
            }
        }
    }

    /// <summary>One of the three: connected, disconnected, identified.</summary>
    private readonly record struct PeerEvent(PeerConnection Connection, PeerDisconnection? Ended, PeerIdentification? Identified);
}
