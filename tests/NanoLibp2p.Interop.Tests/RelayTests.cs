using System;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Circuit relay v2 with js-libp2p in every role: relay, listener behind one, dialer through one.</summary>
public class RelayTests
{
    private const string Echo = "/echo/1.0.0";
    private const string Sink = "/sink/1.0.0";
    private const int Megabyte = 1 << 20;
    private const int Much = 10 * Megabyte;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Our_relay_carries_ten_megabytes_and_forty_streams_from_a_js_dialer_to_a_js_listener(int shards)
    {
        await using Libp2pNode relay = await ListenAsync(shards);
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions { CircuitBytes = 0, CircuitTime = default });
        await using JsPeer listener = await JsPeer.StartAsync(BehindOf(relay.ListenAddresses[0].ToString()));
        Assert.Equal(1, service.Reservations);
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Relay = "client", Listen = null });
        await dialer.DialAsync($"{relay.ListenAddresses[0]}/p2p-circuit/p2p/{listener.PeerId}");
        await dialer.PerfAsync(listener.PeerId, Much, Much);
        await dialer.EchoAsync(listener.PeerId, 40, 100_000);
        Assert.Equal(1, service.Circuits);
        Assert.True(service.RelayedBytes > 2L * Much);
    }

    [Fact]
    public async Task Our_relay_limits_js_peers_and_they_know_it()
    {
        await using Libp2pNode relay = await ListenAsync(2);
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions());
        await using JsPeer listener = await JsPeer.StartAsync(BehindOf(relay.ListenAddresses[0].ToString()));
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Relay = "client", Listen = null });
        await dialer.DialAsync($"{relay.ListenAddresses[0]}/p2p-circuit/p2p/{listener.PeerId}");
        JsPeerException e = await Assert.ThrowsAsync<JsPeerException>(() => dialer.CallAsync("open",
            new { peer = listener.PeerId, protocol = Echo }));
        Assert.Contains("Limited", e.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Our_desktop_node_behind_a_js_relay_is_dialed_by_js_and_dials_js(int shards)
    {
        await using JsPeer relay = await JsPeer.StartAsync(new JsPeerOptions { Relay = "server" });
        await using Libp2pNode node = await ListenAsync(shards);
        node.Handle(Echo, async (stream, cancellation) => await stream.CopyToAsync(stream, cancellation));
        node.Handle(Sink, async (stream, cancellation) => await stream.CopyToAsync(System.IO.Stream.Null, cancellation));
        await using RelayReservation place = RelayReservation.Start(node, relay.Address);
        Multiaddr address = await place.WaitAsync(Cancellation).WaitAsync(JsPeer.Patience, Cancellation);
        Assert.Equal($"{relay.Address}/p2p-circuit/p2p/{node.PeerId}", address.ToString());
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Relay = "client", Listen = null });
        await dialer.DialAsync(address.ToString());
        await dialer.CallAsync("send", new { peer = node.PeerId.ToString(), protocol = Sink, count = Much });
        await dialer.EchoAsync(node.PeerId.ToString(), 20, 100_000);

        await using JsPeer listener = await JsPeer.StartAsync(BehindOf(relay.Address));
        PeerId there = await node.DialAsync($"{relay.Address}/p2p-circuit/p2p/{listener.PeerId}", Cancellation);
        byte[] sent = new byte[Much];
        new Random(1).NextBytes(sent);
        await using PeerStream stream = await node.OpenStreamAsync(there, Echo, Cancellation);
        Task write = WriteAllAsync(stream, sent);
        byte[] back = new byte[Much];
        await stream.ReadExactlyAsync(back, Cancellation).AsTask().WaitAsync(JsPeer.Patience, Cancellation);
        await write;
        Assert.Equal(sent, back);
    }

    [Fact]
    public async Task A_limit_of_a_js_relay_marks_the_connection_as_limited()
    {
        await using JsPeer relay = await JsPeer.StartAsync(new JsPeerOptions { Relay = "limited" });
        await using JsPeer listener = await JsPeer.StartAsync(BehindOf(relay.Address));
        await using Libp2pNode node = await ListenAsync(1);
        PeerId there = await node.DialAsync($"{relay.Address}/p2p-circuit/p2p/{listener.PeerId}", Cancellation);
        Assert.True(node.ConnectionsTo(there)[0].IsLimited);
        await node.PingAsync(there, Cancellation);
        await Assert.ThrowsAsync<Libp2pException>(() => node.OpenStreamAsync(there, Echo, Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Our_device_behind_a_relay_is_dialed_by_js_echoes_much_and_comes_back_after_a_restart(bool ours)
    {
        JsPeerOptions options = new() { Relay = "server", Seed = 77 };
        JsPeer? js = ours ? null : await JsPeer.StartAsync(options);
        Libp2pNode? node = ours ? await ListenAsync(2) : null;
        RelayServiceOptions all = new() { CircuitBytes = 0, CircuitTime = default };
        RelayService? service = ours ? RelayService.Start(node!, all) : null;
        string relay = ours ? node!.ListenAddresses[0].ToString() : js!.Address;
        Watch watch = new();
        RelayOptions sizes = new() { Relays = [Multiaddr.Parse(relay)], RetryMs = 100, MaxRetryMs = 500 };
        RelayClient client = new(sizes) { Events = watch };

        // with a device's own sizes: js puts all that is written at once into one record, and its relay that again into one of its own
        NodeOptions device = new() { MaxConnections = 3, MaxStreams = 64 };
        await using NanoPeer peer = await NanoPeer.StartAsync(device, client);
        await watch.Reserved.WaitAsync(JsPeer.Patience, Cancellation);
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Relay = "client", Listen = null });
        string address = $"{relay}/p2p-circuit/p2p/{peer.PeerId}";
        await dialer.DialAsync(address);
        await dialer.PerfAsync(peer.PeerId, Megabyte, Megabyte);
        await dialer.EchoAsync(peer.PeerId, 10, 10_000);
        await dialer.PingAsync(peer.PeerId, 5);
        if (!ours)
        {
            // the same relay again, at the same address
            string listen = relay[..relay.IndexOf("/p2p/", StringComparison.Ordinal)];
            watch.Renew();
            await js!.DisposeAsync();
            js = await JsPeer.StartAsync(options with { Listen = listen });
            await watch.Reserved.WaitAsync(JsPeer.Patience, Cancellation);
            await using JsPeer other = await JsPeer.StartAsync(new JsPeerOptions { Relay = "client", Listen = null });
            await other.DialAsync(address);
            await other.EchoAsync(peer.PeerId, 1, 10_000);
        }

        await (js?.DisposeAsync() ?? default);
        await (service?.DisposeAsync() ?? default);
        await (node?.DisposeAsync() ?? default);
    }

    [Fact]
    public async Task Our_desktop_nodes_reservation_comes_back_when_a_js_relay_restarts()
    {
        JsPeerOptions options = new() { Relay = "server", Seed = 78 };
        JsPeer relay = await JsPeer.StartAsync(options);
        string address = relay.Address;
        await using Libp2pNode node = await ListenAsync(2);
        await using RelayReservation place = RelayReservation.Start(node, address,
            new RelayReservationOptions { Retry = TimeSpan.FromMilliseconds(50), MaxRetry = TimeSpan.FromMilliseconds(500) });
        await place.WaitAsync(Cancellation).WaitAsync(JsPeer.Patience, Cancellation);
        await relay.DisposeAsync();
        using CancellationTokenSource late = new(JsPeer.Patience);
        while (place.Address != null)
        {
            await Task.Delay(10, late.Token);
        }

        await using JsPeer again = await JsPeer.StartAsync(options with
            { Listen = address[..address.IndexOf("/p2p/", StringComparison.Ordinal)] });
        await place.WaitAsync(Cancellation).WaitAsync(JsPeer.Patience, Cancellation);
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Relay = "client", Listen = null });
        await dialer.DialAsync(place.Address!.ToString());
        await dialer.PingAsync(node.PeerId.ToString());
    }

    private static JsPeerOptions BehindOf(string relay) => new() { Relay = "client", Listen = relay + "/p2p-circuit" };

    private static async Task WriteAllAsync(PeerStream stream, byte[] bytes)
    {
        await stream.WriteAsync(bytes, Cancellation);
        stream.CompleteWrites();
    }

    private static Task<Libp2pNode> ListenAsync(int shards)
    {
        Libp2pNodeOptions options = new() { Shards = shards };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return Libp2pNode.StartAsync(options, Cancellation);
    }

    private sealed class Watch : RelayEvents
    {
        private volatile TaskCompletionSource _reserved = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reserved => _reserved.Task;

        public void Renew() => _reserved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void OnReserved(RelayClient client) => _reserved.TrySetResult();
    }
}
