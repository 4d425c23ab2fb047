using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Telemetry;
using NanoLibp2p.Host;
using NanoLibp2p.Host.PubSub;

namespace NanoLibp2p.Gateway.Tests.Telemetry;

/// <summary>What a gateway publishes of itself when it is told to, and what others take of it.</summary>
public sealed class TelemetryTests : IDisposable
{
    private const string Topic = "nanolibp2p/telemetry/1";

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _other = new();

    public void Dispose()
    {
        _folder.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Without_the_setting_a_gateway_publishes_nothing_and_joins_no_topic()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(
            _folder, ("telemetry.label", "roof"), ("telemetry.place", "47.37,8.54"), ("telemetry.everySeconds", "10"));

        Assert.Null(gateway.Core.Telemetry);
        Assert.DoesNotContain("telemetry", gateway.Status.Services.Keys);
        GossipSubStatus pubsub = await gateway.Node.GetPubSubStatusAsync();
        Assert.Empty(pubsub.Topics);
        using HttpClient http = gateway.Http();
        Assert.Null(JsonNode.Parse(await http.GetStringAsync("/api/mesh"))!["telemetry"]);
    }

    [Fact]
    public async Task A_gateway_that_shows_others_publishes_nothing_itself()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("telemetry.show", "true"));

        await gateway.Core.Telemetry!.RunAsync(CancellationToken.None).WaitAsync(Gateways.Patience);
        Assert.StartsWith("publishes nothing", gateway.Status.Services["telemetry"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_has_exactly_the_described_fields_its_gateways_signature_and_names_only_gateways_that_publish_too()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("telemetry.publish", "true"), ("telemetry.show", "true"),
            ("telemetry.label", "roof"), ("telemetry.place", "47.3769,8.5417"), ("telemetry.everySeconds", "10"));
        await using Libp2pNode peer = await Gateways.PeerAsync();
        using Subscription heard = peer.SubscribeAsync(Topic);
        await peer.DialAsync(gateway);
        await Gateways.UntilAsync(() => gateway.Node.PeerStore.Find(peer.PeerId)?.AgentVersion.Length > 0, "it has said what it is");

        TopicMessage message = await PublishAsync(gateway, heard);
        Assert.Equal(gateway.Node.PeerId, message.From);
        JsonObject json = JsonNode.Parse(message.Data)!.AsObject();
        string time = json["t"]!.ToJsonString();
        Assert.InRange(long.Parse(time), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 100, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);

        // byte for byte: a peer that publishes nothing is counted and not named
        string version = GatewayCore.Version;
        Assert.Equal("{\"v\":1,\"t\":" + time + ",\"every\":10,\"program\":\"nanoLibp2p\",\"version\":\"" + version + "\","
            + "\"label\":\"roof\",\"lat\":47.4,\"lon\":8.5,\"links\":[{\"transport\":\"tcp\",\"peers\":1,\"pings\":0,\"lost\":0}],"
            + "\"programs\":[{\"name\":\"nanoLibp2p\",\"version\":\"0.1.0\",\"peers\":1}],\"gateways\":[]}",
            Encoding.UTF8.GetString(message.Data));

        // now it publishes as well
        TelemetryReport own = new(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 10, "x", "", null, null, null, [], [], []);
        await Gateways.UntilAsync(() =>
        {
            peer.PublishAsync(Topic, TelemetryCodec.Write(own)).Wait();
            return gateway.Core.Telemetry!.Book.Has(peer.PeerId);
        }, "its report is heard");
        TelemetryGateway named = Assert.Single(gateway.Core.Telemetry!.Report().Gateways);
        Assert.Equal((peer.PeerId.ToString(), "tcp"), (named.Peer, named.Transport));
    }

    [Fact]
    public async Task It_publishes_by_itself_in_its_interval()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(
            Gateways.Settings(_folder.Path, ("telemetry.publish", "true"), ("telemetry.everySeconds", "10")), new Gateways.Logs(),
            new HastyTime(20));
        await using Libp2pNode peer = await Gateways.PeerAsync();
        using Subscription heard = peer.SubscribeAsync(Topic);
        await peer.DialAsync(gateway);

        int count = 0;
        using CancellationTokenSource late = new(Gateways.Patience);
        await foreach (TopicMessage message in heard.WithCancellation(late.Token))
        {
            Assert.Equal(gateway.Node.PeerId, message.From);
            if (++count == 2)
            {
                break;
            }
        }

        await Gateways.UntilAsync(() => gateway.Core.Telemetry!.Published >= 2, "both are counted");
        Assert.Contains("reports published on nanolibp2p/telemetry/1", gateway.Status.Services["telemetry"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peers_are_measured_for_it_and_devices_are_not_woken()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("telemetry.publish", "true"));
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await using Libp2pNode device = await Gateways.PeerAsync();
        gateway.Core.Issue(device.PeerId, Admission.AdmissionClass.Sensor, null);
        await peer.DialAsync(gateway);
        await device.DialAsync(gateway);
        await Gateways.UntilAsync(() => gateway.Node.IsConnected(peer.PeerId) && gateway.Node.IsConnected(device.PeerId), "both are there");

        await Gateways.UntilAsync(() =>
        {
            gateway.Core.Telemetry!.Measure();
            return gateway.Core.Telemetry.Report().Links.SingleOrDefault()?.RoundTripMs != null;
        }, "a ping is answered");
        Assert.Single(gateway.Core.Telemetry!.Report().Links);
    }

    [Fact]
    public async Task What_is_no_report_goes_no_further_than_the_first_gateway_and_costs_its_sender_its_good_name()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("telemetry.show", "true"));
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await using Libp2pNode neighbour = await Gateways.PeerAsync();
        using Subscription heard = neighbour.SubscribeAsync(Topic);
        await peer.DialAsync(gateway);
        await neighbour.DialAsync(gateway);

        int number = 0;
        await Gateways.UntilAsync(() =>
        {
            peer.PublishAsync(Topic, Encoding.UTF8.GetBytes($"{{\"v\":1,\"t\":{number++}")).Wait();
            return gateway.Node.GetPubSubStatusAsync().Result.Peers.Any(one => one.Peer.Equals(peer.PeerId) && one.Score < 0);
        }, "its score falls");

        // a report comes through on the same way, and nothing before it
        await Gateways.UntilAsync(() =>
        {
            peer.PublishAsync(Topic, TelemetryCodec.Write(new TelemetryReport(
                DateTimeOffset.UtcNow.ToUnixTimeSeconds() + number++, 10, "x", "", null, null, null, [], [], []))).Wait();
            return gateway.Core.Telemetry!.Book.Has(peer.PeerId);
        }, "a report is heard");
        Assert.Single(gateway.Core.Telemetry!.Book.All());
        await using IAsyncEnumerator<TopicMessage> messages = heard.GetAsyncEnumerator();
        Task<bool> next = messages.MoveNextAsync().AsTask();
        await Gateways.UntilAsync(() =>
        {
            gateway.Node.PublishAsync(Topic, "end"u8.ToArray()).Wait();
            return next.IsCompleted;
        }, "the neighbour hears something");
        Assert.True(await next);
        byte[] first = messages.Current.Data;
        Assert.True(first.AsSpan().SequenceEqual("end"u8)
            || TelemetryCodec.Read(first, DateTimeOffset.UtcNow, out TelemetryReport? _) == TelemetryVerdict.Good);
    }

    [Theory]
    [InlineData("nanoLibp2p/0.1.0", "nanoLibp2p", "0.1.0")]
    [InlineData("go-libp2p/0.41.1/abc", "go-libp2p", "0.41.1")]
    [InlineData("js-libp2p/3.3.11 UserAgent=v24", "js-libp2p", "3.3.11")]
    [InlineData("KUBO/0.34.1-rc1", "kubo", "0.34.1")]
    [InlineData("kubo/12345678901234567890123456789", "kubo", "")]
    [InlineData("buy-now.example/1.0", "other", "")]
    [InlineData("", "other", "")]
    public void A_peer_can_not_have_a_gateway_publish_words_of_its_own_choice(string agent, string name, string version)
        => Assert.Equal((name, version), TelemetryService.ProgramOf(agent));

    private static async Task<TopicMessage> PublishAsync(GatewayHost gateway, Subscription heard)
    {
        await using IAsyncEnumerator<TopicMessage> messages = heard.GetAsyncEnumerator();
        Task<bool> next = messages.MoveNextAsync().AsTask();
        await Gateways.UntilAsync(() =>
        {
            gateway.Core.Telemetry!.PublishAsync(CancellationToken.None).Wait();
            return next.IsCompleted;
        }, "a report is heard");
        Assert.True(await next);
        return messages.Current;
    }
}
