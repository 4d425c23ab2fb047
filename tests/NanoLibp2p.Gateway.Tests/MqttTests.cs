using System;
using System.Net.Http;
using System.Globalization;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Mqtt;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests;

public sealed class MqttTests : IDisposable
{
    private const string Climate = "greenhouse/climate";
    private const string Valve = "greenhouse/valve";

    private readonly TemporaryFolder _folder = new();

    public static bool HasBroker => MosquittoServer.IsHere;

    public void Dispose() => _folder.Dispose();

    [Fact(SkipUnless = nameof(HasBroker), Skip = MosquittoServer.Missing)]
    public async Task A_reading_goes_to_MQTT_under_its_authors_id_and_Home_Assistant_hears_of_the_device()
    {
        await using MosquittoServer broker = await MosquittoServer.StartAsync();
        await using GatewayHost gateway = await StartAsync(broker);
        await using Libp2pNode board = await BoardAsync(gateway);
        await SayAsync(board, Climate, """{"n":1,"t":1767225600000,"celsius":21.5,"load1":0.25}""");

        Assert.Contains("21.5", await broker.UntilAsync($"nanolibp2p/{Climate}/{board.PeerId}"), StringComparison.Ordinal);
        Assert.Equal("online", await broker.UntilAsync($"nanolibp2p/bridge/{gateway.Node.PeerId}/state"));
        Assert.Equal("online", await broker.UntilAsync($"nanolibp2p/device/{board.PeerId}/state"));
        JsonNode config = JsonNode.Parse(await broker.UntilAsync(
            $"homeassistant/sensor/nanolibp2p_{board.PeerId}/greenhouse_climate_celsius/config"))!;
        Assert.Equal(("temperature", "°C"), ((string)config["device_class"]!, (string)config["unit_of_measurement"]!));
        Assert.Equal("{{ value_json.celsius }}", (string)config["value_template"]!);
        Assert.Equal($"nanolibp2p/{Climate}/{board.PeerId}", (string)config["state_topic"]!);
        Assert.Equal("nanolibp2p_" + gateway.Node.PeerId, (string)config["device"]!["via_device"]!);
        await broker.UntilAsync($"homeassistant/sensor/nanolibp2p_{board.PeerId}/greenhouse_climate_load1/config");
        await broker.UntilAsync($"homeassistant/sensor/nanolibp2p_{gateway.Node.PeerId}/peers/config");
        Assert.DoesNotContain(broker.Heard, one => one.Topic.EndsWith("_n/config", StringComparison.Ordinal));
        Assert.StartsWith("connected to 127.0.0.1, 1 peers", gateway.Status.Services["mqtt"], StringComparison.Ordinal);
    }

    [Fact(SkipUnless = nameof(HasBroker), Skip = MosquittoServer.Missing)]
    public async Task What_comes_from_MQTT_reaches_peers_once_and_goes_round_nowhere()
    {
        await using MosquittoServer broker = await MosquittoServer.StartAsync();
        await broker.PublishAsync($"nanolibp2p/{Valve}/set", "retained", retain: true);
        await using GatewayHost gateway = await StartAsync(broker, ("mqtt.toMqtt", $"{Climate},{Valve}"), ("mqtt.fromMqtt", Valve));
        await using Libp2pNode board = await BoardAsync(gateway);
        List<TopicMessage> heard = [];
        using Subscription subscription = board.SubscribeAsync(Valve);
        _ = Task.Run(async () =>
        {
            await foreach (TopicMessage message in subscription)
            {
                lock (heard)
                {
                    heard.Add(message);
                }
            }
        });
        await Gateways.UntilAsync(() => gateway.Core.Bridge!.IsConnected, "the broker is connected");

        await Gateways.UntilAsync(
            () =>
            {
                // until the board's subscription has reached the gateway
                broker.PublishAsync($"nanolibp2p/{Valve}/set", "open").Wait();
                lock (heard)
                {
                    return heard.Count > 0;
                }
            },
            "the board hears the command");

        // connected anew it is given what the broker retains
        broker.Forget();
        await broker.TakePlaceOfAsync("nanolibp2p-" + gateway.Node.PeerId);
        await broker.UntilAsync($"nanolibp2p/bridge/{gateway.Node.PeerId}/state", text => text == "online");
        await broker.PublishAsync($"nanolibp2p/{Climate}/set", "not this one");
        await broker.PublishAsync($"nanolibp2p/{Valve}/set", "close");
        await Gateways.UntilAsync(() => Texts(heard).Contains("close"), "the board hears the last command");

        Assert.All(heard.ToArray(), one => Assert.Equal(gateway.Node.PeerId, one.From));
        Assert.Equal(["close", "open"], Texts(heard).Distinct().Order());

        // the board's own word comes, the gateway's does not
        await SayAsync(board, Valve, "is open");
        await broker.UntilAsync($"nanolibp2p/{Valve}/{board.PeerId}");
        Assert.DoesNotContain(broker.Heard, one => one.Topic == $"nanolibp2p/{Valve}/{gateway.Node.PeerId}");
    }

