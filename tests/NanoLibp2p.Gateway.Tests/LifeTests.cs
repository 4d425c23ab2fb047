using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>A gateway's life: start, block, reload, drain, start again.</summary>
public sealed class LifeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_the_same_peer_after_a_restart_and_a_socket_that_was_left_is_no_obstacle()
    {
        PeerId who;
        await using (GatewayHost first = await Gateways.StartAsync(_folder))
        {
            who = first.Node.PeerId;
        }

        File.WriteAllText(_folder.File("control.sock"), "left by a process that was killed");
        await using GatewayHost again = await Gateways.StartAsync(_folder);

        Assert.Equal(who, again.Node.PeerId);
        using ControlClient control = new(_folder.Path, Gateways.Patience);
        Assert.Equal(who.ToString(), (string)(await control.GetAsync("/api/status"))["peerId"]!);
    }

    [Theory]
    [InlineData("control.sock", "is in the way of the socket by which the gateway is asked: it is a folder")]
    [InlineData("identity", "identity: it is a folder")]
    [InlineData("tokens", "tokens: it is a folder")]
    [InlineData("http-token", "http-token: it is a folder")]
    [InlineData("lock", "cannot write to the data folder")]
    public async Task A_folder_in_the_place_of_a_file_is_told_and_nothing_is_left_running(string name, string told)
    {
        Directory.CreateDirectory(_folder.File(name + "/x"));

        GatewayException e = await Assert.ThrowsAsync<GatewayException>(() => Gateways.StartAsync(_folder));

        Assert.Contains(told, e.Message, StringComparison.Ordinal);
        Directory.Delete(_folder.File(name), recursive: true);
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
    }

    [Fact]
    public async Task An_address_of_HTTP_that_is_not_of_this_host_is_told()
    {
        GatewayException e = await Assert.ThrowsAsync<GatewayException>(
            () => Gateways.StartAsync(_folder, ("http.listen", "http://192.0.2.1:0")));
        Assert.Contains("192.0.2.1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_is_blocked_is_closed_and_refused_until_it_is_let_in_again_also_after_a_restart()
    {
        Identity identity = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        await using Libp2pNode peer = await Gateways.PeerAsync(identity);
        await using (GatewayHost gateway = await Gateways.StartAsync(_folder))
        {
            await peer.DialAsync(gateway);
            using ControlClient control = new(_folder.Path, Gateways.Patience);
            Assert.True((bool)(await control.PostAsync($"/api/peers/{identity.PeerId}/block"))["changed"]!);
            await Gateways.UntilAsync(() => peer.Peers.Count == 0, "the blocked peer is closed");
        }

        await using GatewayHost again = await Gateways.StartAsync(_folder);
        await peer.DialAsync(again).ContinueWith(_ => { });
        await Gateways.UntilAsync(() => peer.Peers.Count == 0, "the blocked peer is refused");
        Assert.Empty(again.Node.Peers);
        using ControlClient client = new(_folder.Path, Gateways.Patience);
        Assert.True((bool)(await client.PostAsync($"/api/peers/{identity.PeerId}/unblock"))["changed"]!);
        await peer.DialAsync(again);
        await peer.PingAsync(again.Node.PeerId).WaitAsync(Gateways.Patience);
    }

    [Fact]
    public async Task Drained_it_lets_a_stream_end_takes_nobody_new_and_says_good_bye()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Node.Handle("/slow/1.0.0", async (stream, cancellation) =>
        {
            await go.Task.WaitAsync(cancellation);
            await stream.WriteAsync("done"u8.ToArray(), cancellation);
        });
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await peer.DialAsync(gateway);
        await using PeerStream slow = await peer.OpenStreamAsync(gateway.Node.PeerId, "/slow/1.0.0").WaitAsync(Gateways.Patience);
        Multiaddr address = gateway.Node.ListenAddresses[0];
        await Gateways.UntilAsync(() => gateway.Node.StreamsServed == 1, "the stream is served");

        Task drain = gateway.Core.DrainAsync();
        Assert.Equal("draining", gateway.Status.State);
        using ControlClient control = new(_folder.Path, Gateways.Patience);
        Assert.False((bool)(await control.GetAsync("/healthz/ready"))["ready"]!);
        await using Libp2pNode late = await Gateways.PeerAsync();
        await Assert.ThrowsAsync<Libp2pException>(() => late.DialAsync(address)).WaitAsync(Gateways.Patience);
        go.SetResult();
        byte[] answer = new byte[4];
        await slow.ReadExactlyAsync(answer).AsTask().WaitAsync(Gateways.Patience);

        await drain.WaitAsync(Gateways.Patience);
        await gateway.Stopping.WaitAsync(Gateways.Patience);
        Assert.Equal("done"u8, answer);
        await Gateways.UntilAsync(() => peer.Peers.Count == 0, "the peer heard good-bye");
    }

    [Fact]
    public async Task A_stream_that_does_not_end_is_broken_off_when_the_time_is_over()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("drainSeconds", "1"));
        gateway.Node.Handle("/endless/1.0.0", (_, cancellation) => Task.Delay(-1, cancellation));
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await peer.DialAsync(gateway);
        await using PeerStream stream = await peer.OpenStreamAsync(gateway.Node.PeerId, "/endless/1.0.0").WaitAsync(Gateways.Patience);
        await Gateways.UntilAsync(() => gateway.Node.StreamsServed == 1, "the stream is served");

        await gateway.Core.DrainAsync().WaitAsync(Gateways.Patience);

        await Gateways.UntilAsync(() => peer.Peers.Count == 0, "the peer heard good-bye");
    }

    [Fact]
    public async Task A_reload_takes_what_can_change_and_names_what_needs_a_restart()
    {
        string file = _folder.Write("settings.json", """{ "logging": { "level": "Information" } }""");
        GatewaySettings settings = GatewaySettings.Load(Gateways.Sources(_folder.Path, file));
        await using GatewayHost gateway = await GatewayHost.StartAsync(settings, logging: _ => { });
        PeerId blocked = Identity.Create(DesktopCrypto.Choose(), new SystemRandom()).PeerId;
        _folder.Write("blocked", blocked + "\n");
        _folder.Write("settings.json", """{ "logging": { "level": "Debug", "perPeerPerMinute": 5 }, "limits": { "streams": 99 } }""");
        using ControlClient control = new(_folder.Path, Gateways.Patience);

        JsonArray told = (JsonArray)(await control.PostAsync("/api/reload"))["told"]!;

        Assert.Equal(
            ["limits.streams has changed, which needs a restart", "logging.level is \"Debug\" now", "logging.perPeerPerMinute is 5 now"],
            told.Select(one => (string)one!));
        Assert.Equal(("Debug", 256), (gateway.Core.Settings.LogLevel, gateway.Core.Settings.Streams));
        Assert.True(gateway.Core.Blocked.Contains(blocked));
    }

    [Fact]
    public async Task A_reload_of_settings_that_are_wrong_changes_nothing_and_is_told_until_they_are_right()
    {
        string file = _folder.Write("settings.json", """{ "logging": { "level": "Debug" } }""");
        await using GatewayHost gateway = await GatewayHost.StartAsync(
            GatewaySettings.Load(Gateways.Sources(_folder.Path, file)), logging: _ => { });
        _folder.Write("settings.json", """{ "logging": { "lovel": "Error" } }""");

        Assert.Contains("did you mean 'logging.level'", Assert.Single(await gateway.Core.ReloadAsync()), StringComparison.Ordinal);
        Assert.Equal(("Debug", "degraded"), (gateway.Core.Settings.LogLevel, gateway.Status.State));
        Assert.Contains("settings", gateway.Status.Conditions.Keys);

        _folder.Write("settings.json", """{ "logging": { "level": "Debug" } }""");
        Assert.Contains("nothing has changed", Assert.Single(await gateway.Core.ReloadAsync()), StringComparison.Ordinal);
        Assert.Equal("ready", gateway.Status.State);
    }

    [Fact]
    public async Task An_address_that_can_not_be_listened_on_is_left_out_as_long_as_another_can()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;

        string both = $"/ip4/127.0.0.1/tcp/{port},/ip4/127.0.0.1/tcp/0";
        await using (GatewayHost gateway = await Gateways.StartAsync(_folder, ("listen", both)))
        {
            Assert.Single(gateway.Node.ListenAddresses);
            Assert.Contains($"port {port} is in use", gateway.Status.Conditions["listen"], StringComparison.Ordinal);
        }

        GatewayException e = await Assert.ThrowsAsync<GatewayException>(
            () => Gateways.StartAsync(_folder, ("listen", $"/ip4/127.0.0.1/tcp/{port}")));
        Assert.Contains($"port {port} is in use", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_stays_connected_to_the_peers_it_is_told_to_dial()
    {
        using TemporaryFolder other = new();
        GatewayHost second = await Gateways.StartAsync(other);
        int port = second.Node.ListenAddresses[0].Port;
        Gateways.Logs logs = new();
        await using GatewayHost first = await Gateways.StartAsync(
            Gateways.Settings(_folder.Path, ("dial", second.Node.ListenAddresses[0].ToString())), logs);
        await Gateways.UntilAsync(() => first.Node.IsConnected(second.Node.PeerId), "it is connected");

        await second.DisposeAsync();
        await Gateways.UntilAsync(() => !first.Node.IsConnected(second.Node.PeerId), "it is gone");
        await using GatewayHost again = await Gateways.StartAsync(other, ("listen", $"/ip4/127.0.0.1/tcp/{port}"));
        await Gateways.UntilAsync(() => first.Node.IsConnected(again.Node.PeerId), "it is connected again");
        Assert.Contains(logs.Lines, line => line.Contains("connected to /ip4/127.0.0.1", StringComparison.Ordinal));
    }
}
