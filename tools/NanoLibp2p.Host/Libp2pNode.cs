using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Host.HolePunching;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Host;

/// <summary>
/// A libp2p node: TCP, Noise, Yamux, identify, ping, pubsub and the application's own protocols, over as many shards as there are cores.
/// All of it may be used from any thread, and every call that waits can be cancelled.
/// </summary>
/// <example>
/// <code>
/// await using Libp2pNode node = await Libp2pNode.StartAsync(options);
/// node.Handle("/chat/1.0.0", async (stream, cancellation) =&gt; await stream.CopyToAsync(stream, cancellation));
/// PeerId peer = await node.DialAsync("/ip4/192.168.1.2/tcp/4001/p2p/12D3KooW...");
/// await using PeerStream chat = await node.OpenStreamAsync(peer, "/chat/1.0.0");
/// </code>
/// </example>
public sealed partial class Libp2pNode : IAsyncDisposable
{
    private readonly Shard[] _shards;
    private readonly Libp2pNodeOptions _options;
    private readonly List<Listener> _listeners = [];
    private readonly List<Task> _accepting = [];
    private readonly List<(Multiaddr Address, IListenTransport Transport)> _elsewhere = [];
    private readonly List<IListening> _listening = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, Func<PeerStream, CancellationToken, Task>> _handlers = new(StringComparer.Ordinal);
    private readonly Dictionary<PeerId, List<ShardConnection>> _peers = [];
    private Task? _disposal;
    private int _serving;
    private Exception? _fault;

    private Libp2pNode(Libp2pNodeOptions options)
    {
        options.Check();
        _options = options;
        SystemRandom random = new();
        CryptoProvider crypto = options.Crypto();
        Identity identity = options.Identity ?? Identity.Create(crypto, random);
        NodeOptions node = options.Node;
        node.NoiseIdentity ??= new NoiseIdentity(identity, crypto, random, node.EarlyMuxer);
        node.Verifier ??= new DesktopVerifier();
        MemoryPlan.Apply(options);
        PeerId = identity.PeerId;
        PeerStore = new PeerStore(options.PeerStore, options.Time);
        Dialer = new Dialer(this, options, _stopping.Token);
        Dialer.Add(new CircuitDialer(this));
        _addresses = new LocalAddresses(identity, options.Crypto(), options.Time,
            [.. options.AnnounceAddresses.Select(text => OwnAddress(Multiaddr.TryParse(text, out string error)
                ?? throw new ArgumentException($"AnnounceAddresses: '{text}' is no multiaddr: {error}")))]);
        ConnectionManager = new ConnectionManager(this, options);
        Events = new EventLog(options.Time);
        _callers = new CallerLimits(options.Connections, options.Access);
        _shards = new Shard[options.Shards];
        for (int i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new Shard(this, i, options, node, identity);
        }

        _metrics = new NodeMetrics(this, _shards);

        if (options.PubSub?.Router is { } router)
        {
            _hub = new GossipHub(this, router, _shards);
            foreach (Shard shard in _shards)
            {
                shard.Add(_hub);
            }
        }
    }

    /// <summary>Who it is.</summary>
    public PeerId PeerId { get; }

    /// <summary>The addresses that it listens on, with their ports and its peer id; 0.0.0.0 and :: as they are.</summary>
    public IReadOnlyList<Multiaddr> ListenAddresses { get; private set; } = [];

    /// <summary>The peers that are connected now.</summary>
    public IReadOnlyList<PeerId> Peers
    {
        get
        {
            lock (_peers)
            {
                return [.. _peers.Keys];
            }
        }
    }

    /// <summary>A handler of <see cref="Handle"/> has thrown, and its stream is broken off. Raised on the thread pool.</summary>
    public event Action<PeerStream, Exception>? HandlerFailed;

