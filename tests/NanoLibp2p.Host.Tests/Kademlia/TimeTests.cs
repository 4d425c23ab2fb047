using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Kademlia;

/// <summary>What hours and days do to records and tables.</summary>
public class TimeTests
{
    private static readonly byte[] _key = Encoding.ASCII.GetBytes("/test/hello");
    private static readonly Cid _cid = Cid.Parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy");

    [Fact]
    public async Task A_provider_record_lives_48_hours_and_its_addresses_24()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode server = network.Add();
        SimulatedNode provider = network.AddBare();
        KademliaMessage add = new() { Type = KademliaCodec.AddProvider, Key = _cid.Multihash };
        WirePeer self = new(provider.LocalPeer);
        self.Addresses.Add(provider.Address);
        add.ProviderPeers.Add(self);
        await server.Service!.AnswerAsync(provider.LocalPeer, KademliaCodec.Write(add), default);

        network.Time.Advance(TimeSpan.FromHours(23.9));
        Assert.Equal([provider.Address], Assert.Single(await ProvidersAsync(server)).Addresses);
        network.Time.Advance(TimeSpan.FromHours(0.2));
        Assert.Empty(Assert.Single(await ProvidersAsync(server)).Addresses);
        network.Time.Advance(TimeSpan.FromHours(23.8));
        Assert.Single(await ProvidersAsync(server));
        network.Time.Advance(TimeSpan.FromHours(0.2));
        Assert.Empty(await ProvidersAsync(server));
    }

    [Fact]
    public async Task A_value_lives_48_hours()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode server = network.Add(options => options.Validators["test"] = new AnyValidator());
        KademliaMessage put = new() { Type = KademliaCodec.PutValue, Key = _key, Record = new WireRecord(_key, [1], null) };
        await server.Service!.AnswerAsync(network.AddBare().LocalPeer, KademliaCodec.Write(put), default);
        network.Time.Advance(TimeSpan.FromHours(47.9));
        WireRecord record = (await AskAsync(server, KademliaCodec.GetValue, _key)).Record!;
        Assert.Equal([1], record.Value);
        Assert.Equal("2026-01-01T00:00:00.000000000Z", record.TimeReceived);
        network.Time.Advance(TimeSpan.FromHours(0.2));
        Assert.Null((await AskAsync(server, KademliaCodec.GetValue, _key)).Record);
    }

    [Fact]
    public async Task What_is_provided_is_told_again_each_22_hours_until_it_is_stopped()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode server = network.Add();
        SimulatedNode provider = network.Add();
        await ConnectAsync(provider, server);
        await Tests.Nodes.UntilAsync(() => provider.Service!.Upkeeps > 0 && server.Service!.Upkeeps > 0, "they have begun");
        Assert.Equal(1, await provider.Service!.ProvideAsync(_cid));
        for (int i = 0; i < 2; i++)
        {
            DateTimeOffset before = Received();
            await PassAsync(network, TimeSpan.FromHours(21));
            Assert.Equal(before, Received());
            await PassAsync(network, TimeSpan.FromHours(1.5));
            await Tests.Nodes.UntilAsync(() => Received() > before, "it was told again");
        }

        await provider.Service.StopProvidingAsync(_cid);
        DateTimeOffset last = Received();
        await PassAsync(network, TimeSpan.FromHours(24));
        Assert.Equal(last, Received());

        DateTimeOffset Received()
            => server.Options.Store!.GetProvidersAsync(_cid.Multihash, default).AsTask().GetAwaiter().GetResult().Single().Received;
    }

    [Fact]
    public async Task A_value_that_was_put_is_told_again_each_22_hours_until_it_is_stopped_or_a_better_one_is_known()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode server = network.Add(options => options.Validators["test"] = new AnyValidator());
        SimulatedNode owner = network.Add(options => options.Validators["test"] = new AnyValidator());
        await ConnectAsync(owner, server);
        await Tests.Nodes.UntilAsync(() => owner.Service!.Upkeeps > 0 && server.Service!.Upkeeps > 0, "they have begun");
        byte[] other = Encoding.ASCII.GetBytes("/test/other");
        Assert.Equal(1, await owner.Service!.PutValueAsync(_key, [1]));
        Assert.Equal(1, await owner.Service!.PutValueAsync(other, [1]));
        for (int i = 0; i < 2; i++)
        {
            DateTimeOffset before = Received(_key);
            await PassAsync(network, TimeSpan.FromHours(21));
            Assert.Equal(before, Received(_key));
            await PassAsync(network, TimeSpan.FromHours(1.5));
            await Tests.Nodes.UntilAsync(() => Received(_key) > before && Received(other) > before, "they were told again");
        }

        // longer than a value lives without being told, with its owner and elsewhere
        await PassAsync(network, TimeSpan.FromHours(4));
        Assert.Equal([1], (await AskAsync(owner, KademliaCodec.GetValue, _key)).Record!.Value);
        Assert.Equal([1], (await AskAsync(server, KademliaCodec.GetValue, _key)).Record!.Value);

        await owner.Service.StopRepublishingAsync(_key);
        KademliaMessage better = new() { Type = KademliaCodec.PutValue, Key = other, Record = new WireRecord(other, [2], null) };
        await owner.Service.AnswerAsync(server.LocalPeer, KademliaCodec.Write(better), default);
        (DateTimeOffset, DateTimeOffset) last = (Received(_key), Received(other));
        await PassAsync(network, TimeSpan.FromHours(24));
        Assert.Equal(last, (Received(_key), Received(other)));
        Assert.Empty(await owner.Options.Store!.GetOwnAsync(default));

        DateTimeOffset Received(byte[] key)
            => server.Options.Store!.GetValueAsync(key, default).AsTask().GetAwaiter().GetResult()!.Received;
    }

    [Fact]
    public async Task What_nobody_could_be_told_is_told_to_the_first_server_that_comes()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode provider = network.Add();
        Assert.Equal(0, await provider.Service!.ProvideAsync(_cid));
        SimulatedNode server = network.Add();
        await ConnectAsync(server, provider);
        await Tests.Nodes.UntilAsync(
            () => ProvidersAsync(server).GetAwaiter().GetResult().Any(one => one.Id.Equals(provider.LocalPeer)), "the server was told");
    }

    [Fact]
    public async Task A_server_that_is_gone_leaves_the_table_with_the_next_refreshes()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode node = network.Add();
        SimulatedNode gone = network.Add();
        SimulatedNode here = network.Add();
        await ConnectAsync(node, gone);
        await ConnectAsync(node, here);
        Assert.Equal(2, node.Service!.TableCount);
        await Tests.Nodes.UntilAsync(() => network.Nodes.All(one => one.Service!.Upkeeps > 0), "they have begun");
        gone.IsGone = true;
        await PassAsync(network, TimeSpan.FromMinutes(30));
        await Tests.Nodes.UntilAsync(() => node.Service.TableCount == 1, "it was asked, and did not answer");
        Assert.Equal([here.LocalPeer], node.Service.ClosestKnown(_key, 20));
    }

    [Fact]
    public async Task A_table_that_is_empty_is_filled_by_the_bootstrap_peers_once_they_are_back()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode hub = network.Add();
        hub.IsGone = true;
        SimulatedNode node = network.Add(options => options.Bootstrap.Add(hub.Address.WithPeerId(hub.LocalPeer)));
        await node.Service!.FirstRefresh;
        Assert.Equal(0, node.Service.TableCount);
        await Tests.Nodes.UntilAsync(() => network.Nodes.All(one => one.Service!.Upkeeps > 0), "they have begun");
        hub.IsGone = false;
        await PassAsync(network, TimeSpan.FromMinutes(11));
        await Tests.Nodes.UntilAsync(() => node.Service.TableCount == 1, "it was dialed again");
    }

    [Fact]
    public async Task A_peer_with_an_old_value_is_given_the_best_one_by_who_looks_for_it()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode old = network.Add(options => options.Validators["test"] = new AnyValidator());
        SimulatedNode without = network.Add(options => options.Validators["test"] = new AnyValidator());
        SimulatedNode best = network.Add(options => options.Validators["test"] = new AnyValidator());
        foreach ((SimulatedNode node, byte value) in new[] { (old, (byte)1), (best, (byte)2) })
        {
            KademliaMessage put = new() { Type = KademliaCodec.PutValue, Key = _key, Record = new WireRecord(_key, [value], null) };
            await node.Service!.AnswerAsync(without.LocalPeer, KademliaCodec.Write(put), default);
        }

        SimulatedNode searcher = network.Add(options => options.Validators["test"] = new AnyValidator());
        foreach (SimulatedNode node in new[] { old, without, best })
        {
            await ConnectAsync(searcher, node);
        }

        Assert.Equal([2], await searcher.Service!.GetValueAsync(_key));
        foreach (SimulatedNode node in new[] { old, without })
        {
            await Tests.Nodes.UntilAsync(
                () => AskAsync(node, KademliaCodec.GetValue, _key).GetAwaiter().GetResult().Record?.Value is [2], "it was corrected");
        }
    }

    [Fact]
    public async Task A_lookup_that_is_cancelled_or_whose_service_ends_says_so()
    {
        SimulatedNetwork network = new();
        SimulatedNode node = network.Add();
        await node.Service!.FirstRefresh;
        SimulatedNode silent = network.AddBare();
        silent.IsSilent = true;
        await ConnectAsync(node, silent);
        using CancellationTokenSource cancelled = new();
        Task find = node.Service.FindPeerAsync(network.AddBare().LocalPeer, cancelled.Token);
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => find).WaitAsync(Tests.Nodes.Patience);
        Task<KademliaPeerInfo?> other = node.Service.FindPeerAsync(network.AddBare().LocalPeer);
        await network.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => other).WaitAsync(Tests.Nodes.Patience);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => node.Service.ProvideAsync(_cid));
    }

    // in steps, as what is due has to run in between
    private static async Task PassAsync(SimulatedNetwork network, TimeSpan time)
    {
        TimeSpan step = TimeSpan.FromMinutes(10.1);
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += step)
        {
            (KademliaService Service, int Before)[] all = [.. network.Nodes.Where(one => one.Service != null)
                .Select(one => (one.Service!, one.Service!.Upkeeps))];
            network.Time.Advance(step);
            foreach ((KademliaService service, int before) in all)
            {
                await Tests.Nodes.UntilAsync(() => service.Upkeeps > before, "it has done what was due");
            }
        }
    }

    private static Task ConnectAsync(SimulatedNode from, SimulatedNode to)
        => ((IKademliaNetwork)from).ConnectAsync(to.LocalPeer, [to.Address], CancellationToken.None);

    private static async Task<KademliaMessage> AskAsync(SimulatedNode server, int type, byte[] key)
    {
        KademliaMessage request = new() { Type = type, Key = key };
        byte[]? answer = await server.Service!.AnswerAsync(PeerId.FromEd25519(new byte[32], 0), KademliaCodec.Write(request), default);
        return KademliaCodec.TryRead(answer!, 16, out _)!;
    }

    private static async Task<List<WirePeer>> ProvidersAsync(SimulatedNode server)
        => (await AskAsync(server, KademliaCodec.GetProviders, _cid.Multihash)).ProviderPeers;
}
