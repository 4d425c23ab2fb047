using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.Tests;

/// <summary>Topics between nodes of ours, over one shard and over two, routers and leaves.</summary>
public class PubSubTests
{
    private const string Climate = "greenhouse/climate";

    public static TheoryData<int, PollerKind, bool> Kinds
    {
        get
        {
            TheoryData<int, PollerKind, bool> kinds = new();
            foreach (TheoryDataRow<int, PollerKind> kind in Nodes.Kinds)
            {
                (int shards, PollerKind poller) = kind.Data;
                kinds.Add(shards, poller, false);
                kinds.Add(shards, poller, true);
            }

            return kinds;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_topics_name_is_text_with_any_letters(bool isRouter)
    {
        const string Topic = "gewächshaus/温度";
        await using Libp2pNode one = await Nodes.ListenAsync(1, PollerKind.Best, Choose(isRouter));
        await using Libp2pNode other = await Nodes.StartAsync(1, PollerKind.Best, Choose(isRouter));
        using Subscription heard = one.SubscribeAsync(Topic);
        await other.DialAsync(one);
        using CancellationTokenSource late = new(Nodes.Patience);
        while (await other.PublishAsync(Topic, new byte[] { 7 }, late.Token) == 0)
        {
            await Task.Delay(5, late.Token);
        }

        await using IAsyncEnumerator<TopicMessage> messages = heard.GetAsyncEnumerator(late.Token);
        Assert.True(await messages.MoveNextAsync());
        Assert.Equal(Topic, messages.Current.Topic);
        Assert.Throws<ArgumentException>(() => { one.SubscribeAsync("half a pair: \ud800"); });
        Assert.Throws<ArgumentException>(() => { one.SubscribeAsync(new string('ä', 1000)); });
    }

    [Fact]
    public async Task Who_subscribes_and_what_was_published_last_is_told()
    {
        await using Libp2pNode hub = await Nodes.ListenAsync(2, PollerKind.Best);
        await using Libp2pNode leaf = await Nodes.StartAsync(1, PollerKind.Best);
        using Subscription heard = leaf.SubscribeAsync(Climate);
        Assert.Empty(await hub.GetSubscribersAsync(Climate));
        await leaf.DialAsync(hub);
        await UntilAsync(async () => (await hub.GetSubscribersAsync(Climate)).SequenceEqual([leaf.PeerId]), "the subscription to be known");

        Assert.Equal(1, await hub.PublishAsync(Climate, new byte[] { 1 }));
        using CancellationTokenSource late = new(Nodes.Patience);
        await using IAsyncEnumerator<TopicMessage> messages = heard.GetAsyncEnumerator(late.Token);
        Assert.True(await messages.MoveNextAsync());
        Assert.Equal(messages.Current.SequenceNumber, (await hub.GetPubSubStatusAsync()).LastSequenceNumber);
        await messages.DisposeAsync();
        await UntilAsync(async () => (await hub.GetSubscribersAsync(Climate)).Count == 0, "the end of the subscription to be known");
    }

    [Theory]
    [InlineData(SignaturePolicy.StrictSign)]
    [InlineData(SignaturePolicy.StrictNoSign)]
    public async Task A_peer_whose_messages_the_signature_policy_drops_is_told_of_once(SignaturePolicy here)
    {
        SignaturePolicy there = here == SignaturePolicy.StrictSign ? SignaturePolicy.StrictNoSign : SignaturePolicy.StrictSign;
        await using Libp2pNode hub = await Nodes.ListenAsync(2, PollerKind.Best,
            options => options.PubSub = new GossipSubOptions { SignaturePolicy = here });
        await using Libp2pNode other = await Nodes.StartAsync(1, PollerKind.Best,
            options => options.PubSub = new GossipSubOptions { SignaturePolicy = there });
        using Subscription heard = hub.SubscribeAsync(Climate);
        await other.DialAsync(hub);
        for (byte i = 0; i < 3; i++)
        {
            byte number = i;
            await UntilAsync(async () => await other.PublishAsync(Climate, new[] { number }) > 0, "a message to leave");
        }

        await UntilAsync(async () => (await hub.GetPubSubStatusAsync()).Drops[GossipDrop.Unsigned] == 3, "three messages to be dropped");
        await Nodes.UntilAsync(() => hub.Events.Recent.Any(one => one.Kind == NodeEventKind.MessagesDropped), "the log has it");
        NodeEvent told = Assert.Single(hub.Events.Recent, one => one.Kind == NodeEventKind.MessagesDropped);
        Assert.Equal((other.PeerId, RefusalReason.SignaturePolicy), (told.Peer, told.Refusal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_of_six_peers_hears_each_message_of_the_others_once_through_the_one_that_all_dial(
        int shards, PollerKind poller, bool isRouter)
    {
        await using Libp2pNode hub = await Nodes.ListenAsync(shards, poller, Choose(isRouter));
        using Subscription atHub = hub.SubscribeAsync(Climate);
        await atHub.Joined;
        Libp2pNode[] leaves = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Nodes.StartAsync(1, poller, Choose(isRouter))));
        try
        {
            Subscription[] subscriptions = [.. leaves.Select(leaf => leaf.SubscribeAsync(Climate))];
            await Task.WhenAll(leaves.Select(leaf => leaf.DialAsync(hub)));

            // with two shards, three of the six are on each: the message of one has to cross
            // (the hub stays in the topic when its reader has heard enough, so that what is on its way goes on)
            List<Task<List<string>>> heard = [.. subscriptions.Append(hub.SubscribeAsync(Climate)).Select(one => TakeAsync(one))];
            using CancellationTokenSource late = new(Nodes.Patience);
            for (int i = 0; i < leaves.Length; i++)
            {
                await UntilMeshedAsync(leaves[i], late.Token);
            }

            await hub.PublishAsync(Climate, Encoding.ASCII.GetBytes("over"));
            List<string>[] all = await Task.WhenAll(heard.Take(leaves.Length)).WaitAsync(Nodes.Patience);
            for (int i = 0; i < leaves.Length; i++)
            {
                string[] expected = [.. leaves.Where(leaf => leaf != leaves[i]).Select(leaf => leaf.PeerId.ToString()).Order()];
                Assert.Equal(expected, all[i].Distinct().Where(text => text != "over").Order());
                Assert.Equal(all[i].Count, all[i].Distinct().Count());
            }
        }
        finally
        {
            await Task.WhenAll(leaves.Select(one => one.DisposeAsync().AsTask()));
        }

        // a leaf's own words, once: published again until a mesh carries them, under the same text only when nobody took them
        async Task UntilMeshedAsync(Libp2pNode leaf, CancellationToken cancellation)
        {
            while (await leaf.PublishAsync(Climate, Encoding.ASCII.GetBytes(leaf.PeerId.ToString()), cancellation) == 0)
            {
                await Task.Delay(20, cancellation);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_message_names_its_author_and_a_subscription_ends_with_its_token(
        int shards, PollerKind poller, bool isRouter)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller, Choose(isRouter));
        await using Libp2pNode dialler = await Nodes.StartAsync(shards, poller, Choose(isRouter));
        using CancellationTokenSource end = new();
        Subscription subscription = listener.SubscribeAsync(Climate, end.Token);
        await dialler.DialAsync(listener);
        await Nodes.UntilAsync(() => dialler.PublishAsync(Climate, new byte[] { 1, 2, 3 }).Result > 0, "the dialler knows the subscriber");

        TopicMessage? message = null;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (TopicMessage one in subscription)
            {
                message = one;
                end.Cancel();
            }
        });
        Assert.Equal([1, 2, 3], message!.Data);
        Assert.Equal(dialler.PeerId, message.From);
        Assert.Equal(dialler.PeerId, message.ReceivedFrom);
        await Nodes.UntilAsync(() => dialler.PublishAsync(Climate, new byte[] { 4 }).Result == 0, "the dialler knows that it was left");
    }

    [Fact]
    public async Task A_reader_that_is_slow_loses_the_oldest_and_knows_how_many()
    {
        await using Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best);
        using Subscription subscription = node.SubscribeAsync(Climate);
        TopicMessage message = new(Climate, [], null, 0, node.PeerId);
        for (int i = 0; i < Subscription.Capacity + 5; i++)
        {
            node.Deliver(Climate, message with { Data = [(byte)i] });
        }

        Assert.Equal(5, subscription.Lost);
        await foreach (TopicMessage first in subscription)
        {
            Assert.Equal([5], first.Data);
            break;
        }
    }

    [Fact]
    public async Task A_message_that_is_too_long_and_a_topic_too_many_are_told_in_words()
    {
        await using Libp2pNode node = await Nodes.StartAsync(2, PollerKind.Best, Choose(isRouter: false));
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => node.PublishAsync(Climate, new byte[70000]));
        Assert.Equal(Libp2pError.MessageTooLong, error.Error);
        for (int i = 1; i < PubSubOptions.TopicLimit; i++)
        {
            await node.PublishAsync("topic" + i, new byte[1]);
        }

        error = await Assert.ThrowsAsync<Libp2pException>(() => node.PublishAsync("one more", new byte[1]));
        Assert.Equal(Libp2pError.TopicUnavailable, error.Error);
        Assert.Contains("MaxTopics = 32", error.Message);
        await Assert.ThrowsAsync<Libp2pException>(() => node.SubscribeAsync("one more").Joined);
    }

    private static Action<Libp2pNodeOptions> Choose(bool isRouter)
        => options => options.PubSub = isRouter ? new GossipSubOptions() : PubSubOptions.Desktop();

    // what arrives up to the hub's last word
    private static async Task<List<string>> TakeAsync(Subscription subscription)
    {
        List<string> heard = [];
        await foreach (TopicMessage message in subscription)
        {
            string text = Encoding.ASCII.GetString(message.Data);
            heard.Add(text);
            if (heard.Count == 6)
            {
                break;
            }
        }

        return heard;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using CancellationTokenSource late = new(Nodes.Patience);
        while (!await condition())
        {
            Assert.False(late.IsCancellationRequested, $"waited for {what}");
            await Task.Delay(5);
        }
    }
}