    [Fact(SkipUnless = nameof(HasBroker), Skip = MosquittoServer.Missing)]
    public async Task A_broker_that_is_down_is_a_condition_and_hears_all_of_it_when_it_is_back()
    {
        await using MosquittoServer broker = await MosquittoServer.StartAsync();
        await using GatewayHost gateway = await StartAsync(broker);
        await using Libp2pNode board = await BoardAsync(gateway);
        await SayAsync(board, Climate, """{"celsius":1}""");
        await broker.UntilAsync($"nanolibp2p/{Climate}/{board.PeerId}");
        await broker.StopAsync();
        await Gateways.UntilAsync(() => gateway.Status.Conditions.ContainsKey("mqtt"), "the gateway says so");
        Assert.Contains("is not connected", gateway.Status.Conditions["mqtt"], StringComparison.Ordinal);
        await SayAsync(board, Climate, """{"celsius":2}""");
        broker.Forget();

        await broker.StartAgainAsync();

        await broker.UntilAsync($"nanolibp2p/{Climate}/{board.PeerId}", text => text == """{"celsius":2}""");
        await broker.UntilAsync($"homeassistant/sensor/nanolibp2p_{board.PeerId}/greenhouse_climate_celsius/config");
        await Gateways.UntilAsync(() => !gateway.Status.Conditions.ContainsKey("mqtt"), "all is well again");
    }

    [Fact(SkipUnless = nameof(HasBroker), Skip = MosquittoServer.Missing)]
    public async Task A_flood_while_the_broker_is_away_keeps_the_newest_1024_and_counts_the_rest()
    {
        await using MosquittoServer broker = await MosquittoServer.StartAsync();
        await using GatewayHost gateway = await StartAsync(broker);
        await using Libp2pNode board = await BoardAsync(gateway);
        await SayAsync(board, Climate, """{"celsius":1}""");
        await broker.UntilAsync($"nanolibp2p/{Climate}/{board.PeerId}");
        await broker.StopAsync();
        await Gateways.UntilAsync(() => gateway.Status.Conditions.ContainsKey("mqtt"), "the gateway says so");
        using HttpClient http = gateway.Http();
        broker.Forget();

        // a thousand and some more, so that some are lost whatever the bridge holds in its hand
        for (int i = 0; i < 1500; i++)
        {
            await SayAsync(board, Climate, $$"""{"celsius":{{i}}}""");
        }

        await broker.StartAgainAsync();
        await broker.UntilAsync($"nanolibp2p/{Climate}/{board.PeerId}", text => text == """{"celsius":1499}""");
        string lost = (await http.GetStringAsync("/metrics")).Split('\n')
            .First(line => line.StartsWith("nanolibp2p_mqtt_messages_total", StringComparison.Ordinal)
                && line.Contains("lost_to_mqtt", StringComparison.Ordinal));
        Assert.InRange(double.Parse(lost.Split(' ')[1], CultureInfo.InvariantCulture), 1, 1500 - 1024);
    }

    [Fact(SkipUnless = nameof(HasBroker), Skip = MosquittoServer.Missing)]
    public async Task Its_last_will_says_offline_and_an_orderly_end_says_it_as_well()
    {
        await using MosquittoServer broker = await MosquittoServer.StartAsync();
        GatewayHost gateway = await StartAsync(broker);
        string state = $"nanolibp2p/bridge/{gateway.Node.PeerId}/state";
        await broker.UntilAsync(state, text => text == "online");
        broker.Forget();
        await broker.TakePlaceOfAsync("nanolibp2p-" + gateway.Node.PeerId);
        await broker.UntilAsync(state, text => text == "offline");
        await broker.UntilAsync(state, text => text == "online");
        broker.Forget();

        await gateway.DisposeAsync();

        await broker.UntilAsync(state, text => text == "offline");
    }

