using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Kademlia;

/// <summary>What liars, floods and the slow can do to a service: as much as each test says, and no more.</summary>
public class HostileTests
{
    private static readonly byte[] _key = Encoding.ASCII.GetBytes("/test/hello");
    private static readonly byte[] _hash = Cid.Parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy").Multihash;

    [Fact]
    public async Task A_peer_that_is_named_with_thousands_of_addresses_is_dialed_at_few()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode victim = network.Add();
        SimulatedNode[] decoys = [.. Enumerable.Range(0, 200).Select(_ => network.AddBare())];
        SimulatedNode liar = network.AddBare();
        PeerId nobody = Peer(1);
        liar.Answers = (_, request) => Answer(request, peers =>
        {
            WirePeer named = new(nobody);
            for (int i = 0; i < 5000; i++)
            {
                named.Addresses.Add(decoys[i % 200].Address);
            }

            peers.Add(named);
        });
        await ConnectAsync(victim, liar);
        KademliaPeerInfo? found = await victim.Service!.FindPeerAsync(nobody);
        Assert.False(found!.IsConnected);
        Assert.Equal(16, found.Addresses.Count);

        // by this lookup, and by those of the refresh that a first server begins
        Assert.InRange(decoys.Sum(one => one.Dialed), 1, 64);
    }

    [Fact]
    public async Task Of_an_answer_that_names_hundreds_of_peers_k_are_looked_at()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode victim = network.Add();
        SimulatedNode[] decoys = [.. Enumerable.Range(0, 60).Select(_ => network.AddBare())];
        SimulatedNode liar = network.AddBare();
        liar.Answers = (_, request) => Answer(request, peers => peers.AddRange(decoys.Select(one => Named(one.LocalPeer, one.Address))));
        await ConnectAsync(victim, liar);
        await victim.Service!.FirstRefresh;
        int before = decoys.Count(one => one.Dialed > 0);
        await victim.Service.FindPeerAsync(Peer(1));
        Assert.InRange(decoys.Count(one => one.Dialed > 0), 1, 21);
        Assert.InRange(before, 0, 21);
    }

    [Fact]
    public async Task Private_addresses_that_others_name_are_not_dialed_in_the_public_DHT()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode victim = network.Add();
        SimulatedNode[] inside =
        [
            network.AddBare("192.168.1.1"), network.AddBare("10.0.0.1"), network.AddBare("127.0.0.1"), network.AddBare("169.254.169.254"),
            network.AddBare("172.16.0.1"), network.AddBare("100.64.0.1"), network.AddBare("0.0.0.0"),
        ];
        SimulatedNode liar = network.AddBare();
        liar.Answers = (_, request) => Answer(request, peers => peers.AddRange(inside.Select(one => Named(one.LocalPeer, one.Address))));
        await ConnectAsync(victim, liar);
        foreach (SimulatedNode one in inside)
        {
            Assert.Null(await victim.Service!.FindPeerAsync(one.LocalPeer));
        }

        Assert.Equal(0, inside.Sum(one => one.Dialed));
    }

    [Fact]
    public async Task A_liar_who_names_wrong_addresses_does_not_hide_a_peer_that_others_know()
    {
        await using SimulatedNetwork network = new();
        await network.AddAsync(30);
        SimulatedNode sought = network.Nodes[17];
        SimulatedNode searcher = network.Add();
        SimulatedNode decoy = network.AddBare();
        for (int i = 0; i < 3; i++)
        {
            SimulatedNode liar = network.AddBare();
            liar.Answers = (_, request) => Answer(request, peers => peers.Add(Named(sought.LocalPeer, decoy.Address)));
            await ConnectAsync(searcher, liar);
        }

        // the honest one answers when the liars have been believed
        network.Nodes[0].AnswersAfter = () => Nodes.UntilAsync(() => decoy.Dialed > 0, "the liars' address is dialed");
        await ConnectAsync(searcher, network.Nodes[0]);
        searcher.Disconnect();
        KademliaPeerInfo? found = await searcher.Service!.FindPeerAsync(sought.LocalPeer);
        Assert.True(found!.IsConnected);
        Assert.InRange(decoy.Dialed, 1, 100);
    }

    [Fact]
    public async Task Peers_that_never_answer_cost_a_lookup_their_time_and_leave_the_table()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode victim = network.Add();
        await victim.Service!.FirstRefresh;
        List<SimulatedNode> silent = [];
        for (int i = 0; i < 5; i++)
        {
            SimulatedNode one = network.AddBare();
            one.IsSilent = true;
            silent.Add(one);
            await ConnectAsync(victim, one);
        }

        Assert.Equal(5, victim.Service.TableCount);
        DateTimeOffset begun = network.Time.GetUtcNow();
        Task<KademliaPeerInfo?> find = victim.Service.FindPeerAsync(Peer(1));
        await network.PassUntilAsync(find);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => find);
        Assert.Contains("none answered", error.Message, StringComparison.Ordinal);
        Assert.InRange(network.Time.GetUtcNow() - begun, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(30));
        Assert.Equal(0, victim.Service.TableCount);
    }

    [Fact]
    public async Task Liars_who_name_silent_peers_close_to_the_key_do_not_hold_a_lookup_up()
    {
        await using SimulatedNetwork network = new();
        await network.AddAsync(30);
        PeerId sought = network.Nodes[20].LocalPeer;
        KademliaKey target = KademliaKey.Of(sought);
        List<SimulatedNode> silent = [.. Enumerable.Range(0, 400).Select(_ => network.AddBare())];
        silent.ForEach(one => one.IsSilent = true);
        WirePeer[] close = [.. silent
            .OrderBy(one => KademliaKey.Of(one.LocalPeer), Comparer<KademliaKey>.Create((a, b) => target.CompareDistance(a, b)))
            .Take(20).Select(one => Named(one.LocalPeer, one.Address))];
        SimulatedNode searcher = network.Add();
        SimulatedNode liar = network.AddBare();
        liar.Answers = (_, request) => Answer(request, peers => peers.AddRange(close));
        await ConnectAsync(searcher, liar);
        await ConnectAsync(searcher, network.Nodes[0]);
        DateTimeOffset begun = network.Time.GetUtcNow();
        Task<KademliaPeerInfo?> find = searcher.Service!.FindPeerAsync(sought);
        await network.PassUntilAsync(find);
        Assert.True((await find)!.IsConnected);
        Assert.InRange(network.Time.GetUtcNow() - begun, TimeSpan.Zero, TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task A_chain_of_liars_each_naming_the_next_ends_at_a_number_of_requests()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode victim = network.Add();
        PeerId sought = Peer(1);
        KademliaKey target = KademliaKey.Of(sought);

        // each names the next ones on the way to the key
        SimulatedNode[] chain = [.. Enumerable.Range(0, 600).Select(_ => network.AddBare())];
        chain = [.. chain.OrderByDescending(one => KademliaKey.Of(one.LocalPeer),
            Comparer<KademliaKey>.Create((a, b) => target.CompareDistance(a, b)))];
        for (int i = 0; i < chain.Length; i++)
        {
            WirePeer[] next = [.. chain.Skip(i + 1).Take(1).Select(one => Named(one.LocalPeer, one.Address))];
            chain[i].Answers = (_, request) => Answer(request, peers => peers.AddRange(next));
        }

        await ConnectAsync(victim, chain[0]);
        int before = chain.Sum(one => one.Received);
        await victim.Service!.FindPeerAsync(sought);
        Assert.InRange(victim.Service.LastLookup.Requests, 100, 160);
        Assert.InRange(before, 0, 2000);
    }

    [Fact]
    public async Task A_provider_record_about_somebody_else_is_not_kept()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode server = network.Add();
        SimulatedNode sender = network.AddBare();
        SimulatedNode other = network.AddBare();
        KademliaMessage add = new() { Type = KademliaCodec.AddProvider, Key = _hash };
        add.ProviderPeers.Add(Named(other.LocalPeer, other.Address));
        Assert.Null(await AskAsync(server, sender.LocalPeer, add));
        Assert.Empty((await ProvidersAsync(server)).ProviderPeers);

        // among others its own is taken
        add.ProviderPeers.Add(Named(sender.LocalPeer, sender.Address));
        Assert.NotNull(await AskAsync(server, sender.LocalPeer, add));
        Assert.Equal([sender.LocalPeer], (await ProvidersAsync(server)).ProviderPeers.Select(one => one.Id));
    }

    [Fact]
    public async Task A_provider_record_needs_an_address_and_a_key_of_1_to_80_bytes()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode server = network.Add();
        SimulatedNode sender = network.AddBare();
        Assert.Null(await AddAsync(server, Named(sender.LocalPeer), _hash));
        Assert.Null(await AddAsync(server, Named(sender.LocalPeer, Multiaddr.Parse("/ip4/10.0.0.1/tcp/1")), _hash));
        Assert.Null(await AddAsync(server, Named(sender.LocalPeer, sender.Address), []));
        Assert.Null(await AddAsync(server, Named(sender.LocalPeer, sender.Address), new byte[81]));
        Assert.NotNull(await AddAsync(server, Named(sender.LocalPeer, sender.Address), new byte[80]));
        Assert.Equal(4, server.Service!.Refused);
    }

    [Fact]
    public async Task Provider_records_are_kept_in_numbers()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode server = network.Add(options => options.Store = new MemoryKademliaStore(new StoreLimits(2, 20, 3, 8)));
        SimulatedNode[] senders = [.. Enumerable.Range(0, 10).Select(_ => network.AddBare())];

        // of a key three: the newest
        foreach (SimulatedNode sender in senders.Take(5))
        {
            Assert.NotNull(await AddAsync(server, Named(sender.LocalPeer, sender.Address), _hash));
            network.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(senders.Skip(2).Take(3).Select(one => one.LocalPeer).Reverse(),
            (await ProvidersAsync(server)).ProviderPeers.Select(one => one.Id));

        // of a peer eight, whatever it sends
        for (byte i = 0; i < 50; i++)
        {
            await AddAsync(server, Named(senders[9].LocalPeer, senders[9].Address), [i]);
        }

        Assert.Equal(8, await CountAsync(server, 50));

        // in all twenty, of which three are those of before
        for (byte i = 100; i < 200; i++)
        {
            SimulatedNode sender = senders[i % 5];
            await AddAsync(server, Named(sender.LocalPeer, sender.Address), [i]);
        }

        Assert.Equal(17, await CountAsync(server, 200));
    }

    [Fact]
    public async Task Values_that_are_invalid_too_long_worse_or_under_another_key_are_refused()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode server = network.Add(options =>
        {
            options.Validators["test"] = new AnyValidator();
            options.MaxValueBytes = 100;
        });
        Assert.Null(await PutAsync(server, _key, _key, []));
        Assert.Null(await PutAsync(server, _key, _key, new byte[101]));
        Assert.Null(await PutAsync(server, _key, Encoding.ASCII.GetBytes("/test/other"), [1]));
        Assert.Null(await PutAsync(server, Encoding.ASCII.GetBytes("/none/a"), Encoding.ASCII.GetBytes("/none/a"), [1]));
        Assert.Null(await PutAsync(server, Encoding.ASCII.GetBytes("test"), Encoding.ASCII.GetBytes("test"), [1]));
        Assert.Null(await PutAsync(server, Encoding.ASCII.GetBytes("/pk/xyz"), Encoding.ASCII.GetBytes("/pk/xyz"), [1]));
        Assert.NotNull(await PutAsync(server, _key, _key, [5]));
        Assert.Null(await PutAsync(server, _key, _key, [4]));
        Assert.NotNull(await PutAsync(server, _key, _key, [6]));
        Assert.Equal([6], await GetAsync(server, _key));
        Assert.Equal(7, server.Service!.Refused);
    }

    [Fact]
    public async Task Values_are_kept_in_number()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode server = network.Add(options =>
        {
            options.Validators["test"] = new AnyValidator();
            options.Store = new MemoryKademliaStore(new StoreLimits(3, 20, 3, 8));
        });
        for (int i = 0; i < 10; i++)
        {
            byte[] key = Encoding.ASCII.GetBytes($"/test/{i}");
            Assert.Equal(i < 3, await PutAsync(server, key, key, [1]) != null);
        }

        byte[] first = Encoding.ASCII.GetBytes("/test/0");
        Assert.NotNull(await PutAsync(server, first, first, [2]));
    }

    [Fact]
    public async Task Values_that_liars_answer_with_are_not_taken_unless_they_are_valid_and_of_the_key()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode searcher = network.Add(options => options.Validators["test"] = new AnyValidator());
        (byte[] Key, byte[] Value)[] lies = [(Encoding.ASCII.GetBytes("/test/other"), [9]), (_key, []), (_key, new byte[40_000])];
        foreach ((byte[] key, byte[] value) in lies)
        {
            SimulatedNode liar = network.AddBare();
            liar.Answers = (_, request) => Value(request, key, value);
            await ConnectAsync(searcher, liar);
        }

        Assert.Null(await searcher.Service!.GetValueAsync(_key));
        SimulatedNode honest = network.AddBare();
        honest.Answers = (_, request) => Value(request, _key, [1]);
        await ConnectAsync(searcher, honest);
        Assert.Equal([1], await searcher.Service.GetValueAsync(_key));
    }

    [Fact]
    public async Task Keys_of_values_that_are_longer_than_1024_bytes_are_neither_put_nor_looked_for()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode searcher = network.Add(options => options.Validators["test"] = new AnyValidator());
        SimulatedNode server = network.Add(options => options.Validators["test"] = new AnyValidator());
        await ConnectAsync(searcher, server);
        byte[] longest = Encoding.ASCII.GetBytes("/test/" + new string('k', 1018));
        byte[] longer = [.. longest, (byte)'k'];

        await searcher.Service!.PutValueAsync(longest, [1]);
        Assert.Equal([1], await searcher.Service.GetValueAsync(longest));
        ArgumentException put = await Assert.ThrowsAsync<ArgumentException>(() => searcher.Service.PutValueAsync(longer, [1]));
        ArgumentException get = await Assert.ThrowsAsync<ArgumentException>(() => searcher.Service.GetValueAsync(longer));
        Assert.All([put, get], one => Assert.Contains("a key of 1025 bytes is longer than 1024", one.Message, StringComparison.Ordinal));
        Assert.Null(await PutAsync(server, longer, longer, [1]));
    }

    [Fact]
    public async Task Of_providers_without_end_a_thousand_are_told()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode searcher = network.Add(options => options.Closest = options.BucketSize);

        // each names 251 of its own, and the other liars
        SimulatedNode[] liars = [.. Enumerable.Range(0, 6).Select(_ => network.AddBare())];
        WirePeer[] named = [.. liars.Select(one => Named(one.LocalPeer, one.Address))];
        for (int i = 0; i < liars.Length; i++)
        {
            int number = i;
            liars[i].Answers = (_, request) =>
            {
                KademliaMessage asked = KademliaCodec.TryRead(request, 16, out string _)!;
                KademliaMessage answer = new() { Type = asked.Type, Key = asked.Key };
                answer.CloserPeers.AddRange(named);
                answer.ProviderPeers.AddRange(Enumerable.Range(251 * number, 251).Select(one => Named(Numbered(one))));
                return KademliaCodec.Write(answer);
            };
        }

        await ConnectAsync(searcher, liars[0]);
        List<PeerId> told = [];
        await foreach (KademliaPeerInfo one in searcher.Service!.FindProvidersAsync(_hash))
        {
            told.Add(one.Id);
        }

        Assert.Equal(1000, told.Distinct().Count());
        Assert.Equal(1000, told.Count);
    }

    [Fact]
    public async Task An_answer_that_is_none_is_a_failure_and_its_sender_leaves_the_table()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode victim = network.Add();
        await victim.Service!.FirstRefresh;
        byte[]?[] answers = [[0xFF, 0xFF, 0xFF], [0x08, 0x05], null, new byte[300_000]];
        foreach (byte[]? answer in answers)
        {
            SimulatedNode liar = network.AddBare();
            liar.Answers = (_, _) => answer;
            await ConnectAsync(victim, liar);
        }

        await Assert.ThrowsAsync<Libp2pException>(() => victim.Service.FindPeerAsync(Peer(1)));
        Assert.Equal(0, victim.Service.TableCount);
    }

    [Fact]
    public async Task A_client_answers_nothing_and_is_asked_nothing()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode client = network.Add(options => options.Mode = KademliaMode.Client);
        SimulatedNode server = network.Add();
        await ConnectAsync(server, client);
        Assert.Equal(0, server.Service!.TableCount);
        Assert.Equal(1, client.Service!.TableCount);
        Assert.Null(await AskAsync(client, server.LocalPeer, new KademliaMessage { Type = KademliaCodec.Ping }));
    }

    [Fact]
    public async Task An_answer_names_neither_who_asks_nor_who_answers_and_the_target_even_if_it_is_no_server()
    {
        await using SimulatedNetwork network = new();
        SimulatedNode server = network.Add();
        SimulatedNode asker = network.Add();
        SimulatedNode client = network.Add(options => options.Mode = KademliaMode.Client);
        await ConnectAsync(asker, server);
        await ConnectAsync(client, server);
        KademliaMessage own = await FindAsync(server, asker.LocalPeer, server.LocalPeer);
        Assert.Empty(own.CloserPeers);
        KademliaMessage named = await FindAsync(server, asker.LocalPeer, client.LocalPeer);
        Assert.Equal([client.LocalPeer], named.CloserPeers.Select(one => one.Id));
        KademliaMessage other = await FindAsync(server, client.LocalPeer, Peer(1));
        Assert.Equal([asker.LocalPeer], other.CloserPeers.Select(one => one.Id));
        Assert.Equal([asker.Address], other.CloserPeers[0].Addresses);
    }

    private static PeerId Peer(byte seed)
    {
        byte[] key = new byte[32];
        Array.Fill(key, seed);
        return PeerId.FromEd25519(key, 0);
    }

    private static PeerId Numbered(int number)
    {
        byte[] key = new byte[32];
        BitConverter.TryWriteBytes(key, number);
        return PeerId.FromEd25519(key, 0);
    }

    private static WirePeer Named(PeerId id, params Multiaddr[] addresses)
    {
        WirePeer peer = new(id);
        peer.Addresses.AddRange(addresses);
        return peer;
    }

    private static Task ConnectAsync(SimulatedNode from, SimulatedNode to)
        => ((IKademliaNetwork)from).ConnectAsync(to.LocalPeer, [to.Address], CancellationToken.None);

    private static byte[] Answer(byte[] request, Action<List<WirePeer>> peers)
    {
        KademliaMessage asked = KademliaCodec.TryRead(request, 16, out _)!;
        KademliaMessage answer = new() { Type = asked.Type, Key = asked.Key };
        peers(answer.CloserPeers);
        return KademliaCodec.Write(answer);
    }

    private static byte[] Value(byte[] request, byte[] key, byte[] value)
    {
        KademliaMessage asked = KademliaCodec.TryRead(request, 16, out _)!;
        KademliaMessage answer = new() { Type = asked.Type, Key = asked.Key };
        answer.Record = asked.Type == KademliaCodec.GetValue ? new WireRecord(key, value, null) : null;
        return KademliaCodec.Write(answer);
    }

    private static async Task<KademliaMessage?> AskAsync(SimulatedNode server, PeerId from, KademliaMessage request)
    {
        byte[]? answer = await server.Service!.AnswerAsync(from, KademliaCodec.Write(request), default);
        return answer == null ? null : answer.Length == 0 ? request : KademliaCodec.TryRead(answer, 64, out _);
    }

    private static Task<KademliaMessage?> AddAsync(SimulatedNode server, WirePeer provider, byte[] key)
    {
        KademliaMessage add = new() { Type = KademliaCodec.AddProvider, Key = key };
        add.ProviderPeers.Add(provider);
        return AskAsync(server, provider.Id, add);
    }

    private static async Task<int> CountAsync(SimulatedNode server, int keys)
    {
        int count = 0;
        for (int i = 0; i < keys; i++)
        {
            count += (await ProvidersAsync(server, [(byte)i])).ProviderPeers.Count;
        }

        return count;
    }

    private static async Task<KademliaMessage> ProvidersAsync(SimulatedNode server, byte[]? key = null)
        => (await AskAsync(server, Peer(9), new KademliaMessage { Type = KademliaCodec.GetProviders, Key = key ?? _hash }))!;

    private static async Task<KademliaMessage> FindAsync(SimulatedNode server, PeerId from, PeerId target)
        => (await AskAsync(server, from, new KademliaMessage { Type = KademliaCodec.FindNode, Key = target.ToBytes() }))!;

    private static Task<KademliaMessage?> PutAsync(SimulatedNode server, byte[] key, byte[] recordKey, byte[] value)
        => AskAsync(server, Peer(9), new KademliaMessage
        {
            Type = KademliaCodec.PutValue,
            Key = key,
            Record = new WireRecord(recordKey, value, null),
        });

    private static async Task<byte[]?> GetAsync(SimulatedNode server, byte[] key)
        => (await AskAsync(server, Peer(9), new KademliaMessage { Type = KademliaCodec.GetValue, Key = key }))!.Record?.Value;
}
