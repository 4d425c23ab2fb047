using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host;

/// <summary>What a node is made of. Everything has a default: <c>new Libp2pNodeOptions()</c> is somebody new who only dials.</summary>
public sealed class Libp2pNodeOptions
{
    /// <summary>The most shards.</summary>
    public const int MaxShards = 64;

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
    /// Sizes and times of each shard's node, <see cref="NodeOptions.Desktop"/> unless set; so MaxConnections is that of one shard. Not
    /// to be changed any more once the node is started, and for one node: where it has no NoiseIdentity, the node makes one, and where
    /// it has no Verifier, the node takes a <see cref="DesktopVerifier"/>, so that peers with RSA, ECDSA and secp256k1 keys can connect.
    /// </summary>
    public NodeOptions Node { get; set; } = NodeOptions.Desktop();

    /// <summary>
    /// Sizes and times of pubsub, <see cref="PubSubOptions.Desktop"/> unless set; null for a node without. With several shards it must
    /// pass messages on (PubSubOptions.Forward).
    /// </summary>
    public PubSubOptions? PubSub { get; set; } = PubSubOptions.Desktop();

    /// <summary>
    /// Asked when a peer has proved who it is, on its shard's thread: false closes the connection before anything else is said on it. Null
    /// admits everybody.
    /// </summary>
    public Func<Multiformats.PeerId, bool>? Admits { get; set; }

    /// <summary>How it waits for its sockets.</summary>
    public PollerKind Poller { get; set; }

    /// <summary>How it dials.</summary>
    public DialOptions Dial { get; set; } = new();

    /// <summary>
    /// How long a second connection to a peer stays without a stream before the side that dialled it closes it; the other side waits three to
    /// six times as long.
    /// </summary>
    public TimeSpan DuplicateGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How much is kept of peers, and for how long.</summary>
    public PeerStoreOptions PeerStore { get; set; } = new();

    /// <summary>The clock for what lives for minutes and longer.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(PeerStore);
        ArgumentNullException.ThrowIfNull(Time);
        ArgumentNullException.ThrowIfNull(Dial);
        PeerStore.Check();
        Dial.Check();
        NodeOptions.CheckRange((int)Math.Clamp(DuplicateGrace.TotalMilliseconds, -1, int.MaxValue), 0, int.MaxValue, "DuplicateGrace");
        NodeOptions.CheckRange(Shards, 1, MaxShards, "Shards");
        NodeOptions.CheckRange(ListenAddresses.Count, 0, Core.Node.MaxListenAddresses, "ListenAddresses");
        NodeOptions.CheckRange(AnnounceAddresses.Count, 0, LocalAddresses.MaxAddresses, "AnnounceAddresses");
        ArgumentNullException.ThrowIfNull(Node);
        if (PubSub is { Forward: false } && Shards > 1)
        {
            throw new ArgumentException("PubSub.Forward is off, and messages of a peer on one shard would not reach the peers of another; "
                + "turn it on, or set Shards = 1");
        }

        if (Poller == PollerKind.Epoll && !OperatingSystem.IsLinux())
        {
            throw new ArgumentException("Poller = Epoll, which Linux alone has; leave it at Best");
        }
    }
}
