using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.JsPeers;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Interop.Tests;

/// <summary>A sensor's pubsub, with its default sizes, and js-libp2p's gossipsub and floodsub.</summary>
public class PubSubTests
{
    private const string Readings = "sensors/readings";

    public static TheoryData<string, bool, bool> Ways => new()
    {
        { "gossipsub", true, false }, { "gossipsub", true, true }, { "gossipsub", false, false }, { "gossipsub", false, true },
        { "floodsub", true, false }, { "floodsub", true, true },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Messages_arrive_in_both_directions(string pubsub, bool sign, bool jsDials)
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = pubsub, Sign = sign });
        NanoPubSub ours = new(sign);
        await using NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions(), ours.PubSub);
        Topic topic = await nano.DoAsync(() => ours.PubSub.Join(Readings));
        await ConnectTests.ConnectAsync(js, nano, jsDials);
        await js.SubscribeAsync(Readings);
        await js.WaitForSubscriberAsync(Readings, nano.PeerId);
        await ours.WaitForSubscriberAsync();

        for (int i = 0; i < 20; i++)
        {
            byte[] there = Encoding.UTF8.GetBytes($"{i} from us");
            Assert.Equal(1, await nano.DoAsync(() => topic.Publish(there, 0, there.Length)));
            JsonElement arrived = await js.WaitForAsync("message");
            Assert.Equal(there, arrived.GetProperty("data").GetBytesFromBase64());
            Assert.Equal(Readings, arrived.GetProperty("topic").GetString());
            Assert.Equal(sign, arrived.GetProperty("signed").GetBoolean());
            Assert.Equal(sign ? nano.PeerId : null, arrived.TryGetProperty("from", out JsonElement from) ? from.GetString() : null);

            byte[] back = Encoding.UTF8.GetBytes($"{i} from js");
            Assert.Equal([nano.PeerId], await js.PublishAsync(Readings, back));
            NanoMessage heard = await ours.WaitForMessageAsync();
            Assert.Equal(back, heard.Data);
            Assert.Equal(sign ? js.PeerId : null, heard.From);
        }

        Assert.DoesNotContain(ours.Drops, reason => reason is not (DropReason.Duplicate or DropReason.Own));
    }

    [Theory]
    [InlineData("gossipsub")]
    [InlineData("floodsub")]
    public async Task Fifty_messages_of_js_pass_the_guard_against_old_ones(string pubsub)
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = pubsub });
        NanoPubSub ours = new(true);
        await using NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions(), ours.PubSub);
        await nano.DoAsync(() => ours.PubSub.Join(Readings));
        await ConnectTests.ConnectAsync(js, nano, jsDials: false);
        await js.WaitForSubscriberAsync(Readings, nano.PeerId);

        for (byte i = 0; i < 50; i++)
        {
            await js.PublishAsync(Readings, [i]);
            Assert.Equal([i], (await ours.WaitForMessageAsync()).Data);
        }

        Assert.DoesNotContain(DropReason.Replayed, ours.Drops);
    }

    [Fact]
    public async Task Js_grafts_and_is_grafted_and_hears_when_we_leave()
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        NanoPubSub ours = new(true);
        await using NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions(), ours.PubSub);
        Topic topic = await nano.DoAsync(() => ours.PubSub.Join(Readings));
        await ConnectTests.ConnectAsync(js, nano, jsDials: false);
        await js.SubscribeAsync(Readings);

        await js.WaitForAsync("graft", message => message.GetProperty("peer").GetString() == nano.PeerId);
        Assert.Equal(1, await nano.DoAsync(() => topic.MeshPeers));
        await nano.DoAsync(topic.Leave);
        await js.WaitForAsync("prune", message => message.GetProperty("peer").GetString() == nano.PeerId);
        JsonElement changed = await js.WaitForAsync("subscriptions",
            message => message.GetProperty("topics").EnumerateArray().Any(topic => !topic.GetProperty("subscribe").GetBoolean()));
        Assert.Equal(nano.PeerId, changed.GetProperty("peer").GetString());
    }

    [Fact]
    public async Task A_message_of_js_that_is_too_long_for_a_board_is_passed_over()
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        NanoPubSub ours = new(true);
        await using NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions(), ours.PubSub);
        await nano.DoAsync(() => ours.PubSub.Join(Readings));
        await ConnectTests.ConnectAsync(js, nano, jsDials: false);
        await js.WaitForSubscriberAsync(Readings, nano.PeerId);

        await js.PublishAsync(Readings, new byte[100_000]);
        await js.PublishAsync(Readings, [1, 2, 3]);

        Assert.Equal([1, 2, 3], (await ours.WaitForMessageAsync()).Data);
        Assert.Equal([DropReason.TooLong], ours.Drops);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_default_node_lives_with_a_js_peer_of_300_topics_long_messages_and_a_long_identify(bool jsDials)
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        NanoPubSub ours = new(true);
        await using NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions(), ours.PubSub);
        await nano.DoAsync(() => ours.PubSub.Join(Readings));
        for (int i = 0; i < 300; i++)
        {
            await js.SubscribeAsync($"a topic of a busy gateway, number {i}, with a name of some length");
        }
        for (int i = 0; i < 60; i++)
        {
            await js.CallAsync("handle", new { protocol = $"/a/protocol/of/a/busy/gateway/that/makes/identify/long/{i}/1.0.0" });
        }

        NanoConnection connection = await ConnectTests.ConnectAsync(js, nano, jsDials);
        await js.WaitForSubscriberAsync(Readings, nano.PeerId);
        NanoIdentified said = await nano.IdentifyAsync(connection);
        Assert.InRange(said.Protocols.Count, 60, 100);
        await js.CallAsync("handle", new { protocol = "/one/more/and/so/a/push/of/all/of/them/1.0.0" });

        // one RPC after another, so that js puts several in a record
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => js.PublishAsync(Readings, Enumerable.Repeat((byte)i, 16 * 1024).ToArray())));
        await js.PublishAsync(Readings, [1, 2, 3]);

        Assert.Equal([1, 2, 3], (await ours.WaitForMessageAsync()).Data);
        Assert.All(ours.Drops, reason => Assert.Equal(DropReason.TooLong, reason));
        Assert.True(await nano.IsOpenAsync(connection));
        await nano.PingAsync(connection);
    }

    [Fact]
    public async Task A_message_that_js_passes_on_names_its_author_and_crosses_our_node_to_js_again()
    {
        await using JsPeer author = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await using JsPeer between = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await using JsPeer behind = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub", Listen = null });
        PubSubOptions options = PubSubOptions.Desktop();
        NanoPubSub ours = new(options);
        await using NanoPeer nano = await NanoPeer.StartAsync(NodeOptions.Desktop(), ours.PubSub);
        await nano.DoAsync(() => ours.PubSub.Join(Readings));
        foreach (JsPeer js in new[] { author, between, behind })
        {
            await js.SubscribeAsync(Readings);
        }

        await author.DialAsync(between.Address);
        await nano.DialAsync(between.Address);
        await behind.DialAsync(nano.Address);
        await author.WaitForSubscriberAsync(Readings, between.PeerId);
        await between.WaitForSubscriberAsync(Readings, nano.PeerId);
        await between.WaitForAsync("graft", message => message.GetProperty("peer").GetString() == nano.PeerId);
        await behind.WaitForAsync("graft", message => message.GetProperty("peer").GetString() == nano.PeerId);
        await author.WaitForAsync("graft", message => message.GetProperty("peer").GetString() == between.PeerId);

        await author.PublishAsync(Readings, [7]);
        NanoMessage heard = await ours.WaitForMessageAsync();
        Assert.Equal(author.PeerId, heard.From);
        JsonElement last = await behind.WaitForAsync("message");
        Assert.Equal(author.PeerId, last.GetProperty("from").GetString());
        Assert.Equal([7], last.GetProperty("data").GetBytesFromBase64());
    }

    [Fact]
    public async Task Js_asks_for_a_message_that_was_published_before_it_subscribed()
    {
        await using JsPeer early = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await using JsPeer late = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        NanoPubSub ours = new(new PubSubOptions { GossipHeartbeats = 10 });
        await using NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions { MaxConnections = 2 }, ours.PubSub);
        Topic topic = await nano.DoAsync(() => ours.PubSub.Join(Readings));
        await early.SubscribeAsync(Readings);
        await nano.DialAsync(early.Address);
        await nano.DialAsync(late.Address);
        await ours.WaitForSubscriberAsync();
        Assert.Equal(1, await nano.DoAsync(() => topic.Publish([5], 0, 1)));
        await early.WaitForAsync("message");

        await late.SubscribeAsync(Readings);
        JsonElement message = await late.WaitForAsync("message");

        Assert.Equal([5], message.GetProperty("data").GetBytesFromBase64());
        Assert.Equal(nano.PeerId, message.GetProperty("from").GetString());
    }

    [Fact]
    public async Task After_a_new_connection_everything_works_again()
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        NanoPubSub ours = new(true);
        await using NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions(), ours.PubSub);
        Topic topic = await nano.DoAsync(() => ours.PubSub.Join(Readings));
        await js.SubscribeAsync(Readings);
        for (byte i = 0; i < 3; i++)
        {
            NanoConnection connection = await nano.DialAsync(js.Address);
            await ours.WaitForSubscriberAsync();
            await js.WaitForSubscriberAsync(Readings, nano.PeerId);
            Assert.Equal(1, await nano.DoAsync(() => topic.Publish([i], 0, 1)));
            Assert.Equal([i], (await js.WaitForAsync("message")).GetProperty("data").GetBytesFromBase64());
            await js.PublishAsync(Readings, [i]);
            Assert.Equal([i], (await ours.WaitForMessageAsync()).Data);
            await js.DisconnectAsync(nano.PeerId);
            await nano.WaitForEndAsync(connection);
        }
    }

    [Fact]
    public async Task Js_stops_its_pubsub_and_starts_it_again_on_a_living_connection()
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        NanoPubSub ours = new(true);
        await using NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions(), ours.PubSub);
        Topic topic = await nano.DoAsync(() => ours.PubSub.Join(Readings));
        NanoConnection connection = await nano.DialAsync(js.Address);
        for (byte i = 0; i < 3; i++)
        {
            await js.SubscribeAsync(Readings);
            await ours.WaitForSubscriberAsync();
            await js.WaitForSubscriberAsync(Readings, nano.PeerId);
            await ExchangeAsync(js, nano, ours, topic, i);

            await js.CallAsync("stopPubsub");
            await ours.WaitForUnsubscriberAsync();
            Assert.Equal(0, await nano.DoAsync(() => topic.Publish([i], 0, 1)));
            await js.CallAsync("startPubsub");
        }

        Assert.True(await nano.IsOpenAsync(connection));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Two_connections_to_js_have_one_stream_each_way_and_either_takes_over_from_the_other(int gone)
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        NanoPubSub ours = new(true);
        await using NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions { MaxConnections = 2 }, ours.PubSub);
        Topic topic = await nano.DoAsync(() => ours.PubSub.Join(Readings));
        NanoConnection[] connections = [await nano.DialAsync(js.Address), await nano.DialAsync(js.Address)];
        await js.SubscribeAsync(Readings);
        await ours.WaitForSubscriberAsync();
        await js.WaitForSubscriberAsync(Readings, nano.PeerId);
        for (byte i = 0; i < 10; i++)
        {
            await ExchangeAsync(js, nano, ours, topic, i);
            string[] streams = await PubSubStreamsAsync(js);
            Assert.Equal(["inbound", "outbound"], streams.Order());
        }

        await nano.CloseAsync(connections[gone]);
        await nano.WaitForEndAsync(connections[gone]);
        using CancellationTokenSource late = new(JsPeer.Patience);
        while ((await PubSubStreamsAsync(js)).Length != 2 || await nano.DoAsync(() => topic.Subscribers) != 1)
        {
            await Task.Delay(20, late.Token);
        }

        await js.WaitForSubscriberAsync(Readings, nano.PeerId);
        await ExchangeAsync(js, nano, ours, topic, 99);
        Assert.True(await nano.IsOpenAsync(connections[1 - gone]));
    }

    private static async Task ExchangeAsync(JsPeer js, NanoPeer nano, NanoPubSub ours, Topic topic, byte data)
    {
        Assert.Equal(1, await nano.DoAsync(() => topic.Publish([data], 0, 1)));
        // an older message may come again before it: a js that started its pubsub anew has forgotten what it saw, and asks for what we
        // advertise
        await js.WaitForAsync("message", message => message.GetProperty("data").GetBytesFromBase64() is [byte only] && only == data);
        Assert.Equal([nano.PeerId], await js.PublishAsync(Readings, [data]));
        Assert.Equal([data], (await ours.WaitForMessageAsync()).Data);
    }

    // the directions of js's pubsub streams on all connections
    private static async Task<string[]> PubSubStreamsAsync(JsPeer js) =>
        [.. (await js.CallAsync("connections")).EnumerateArray().SelectMany(message => message.GetProperty("streams").EnumerateArray())
            .Select(stream => stream.GetString()!.Split(' ')).Where(stream => stream[1].StartsWith("/meshsub", StringComparison.Ordinal))
            .Select(stream => stream[0])];

    private sealed record NanoMessage(byte[] Data, string? From);

    /// <summary>Pubsub of our node, whose events are kept until a test takes them.</summary>
    private sealed class NanoPubSub : PubSubEvents
    {
        private readonly Mailbox<NanoMessage> _messages = new("message");
        private readonly Mailbox<string> _subscribers = new("subscriber");
        private readonly Mailbox<string> _unsubscribers = new("end of a subscription");
        private readonly List<DropReason> _drops = [];

        public NanoPubSub(bool sign)
            : this(new PubSubOptions { SignaturePolicy = sign ? SignaturePolicy.StrictSign : SignaturePolicy.StrictNoSign })
        {
        }

        public NanoPubSub(PubSubOptions options)
        {
            PubSub = new PubSubProtocol(options) { Events = this };
        }

        public PubSubProtocol PubSub { get; }

        public DropReason[] Drops
        {
            get
            {
                lock (_drops)
                {
                    return [.. _drops];
                }
            }
        }

        public Task<NanoMessage> WaitForMessageAsync() => _messages.TakeAsync(_ => true, NanoPeer.Patience);

        public Task<string> WaitForSubscriberAsync() => _subscribers.TakeAsync(_ => true, NanoPeer.Patience);

        public Task<string> WaitForUnsubscriberAsync() => _unsubscribers.TakeAsync(_ => true, NanoPeer.Patience);

        public override void OnUnsubscribed(Connection connection, Topic topic) => _unsubscribers.Add(topic.Name);

        public override void OnMessage(Topic topic, PubSubMessage message) =>
            _messages.Add(new NanoMessage(message.CopyData(), message.CopyFrom()?.ToString()));

        public override void OnSubscribed(Connection connection, Topic topic) => _subscribers.Add(topic.Name);

        public override void OnDropped(Connection connection, DropReason reason)
        {
            lock (_drops)
            {
                _drops.Add(reason);
            }
        }
    }
}
