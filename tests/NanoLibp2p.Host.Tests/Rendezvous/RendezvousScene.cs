using System;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Host.Tests.Rendezvous;

/// <summary>A rendezvous point with a clock of its own, and a node that is connected to it.</summary>
internal sealed class RendezvousScene : IAsyncDisposable
{
    public required Libp2pNode Point { get; init; }

    public required RendezvousPoint Service { get; init; }

    public required Libp2pNode Node { get; init; }

    public required FakeTimeProvider Time { get; init; }

    public RendezvousClient Client => new(Node);

    /// <summary>The record that the node registers.</summary>
    public byte[] OwnRecord => Node.AnnouncementFor(Node.ListenAddresses[0]).RecordBytes;

    public static async Task<RendezvousScene> StartAsync(Action<RendezvousPointOptions>? change = null)
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        Libp2pNode point = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best, one => one.Time = time);
        Libp2pNode node = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        RendezvousPointOptions options = new();
        change?.Invoke(options);
        RendezvousScene scene = new() { Point = point, Service = RendezvousPoint.Start(point, options), Node = node, Time = time };
        await node.DialAsync(point);
        return scene;
    }

    /// <summary>The record of somebody who is not here.</summary>
    public static PeerRecord Record(int who, ulong sequence, Multiaddr[]? addresses = null)
    {
        byte[] seed = new byte[32];
        BitConverter.TryWriteBytes(seed, who);
        ManagedCrypto crypto = new();
        return PeerRecord.Seal(new Identity(crypto, seed, 0), crypto, sequence, addresses ?? [Multiaddr.Parse("/ip4/192.0.2.7/tcp/1")]);
    }

    public async Task<Libp2pNode> JoinAsync()
    {
        Libp2pNode node = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await node.DialAsync(Point);
        return node;
    }

    public Task<RendezvousPage> DiscoverAsync(string? name, byte[]? cookie = null)
        => Client.DiscoverAsync(Point.PeerId, name, 0, cookie).WaitAsync(Nodes.Patience);

    public Task<PeerStream> OpenAsync() => Node.OpenStreamAsync(Point.PeerId, RendezvousMessage.Id).WaitAsync(Nodes.Patience);

    public async Task<RendezvousStatus> RegisterAsync(string name, byte[] record, ulong ttl)
    {
        await using PeerStream stream = await OpenAsync();
        MessageStream messages = new(stream, Nodes.Patience);
        RendezvousMessage request = new() { Type = RendezvousMessage.Kind.Register, Namespace = name, Record = record, Ttl = ttl };
        await messages.WriteMessageAsync(request.ToBytes());
        return (RendezvousStatus)RendezvousMessage.Read(await messages.ReadMessageAsync(1000))!.Status;
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Node.DisposeAsync();
        await Point.DisposeAsync();
    }
}
