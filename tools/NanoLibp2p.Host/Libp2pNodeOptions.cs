using System;
using System.Collections.Generic;
using System.Net.Sockets;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Host.HolePunching;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host;

/// <summary>What a node is made of. Everything has a default: <c>new Libp2pNodeOptions()</c> is somebody new who only dials.</summary>
public sealed class Libp2pNodeOptions
{
    /// <summary>The most shards.</summary>
    public const int MaxShards = 64;

    private const int DefaultMaxConnections = 4096;

    // the devices' pubsub takes its queue and its buffer of each connection from the start: 320 KB with desktop sizes
    private const int DefaultMaxConnectionsOfLeaf = 128;

    // a shard's node has up to 65,536
    private const int MostConnections = 1 << 20;

    private int? _maxConnections;

    /// <summary>Who the node is; null for somebody new.</summary>
    public Identity? Identity { get; set; }

    /// <summary>Multiaddrs to listen on, such as <c>/ip4/0.0.0.0/tcp/4001</c>, at most eight; port 0 lets the system pick one.</summary>
    public IList<string> ListenAddresses { get; } = [];

    /// <summary>
    /// Multiaddrs that peers are told instead of the listen addresses, such as <c>/dns4/gateway.example/tcp/4001</c>; with none they are
    /// told the listen addresses, and for 0.0.0.0 and :: those of the interfaces. See <see cref="Libp2pNode.AnnouncedAddresses"/>.
    /// </summary>
    public IList<string> AnnounceAddresses { get; } = [];

    /// <summary>
    /// Threads that connections are dealt to, 1 to <see cref="MaxShards"/>, each with its own <see cref="Core.Node"/>. The default is
    /// one for each core.
    /// </summary>
    public int Shards { get; set; } = Math.Clamp(Environment.ProcessorCount, 1, MaxShards);

    /// <summary>
    /// Connections of all shards together, those in the handshake too. The default is 4,096, and 128 with the devices' pubsub
    /// (<see cref="PubSubOptions"/>), which takes 320 KB for each from the start; or as many as the system lets this process have files
    /// open (ulimit -n; <see cref="OpenFiles"/>) where those are fewer. An idle one takes some 4 KB.
    /// </summary>
    public int MaxConnections
    {
        get => _maxConnections ?? Math.Clamp(OpenFiles.Connections, 16,
            PubSub?.Leaf != null ? DefaultMaxConnectionsOfLeaf : DefaultMaxConnections);
        set => _maxConnections = value;
    }

    /// <summary>
    /// Bytes that all connections together may keep, dealt evenly to the shards: buffers, what was received and not read, what was written
    /// and not sent. Beyond it the connection that keeps the most is closed, with <see cref="CloseReason.MemoryExceeded"/>. 256 MiB by
    /// default; at least 4 MiB a shard.
    /// </summary>
    public long MemoryBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>
    /// Sizes and times of each shard's node, <see cref="NodeOptions.Desktop"/> with 10 s for a handshake unless set. Its MaxConnections,
    /// MaxConnectionsPerHost, BufferBytes and WindowBytes are set from the options here. Not to be changed any more once the node is
    /// started, and for one node: where it has no NoiseIdentity, Bindings or Verifier, the node makes them, the latter a
    /// <see cref="DesktopVerifier"/>, so that peers with RSA, ECDSA and secp256k1 keys can connect.
    /// </summary>
    public NodeOptions Node { get; set; } = DesktopOptions();

    /// <summary>
    /// Pubsub: the gossipsub router by <see cref="GossipSubOptions"/>, which is the default, or the leaf that devices have by
    /// <see cref="PubSubOptions"/>; null for a node without. With several shards the leaf must pass messages on (PubSubOptions.Forward).
    /// </summary>
    public PubSubChoice? PubSub { get; set; } = new GossipSubOptions();

    /// <summary>How many connections whom are kept for.</summary>
    public ConnectionOptions Connections { get; set; } = new();

    /// <summary>Who may connect; everybody by default. May be changed while nodes run that were started with it.</summary>
    public AccessList Access { get; set; } = new();

    /// <summary>The application's own word on who may connect; null for none.</summary>
    public ConnectionGate? Gate { get; set; }

    /// <summary>How it waits for its sockets.</summary>
    public PollerKind Poller { get; set; }

