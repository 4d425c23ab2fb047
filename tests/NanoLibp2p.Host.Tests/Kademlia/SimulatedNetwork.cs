using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Kademlia;

/// <summary>A network in memory, with a clock of its own: a service runs on each of its nodes, without sockets.</summary>
internal sealed class SimulatedNetwork : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Multiaddr, SimulatedNode> _byAddress = new();
    private readonly Random _random = new(1);
    private readonly List<SimulatedNode> _nodes = [];

    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>Adds a node that runs a service.</summary>
    internal SimulatedNode Add(Action<KademliaServiceOptions>? change = null, string? ip = null)
    {
        SimulatedNode node = AddBare(ip);
        KademliaServiceOptions options = new() { Time = Time, Mode = KademliaMode.Server };
        change?.Invoke(options);
        node.Start(options);
        return node;
    }

    /// <summary>Adds a node whose answers the test makes up.</summary>
    internal SimulatedNode AddBare(string? ip = null)
    {
        byte[] key = new byte[32];
        _random.NextBytes(key);
        ip ??= $"{20 + (_nodes.Count % 80)}.{_nodes.Count / 80}.{_random.Next(256)}.{_random.Next(1, 255)}";
        SimulatedNode node = new(this, PeerId.FromEd25519(key, 0), IPAddress.Parse(ip), 1024 + _nodes.Count);
        _nodes.Add(node);
        _byAddress[node.Address] = node;
        return node;
    }

    /// <summary>Adds nodes of one DHT, each of which joins by the first one.</summary>
    internal async Task AddAsync(int count, Action<KademliaServiceOptions>? change = null)
    {
        for (int i = 0; i < count; i++)
        {
            SimulatedNode node = Add(options =>
            {
                if (_nodes[0].Service != null)
                {
                    options.Bootstrap.Add(_nodes[0].Address.WithPeerId(_nodes[0].LocalPeer));
                }

                change?.Invoke(options);
            });
            await node.Service!.FirstRefresh.WaitAsync(Tests.Nodes.Patience);
        }
    }

    internal SimulatedNode? Find(Multiaddr address) => _byAddress.GetValueOrDefault(address);

    internal SimulatedNode? Find(PeerId peer) => _nodes.Find(one => one.LocalPeer.Equals(peer));

    /// <summary>Lets time pass, a second for each turn, until a task is over.</summary>
    internal async Task PassUntilAsync(Task task, TimeSpan? step = null)
    {
        using CancellationTokenSource patience = new(Tests.Nodes.Patience);
        while (!task.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.WhenAny(task, Task.Delay(2, patience.Token));
            if (!task.IsCompleted)
            {
                Time.Advance(step ?? TimeSpan.FromSeconds(1));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SimulatedNode node in _nodes)
        {
            if (node.Service != null)
            {
                await node.Service.DisposeAsync();
            }
        }
    }
}

/// <summary>One node of it.</summary>
internal sealed class SimulatedNode(SimulatedNetwork network, PeerId id, IPAddress ip, int port) : IKademliaNetwork
{
    private readonly ConcurrentDictionary<PeerId, SimulatedNode> _connected = new();
    private bool _isServer;

    internal KademliaService? Service { get; private set; }

    internal Multiaddr Address { get; } = Multiaddr.Parse($"/ip4/{ip}/tcp/{port}");

    /// <summary>Does not answer dials or requests.</summary>
    internal bool IsGone { get; set; }

    /// <summary>Takes dials and requests, and answers none.</summary>
    internal bool IsSilent { get; set; }

    /// <summary>What a node without a service answers; null breaks the stream off.</summary>
    internal Func<PeerId, byte[], byte[]?>? Answers { get; set; }

    /// <summary>Comes before each of its answers.</summary>
    internal Func<Task>? AnswersAfter { get; set; }

    /// <summary>Requests that it has received.</summary>
    internal int Received => _received;

    private int _received;

    /// <summary>Dials to it.</summary>
    internal int Dialed => _dialed;

