using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Host;

namespace NanoLibp2p.Gateway.Tests;

public sealed class HttpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_live_and_ready_and_tells_metrics_and_status()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await peer.DialAsync(gateway);
        await Gateways.UntilAsync(() => gateway.Node.Peers.Count == 1, "the peer is connected");
        using HttpClient http = gateway.Http();

        Assert.Equal("""{"live":true,"problem":null}""", await http.GetStringAsync("/healthz/live"));
        JsonNode ready = JsonNode.Parse(await http.GetStringAsync("/healthz/ready"))!;
        Assert.True((bool)ready["ready"]! && (bool)ready["listening"]! && (bool)ready["storeOpen"]!);
        JsonNode status = JsonNode.Parse(await http.GetStringAsync("/api/status"))!;
        Assert.Equal(gateway.Node.PeerId.ToString(), (string)status["peerId"]!);
        Assert.Equal(1, (int)status["peers"]!);
        Assert.Equal(peer.PeerId.ToString(), (string)JsonNode.Parse(await http.GetStringAsync("/api/peers"))!["connected"]![0]!);
        string metrics = await http.GetStringAsync("/metrics");
        Assert.Contains("nanolibp2p_gateway_peers", metrics, StringComparison.Ordinal);
        Assert.Contains($"peer=\"{gateway.Node.PeerId}\"", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/healthz/live")]
    [InlineData("GET", "/healthz/ready")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/api/status")]
    [InlineData("POST", "/api/drain")]
    public async Task At_an_address_that_others_reach_nothing_is_told_without_the_token(string method, string path)
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("http.listen", "http://0.0.0.0:0"));
        using HttpClient http = gateway.Http();
        HttpResponseMessage refused = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        using HttpRequestMessage wrong = new(new HttpMethod(method), path);
        wrong.Headers.Add("Authorization", "Bearer " + new string('0', 64));
        HttpResponseMessage refusedToo = await http.SendAsync(wrong);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (refused.StatusCode, refusedToo.StatusCode));
        Assert.Contains("give the token", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpRequestMessage right = new(new HttpMethod(method), path);
        right.Headers.Add("Authorization", "Bearer " + File.ReadAllText(_folder.File("http-token")).Trim());
        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(right)).StatusCode);
    }

    [Fact]
    public async Task On_loopback_one_reads_without_a_token_and_changes_nothing()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        using HttpClient http = gateway.Http();

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/status")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync("/api/drain", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync($"/api/peers/{gateway.Node.PeerId}/block", null)).StatusCode);
        Assert.Equal("ready", gateway.Status.State);
        Assert.False(File.Exists(_folder.File("http-token")));
    }

    [Fact]
    public async Task A_page_that_calls_loopback_by_a_name_of_its_own_is_told_nothing()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        using HttpClient http = gateway.Http();
        using HttpRequestMessage rebound = new(HttpMethod.Get, "/api/status") { Headers = { Host = "evil.example" } };

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.SendAsync(rebound)).StatusCode);
    }

    [Fact]
    public async Task Whatever_is_no_read_takes_the_token_on_loopback_too_wherever_it_goes()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("page.topics", "t"));
        using HttpClient http = gateway.Http();
        string[] paths =
        [
            "/", "/index.html", "/api/mesh", "/api/feed", "/api/login", "/api/logout", "/api/reload", "/api/drain",
            $"/api/peers/{gateway.Node.PeerId}/block", $"/api/mailboxes/{gateway.Node.PeerId}/close", "/api/none", "/metrics",
        ];
        foreach (string path in paths)
        {
            foreach (string method in (string[])["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
            {
                using HttpRequestMessage asked = new(new HttpMethod(method), path) { Headers = { { "Sec-Fetch-Site", "same-origin" } } };
                Assert.Equal(HttpStatusCode.Unauthorized, (await http.SendAsync(asked)).StatusCode);
            }
        }
    }

    [Theory]
    [InlineData("X-Forwarded-For", "192.0.2.1")]
    [InlineData("Forwarded", "for=192.0.2.1")]
    [InlineData("Via", "1.1 proxy")]
    public async Task Whoever_comes_through_a_proxy_of_this_host_is_not_taken_for_somebody_on_it(string header, string value)
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("page.topics", "t"));
        using HttpClient http = gateway.Http();
        using HttpRequestMessage forwarded = new(HttpMethod.Get, "/api/mesh") { Headers = { { header, value } } };

        HttpResponseMessage refused = await http.SendAsync(forwarded);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("through no proxy", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_or_long_request_ends_and_others_are_served_meanwhile()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("http.tokenFile", _folder.Write("t", new string('a', 64))));
        using HttpClient http = gateway.Http();
        using TcpClient slow = await ConnectAsync(gateway);
        await slow.GetStream().WriteAsync("GET /healthz/live HTTP/1.1\r\nHost: "u8.ToArray());

        using HttpRequestMessage longHead = new(HttpMethod.Get, "/api/status");
        longHead.Headers.Add("X-Long", new string('x', 20_000));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, (await http.SendAsync(longHead)).StatusCode);
        using HttpRequestMessage longBody = new(HttpMethod.Post, $"/api/tokens/{gateway.Node.PeerId}/add")
        {
            Content = new StringContent(new string('x', 70_000)),
        };
        longBody.Headers.Add("Authorization", "Bearer " + new string('a', 64));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await http.SendAsync(longBody)).StatusCode);

        byte[] answer = new byte[64];
        int count = await slow.GetStream().ReadAtLeastAsync(answer, 12, throwOnEndOfStream: false).AsTask().WaitAsync(Gateways.Patience);
        Assert.StartsWith("HTTP/1.1 408", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz/live")).StatusCode);
    }

    [Fact]
    public async Task Connections_beyond_256_are_closed_and_the_control_socket_serves()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        List<TcpClient> silent = [];
        try
        {
            for (int i = 0; i < 300; i++)
            {
                silent.Add(await ConnectAsync(gateway));
            }

            // a socket whose peer has closed it can be read, and has nothing
            await Gateways.UntilAsync(() => silent.Count(one => one.Client.Poll(0, SelectMode.SelectRead) && one.Available == 0) >= 44,
                "those beyond 256 are closed");
            using ControlClient control = new(_folder.Path, Gateways.Patience);
            Assert.True((bool)(await control.GetAsync("/healthz/live"))["live"]!);
        }
        finally
        {
            silent.ForEach(one => one.Dispose());
        }
    }

    [Fact]
    public async Task A_token_file_that_is_missing_or_hardly_a_token_is_told()
    {
        GatewayException missing = await Assert.ThrowsAsync<GatewayException>(
            () => Gateways.StartAsync(_folder, ("http.listen", "http://0.0.0.0:0"), ("http.tokenFile", _folder.File("none"))));
        GatewayException weak = await Assert.ThrowsAsync<GatewayException>(
            () => Gateways.StartAsync(_folder, ("http.tokenFile", _folder.Write("weak", "secret"))));
        if (!OperatingSystem.IsWindows())
        {
            GatewayException endless = await Assert.ThrowsAsync<GatewayException>(
                () => Gateways.StartAsync(_folder, ("http.tokenFile", "/dev/zero")));
            Assert.Contains("cannot read the token in /dev/zero: it has more than 65536 bytes", endless.Message, StringComparison.Ordinal);
        }

        Assert.Contains("openssl rand", missing.Message, StringComparison.Ordinal);
        Assert.Contains("has 6 characters", weak.Message, StringComparison.Ordinal);
        Assert.True(missing.IsConfiguration && weak.IsConfiguration);
    }

    [Fact]
    public async Task A_port_that_is_in_use_is_told_when_it_was_asked_for_and_done_without_when_it_was_not()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;
        GatewayException e = await Assert.ThrowsAsync<GatewayException>(
            () => Gateways.StartAsync(_folder, ("http.listen", $"http://127.0.0.1:{port}")));
        Assert.Contains($"port {port} is in use", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsConfiguration);

        // whoever has it: this test, or another program of this host
        using Socket standard = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            standard.Bind(new IPEndPoint(IPAddress.Loopback, 4081));
            standard.Listen();
        }
        catch (SocketException)
        {
            // in use already
        }

        Configuration.SettingsSources sources = new()
        {
            Environment = Gateways.Sources(_folder.Path, null).Environment,
            Flags = [("--set", "data", [_folder.Path]), ("--set", "listen", ["/ip4/127.0.0.1/tcp/0"])],
        };
        await using GatewayHost gateway = await GatewayHost.StartAsync(
            Configuration.GatewaySettings.Load(sources), logging: _ => { });
        Assert.Equal("degraded", gateway.Status.State);
        Assert.Contains("port 4081 is in use", gateway.Status.Conditions["http"], StringComparison.Ordinal);
        Assert.Empty(gateway.Status.Http);
        using ControlClient control = new(_folder.Path, Gateways.Patience);
        Assert.True((bool)(await control.GetAsync("/healthz/ready"))["ready"]!);
    }

    private static async Task<TcpClient> ConnectAsync(GatewayHost gateway)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(gateway.Core.HttpAddresses[0]).Port);
        return client;
    }
}
