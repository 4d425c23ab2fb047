using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Host.Tests.Kademlia;

/// <summary>Services on nodes that have sockets on loopback.</summary>
public class ServiceTests
{
    private const string Protocol = "/greenhouse/kad/1.0.0";

    private static readonly Cid _cid = Cid.Parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy");
    private static readonly byte[] _key = Encoding.ASCII.GetBytes("/test/hello");

    public static TheoryData<int, PollerKind> Kinds => Tests.Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Two_clients_of_a_server_find_each_others_records(int shards, PollerKind poller)
    {
        await using Libp2pNode hub = await Tests.Nodes.ListenAsync(shards, poller);
        await using KademliaService server = Start(hub);
        await using Libp2pNode one = await Tests.Nodes.ListenAsync(shards, poller);
        await using KademliaService first = Start(one, hub, KademliaMode.Client);
        await using Libp2pNode other = await Tests.Nodes.StartAsync(shards, poller);
        await using KademliaService second = Start(other, hub, KademliaMode.Client);

        Assert.Equal(1, await first.ProvideAsync(_cid).WaitAsync(Tests.Nodes.Patience));
        KademliaPeerInfo provider = Assert.Single(await AllAsync(second.FindProvidersAsync(_cid)));
        Assert.Equal(one.PeerId, provider.Id);
        Assert.Equal(one.ListenAddresses[0].WithoutPeerId(), Assert.Single(provider.Addresses));

        Assert.Equal(1, await first.PutValueAsync(_key, [1, 2, 3]).WaitAsync(Tests.Nodes.Patience));
        Assert.Equal([1, 2, 3], await second.GetValueAsync(_key).WaitAsync(Tests.Nodes.Patience));

        KademliaPeerInfo? found = await second.FindPeerAsync(one.PeerId).WaitAsync(Tests.Nodes.Patience);
        Assert.True(found!.IsConnected);
        Assert.True(other.IsConnected(one.PeerId));
        Assert.Equal(0, server.TableCount);
        Assert.Equal(1, second.TableCount);
    }

    [Fact]
    public async Task Servers_that_call_enter_the_table_and_clients_do_not()
    {
        await using Libp2pNode hub = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService service = Start(hub);
        await using Libp2pNode server = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService asServer = Start(server, hub);
        await using Libp2pNode client = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService asClient = Start(client, hub, KademliaMode.Client);
        await Tests.Nodes.UntilAsync(() => asClient.TableCount > 0 && asServer.TableCount > 0, "both know the hub");
        await Tests.Nodes.UntilAsync(() => service.TableCount > 0, "the hub knows the server");
        Assert.Equal([server.PeerId], service.ClosestKnown([1], 20));
    }

    [Fact]
    public async Task A_node_that_others_can_reach_becomes_a_server_and_tells_those_who_are_connected()
    {
        await using Libp2pNode hub = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService service = Start(hub);
        await using Libp2pNode node = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService auto = Start(node, hub, KademliaMode.Auto);
        Assert.True(auto.IsServer);
        await Tests.Nodes.UntilAsync(() => service.TableCount == 1, "it is a server at once in a network of its own");
        auto.SetReachability(false);
        Assert.False(auto.IsServer);
        await Tests.Nodes.UntilAsync(() => service.TableCount == 0, "the push tells that it is none any more");

        // a request that it refused has the same effect, before the push has come
        Libp2pException refused = await Assert.ThrowsAsync<Libp2pException>(async () =>
        {
            await using PeerStream stream = await hub.OpenStreamAsync(node.PeerId, Protocol);
            await stream.WaitUntilAgreedAsync().WaitAsync(Tests.Nodes.Patience);
        });
        Assert.Equal(Libp2pError.ProtocolRefused, refused.Error);
        auto.SetReachability(true);
        await Tests.Nodes.UntilAsync(() => service.TableCount == 1, "the push tells that it is one again");
    }

    [Fact]
    public async Task Servers_in_the_table_are_worth_more_to_the_connection_manager_until_they_leave_it()
    {
        await using Libp2pNode hub = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        KademliaService service = Start(hub);
        await using Libp2pNode node = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        KademliaService other = Start(node, hub);
        await Tests.Nodes.UntilAsync(() => service.TableCount == 1, "it is in the table");
        await Tests.Nodes.UntilAsync(() => hub.ConnectionManager.ValueOf(node.PeerId) == 5, "it is worth more");

        // it serves no more, and tells so
        await other.DisposeAsync();
        await Tests.Nodes.UntilAsync(() => hub.ConnectionManager.ValueOf(node.PeerId) == 0, "it is worth nothing more");
        Assert.Equal(0, service.TableCount);

        await using KademliaService again = Start(node, hub);
        await Tests.Nodes.UntilAsync(() => hub.ConnectionManager.ValueOf(node.PeerId) == 5, "it is worth more again");
        await service.DisposeAsync();
        Assert.Equal(0, hub.ConnectionManager.ValueOf(node.PeerId));
    }