    private int _dialed;

    public PeerId LocalPeer => id;

    public IReadOnlyList<Multiaddr> LocalAddresses => [Address];

    internal KademliaServiceOptions Options { get; private set; } = new();

    internal void Start(KademliaServiceOptions options)
    {
        options.Store ??= new MemoryKademliaStore();
        Options = options;
        Service = new KademliaService(this, options);
    }

    /// <summary>Tells those that are connected what it is, as after a push of identify.</summary>
    internal void Tell()
    {
        foreach (SimulatedNode other in _connected.Values)
        {
            other.Service?.OnIdentified(id, IsServer, LocalAddresses);
        }
    }

    private bool IsServer => _isServer || Answers != null || IsSilent;

    /// <summary>Loses its connections.</summary>
    internal void Disconnect()
    {
        foreach (SimulatedNode other in _connected.Values)
        {
            other._connected.TryRemove(id, out _);
        }

        _connected.Clear();
    }

    void IKademliaNetwork.Attach(KademliaService service)
    {
    }

    void IKademliaNetwork.Detach()
    {
    }

    void IKademliaNetwork.Serve(bool isServer)
    {
        _isServer = isServer;
        Tell();
    }

    public bool IsConnected(PeerId peer) => _connected.ContainsKey(peer);

    IReadOnlyList<Multiaddr> IKademliaNetwork.AddressesOf(PeerId peer) => _connected.TryGetValue(peer, out SimulatedNode? one)
        ? one.LocalAddresses
        : [];

    IPAddress? IKademliaNetwork.RemoteAddressOf(PeerId peer) => network.Find(peer) is { } one ? IPAddress.Parse(one.Address.Host) : null;

    async Task IKademliaNetwork.ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        if (_connected.TryGetValue(peer, out SimulatedNode? there))
        {
            if (!there.IsGone)
            {
                return;
            }

            _connected.TryRemove(peer, out _);
        }

        foreach (Multiaddr address in addresses)
        {
            SimulatedNode? other = network.Find(address);
            if (other != null)
            {
                Interlocked.Increment(ref other._dialed);
            }

            if (other is { IsGone: false } && other.LocalPeer.Equals(peer))
            {
                _connected[peer] = other;
                other._connected[id] = this;
                Service?.OnIdentified(peer, other.IsServer, other.LocalAddresses);
                other.Service?.OnIdentified(id, IsServer, LocalAddresses);
                return;
            }
        }

        throw Libp2pException.For(Libp2pError.DialFailed, peer, "nobody there");
    }

    async Task<byte[]> IKademliaNetwork.RequestAsync(
        PeerId peer, IReadOnlyList<Multiaddr> addresses, IReadOnlyList<byte[]> requests, int maxAnswerBytes,
        CancellationToken cancellationToken)
    {
        await ((IKademliaNetwork)this).ConnectAsync(peer, addresses, cancellationToken);
        if (!_connected.TryGetValue(peer, out SimulatedNode? other) || other.IsGone)
        {
            throw Libp2pException.For(Libp2pError.NotConnected, peer, "not connected");
        }

        Interlocked.Increment(ref other._received);
        if (other.IsSilent)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        if (other.AnswersAfter != null)
        {
            await other.AnswersAfter().WaitAsync(cancellationToken);
        }

        byte[]? answer = null;
        foreach (byte[] request in requests)
        {
            answer = other.Answers != null ? other.Answers(id, request)
                : other.Service != null && other._isServer ? await other.Service.AnswerAsync(id, request, cancellationToken)
                : throw Libp2pException.For(Libp2pError.ProtocolRefused, peer, "no server");
            if (answer == null)
            {
                throw Libp2pException.For(Libp2pError.StreamReset, peer, "refused");
            }
        }

        return answer!.Length <= maxAnswerBytes ? answer
            : throw Libp2pException.For(Libp2pError.MessageTooLong, peer, "too long");
    }
}
