#nullable disable

using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>
/// A DHT of scripted peers in memory and in virtual time, and one client in it. Peers are full nodes with cheap curves; each is made when
/// it is dialled and polled while it is connected.
/// </summary>
internal sealed class DhtWorld
{
    public CryptoProvider Crypto { get; } = new CheapCrypto();

    private const int MaxStepsAtOnce = 20_000;
    private readonly List<DhtPeer> _awake = [];
    private readonly Dictionary<int, DhtPeer> _ports = [];

    public DhtWorld(int peers, KademliaOptions options = null, int connections = 1, uint seed = 1, bool seeded = true)
    {
        options ??= new KademliaOptions();
        ProtocolId = options.ProtocolId;
        Network = new MemoryNetwork(seed) { MaxDelayMs = 40, Capacity = 16 * 1024 };
        for (int i = 0; i < peers; i++)
        {
            Add(new DhtPeer(this, i));
        }

        Random random = new Random((int)seed);
        foreach (DhtPeer peer in Peers)
        {
            foreach (IGrouping<int, DhtPeer> bucket in Peers.Where(other => other != peer)
                .GroupBy(other => BitOperations.LeadingZeroCount(other.Position ^ peer.Position)))
            {
                peer.Table.AddRange(bucket.OrderBy(_ => random.Next()).Take(20));
            }
        }

        if (seeded && options.Seeds.Length == 0 && peers > 0)
        {
            options.Seeds = [Peers[0].Address];
        }

        Host = new DhtHost(this);
        Node = new Node(new NodeOptions { MaxConnections = connections, LargeRecordBytes = 0, DialTimeoutMs = 3_000 },
            Identity.Create(Crypto, new SeededRandom(seed + 5)), Crypto, new SeededRandom(seed)) { Transport = Host };
        Client = new KademliaClient(options) { Events = Heard };
        Node.Add(Client);
    }

    public MemoryNetwork Network { get; }

    public string ProtocolId { get; }

    public List<DhtPeer> Peers { get; } = [];

    public DhtHost Host { get; }

    public Node Node { get; }

    public KademliaClient Client { get; }

    public Heard Heard { get; } = new();

    public int Requests => Peers.Sum(peer => peer.Requests);

    public DhtPeer Add(DhtPeer peer)
    {
        Peers.Add(peer);
        _ports[peer.Port] = peer;
        return peer;
    }

    /// <summary>The peers in the order of their distance to a key.</summary>
    public IEnumerable<DhtPeer> Closest(byte[] key)
    {
        ulong target = DhtPeer.PositionOf(key);
        return Peers.OrderBy(peer => peer.Position ^ target);
    }

    public DhtPeer PeerAt(string host, int port) =>
        _ports.TryGetValue(port, out DhtPeer peer) && peer.Address.Host == host && !peer.IsGone ? peer : null;

    public void Wake(DhtPeer peer)
    {
        if (!_awake.Contains(peer))
        {
            _awake.Add(peer);
        }
    }

    /// <summary>Runs until the lookup is over.</summary>
    public LookupResult Finish(int milliseconds = 600_000)
    {
        int before = Heard.Ends;
        Assert.True(Run(() => Heard.Ends > before, milliseconds), $"the lookup did not end in {milliseconds} ms");
        return Heard.Result;
    }

    public void Run(int milliseconds) => Run(() => false, milliseconds);

    public bool Run(Func<bool> until, int milliseconds)
    {
        long end = Network.NowMs + milliseconds;
        int still = 0;
        while (!until())
        {
            long next = Node.Poll(Network.NowMs);
            for (int i = _awake.Count - 1; i >= 0; i--)
            {
                DhtPeer peer = _awake[i];
                next = Math.Min(next, peer.Node.Poll(Network.NowMs));
                if (!peer.InUse)
                {
                    _awake.RemoveAt(i);
                }
            }

            next = Math.Min(next, Network.NextArrival);
            Assert.True(++still < MaxStepsAtOnce, "the clock stands still: a node wants to be polled again and again");
            if (next > Network.NowMs)
            {
                still = 0;
                if (next > end)
                {
                    Network.NowMs = end;
                    return until();
                }

                Network.NowMs = next;
            }
        }

        return true;
    }
}