    [Fact]
    public async Task In_the_public_DHT_a_node_is_a_client_until_it_is_known_to_be_reachable()
    {
        await using Libp2pNode node = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService service = KademliaService.Start(node);
        Assert.False(service.IsServer);
        service.SetReachability(true);
        Assert.True(service.IsServer);
        service.SetReachability(null);
        Assert.False(service.IsServer);
    }

    [Fact]
    public async Task In_the_public_DHT_private_addresses_are_neither_kept_nor_told_nor_announced()
    {
        await using Libp2pNode hub = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService service = KademliaService.Start(hub, new KademliaServiceOptions { Mode = KademliaMode.Server });
        await using Libp2pNode node = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService other = KademliaService.Start(node, new KademliaServiceOptions { Mode = KademliaMode.Server });
        await node.DialAsync(hub);
        await Tests.Nodes.UntilAsync(() => hub.PeerStore.Supports(node.PeerId, KademliaServiceOptions.PublicProtocol), "identify");
        await Task.Delay(50);
        Assert.Equal(0, service.TableCount);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => other.ProvideAsync(_cid));
        Assert.Equal(Libp2pError.NoAddress, error.Error);
        Assert.Contains("no public address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_requests_on_one_stream_are_answered_in_their_order()
    {
        await using Libp2pNode hub = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService service = Start(hub);
        await using Libp2pNode node = await Tests.Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        await node.DialAsync(hub);
        await using PeerStream stream = await node.OpenStreamAsync(hub.PeerId, Protocol).WaitAsync(Tests.Nodes.Patience);
        MessageStream messages = new(stream, Tests.Nodes.Patience);
        foreach (int type in new[] { KademliaCodec.Ping, KademliaCodec.FindNode, KademliaCodec.GetProviders, KademliaCodec.Ping })
        {
            await messages.WriteMessageAsync(KademliaCodec.Write(new KademliaMessage { Type = type, Key = [1, 2, 3] }));
        }

        foreach (int type in new[] { KademliaCodec.Ping, KademliaCodec.FindNode, KademliaCodec.GetProviders, KademliaCodec.Ping })
        {
            byte[]? answer = await messages.ReadMessageAsync(10_000);
            Assert.Equal(type, KademliaCodec.TryRead(answer!, 16, out _)!.Type);
        }

        stream.CompleteWrites();
        Assert.Null(await messages.ReadMessageAsync(10_000));
    }

    [Fact]
    public async Task A_request_that_is_too_long_or_none_breaks_the_stream_off_and_the_connection_lives()
    {
        await using Libp2pNode hub = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService service = Start(hub, change: options => options.MaxRequestBytes = 1024 + options.MaxValueBytes);
        await using Libp2pNode node = await Tests.Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        await node.DialAsync(hub);
        byte[] tooLong = KademliaCodec.Write(new KademliaMessage
        {
            Type = KademliaCodec.PutValue,
            Key = _key,
            Record = new WireRecord(_key, new byte[40 * 1024], null),
        });
        byte[] noKey = KademliaCodec.Write(new KademliaMessage { Type = KademliaCodec.FindNode });
        byte[][] bad = [tooLong, [0xFF, 0xFF, 0xFF], [0x08, 0x09], noKey];
        foreach (byte[] one in bad)
        {
            await using PeerStream stream = await node.OpenStreamAsync(hub.PeerId, Protocol).WaitAsync(Tests.Nodes.Patience);
            MessageStream messages = new(stream, Tests.Nodes.Patience);
            Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(async () =>
            {
                await messages.WriteMessageAsync(one);
                await messages.ReadMessageAsync(10_000);
            });
            Assert.Equal(Libp2pError.StreamReset, error.Error);
        }

        Assert.Equal(4, service.Refused);
        await node.PingAsync(hub.PeerId).WaitAsync(Tests.Nodes.Patience);
    }

    [Fact]
    public async Task A_peer_has_so_many_streams_at_a_time_and_a_silent_one_is_broken_off()
    {
        await using Libp2pNode hub = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService service = Start(hub, change: options =>
        {
            options.MaxStreamsAPeer = 2;
            options.IdleTimeout = TimeSpan.FromSeconds(1);
        });
        await using Libp2pNode node = await Tests.Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        await node.DialAsync(hub);
        await using PeerStream first = await node.OpenStreamAsync(hub.PeerId, Protocol);
        await using PeerStream second = await node.OpenStreamAsync(hub.PeerId, Protocol);
        await Tests.Nodes.UntilAsync(() => service.Streams == 2, "both are served");
        await using PeerStream third = await node.OpenStreamAsync(hub.PeerId, Protocol);
        await Assert.ThrowsAsync<Libp2pException>(() => ReadAsync(third));
        Assert.Equal(1, service.Refused);
        await Assert.ThrowsAsync<Libp2pException>(() => ReadAsync(first));
        await Tests.Nodes.UntilAsync(() => service.Streams == 0, "the silent ones are broken off");
    }

    [Fact]
    public async Task A_message_that_dribbles_is_broken_off()
    {
        await using Libp2pNode hub = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService service = Start(hub, change: options => options.QueryTimeout = TimeSpan.FromSeconds(1));
        await using Libp2pNode node = await Tests.Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        await node.DialAsync(hub);
        await using PeerStream stream = await node.OpenStreamAsync(hub.PeerId, Protocol);
        await stream.WriteAsync(new byte[] { 100 });
        Task read = ReadAsync(stream);
        await Assert.ThrowsAsync<Libp2pException>(async () =>
        {
            // each byte comes in time, the message does not
            while (true)
            {
                await stream.WriteAsync(new byte[1]);
                await Task.WhenAny(read, Task.Delay(50));
                if (read.IsCompleted)
                {
                    await read;
                }
            }
        });
    }

    [Fact]
    public async Task Without_anybody_to_ask_a_lookup_says_so()
    {
        await using Libp2pNode node = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService service = Start(node);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => service.FindPeerAsync(PeerId.FromEd25519(new byte[32], 0)));
        Assert.Equal(Libp2pError.LookupFailed, error.Error);
        Assert.Contains("no peer of /greenhouse/kad/1.0.0 is known", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await service.ProvideAsync(_cid));
    }

