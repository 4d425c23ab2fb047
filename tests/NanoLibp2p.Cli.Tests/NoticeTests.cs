using System;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Ping;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Cli.Tests;

/// <summary>What goes on without an error and yet leads to nothing: topics that the peer does not carry, signatures that it does not
/// want.</summary>
public class NoticeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_publisher_that_does_not_sign_as_its_peer_does_fails_and_both_say_so(bool listenerSigns)
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync(["--topic", "t", .. Policy(listenerSigns)]);
        await using CliProcess _ = listener;

        CliResult publish = await CliResult.RunAsync(["publish", address, "t", "text", .. Policy(!listenerSigns)]);
        string there = Text(await listener.EventAsync("notice"));

        publish.AssertFailed(1, "nothing was published", "start both with --no-sign, or both without");
        Assert.Contains($"{address.Split('/')[^1]} takes and publishes {(listenerSigns ? "signed" : "unsigned")} messages only",
            publish.Errors, StringComparison.Ordinal);
        Assert.Contains($"takes and publishes {(listenerSigns ? "unsigned" : "signed")} messages only", there, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscriber_that_does_not_sign_as_its_peer_does_says_so_and_the_peer_too()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;
        await using CliProcess subscriber = CliProcess.Start("subscribe", address, "t", "--no-sign", "--json");

        Assert.Contains("start both with --no-sign", Text(await subscriber.EventAsync("notice")), StringComparison.Ordinal);
        Assert.Contains("start both with --no-sign", Text(await listener.EventAsync("notice")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_whose_readings_the_peer_drops_says_so_and_the_peer_too()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t", "--no-sign");
        await using CliProcess _ = listener;
        await using CliProcess device = CliProcess.Start("device", "--dial", address, "--topic", "t", "--json");

        Assert.Contains("unsigned messages only", Text(await device.EventAsync("notice")), StringComparison.Ordinal);
        Assert.Contains("signed messages only", Text(await listener.EventAsync("notice")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_says_that_two_devices_use_one_key()
    {
        using TemporaryFolder folder = new();
        await CliResult.RunAsync("key", "new", "--out", folder.File("key"));
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;
        string[] device = ["device", "--dial", address, "--topic", "t", "--every", "50ms", "--key", folder.File("key"), "--json"];
        await using CliProcess first = CliProcess.Start(device);
        await first.EventAsync("sent");
        await using CliProcess second = CliProcess.Start(device);

        Assert.Contains("no other node uses this one's key", Text(await second.EventAsync("notice")), StringComparison.Ordinal);
        Assert.Contains("use the same key", Text(await listener.EventAsync("notice")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_says_that_an_authors_numbers_began_anew_below_its_last()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;
        Identity identity = Keys.Create();

        await PublishAsync(address, identity, firstNumber: 1UL << 60, count: 1);
        await listener.EventAsync("message");
        await PublishAsync(address, identity, firstNumber: 1UL << 57, count: 5);

        Assert.Contains("numbers are not above their author's last", Text(await listener.EventAsync("notice")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peers_that_agree_say_nothing_of_signatures()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await CliResult.RunAsync("publish", address, "t", "text");
        await listener.EventAsync("disconnected");
        await listener.SignalAsync("TERM");

        Assert.Empty((await listener.EndAsync()).EventsOf("notice"));
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task A_subscriber_says_that_its_peer_does_not_carry_the_topic_and_when_it_does()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "other");
        await using CliProcess _ = listener;
        await using CliProcess subscriber = CliProcess.Start("subscribe", address, "t", "--json");

        JsonElement notice = await subscriber.EventAsync("notice");

        Assert.Equal(address.Split('/')[^1], notice.GetProperty("peer").GetString());
        Assert.Contains("does not subscribe to t: nothing comes from it until it does", Text(notice), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_says_that_its_peer_does_not_carry_the_topic()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "other");
        await using CliProcess _ = listener;
        await using CliProcess device = CliProcess.Start("device", "--dial", address, "--topic", "t", "--json");

        Assert.Contains("does not subscribe to t", Text(await device.EventAsync("notice")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("subscribe {0} t --json")]
    [InlineData("device --dial {0} --topic t --json")]
    public async Task A_peer_without_pubsub_is_named_as_such(string command)
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions());
        await using CliProcess here = CliProcess.Start(string.Format(null, command, js.Address).Split(' '));

        Assert.Contains("does not speak pubsub", Text(await here.EventAsync("notice")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_of_another_make_whose_messages_are_dropped_is_named_once(bool jsSigns)
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub", Sign = jsSigns });
        await js.SubscribeAsync("t");
        await using CliProcess subscriber = CliProcess.Start(["subscribe", js.Address, "t", "--json", .. Policy(!jsSigns)]);
        await subscriber.EventAsync("subscribed");
        string peer = (await js.WaitForAsync("peer:connect")).GetProperty("peer").GetString()!;
        await js.WaitForSubscriberAsync("t", peer);
        await js.PublishAsync("t", [1]);
        await js.PublishAsync("t", [2]);

        string text = Text(await subscriber.EventAsync("notice"));

        Assert.StartsWith($"{js.PeerId} sends {(jsSigns ? "signed messages" : "messages without author and signature")}, which are dropped",
            text, StringComparison.Ordinal);
    }

    // a device's pubsub, whose numbers are the test's
    private static Task PublishAsync(string address, Identity identity, ulong firstNumber, int count) => Task.Run(() =>
    {
        Node node = new(NodeOptions.Desktop(), identity, DesktopCrypto.Choose(), new SystemRandom()) { Transport = new TcpTransport(2) };
        PubSubProtocol pubsub = new(new PubSubOptions { FirstSequenceNumber = firstNumber });
        node.Add(pubsub);
        Topic topic = pubsub.Open("t");
        Pong pong = new();
        node.Ping.Events = pong;
        Connection connection = node.Dial([Multiaddr.Parse(address)])!;
        PollUntil(() => topic.Subscribers > 0);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(1, topic.Publish([(byte)i], 0, 1));
        }
        PollUntil(() => pubsub.Queued(connection) == 0);
        // an answer to a ping behind them: they have been read
        Assert.True(node.Ping.Send(connection));
        PollUntil(() => pong.HasCome);
        node.Close();

        void PollUntil(Func<bool> done)
        {
            long end = Environment.TickCount64 + (long)CliProcess.Patience.TotalMilliseconds;
            while (!done())
            {
                Assert.True(Environment.TickCount64 < end, "the listener did not answer");
                if (node.Poll(Environment.TickCount64) > Environment.TickCount64)
                {
                    node.Transport.Wait(5);
                }
            }
        }
    });

    private static string[] Policy(bool signs) => signs ? [] : ["--no-sign"];

    private static string Text(JsonElement notice) => notice.GetProperty("text").GetString()!;

    private sealed class Pong : PingEvents
    {
        internal bool HasCome { get; private set; }

        public override void OnPong(Connection connection) => HasCome = true;

        public override void OnPingFailed(Connection connection) => Assert.Fail("the listener does not answer pings");
    }
}
