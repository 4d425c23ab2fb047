using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests.Page;

/// <summary>What the page is served, without a browser.</summary>
public sealed class FeedTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_mesh_is_told_as_JSON_with_who_is_connected_who_is_away_and_who_was_refused()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await using Libp2pNode blocked = await Gateways.PeerAsync();
        PeerId away = Identity.Create(DesktopCrypto.Choose(), new SystemRandom()).PeerId;
        gateway.Core.Issue(away, AdmissionClass.Sensor, null);
        gateway.Core.Blocked.Add(blocked.PeerId);
        await peer.DialAsync(gateway);
        await blocked.DialAsync(gateway);
        using HttpClient http = gateway.Http();

        JsonNode mesh = await UntilAsync(http, "/api/mesh",
            one => one["refusals"]!.AsArray().Count > 0 && one["peers"]!.AsArray().Count == 2);
        Assert.Equal(gateway.Node.PeerId.ToString(), (string)mesh["self"]!);
        JsonNode here = mesh["peers"]!.AsArray().Single(one => (string)one!["state"]! == "connected")!;
        Assert.Equal((peer.PeerId.ToString(), "peer", "in", "tcp"),
            ((string)here["id"]!, (string)here["kind"]!, (string)here["way"]!, (string)here["transport"]!));
        JsonNode gone = mesh["peers"]!.AsArray().Single(one => (string)one!["state"]! == "away")!;
        Assert.Equal((away.ToString(), "device", "sensor"), ((string)gone["id"]!, (string)gone["kind"]!, (string)gone["admitted"]!));
        JsonNode refusal = mesh["refusals"]![0]!;
        Assert.Equal((blocked.PeerId.ToString(), "it is on the block list"), ((string)refusal["peer"]!, (string)refusal["why"]!));
        Assert.Equal(blocked.PeerId.ToString(), (string)mesh["blocked"]![0]!);
    }

    [Fact]
    public async Task At_an_address_that_others_reach_the_page_is_there_and_what_it_shows_takes_the_token()
    {
        await using GatewayHost gateway = await StartAsync(("http.listen", "http://0.0.0.0:0"));
        using HttpClient http = gateway.Http();

        HttpResponseMessage page = await http.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'", page.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        foreach (string path in (string[])["/api/mesh", "/api/readings", "/api/feed", "/api/session", "/index.htm", "/assets/"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(path)).StatusCode);
        }

        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Assert.Equal("""{"mayChange":true}""", await http.GetStringAsync("/api/session"));
    }

    [Fact]
    public async Task A_page_of_another_site_can_not_hold_the_places_of_the_feed()
    {
        await using GatewayHost gateway = await StartAsync();
        using HttpClient http = gateway.Http();
        async Task<HttpStatusCode> FromAsync(string site)
        {
            using HttpRequestMessage asked = new(HttpMethod.Get, "/api/session") { Headers = { { "Sec-Fetch-Site", site } } };
            return (await http.SendAsync(asked)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await FromAsync("cross-site"));
        Assert.Equal(HttpStatusCode.Unauthorized, await FromAsync("same-site"));
        Assert.Equal(HttpStatusCode.OK, await FromAsync("same-origin"));
        Assert.Equal(HttpStatusCode.OK, await FromAsync("none"));
    }

    [Fact]
    public async Task Sixteen_look_at_the_feed_at_a_time_of_whom_four_have_the_token_and_who_leaves_makes_room()
    {
        await using GatewayHost gateway = await StartAsync();
        using HttpClient http = gateway.Http();
        using HttpClient known = gateway.Http();
        known.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        List<HttpResponseMessage> open = [];
        for (int i = 0; i < EventFeed.MaxClients; i++)
        {
            bool isStranger = i < EventFeed.MaxClients - EventFeed.KeptForToken;
            open.Add(await (isStranger ? http : known).GetAsync("/api/feed", HttpCompletionOption.ResponseHeadersRead));
            Assert.Equal(HttpStatusCode.OK, open[^1].StatusCode);
            if (i == EventFeed.MaxClients - EventFeed.KeptForToken - 1)
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/api/feed")).StatusCode);
            }
        }

        HttpResponseMessage refused = await known.GetAsync("/api/feed");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("16 pages are open already", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        open.ForEach(one => one.Dispose());
        await Gateways.UntilAsync(() => gateway.Core.Page!.Feed.Count == 0, "those that have left are gone");
        using HttpResponseMessage again = await http.GetAsync("/api/feed", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_off_and_costs_nobody_else_an_event()
    {
        await using GatewayHost gateway = await StartAsync();
        EventFeed feed = gateway.Core.Page!.Feed;
        using TcpClient slow = new();
        await slow.ConnectAsync(IPAddress.Loopback, new Uri(gateway.Core.HttpAddresses[0]).Port);
        await slow.GetStream().WriteAsync("GET /api/feed HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        using HttpClient http = gateway.Http();
        using HttpResponseMessage answer = await http.GetAsync("/api/feed", HttpCompletionOption.ResponseHeadersRead);
        using StreamReader quick = new(await answer.Content.ReadAsStreamAsync());
        await Gateways.UntilAsync(() => feed.Count == 2, "both look");

        byte[] big = PageService.Event("big", new byte[1024 * 1024].Select(_ => (byte)'x').ToArray());
        int sent = 0;
        while (feed.CutOff == 0)
        {
            Assert.True(++sent < 200, "the slow one is still there");
            feed.Send(big);
            string? line;
            do
            {
                line = await quick.ReadLineAsync().WaitAsync(Gateways.Patience);
            }
            while (line?.Length < 1024 * 1024);
        }

        await Gateways.UntilAsync(() => feed.Count == 1, "the slow one is gone");
        Assert.Equal(1, feed.CutOff);
    }

    [Fact]
    public async Task A_gateway_that_ends_ends_the_feed_as_well()
    {
        GatewayHost gateway = await StartAsync();
        using HttpClient http = gateway.Http();
        using HttpResponseMessage answer = await http.GetAsync("/api/feed", HttpCompletionOption.ResponseHeadersRead);
        using StreamReader events = new(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("event: mesh", await events.ReadLineAsync());

        await gateway.DisposeAsync().AsTask().WaitAsync(Gateways.Patience);
        await events.ReadToEndAsync().WaitAsync(Gateways.Patience);
    }

    [Fact]
    public async Task A_page_that_is_off_says_so_and_health_stays()
    {
        await using GatewayHost gateway = await StartAsync(("page.enabled", "false"));
        using HttpClient http = gateway.Http();

        HttpResponseMessage page = await http.GetAsync("/");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Contains("page.enabled", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/api/feed")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz/live")).StatusCode);
    }

    [Fact]
    public async Task Too_many_topics_and_one_that_can_be_none_are_told_at_the_start()
    {
        GatewayException many = Assert.Throws<GatewayException>(() => Gateways.Settings(
            _folder.Path, ("page.topics", string.Join(',', Enumerable.Range(0, 17).Select(i => $"t{i}")))));
        GatewayException endless = await Assert.ThrowsAsync<GatewayException>(() => StartAsync(("page.topics", new string('x', 5000))));

        Assert.Contains("at most 16", many.Message, StringComparison.Ordinal);
        Assert.True(endless.IsConfiguration);
    }

    [Fact]
    public async Task Peers_are_pinged_while_somebody_looks_and_not_before()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await peer.DialAsync(gateway);
        using HttpClient http = gateway.Http();
        await UntilAsync(http, "/api/mesh", one => one["peers"]!.AsArray().Count == 1);
        Assert.Equal(0, (int)(await JsonAsync(http, "/api/mesh"))["peers"]![0]!["pings"]!);

        using HttpResponseMessage answer = await http.GetAsync("/api/feed", HttpCompletionOption.ResponseHeadersRead);
        JsonNode mesh = await UntilAsync(http, "/api/mesh", one => (int)one["peers"]![0]!["pings"]! > 0);
        Assert.True((double)mesh["peers"]![0]!["roundTripMs"]! > 0);
        Assert.Equal(0, (int)mesh["peers"]![0]!["lostPings"]!);
    }

    [Fact]
    public async Task Topics_without_end_are_told_as_50_names_of_160_characters()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode peer = await Gateways.PeerAsync();
        List<Subscription> all = [.. Enumerable.Range(0, 200).Select(i => peer.SubscribeAsync($"{i:000}{new string('x', 1000)}"))];
        await peer.DialAsync(gateway);
        using HttpClient http = gateway.Http();

        JsonNode mesh = await UntilAsync(http, "/api/mesh", one => one["topics"]!.AsArray().Count == MeshView.MaxTopics);
        Assert.All(mesh["topics"]!.AsArray().Where(one => (string)one!["name"]! != "greenhouse/climate"),
            one => Assert.Equal(MeshView.MaxText + 1, ((string)one!["name"]!).Length));
        Assert.InRange(mesh.ToJsonString().Length, 1, 32 * 1024);
        all.ForEach(one => one.Dispose());
    }

    private static async Task<JsonNode> JsonAsync(HttpClient http, string path) => JsonNode.Parse(await http.GetStringAsync(path))!;

    private static async Task<JsonNode> UntilAsync(HttpClient http, string path, Func<JsonNode, bool> condition)
    {
        JsonNode json = await JsonAsync(http, path);
        long end = Environment.TickCount64 + (long)Gateways.Patience.TotalMilliseconds;
        while (!condition(json))
        {
            Assert.True(Environment.TickCount64 < end, $"waited for {Gateways.Patience.TotalSeconds} s; {path} is {json}");
            await Task.Delay(20);
            json = await JsonAsync(http, path);
        }

        return json;
    }

    private Task<GatewayHost> StartAsync(params (string Key, string Value)[] more)
        => Gateways.StartAsync(_folder, [("http.tokenFile", _folder.Write("token", Token)), .. more]);
}
