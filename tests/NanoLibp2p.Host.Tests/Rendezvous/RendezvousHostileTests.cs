using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Host.Tests.Rendezvous;

/// <summary>The bounds of a rendezvous point, and what a client believes.</summary>
public class RendezvousHostileTests
{
    private const string Greenhouse = "greenhouse";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Pages_follow_each_other_without_a_gap_and_no_answer_is_longer_than_rust_reads()
    {
        RendezvousRegistry registry = new(new RendezvousPointOptions(), _time);
        Multiaddr[] addresses = [.. Enumerable.Range(0, 15).Select(i => Multiaddr.Parse($"/dns4/{i:d3}{new string('x', 197)}/tcp/1"))];
        for (int i = 0; i < 400; i++)
        {
            Assert.Equal(RendezvousStatus.Ok, Add(registry, Greenhouse, i, 1, null, addresses));
        }

        HashSet<PeerId> seen = [];
        byte[]? cookie = null;
        int pages = 0;
        while (seen.Count < 400)
        {
            Assert.Equal(RendezvousStatus.Ok, registry.Discover(Greenhouse, 1000, cookie, out RendezvousPage page));
            int bytes = page.Registrations.Sum(one => RendezvousMessage.SizeOf(one.Namespace, one.Record.Envelope.Bytes.Length));
            Assert.InRange(bytes, 1, RendezvousMessage.MaxAnswer - 1024);
            Assert.All(page.Registrations, one => Assert.True(seen.Add(one.Record.Peer)));
            cookie = page.Cookie;
            pages++;
        }

        Assert.Equal(2, pages);
    }

    [Fact]
    public void The_registry_has_an_end_in_all_for_a_peer_and_for_a_network()
    {
        RendezvousPointOptions options = new() { MaxRegistrations = 10, MaxRegistrationsPerPeer = 3, MaxRegistrationsPerNetwork = 5 };
        RendezvousRegistry registry = new(options, _time);
        IPNetwork net = IPNetwork.Parse("8.0.0.1/32");
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(i < 3 ? RendezvousStatus.Ok : RendezvousStatus.Unavailable, Add(registry, $"n{i}", 1, 5, net));
        }

        // in place of one that is there it always fits, unless it is older
        Assert.Equal(RendezvousStatus.Ok, Add(registry, "n0", 1, 5, net));
        Assert.Equal(RendezvousStatus.InvalidSignedPeerRecord, Add(registry, "n0", 1, 4, net));
        Assert.Equal(RendezvousStatus.Ok, Add(registry, "n", 2, 1, net));
        Assert.Equal(RendezvousStatus.Ok, Add(registry, "n", 3, 1, net));
        Assert.Equal(RendezvousStatus.Unavailable, Add(registry, "n", 4, 1, net));
        for (int i = 4; i < 20; i++)
        {
            Add(registry, "n", i, 1, null);
        }

        Assert.Equal(10, registry.Count);