    [Fact]
    public async Task A_key_that_nobody_validates_is_refused_with_the_namespaces_there_are()
    {
        await using Libp2pNode node = await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using KademliaService service = Start(node);
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(
            () => service.PutValueAsync(Encoding.ASCII.GetBytes("/ipns/x"), [1]));
        Assert.Contains("nobody validates '/ipns/x'", error.Message, StringComparison.Ordinal);
        Assert.Contains("pk, test", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_made_by_lookups_are_closed_when_they_are_too_many()
    {
        List<Libp2pNode> nodes = [];
        List<KademliaService> services = [];
        try
        {
            for (int i = 0; i < 7; i++)
            {
                nodes.Add(await Tests.Nodes.ListenAsync(TestShards.Count, PollerKind.Best));
                services.Add(Start(nodes[i], i == 0 ? null : nodes[0]));
                await services[i].FirstRefresh.WaitAsync(Tests.Nodes.Patience);
            }

            await Tests.Nodes.UntilAsync(() => services[0].TableCount == 6, "the first knows the others");
            await using Libp2pNode node = await Tests.Nodes.StartAsync(TestShards.Count, PollerKind.Best);
            await using KademliaService service = Start(node, nodes[0], KademliaMode.Client, options => options.MaxConnections = 3);
            await service.FirstRefresh.WaitAsync(Tests.Nodes.Patience);
            using CancellationTokenSource late = new(Tests.Nodes.Patience);
            while (service.TableCount < 7)
            {
                // one whose connection was closed before it had answered is asked again
                await service.RefreshAsync(late.Token);
            }

            await Tests.Nodes.UntilAsync(() => node.Peers.Count <= 3, "the oldest are closed");
        }
        finally
        {
            for (int i = 0; i < services.Count; i++)
            {
                await services[i].DisposeAsync();
                await nodes[i].DisposeAsync();
            }
        }
    }

    private static KademliaService Start(
        Libp2pNode node, Libp2pNode? bootstrap = null, KademliaMode mode = KademliaMode.Server,
        Action<KademliaServiceOptions>? change = null)
    {
        KademliaServiceOptions options = new() { Protocol = Protocol, Mode = mode };
        options.Validators["test"] = new AnyValidator();
        if (bootstrap != null)
        {
            options.Bootstrap.Add(bootstrap.ListenAddresses[0]);
        }

        change?.Invoke(options);
        return KademliaService.Start(node, options);
    }

    private static async Task ReadAsync(PeerStream stream)
        => await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Tests.Nodes.Patience);

    private static async Task<List<KademliaPeerInfo>> AllAsync(IAsyncEnumerable<KademliaPeerInfo> peers)
    {
        List<KademliaPeerInfo> all = [];
        using CancellationTokenSource patience = new(Tests.Nodes.Patience);
        await foreach (KademliaPeerInfo one in peers.WithCancellation(patience.Token))
        {
            all.Add(one);
        }

        return all;
    }
}
