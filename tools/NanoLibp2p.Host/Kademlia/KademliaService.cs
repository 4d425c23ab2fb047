using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// Kademlia for a node (libp2p kad-dht): finds peers, providers and values in a DHT, and as a server answers others and keeps their
/// records. All of it may be used from any thread.
/// </summary>
/// <example>
/// <code>
/// await using KademliaService kad = KademliaService.Start(node, new KademliaServiceOptions { Protocol = "/greenhouse/kad/1.0.0" });
/// await kad.ProvideAsync(cid);
/// await foreach (KademliaPeerInfo provider in kad.FindProvidersAsync(cid, cancellation)) ...
/// </code>
/// </example>
/// <remarks>
/// KademliaService.Lookups.cs has the lookups, .Server.cs the answers, .Upkeep.cs what is done from time to time.
/// </remarks>
public sealed partial class KademliaService : IAsyncDisposable
{
    private readonly IKademliaNetwork _network;
    private readonly KademliaServiceOptions _options;
    private readonly IKademliaStore _store;
    private readonly RoutingTable _table;
    private readonly TimeProvider _time;
    private readonly bool _isPublicOnly;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, bool> _background = new();

    // what this node provides, as in the store
    private readonly ConcurrentDictionary<byte[], bool> _ownKeys = new(BytesComparer.Instance);

    // the values that it has put, as in the store
    private readonly ConcurrentDictionary<byte[], byte[]> _ownValues = new(BytesComparer.Instance);
    private readonly Lock _modeLock = new();
    private readonly Task _upkeep;
    private bool? _isReachable;
    private int _isDisposed;

    internal KademliaService(IKademliaNetwork network, KademliaServiceOptions options)
    {
        options.Check();
        _network = network;
        _options = options;
        _time = options.Time;
        _store = options.Store ?? new MemoryKademliaStore();
        _isPublicOnly = options.IsPublicOnly;
        _table = new RoutingTable(KademliaKey.Of(network.LocalPeer), options.BucketSize, options.MaxServersAGroup,
            options.MaxServersAGroupInBucket);
        network.Attach(this);
        SetMode();
        _upkeep = Task.Run(KeepUpAsync);
    }

    /// <summary>Whether it answers others now.</summary>
    public bool IsServer { get; private set; }

    /// <summary>Servers in its routing table.</summary>
    public int TableCount => _table.Count;

    /// <summary>Requests of others that were refused, for whatever reason.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Starts it on a node. Several may run on one node, each with a protocol of its own.</summary>
    /// <param name="node">The node; dispose the service before it.</param>
    /// <param name="options">Not to be changed any more; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message says which, and what to give.</exception>
    /// <exception cref="Libp2pException">The node has as many protocols as it can.</exception>
    public static KademliaService Start(Libp2pNode node, KademliaServiceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        options ??= new KademliaServiceOptions();
        return new KademliaService(new NodeNetwork(node, options), options);
    }

    /// <summary>
    /// Tells whether others can dial this node, as AutoNAT has found out: in <see cref="KademliaMode.Auto"/> it becomes a server, or a
    /// client. In the other modes nothing happens.
    /// </summary>
    /// <param name="isReachable">True: from the internet; null: it is not known.</param>
    public void SetReachability(bool? isReachable)
    {
        _isReachable = isReachable;
        SetMode();
    }

    /// <summary>Ends it: calls under way are cancelled, others are answered no more, and the store is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        lock (_modeLock)
        {
            if (IsServer)
            {
                IsServer = false;
                _network.Serve(false);
            }
        }

        _network.Detach();
        await _upkeep.ConfigureAwait(false);
        await Task.WhenAll(_background.Keys).ConfigureAwait(false);
        foreach ((PeerId peer, IReadOnlyList<Multiaddr> _) in _table.SilentSince(DateTimeOffset.MaxValue))
        {
            Forget(peer);
        }

        await _store.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A peer has told which protocols it speaks, for the first time or again.</summary>
    /// <param name="peer">Who; it is connected.</param>
    /// <param name="isServer">Whether the service's protocol is among them.</param>
    /// <param name="addresses">Where it says that it listens.</param>
    internal void OnIdentified(PeerId peer, bool isServer, IReadOnlyList<Multiaddr> addresses)
    {
        if (isServer)
        {
            AddServer(peer, addresses);
        }
        else
        {
            Forget(peer);
        }
    }

    /// <summary>For tests: streams of others that are served now.</summary>
    internal int Streams => ((NodeNetwork)_network).StreamCount;

    /// <summary>For tests: the servers closest to a key, by the own table alone.</summary>
    internal IReadOnlyList<PeerId> ClosestKnown(byte[] key, int count)
        => [.. _table.Closest(KademliaKey.Of(key), count).Select(one => one.Peer)];

    // A peer that speaks the protocol, and is connected.
    private void AddServer(PeerId peer, IReadOnlyList<Multiaddr> addresses)
    {
        List<Multiaddr> selected = KademliaAddresses.Select(addresses, _isPublicOnly, _options.MaxAddressesAPeer);
        if (selected.Count == 0)
        {
            // nobody else could dial it
            return;
        }

        bool wasEmpty = _table.Count == 0;
        if (!_table.Add(peer, selected, KademliaAddresses.GroupOf(_network.RemoteAddressOf(peer)), Now))
        {
            return;
        }

        _network.Value(peer, isInTable: true);
        if (wasEmpty)
        {
            RefreshSoon();
        }
    }

    private void Forget(PeerId peer)
    {
        if (_table.Remove(peer))
        {
            _network.Value(peer, isInTable: false);
        }
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    private void SetMode()
    {
        lock (_modeLock)
        {
            bool isServer = _isDisposed == 0 && (_options.Mode == KademliaMode.Server
                || (_options.Mode == KademliaMode.Auto && (_isReachable ?? !_isPublicOnly)));
            if (isServer != IsServer)
            {
                _network.Serve(isServer);
                IsServer = isServer;
            }
        }
    }

    // Does something that nobody waits for. What it throws for a peer's fault ends with it.
    private void InBackground(Func<CancellationToken, Task> work)
    {
        Task task = Task.Run(async () =>
        {
            try
            {
                await work(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // it was worth a try
            }
        });
        _background.TryAdd(task, true);
        _ = task.ContinueWith(done => _background.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    private void CheckDisposed() => ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
}
