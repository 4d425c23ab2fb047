using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// What a <see cref="KademliaService"/> is made of. The defaults are those of the public DHT, with go-libp2p's figures where the spec
/// leaves them open.
/// </summary>
public sealed class KademliaServiceOptions
{
    /// <summary>The protocol of the public DHT.</summary>
    public const string PublicProtocol = "/ipfs/kad/1.0.0";

    /// <summary>What a store takes unless it is told otherwise: 10,000 values, 100,000 provider records, of which 256 a key and 10,000 a
    /// peer.</summary>
    public static StoreLimits DefaultLimits { get; } = new(10_000, 100_000, 256, 10_000);

    /// <summary>The protocol's id. Another DHT than the public one has another, such as <c>/greenhouse/kad/1.0.0</c>.</summary>
    public string Protocol { get; set; } = PublicProtocol;

    /// <summary>Whether others may ask this node.</summary>
    public KademliaMode Mode { get; set; }

    /// <summary>
    /// Whether only addresses that anybody on the internet can reach are told, kept and dialed. Null: in the public DHT yes, in any other
    /// no.
    /// </summary>
    public bool? PublicAddressesOnly { get; set; }

    /// <summary>Peers to begin with, each with its <c>/p2p/</c>; dialed while the routing table is empty.</summary>
    public IList<Multiaddr> Bootstrap { get; } = [];

    /// <summary>The addresses that a provider record carries; null for the node's AnnouncedAddresses.</summary>
    public Func<IReadOnlyList<Multiaddr>>? Announced { get; set; }

    /// <summary>Servers in a bucket, in an answer, and that a record is given to (k); 1 to 64.</summary>
    public int BucketSize { get; set; } = 20;

    /// <summary>Requests of a lookup at a time (alpha); 1 to 64.</summary>
    public int Parallel { get; set; } = 10;

    /// <summary>A lookup that looks for something ends when so many of the closest have answered (beta); 1 to
    /// <see cref="BucketSize"/>, which is the spec's own end. One for a place to store always goes to that.</summary>
    public int Closest { get; set; } = 3;

    /// <summary>Servers of one IP group (IPv4 /16, IPv6 /32) in the routing table; at least 1. Private addresses have no group.</summary>
    public int MaxServersAGroup { get; set; } = 3;

    /// <summary>Servers of one IP group in a bucket; at least 1.</summary>
    public int MaxServersAGroupInBucket { get; set; } = 2;

    /// <summary>Addresses of a peer that are kept and told, 1 to 64.</summary>
    public int MaxAddressesAPeer { get; set; } = 16;

    /// <summary>The longest request that is read, in bytes, 1,024 to 4 MiB.</summary>
    public int MaxRequestBytes { get; set; } = 64 * 1024;

    /// <summary>The longest answer that is read, in bytes, 1,024 to 4 MiB.</summary>
    public int MaxAnswerBytes { get; set; } = 256 * 1024;

    /// <summary>The longest value that is taken, in bytes, 1 to <see cref="MaxRequestBytes"/>.</summary>
    public int MaxValueBytes { get; set; } = 32 * 1024;

    /// <summary>Streams of others that are served at a time.</summary>
    public int MaxStreams { get; set; } = 256;

    /// <summary>Streams of one peer that are served at a time.</summary>
    public int MaxStreamsAPeer { get; set; } = 8;

    /// <summary>
    /// Connections made by lookups that are left open, 1 or more; of more the oldest one that no lookup uses is closed. Half of what a node
    /// has room for with its default sizes.
    /// </summary>
    public int MaxConnections { get; set; } = 32;

    /// <summary>How long a dial and an answer may take together; also for a request to arrive once it has begun.</summary>
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stream of another may rest between two requests.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a lookup may take; then it ends with what it has.</summary>
    public TimeSpan LookupTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the routing table is refreshed.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the DHT is told again what this node provides, and the values that it has put.</summary>
    public TimeSpan RepublishInterval { get; set; } = TimeSpan.FromHours(22);

    /// <summary>How long a value of others is kept and told.</summary>
    public TimeSpan ValueExpiry { get; set; } = TimeSpan.FromHours(48);

    /// <summary>How long a provider record of others is kept and told.</summary>
    public TimeSpan ProviderExpiry { get; set; } = TimeSpan.FromHours(48);

    /// <summary>How long the addresses in a provider record are told with it.</summary>
    public TimeSpan ProviderAddressExpiry { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// What values are valid, by the namespace of their key: "test" for keys such as <c>/test/...</c>. A value of another namespace is
    /// refused. There is <c>pk</c> from the beginning.
    /// </summary>
    public IDictionary<string, IValueValidator> Validators { get; } = new Dictionary<string, IValueValidator>(StringComparer.Ordinal)
    {
        ["pk"] = new PublicKeyValidator(),
    };

    /// <summary>Where records are kept; null for a <see cref="MemoryKademliaStore"/>. The service disposes it with itself.</summary>
    public IKademliaStore? Store { get; set; }

    /// <summary>The clock of all times; a test gives its own.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    internal bool IsPublicOnly => PublicAddressesOnly ?? Protocol == PublicProtocol;

    internal void Check()
    {
        NodeOptions.CheckRange(BucketSize, 1, 64, nameof(BucketSize));
        NodeOptions.CheckRange(Parallel, 1, 64, nameof(Parallel));
        NodeOptions.CheckRange(Closest, 1, BucketSize, nameof(Closest));
        NodeOptions.CheckRange(MaxServersAGroup, 1, int.MaxValue, nameof(MaxServersAGroup));
        NodeOptions.CheckRange(MaxServersAGroupInBucket, 1, int.MaxValue, nameof(MaxServersAGroupInBucket));
        NodeOptions.CheckRange(MaxAddressesAPeer, 1, 64, nameof(MaxAddressesAPeer));
        NodeOptions.CheckRange(MaxRequestBytes, 1024, 4 * 1024 * 1024, nameof(MaxRequestBytes));
        NodeOptions.CheckRange(MaxAnswerBytes, 1024, 4 * 1024 * 1024, nameof(MaxAnswerBytes));
        NodeOptions.CheckRange(MaxValueBytes, 1, MaxRequestBytes, nameof(MaxValueBytes));
        NodeOptions.CheckRange(MaxStreams, 1, int.MaxValue, nameof(MaxStreams));
        NodeOptions.CheckRange(MaxStreamsAPeer, 1, int.MaxValue, nameof(MaxStreamsAPeer));
        NodeOptions.CheckRange(MaxConnections, 1, int.MaxValue, nameof(MaxConnections));
        CheckTime(QueryTimeout, nameof(QueryTimeout));
        CheckTime(IdleTimeout, nameof(IdleTimeout));
        CheckTime(LookupTimeout, nameof(LookupTimeout));
        CheckTime(RefreshInterval, nameof(RefreshInterval));
        CheckTime(RepublishInterval, nameof(RepublishInterval));
        foreach (Multiaddr address in Bootstrap)
        {
            if (address.PeerId == null)
            {
                throw new ArgumentException($"Bootstrap: {address} doesn't say which peer is there; end it with /p2p/ and its id");
            }
        }
    }

    private static void CheckTime(TimeSpan time, string name)
    {
        if (time <= TimeSpan.Zero || time > TimeSpan.FromDays(30))
        {
            throw new ArgumentException($"{name} = {time}, out of range: more than 0 and at most 30 days");
        }
    }
}