    /// <summary>Starts a node.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="cancellationToken">Looked at before it starts; a start takes no time to wait for.</param>
    /// <exception cref="ArgumentException">An option is out of range or an address is none; the message says which, and what to
    /// give.</exception>
    /// <exception cref="Libp2pException">It can't listen on an address.</exception>
    public static async Task<Libp2pNode> StartAsync(Libp2pNodeOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        Libp2pNode node = new(options);
        try
        {
            node.Listen();
        }
        catch
        {
            node.CloseListeners();
            node._metrics.Dispose();
            foreach (Shard shard in node._shards)
            {
                shard.Discard();
            }

            throw;
        }

        node.RefreshAddresses();
        node.WatchInterfaces();
        foreach (Shard shard in node._shards)
        {
            shard.Start();
        }

        foreach (Listener listener in node._listeners)
        {
            node._accepting.Add(listener.RunAsync(node, node._stopping.Token));
        }

        options.Access.Tightened += node.CloseBlocked;
        try
        {
            await node.ListenElsewhereAsync(cancellationToken).ConfigureAwait(false);
            if (options.HolePunching is { } punching)
            {
                HolePunchService.Start(node, punching);
            }

            return node;
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether a peer is connected now.</summary>
    public bool IsConnected(PeerId peer) => Find(peer) != null;

    /// <summary>Measures a round trip to a connected peer with libp2p's ping.</summary>
    /// <exception cref="Libp2pException">There is no connection to it, it ended, or the peer doesn't answer pings.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<TimeSpan> PingAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ShardConnection connection = Connection(peer);
        PingRequest request = new(connection);
        connection.Shard.Post(request);
        return await request.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes all connections to a peer in order. Nothing happens when there is none.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the connections close all the same.</exception>
    public async Task DisconnectAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ShardConnection[] connections;
        lock (_peers)
        {
            connections = _peers.TryGetValue(peer, out List<ShardConnection>? found) ? [.. found] : [];
        }

        foreach (ShardConnection connection in connections)
        {
            await CloseAsync(connection, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Ends the node: it listens no more, what is to be sent has a second to go, connections are closed in order, and calls that wait fail
    /// with <see cref="Libp2pError.NodeClosed"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Task disposal;
        lock (_peers)
        {
            disposal = _disposal ??= EndAsync();
        }

        await disposal.ConfigureAwait(false);
    }

    /// <summary>All its dials.</summary>
    internal Dialer Dialer { get; }

    /// <summary>Connections of all shards, those in the handshake too.</summary>
    internal int Load => _shards.Sum(shard => shard.Load);

    /// <summary>Connections that had a turn, of all shards.</summary>
    internal long Turns => _shards.Sum(shard => shard.Turns);

    /// <summary>Streams that are open on all connections.</summary>
    internal int OpenStreams
        => _shards.Sum(shard => CallAsync(shard, one => one.Node.Connections.Sum(connection => connection.OpenStreams),
            CancellationToken.None).GetAwaiter().GetResult());

    /// <summary>Tells of each turn that a connection has had, on its shard's thread.</summary>
    internal void Watch(Action<ShardConnection>? watcher)
    {
        foreach (Shard shard in _shards)
        {
            shard.Turned = watcher;
        }
    }

    /// <summary>Has all shards do nothing until an event is set.</summary>
    internal void Hold(ManualResetEventSlim go)
    {
        foreach (Shard shard in _shards)
        {
            shard.Post(new ShardCall<bool>(_ => go.Wait(Timeout.Infinite)));
        }
    }

    /// <summary>An error within a shard, after which the node is of no use.</summary>
    internal void Fail(Exception e)
    {
        _fault ??= e;
        _ = Task.Run(async () => await DisposeAsync().ConfigureAwait(false));
    }

    internal void OnConnected(ShardConnection connection)
    {
        lock (_peers)
        {
            PeerStore.Opened(connection.Info!);
            if (!_peers.TryGetValue(connection.Peer!, out List<ShardConnection>? all))
            {
                all = [];
                _peers.Add(connection.Peer!, all);
                Tell(new PeerEvent(connection.Info!, null, null));
            }

            all.Add(connection);
            for (int i = 0; all.Count > 1 && i < all.Count; i++)
            {
                all[i].HasDuplicate = true;
            }
        }

        TellOpened(connection);
        Opened?.Invoke(connection);
        DialRequest? dial = connection.Dial;
        connection.Dial = null;
        dial?.Succeed(connection);
        Dialer.OnConnected(connection);
    }

    internal void OnClosed(ShardConnection connection)
    {
        TellClosed(connection);
        if (connection.Info?.Peer is { } peer)
        {
            lock (_peers)
            {
                PeerStore.Closed(peer);
                if (_peers.TryGetValue(peer, out List<ShardConnection>? all) && all.Remove(connection) && all.Count == 0)
                {
                    _peers.Remove(peer);
                    Tell(new PeerEvent(connection.Info!, new PeerDisconnection(connection.Info!, connection.End!), null));
                }
            }
        }

        Libp2pException end = connection.End!;
        DialRequest? dial = connection.Dial;
        connection.Dial = null;
        dial?.Fail(new Libp2pException(
            end.Error == Libp2pError.NodeClosed ? end.Error : Libp2pError.DialFailed, end.Peer, end.Text, end.Reason, end.Detail));
    }

    private async Task EndAsync()
    {
        // not on the caller's thread, which holds a lock
        await Task.Yield();
        UnwatchInterfaces();
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_punches is { } punches)
        {
            await punches.DisposeAsync().ConfigureAwait(false);
        }

        Access.Tightened -= CloseBlocked;
        _hub?.Stop();
        CloseListeners();
        await Task.WhenAll(_accepting).ConfigureAwait(false);
        Task listening = Task.WhenAll(_listening.Select(one => one.DisposeAsync().AsTask()));
        await Task.WhenAll(_shards.Select(shard => shard.StopAsync())).ConfigureAwait(false);
        await listening.ConfigureAwait(false);
        EndSubscriptions();
        _metrics.Dispose();
        Events.End();
    }

    private void Listen()
    {
        // all are looked at before the first is bound
        IReadOnlyList<Multiaddr> addresses = [.. _options.ListenAddresses.Select(text => Multiaddr.TryParse(text, out string error)
            ?? throw new ArgumentException($"'{text}' is no multiaddr: {error}"))];
        foreach (Multiaddr address in addresses)
        {
            if (address.IsTcp)
            {
                continue;
            }

            IListenTransport transport = _options.ListenTransports.FirstOrDefault(one => one.Listens(address))
                ?? throw new ArgumentException($"nothing here listens on {address}; give an address of TCP, or for one of WebSocket call "
                    + "UseWebSockets of NanoLibp2p.Host.WebSocket on the options");
            _elsewhere.Add((address, transport));
        }

        foreach (Multiaddr address in addresses.Where(one => one.IsTcp))
        {
            Listener listener = Listener.Bind(address, _options.NewSocket);
            _listeners.Add(listener);
            foreach (Shard shard in _shards)
            {
                shard.Node.Listen(listener.Address, out LinkError _);
            }
        }

        ListenAddresses = [.. _listeners.Select(listener => listener.Address.WithPeerId(PeerId))];
    }

    // what needs the shards to run: who calls there comes at once
    private async Task ListenElsewhereAsync(CancellationToken cancellationToken)
    {
        foreach ((Multiaddr address, IListenTransport transport) in _elsewhere)
        {
            _listening.Add(await transport.ListenAsync(this, address, cancellationToken).ConfigureAwait(false));
        }

        if (_listening.Count > 0)
        {
            ListenAddresses = [.. ListenAddresses, .. _listening.Select(one => one.Address.WithPeerId(PeerId))];
            RefreshAddresses();
        }
    }

    private void CloseListeners()
    {
        foreach (Listener listener in _listeners)
        {
            listener.Close();
        }
    }

    private Shard LeastLoaded()
    {
        Shard least = _shards[0];
        foreach (Shard shard in _shards)
        {
            if (shard.Load < least.Load)
            {
                least = shard;
            }
        }

        return least;
    }

    private ShardConnection? Find(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        lock (_peers)
        {
            return _peers.TryGetValue(peer, out List<ShardConnection>? all) ? Used(all) : null;
        }
    }

    private ShardConnection Connection(PeerId peer)
        => Find(peer) ?? throw (_disposal != null ? Ended() : Libp2pException.For(Libp2pError.NotConnected, peer,
            "there is no connection to this peer; dial it first"));

    internal Libp2pException Ended() => _fault == null ? Libp2pException.NodeClosed() : new Libp2pException(Libp2pError.NodeClosed, null,
        "this node has ended on an error of its own", inner: _fault);

    private static Task<T> CallAsync<T>(Shard shard, Func<Shard, T> call, CancellationToken cancellationToken)
    {
        ShardCall<T> work = new(call);
        shard.Post(work);
        return work.WaitAsync(cancellationToken);
    }
}