        // and there is room again
        _time.Advance(RendezvousPoint.MinTtl);
        registry.Sweep();
        Assert.Equal(0, registry.Count);
        Assert.Equal(RendezvousStatus.Ok, Add(registry, "n", 4, 1, net));
    }

    [Fact]
    public void The_registry_has_an_end_by_bytes()
    {
        RendezvousRegistry registry = new(new RendezvousPointOptions { MaxBytes = 64 * 1024 }, _time);
        for (int i = 0; i < 200; i++)
        {
            Add(registry, Greenhouse, i, 1, null);
        }

        Assert.InRange(registry.Count, 20, 60);
    }

    [Fact]
    public void A_store_brings_registrations_over_a_restart_and_not_those_that_expired_meanwhile()
    {
        RendezvousPointOptions options = new() { Store = new MemoryRendezvousStore() };
        RendezvousRegistry before = new(options, _time);
        before.Add("a", RendezvousScene.Record(1, 1), TimeSpan.FromHours(2), null);
        before.Add("b", RendezvousScene.Record(1, 1), TimeSpan.FromHours(5), null);
        before.Add("c", RendezvousScene.Record(1, 1), TimeSpan.FromHours(5), null);
        before.Remove("c", RendezvousScene.Record(1, 1).Peer);
        before.Discover("b", 10, null, out RendezvousPage page);
        _time.Advance(TimeSpan.FromHours(3));

        RendezvousRegistry after = new(options, _time);

        Assert.Equal(RendezvousStatus.Ok, after.Discover(null, 10, null, out RendezvousPage all));
        Assert.Equal(["b"], all.Registrations.Select(one => one.Namespace));
        Assert.Equal(RendezvousStatus.InvalidCookie, after.Discover("b", 10, page.Cookie, out _));
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_said_as_the_spec_has_it()
    {
        await using RendezvousScene scene = await RendezvousScene.StartAsync();
        byte[] own = scene.OwnRecord;
        byte[] forged = [.. own];
        forged[^1] ^= 1;
        byte[] others = RendezvousScene.Record(1, 1).Envelope.Bytes.ToArray();

        Assert.Equal(RendezvousStatus.InvalidNamespace, await scene.RegisterAsync("", own, 0));
        Assert.Equal(RendezvousStatus.InvalidNamespace, await scene.RegisterAsync(new string('ä', 128), own, 0));
        Assert.Equal(RendezvousStatus.Ok, await scene.RegisterAsync(new string('a', 255), own, 0));
        Assert.Equal(RendezvousStatus.InvalidTtl, await scene.RegisterAsync(Greenhouse, own, 7199));
        Assert.Equal(RendezvousStatus.InvalidTtl, await scene.RegisterAsync(Greenhouse, own, (72 * 3600) + 1));
        Assert.Equal(RendezvousStatus.InvalidTtl, await scene.RegisterAsync(Greenhouse, own, ulong.MaxValue));
        Assert.Equal(RendezvousStatus.InvalidSignedPeerRecord, await scene.RegisterAsync(Greenhouse, forged, 0));
        Assert.Equal(RendezvousStatus.InvalidSignedPeerRecord, await scene.RegisterAsync(Greenhouse, [], 0));
        Assert.Equal(RendezvousStatus.NotAuthorized, await scene.RegisterAsync(Greenhouse, others, 0));
        Assert.Equal(1, scene.Service.Count);
        RendezvousException refused = await Assert.ThrowsAsync<RendezvousException>(() => scene.DiscoverAsync(new string('a', 256)));
        Assert.Equal(RendezvousStatus.InvalidNamespace, refused.Status);
    }

    [Theory]
    [InlineData("ff", "no protobuf")]
    [InlineData("0801", "an answer")]
    [InlineData("0805", "a kind that there is none of")]
    [InlineData("1200", "no kind")]
    public async Task What_is_no_request_is_broken_off(string hex, string what)
    {
        await using RendezvousScene scene = await RendezvousScene.StartAsync();
        await using PeerStream stream = await scene.OpenAsync();
        MessageStream messages = new(stream, Nodes.Patience);
        await messages.WriteMessageAsync(Convert.FromHexString(hex));

        Libp2pException reset = await Assert.ThrowsAsync<Libp2pException>(() => messages.ReadMessageAsync(100).WaitAsync(Nodes.Patience));
        Assert.True(reset.Error == Libp2pError.StreamReset, what);
    }

    [Fact]
    public async Task A_request_that_is_too_long_is_broken_off_and_too_many_are_refused_for_a_minute()
    {
        await using RendezvousScene scene = await RendezvousScene.StartAsync(options => options.RequestsPerMinutePerPeer = 3);
        await using PeerStream stream = await scene.OpenAsync();
        MessageStream messages = new(stream, Nodes.Patience);
        await messages.WriteMessageAsync(new byte[RendezvousMessage.MaxRequest + 1]);
        await Assert.ThrowsAsync<Libp2pException>(() => messages.ReadMessageAsync(100).WaitAsync(Nodes.Patience));

        for (int i = 0; i < 3; i++)
        {
            await scene.DiscoverAsync(Greenhouse);
        }

        RendezvousException refused = await Assert.ThrowsAsync<RendezvousException>(() => scene.DiscoverAsync(Greenhouse));
        Assert.Equal(RendezvousStatus.Unavailable, refused.Status);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        await scene.DiscoverAsync(Greenhouse);
    }

    [Fact]
    public async Task A_point_that_names_forged_records_and_other_namespaces_is_not_believed()
    {
        await using Libp2pNode liar = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using Libp2pNode node = await Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        byte[] good = RendezvousScene.Record(1, 1).Envelope.Bytes.ToArray();
        byte[] forged = [.. good];
        forged[^1] ^= 1;
        liar.Handle(RendezvousMessage.Id, async (stream, cancellation) =>
        {
            MessageStream messages = new(stream, Nodes.Patience);
            await messages.ReadMessageAsync(1000, cancellation);
            RendezvousMessage answer = new() { Type = RendezvousMessage.Kind.DiscoverResponse, Cookie = [] };
            answer.Registrations.Add((Greenhouse, forged, 100));
            answer.Registrations.Add(("cellar", good, 100));
            answer.Registrations.Add((Greenhouse, [], 100));
            answer.Registrations.Add((Greenhouse, good, ulong.MaxValue));
            answer.Registrations.Add((Greenhouse, good, 100));
            await messages.WriteMessageAsync(answer.ToBytes(), cancellation);
        });
        await node.DialAsync(liar);

        RendezvousPage page = await new RendezvousClient(node).DiscoverAsync(liar.PeerId, Greenhouse, 1).WaitAsync(Nodes.Patience);

        RendezvousRegistration one = Assert.Single(page.Registrations);
        Assert.Equal(RendezvousScene.Record(1, 1).Peer, one.Record.Peer);
        Assert.InRange(one.Expires - DateTimeOffset.UtcNow, TimeSpan.FromHours(71), TimeSpan.FromHours(72));
    }

    [Fact]
    public async Task Of_an_answer_a_thousand_registrations_are_read()
    {
        await using Libp2pNode liar = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using Libp2pNode node = await Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        byte[] good = RendezvousScene.Record(1, 1).Envelope.Bytes.ToArray();
        int empty = 0;
        liar.Handle(RendezvousMessage.Id, async (stream, cancellation) =>
        {
            MessageStream messages = new(stream, Nodes.Patience);
            await messages.ReadMessageAsync(1000, cancellation);
            RendezvousMessage answer = new() { Type = RendezvousMessage.Kind.DiscoverResponse, Cookie = [] };
            answer.Registrations.AddRange(Enumerable.Repeat(("", Array.Empty<byte>(), 0UL), empty));
            answer.Registrations.Add((Greenhouse, good, 100));
            await messages.WriteMessageAsync(answer.ToBytes(), cancellation);
        });
        await node.DialAsync(liar);
        RendezvousClient client = new(node);

        empty = 999;
        Assert.Single((await client.DiscoverAsync(liar.PeerId, Greenhouse).WaitAsync(Nodes.Patience)).Registrations);
        empty = 1000;
        Assert.Empty((await client.DiscoverAsync(liar.PeerId, Greenhouse).WaitAsync(Nodes.Patience)).Registrations);
    }

    private static RendezvousStatus Add(RendezvousRegistry registry, string name, int who, ulong sequence, IPNetwork? network,
        Multiaddr[]? addresses = null)
        => registry.Add(name, RendezvousScene.Record(who, sequence, addresses), RendezvousPoint.MinTtl, network);
}
