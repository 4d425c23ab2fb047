using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.Tests.PubSub;

/// <summary>What a node does with the peers that a PRUNE names, and with those that its own settings name.</summary>
public class PeerExchangeTests
{
    private const string Topic = "greenhouse/climate";
    private const string Mesh = "/meshsub/1.1.0";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_finds_a_full_mesh_dials_the_peers_that_it_is_told_of()
    {
        await using Libp2pNode hub = await NodeAsync(options =>
        {
            options.MeshPeers = options.MinMeshPeers = options.MaxMeshPeers = options.KeptByScore = 1;
            options.OutboundMeshPeers = 0;
        });
        await using Libp2pNode first = await NodeAsync();
        await using Libp2pNode second = await NodeAsync();
        using Subscription atHub = hub.SubscribeAsync(Topic, Cancellation);
        using Subscription atFirst = first.SubscribeAsync(Topic, Cancellation);
        using Subscription atSecond = second.SubscribeAsync(Topic, Cancellation);
        await Task.WhenAll(atHub.Joined, atFirst.Joined, atSecond.Joined);
        await first.DialAsync(hub);
        await Nodes.UntilAsync(() => MeshOf(hub).Contains(first.PeerId), "the mesh is full");
        await Nodes.UntilAsync(() => hub.PeerStore.FindRecord(first.PeerId) != null, "the hub has the first one's record");
        await second.DialAsync(hub);
        await Nodes.UntilAsync(() => second.IsConnected(first.PeerId), "the second is told of the first, and dials it");
        Assert.False(second.ConnectionsTo(first.PeerId)[0].IsInbound);
    }

    [Fact]
    public async Task A_forged_record_and_that_of_another_peer_lead_to_no_dial()
    {
        await using Libp2pNode victim = await NodeAsync();
        await using Libp2pNode forged = await NodeAsync();
        await using Libp2pNode swapped = await NodeAsync();
        await using Libp2pNode good = await NodeAsync();
        using Subscription subscription = victim.SubscribeAsync(Topic, Cancellation);
        await subscription.Joined;
        await using Teller teller = await Teller.MeetAsync(victim);
        byte[] bad = RecordOf(forged);
        bad[^1] ^= 1;
        await teller.PruneAsync((forged.PeerId, bad), (good.PeerId, RecordOf(swapped)), (good.PeerId, RecordOf(good)));

        // what is dialed is noted before, one after the other, and the good one is the last
        await Nodes.UntilAsync(() => victim.IsConnected(good.PeerId), "the one whose record is its own is dialed");
        Assert.Null(victim.PeerStore.FindRecord(forged.PeerId));
        Assert.Null(victim.PeerStore.FindRecord(swapped.PeerId));
        Assert.False(victim.IsConnected(forged.PeerId) || victim.IsConnected(swapped.PeerId));

        // and with its own signature the first one is dialed too
        await teller.PruneAsync((forged.PeerId, RecordOf(forged)));
        await Nodes.UntilAsync(() => victim.IsConnected(forged.PeerId), "it is dialed");
    }

    [Fact]
    public async Task Of_the_peers_that_a_prune_names_eight_are_dialed_at_once()
    {
        await using Libp2pNode victim = await NodeAsync();
        await using Libp2pNode good = await NodeAsync();
        using Subscription subscription = victim.SubscribeAsync(Topic, Cancellation);
        await subscription.Joined;
        await using Teller teller = await Teller.MeetAsync(victim);
        List<Socket> held = [];
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        Multiaddr address = Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{((IPEndPoint)silent.LocalEndpoint).Port}");
        CryptoProvider crypto = DesktopCrypto.Choose();
        (PeerId Peer, byte[] Record)[] named = [.. Enumerable.Range(0, 16).Select(_ => Identity.Create(crypto, new SystemRandom()))
            .Select(one => (one.PeerId, PeerRecord.Seal(one, crypto, 1, [address]).Envelope.Bytes.ToArray()))];
        await teller.PruneAsync(named);
        for (int i = 0; i < 8; i++)
        {
            held.Add(await silent.AcceptSocketAsync(Cancellation).AsTask().WaitAsync(Nodes.Patience, Cancellation));
        }

        // of the rest nothing is noted, nor of one that is named while they hang
        await teller.PruneAsync((good.PeerId, RecordOf(good)));
        await teller.HeardAsync();
        Assert.Equal(8, named.Count(one => victim.PeerStore.FindRecord(one.Peer) != null));
        Assert.Null(victim.PeerStore.FindRecord(good.PeerId));
        silent.Stop();
        held.ForEach(one => one.Dispose());
        using CancellationTokenSource late = new(Nodes.Patience);
        while (!victim.IsConnected(good.PeerId))
        {
            await teller.PruneAsync((good.PeerId, RecordOf(good)));
            await Task.Delay(20, late.Token);
        }
    }

