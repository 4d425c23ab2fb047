#nullable disable

using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>A peer of the simulated DHT: an ordinary node, made when it is first dialled, whose answers are a script.</summary>
internal sealed class DhtPeer
{
    private readonly DhtWorld _world;
    private readonly byte[] _seed = new byte[32];
    private DhtHost _host;

    public DhtPeer(DhtWorld world, int index)
    {
        _world = world;
        Index = index;
        new SeededRandom((uint)index + 77).Fill(_seed, 0, 32);
        Identity = new Identity(_world.Crypto, _seed, 0);
        Id = Identity.PeerId.ToBytes();
        Position = PositionOf(Id);
        Port = 1000 + index;
        Address = Multiaddr.Parse($"/ip4/10.0.{index >> 8}.{index & 255}/tcp/{Port}").WithPeerId(Identity.PeerId);
        Answer = Honest;
    }

    public int Index { get; }

    public Identity Identity { get; }

    public byte[] Id { get; }

    /// <summary>The first 64 bits of the SHA-256 of its id.</summary>
    public ulong Position { get; }

    public int Port { get; }

    public Multiaddr Address { get; }

    public Node Node { get; private set; }

    /// <summary>What it knows: up to 20 peers of each distance, as a routing table has them.</summary>
    public List<DhtPeer> Table { get; } = [];

    /// <summary>
    /// What it answers, as bytes that go out as they are; null for nothing at all. The stream is ended after it, unless
    /// <see cref="EndsStreams"/> says no.
    /// </summary>
    public Func<DhtMessage, byte[]> Answer { get; set; }

    public bool EndsStreams { get; set; } = true;

    /// <summary>Resets each stream once it has a request.</summary>
    public bool ResetsStreams { get; set; }

    /// <summary>Neither refuses nor takes a dial.</summary>
    public bool DialsHang { get; set; }

    /// <summary>Does not exist.</summary>
    public bool IsGone { get; set; }

    /// <summary>False for a peer that is no server.</summary>
    public bool Serves { get; set; } = true;

    public Dictionary<string, byte[]> Values { get; } = [];

    public Dictionary<string, NamedPeer> Providers { get; } = [];

    public int Requests { get; set; }

    /// <summary>Hears the bytes of each request; null for nobody.</summary>
    public Action<byte[]> Seen { get; set; }

    public NamedPeer Name => new(Id, [Bytes(Address), .. Unusable]);

    public bool InUse => Node != null && Node.Connections.Any(connection => connection.State != ConnectionState.Free);

    // what real peers tell beside their TCP address: QUIC, WebSocket, a relay, a zone; some 220 bytes
    private IReadOnlyList<byte[]> Unusable =>
    [
        [.. Bytes(Multiaddr.Parse($"/ip4/10.0.0.1/udp/{Port}/quic-v1"))],
        [.. Bytes(Multiaddr.Parse($"/ip6/fd00::1/udp/{Port}/quic-v1"))],
        [.. Bytes(Multiaddr.Parse($"/dns4/a.example.org/tcp/443/wss"))],
        [.. Bytes(Multiaddr.Parse($"/ip4/10.0.0.1/tcp/1/p2p/{Identity.PeerId}/p2p-circuit/p2p/{Identity.PeerId}"))],
        [0xD2, 0x03, 1, 2, 3],
    ];

    public static ulong PositionOf(byte[] key) => Buffers.Bytes.ReadUInt64BigEndian(SHA256.HashData(key), 0);

    public static byte[] Bytes(Multiaddr address) => address.WithoutPeerId().ToBytes();

    public void Call(IStreamLink link)
    {
        if (Node == null)
        {
            NodeOptions options = new NodeOptions { LargeRecordBytes = 0, MaxConnections = 2, KnownPeers = 0, IdentifyReadings = 0 };
            _host = new DhtHost(_world);
            Node = new Node(options, Identity, _world.Crypto, new SeededRandom((uint)Index)) { Transport = _host };
            Node.Add(new DhtServer(this, _world.ProtocolId));
            Node.Listen(Multiaddr.Parse("/ip4/0.0.0.0/tcp/" + Port), out _);
        }

        _host.Take(link);
        _world.Wake(this);
    }

    /// <summary>What a sound server says.</summary>
    public byte[] Honest(DhtMessage request)
    {
        string key = Convert.ToHexString(request.Key);
        switch (request.Type)
        {
            case DhtMessage.PutValue:
                if (!request.Key.AsSpan().SequenceEqual(request.RecordKey))
                {
                    return null;
                }

                Values[key] = request.RecordValue;
                return request.Encode();
            case DhtMessage.AddProvider:
                foreach (NamedPeer provider in request.Providers)
                {
                    Providers[key] = provider;
                }

                return null;
            case DhtMessage.GetValue:
                return new DhtMessage
                {
                    Type = request.Type, Key = request.Key, Closer = Closest(request.Key),
                    RecordKey = Values.ContainsKey(key) ? request.Key : null, RecordValue = Values.GetValueOrDefault(key),
                }.Encode();
            case DhtMessage.GetProviders:
                return new DhtMessage
                {
                    Type = request.Type, Key = request.Key, Closer = Closest(request.Key),
                    Providers = Providers.TryGetValue(key, out NamedPeer known) ? [known] : [],
                }.Encode();
            default:
                return new DhtMessage { Type = request.Type, Key = request.Key, Closer = Closest(request.Key) }.Encode();
        }
    }

    public IReadOnlyList<NamedPeer> Closest(byte[] key)
    {
        ulong target = PositionOf(key);
        return [.. Table.OrderBy(peer => peer.Position ^ target).Take(20).Select(peer => peer.Name)];
    }
}