    /// <summary>
    /// Makes the cryptography of one shard, which one thread uses; called for each. <see cref="DesktopCrypto.Choose"/> unless set:
    /// libsodium where it loads.
    /// </summary>
    public Func<CryptoProvider> Crypto { get; set; } = DesktopCrypto.Choose;

    /// <summary>How it dials.</summary>
    public DialOptions Dial { get; set; } = new();

    /// <summary>
    /// How long a second connection to a peer stays without a stream before the side that dialled it closes it; the other side waits
    /// three to six times as long.
    /// </summary>
    public TimeSpan DuplicateGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether streams of every protocol may use a connection through a relay that limits its time or its bytes. False leaves those
    /// connections to identify, ping, what finds a direct way, as go and js do, and the postbox, whose requests are short.
    /// </summary>
    public bool UsesLimitedConnections { get; set; }

    /// <summary>
    /// Has the node look for direct connections in place of relayed ones (<see cref="Libp2pNode.HolePunching"/>); null, the default as in
    /// go-libp2p, leaves relayed connections as they are.
    /// </summary>
    public HolePunchOptions? HolePunching { get; set; }

    /// <summary>How much is kept of peers, and for how long.</summary>
    public PeerStoreOptions PeerStore { get; set; } = new();

    /// <summary>The clock for what lives for minutes and longer.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>What a node made of these options takes: its memory, part by part, and its limits.</summary>
    public string Bill() => MemoryPlan.Bill(this);

    /// <summary>Who listens on addresses that are not plain TCP.</summary>
    internal IList<IListenTransport> ListenTransports { get; } = [];

    /// <summary>Makes its TCP sockets, those that listen too: in a network of their own, for tests.</summary>
    internal Func<AddressFamily, Socket> NewSocket { get; set; } = family => new Socket(family, SocketType.Stream, ProtocolType.Tcp);

    internal void Check()
    {
        NodeOptions.CheckRange(MaxConnections, 1, MostConnections, nameof(MaxConnections));
        if (_maxConnections is { } wanted)
        {
            OpenFiles.Check(wanted);
        }

        ArgumentNullException.ThrowIfNull(Connections);
        ArgumentNullException.ThrowIfNull(Access);
        Connections.Check(MaxConnections);
        ArgumentNullException.ThrowIfNull(PeerStore);
        ArgumentNullException.ThrowIfNull(Time);
        ArgumentNullException.ThrowIfNull(Dial);
        ArgumentNullException.ThrowIfNull(Crypto);
        PeerStore.Check();
        Dial.Check();
        HolePunching?.Check();
        NodeOptions.CheckRange((int)Math.Clamp(DuplicateGrace.TotalMilliseconds, -1, int.MaxValue), 0, int.MaxValue, "DuplicateGrace");
        NodeOptions.CheckRange(Shards, 1, MaxShards, "Shards");
        if (MemoryBytes < Shards * MemoryPlan.LeastShardBytes)
        {
            throw new ArgumentException($"MemoryBytes = {MemoryBytes}; give {Shards * MemoryPlan.LeastShardBytes} or more, which are 4 MiB "
                + $"for each of {Shards} shards");
        }

        NodeOptions.CheckRange(ListenAddresses.Count, 0, Core.Node.MaxListenAddresses, "ListenAddresses");
        NodeOptions.CheckRange(AnnounceAddresses.Count, 0, LocalAddresses.MaxAddresses, "AnnounceAddresses");
        ArgumentNullException.ThrowIfNull(Node);
        if (PubSub?.Leaf is { Forward: false } && Shards > 1)
        {
            throw new ArgumentException("PubSub.Forward is off, and messages of a peer on one shard would not reach the peers of another; "
                + "turn it on, or set Shards = 1");
        }

        if (Poller == PollerKind.Epoll && !OperatingSystem.IsLinux())
        {
            throw new ArgumentException("Poller = Epoll, which Linux alone has; leave it at Best");
        }
    }

    // a handshake takes 0.6 ms here, and a device that has to verify us some seconds
    private static NodeOptions DesktopOptions()
    {
        NodeOptions options = NodeOptions.Desktop();
        options.HandshakeTimeoutMs = 10_000;
        return options;
    }
}