    [Fact]
    public async Task A_direct_peer_of_the_options_is_dialed()
    {
        await using Libp2pNode other = await NodeAsync();
        await using Libp2pNode node = await NodeAsync(options =>
        {
            options.DirectPeers.Add(other.PeerId.ToString());
            options.DirectAddresses.Add(other.ListenAddresses[0].ToString());
        });
        await Nodes.UntilAsync(() => node.IsConnected(other.PeerId), "it is dialed");
        await Nodes.UntilAsync(() => StatusOf(node).Peers.Any(one => one.IsDirect && one.Peer.Equals(other.PeerId)), "the router knows it");
    }

    private static GossipSubStatus StatusOf(Libp2pNode node) => node.GetPubSubStatusAsync(Cancellation).GetAwaiter().GetResult();

    private static IEnumerable<PeerId> MeshOf(Libp2pNode node)
        => StatusOf(node).Topics.Where(topic => topic.Name == Topic).SelectMany(topic => topic.Mesh);

    private static byte[] RecordOf(Libp2pNode node) => [.. node.AnnouncementFor(node.ListenAddresses[0]).RecordBytes];

    // peers need no standing
    private static Task<Libp2pNode> NodeAsync(Action<GossipSubOptions>? change = null) => Nodes.ListenAsync(1, PollerKind.Best, options =>
    {
        GossipSubOptions router = new() { Scores = new PeerScoreOptions { AcceptPeerExchangeThreshold = 0 } };
        change?.Invoke(router);
        options.PubSub = router;
    });

    // a peer without a router that says what the test wants
    private sealed class Teller(Libp2pNode node, PeerStream stream) : IAsyncDisposable
    {
        public static async Task<Teller> MeetAsync(Libp2pNode victim)
        {
            Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best, options => options.PubSub = null);
            node.Handle(Mesh, (one, cancellation) => one.CopyToAsync(System.IO.Stream.Null, cancellation));
            await node.DialAsync(victim);
            return new Teller(node, await node.OpenStreamAsync(victim.PeerId, Mesh, Cancellation).WaitAsync(Nodes.Patience));
        }

        public async Task PruneAsync(params (PeerId Peer, byte[] Record)[] peers)
        {
            ProtobufMessage prune = new ProtobufMessage().Bytes(1, Encoding.ASCII.GetBytes(Topic));
            foreach ((PeerId peer, byte[] record) in peers)
            {
                prune.Message(RpcWriter.PrunePeers, new ProtobufMessage().Bytes(RpcWriter.PeerId, peer.ToBytes())
                    .Bytes(RpcWriter.PeerRecord, record));
            }

            ProtobufMessage rpc = new ProtobufMessage().Message(RpcWriter.Control,
                new ProtobufMessage().Message(RpcWriter.Prune, prune.Varint(3, 1)));
            await stream.WriteAsync(rpc.ToDelimitedArray(), Cancellation);
        }

        // what was said before is read once the answer to a ping is there
        public async Task HeardAsync() => await node.PingAsync(stream.RemotePeer, Cancellation).WaitAsync(Nodes.Patience, Cancellation);

        public async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            await node.DisposeAsync();
        }
    }
}
