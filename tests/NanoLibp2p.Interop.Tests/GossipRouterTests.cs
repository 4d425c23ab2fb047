using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Our gossipsub router between js-libp2p's: two hops, IDONTWANT both ways, bad messages.</summary>
public class GossipRouterTests
{
    private const string Topic = "greenhouse/climate";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_message_of_one_js_reaches_the_other_through_our_router_and_each_speaks_1_2_with_it(int shards)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(120));
        await using JsPeer publisher = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await using JsPeer subscriber = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await using Libp2pNode router = await StartAsync(shards);
        using Subscription subscription = router.SubscribeAsync(Topic, late.Token);
        await subscription.Joined;
        await JoinAsync(router, publisher, subscriber);

        byte[] data = Encoding.ASCII.GetBytes("through the router");
        Assert.Equal([router.PeerId.ToString()], await publisher.PublishAsync(Topic, data));
        JsonElement arrived = await subscriber.WaitForAsync("message");
        Assert.Equal(data, arrived.GetProperty("data").GetBytesFromBase64());
        Assert.Equal(publisher.PeerId, arrived.GetProperty("from").GetString());
        GossipSubStatus status = await router.GetPubSubStatusAsync(late.Token);
        Assert.All(status.Peers, peer => Assert.Equal(GossipVersion.V12, peer.Version));
        Assert.Equal(2, status.Topics.Single(topic => topic.Name == Topic).Mesh.Count);
    }

    [Fact]
    public async Task A_long_message_is_told_of_by_idontwant_both_ways()
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(120));
        await using JsPeer one = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await using JsPeer other = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await using Libp2pNode router = await StartAsync(1);
        using Subscription subscription = router.SubscribeAsync(Topic, late.Token);
        await subscription.Joined;
        await one.DialAsync(other.Address);
        await JoinAsync(router, one, other);

        // a triangle: whoever has it first tells the rest
        long sent = 0;
        long heeded = 0;
        for (int i = 0; i < 200 && (sent == 0 || heeded == 0); i++)
        {
            byte[] data = new byte[4000];
            new Random(i).NextBytes(data);
            await one.PublishAsync(Topic, data);
            await Task.Delay(50, late.Token);
            GossipSubStatus status = await router.GetPubSubStatusAsync(late.Token);
            (sent, heeded) = (status.DontWantsSent, status.DontWantsHeeded);
        }

        Assert.True(sent > 0 && heeded > 0, $"{sent} sent, {heeded} heeded");
    }

    [Fact]
    public async Task A_js_whose_messages_the_application_rejects_is_heard_no_more()
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(120));
        await using JsPeer bad = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await using JsPeer good = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await using Libp2pNode router = await StartAsync(1);
        router.SetTopicValidator(Topic, (message, _) => new ValueTask<GossipVerdict>(
            message.Data[0] == 'b' ? GossipVerdict.Reject : GossipVerdict.Accept));
        using Subscription subscription = router.SubscribeAsync(Topic, late.Token);
        await subscription.Joined;
        await JoinAsync(router, bad, good);
        GossipPeerStatus status = await OfAsync();
        for (int i = 0; !status.IsGraylisted && i < 500; i++)
        {
            await bad.PublishAsync(Topic, Encoding.ASCII.GetBytes($"bad {i}"));
            await Task.Delay(20, late.Token);
            status = await OfAsync();
        }

        Assert.True(status.IsGraylisted, $"score {status.Score}");
        await good.PublishAsync(Topic, Encoding.ASCII.GetBytes("good"));
        await foreach (TopicMessage message in subscription)
        {
            Assert.Equal("good", Encoding.ASCII.GetString(message.Data));
            break;
        }

        async Task<GossipPeerStatus> OfAsync()
            => (await router.GetPubSubStatusAsync(late.Token)).Peers.Single(peer => peer.Peer.ToString() == bad.PeerId);
    }

    private static async Task<Libp2pNode> StartAsync(int shards)
    {
        Libp2pNodeOptions options = new() { Shards = shards, PubSub = new GossipSubOptions() };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return await Libp2pNode.StartAsync(options);
    }

    // both dial the router and subscribe; it is over when each has the other in its mesh
    private static async Task JoinAsync(Libp2pNode router, params JsPeer[] peers)
    {
        foreach (JsPeer js in peers)
        {
            await js.DialAsync(router.ListenAddresses[0].ToString());
            await js.SubscribeAsync(Topic);
            await js.WaitForSubscriberAsync(Topic, router.PeerId.ToString());
        }

        using CancellationTokenSource late = new(TimeSpan.FromSeconds(60));
        while ((await router.GetPubSubStatusAsync(late.Token)).Topics.Single(topic => topic.Name == Topic).Mesh.Count < peers.Length)
        {
            await Task.Delay(20, late.Token);
        }
    }
}