    [Fact(SkipUnless = nameof(HasBroker), Skip = MosquittoServer.Missing)]
    public async Task A_silent_device_is_offline_and_where_it_is_said_so_only_admitted_ones_are_carried()
    {
        await using MosquittoServer broker = await MosquittoServer.StartAsync();
        await using GatewayHost gateway = await StartAsync(broker, ("mqtt.offlineAfterSeconds", "1"), ("mqtt.admittedOnly", "true"));
        Identity identity = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        gateway.Core.Issue(identity.PeerId, AdmissionClass.Sensor, null);
        await using Libp2pNode stranger = await BoardAsync(gateway);
        await using Libp2pNode board = await BoardAsync(gateway, identity);
        await SayAsync(stranger, Climate, """{"celsius":99}""");
        await SayAsync(board, Climate, """{"celsius":1}""");

        await broker.UntilAsync($"nanolibp2p/device/{board.PeerId}/state", text => text == "offline");
        await SayAsync(board, Climate, """{"celsius":2}""");
        broker.Forget();
        await broker.UntilAsync($"nanolibp2p/device/{board.PeerId}/state", text => text == "offline");
        Assert.DoesNotContain(broker.Heard, one => one.Topic.Contains(stranger.PeerId.ToString(), StringComparison.Ordinal));
    }

    [Fact(SkipUnless = nameof(HasBroker), Skip = MosquittoServer.Missing)]
    public async Task A_broker_that_lets_nobody_in_is_told_with_what_to_look_at()
    {
        await using MosquittoServer broker = await MosquittoServer.StartAsync(anonymous: false);
        await using GatewayHost gateway = await StartAsync(broker);

        await Gateways.UntilAsync(() => gateway.Status.Conditions.ContainsKey("mqtt"), "the gateway says so");
        Assert.Contains("NotAuthorized", gateway.Status.Conditions["mqtt"].Replace(" ", "", StringComparison.Ordinal),
            StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Devices_and_fields_beyond_their_number_are_not_kept()
    {
        DeviceBook book = new(new FakeTimeProvider());
        for (int i = 0; i < DeviceBook.MaxDevices + 5; i++)
        {
            byte[] key = new byte[32];
            BitConverter.TryWriteBytes(key.AsSpan(^4..), i << 8);
            Assert.Equal(i < DeviceBook.MaxDevices, book.Heard(PeerId.FromEd25519(key, 0), "t", ["celsius"], out bool _).Count == 1);
        }

        Assert.Equal((DeviceBook.MaxDevices, 5L), (book.All().Count, book.Refused));
        PeerId noisy = book.All()[0].Peer;
        int fresh = Enumerable.Range(0, 100).Sum(i => book.Heard(noisy, "t", [$"f{i}"], out bool _).Count);
        Assert.Equal(HomeAssistant.MaxFields - 1, fresh);
    }

    [Theory]
    [InlineData("""{"celsius":1,"on":true,"text":"x","deep":{"a":1},"list":[1],"none":null}""", "celsius,on,text")]
    [InlineData("""{"a b":1,"1a":1,"}}{%":1,"ü":1,"a_very_long_name_that_nobody_needs_at_all":1,"ok":1}""", "ok")]
    [InlineData("21.5", "")]
    [InlineData("[1,2]", "")]
    [InlineData("not json", "")]
    [InlineData("", "")]
    public void Only_plain_fields_of_a_JSON_object_are_announced(string message, string fields)
        => Assert.Equal(fields, string.Join(',', HomeAssistant.FieldsOf(Encoding.UTF8.GetBytes(message))));

    [Theory]
    [InlineData("#")]
    [InlineData("a/+")]
    [InlineData("/a")]
    [InlineData("$SYS")]
    [InlineData("a b")]
    [InlineData("bridge/x")]
    [InlineData("")]
    public void A_topic_that_MQTT_can_not_carry_is_refused_in_the_settings(string topic)
        => Assert.Contains("can't stand in a topic of MQTT", MqttTopics.Check(topic), StringComparison.Ordinal);

    private static IEnumerable<string> Texts(List<TopicMessage> messages)
    {
        lock (messages)
        {
            return [.. messages.Select(one => Encoding.UTF8.GetString(one.Data))];
        }
    }

    private static async Task<Libp2pNode> BoardAsync(GatewayHost gateway, Identity? identity = null)
    {
        Libp2pNode board = await Gateways.PeerAsync(identity);
        await board.DialAsync(gateway);
        return board;
    }

    // again until the gateway's subscription has reached the board
    private static async Task SayAsync(Libp2pNode board, string topic, string text)
    {
        for (int i = 0; await board.PublishAsync(topic, Encoding.UTF8.GetBytes(text)) == 0; i++)
        {
            Assert.True(i < 3000, "the gateway subscribes");
            await Task.Delay(20);
        }
    }

    private Task<GatewayHost> StartAsync(MosquittoServer broker, params (string Key, string Value)[] more)
        => Gateways.StartAsync(_folder, [("mqtt.server", broker.Url), ("mqtt.toMqtt", Climate), .. more]);
}
