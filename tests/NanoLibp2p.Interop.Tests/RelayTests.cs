using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Relay;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Perf;
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
    public async Task Our_device_behind_a_relay_carries_megabytes_of_js_also_after_the_relay_was_cut_in_the_middle(bool ours)
    {
        // js's relay takes its time beside other tests
        int much = ours ? Much : 2 * Megabyte;
        await using TestRelay relay = new(ours);
        await relay.StartAsync();
        using RelayedBoard board = RelayedBoard.Start(relay.Address, ours ? 1000 : 0);
        await board.LogsAsync("others can dial this device at");
        await using JsPeer dialer = await JsPeer.StartAsync(new JsPeerOptions { Relay = "client", Listen = null });
        string address = $"{relay.Address}/p2p-circuit/p2p/{board.PeerId}";
        await dialer.DialAsync(address);
        await dialer.PerfAsync(board.PeerId, much, much);
        if (relay.Service is { } service)
        {
            // the reservation is refreshed meanwhile, and again
            DateTimeOffset first = service.ListReservations(1)[0].Expires;
            await UntilAsync(() => service.ListReservations(1)[0].Expires > first, "the reservation is refreshed");
            Assert.Equal(1, service.Reservations);
        }

        // a stream of ten megabytes that takes twelve seconds, of which one is over
        Task<JsonElement> cut = dialer.CallAsync("send", new { peer = board.PeerId, protocol = Sink, count = Much });
        await UntilAsync(() => board.Taken > Megabyte, "the stream is in its middle");
        int before = board.Lines.Count;
        await relay.StopAsync();
        await Assert.ThrowsAsync<JsPeerException>(() => cut.WaitAsync(JsPeer.Patience, Cancellation));
        Assert.InRange(board.Taken, Megabyte, Much - 1);
        await board.LogsAsync("no reservation at a relay: it can't be reached, or is gone", before);
        await board.LogsAsync($"connection to {dialer.PeerId}", before);

        // the same relay again, at the same address
        await relay.StartAsync();
        await board.LogsAsync("others can dial this device at", before);
        await dialer.DialAsync(address);
        await dialer.PerfAsync(board.PeerId, much, much);
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

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        using CancellationTokenSource late = new(JsPeer.Patience);
        while (!condition())
        {
            Assert.False(late.IsCancellationRequested, $"waited for {JsPeer.Patience.TotalSeconds} s: {what}");
            await Task.Delay(5, Cancellation);
        }
    }

    // a relay, ours or of js, that may be stopped and started again with its key and its address
    private sealed class TestRelay(bool ours) : IAsyncDisposable
    {
        private readonly Identity _identity = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        private JsPeer? _js;
        private Libp2pNode? _node;

        public string Address { get; private set; } = "/ip4/127.0.0.1/tcp/0/p2p/";

        public RelayService? Service { get; private set; }

        public async Task StartAsync()
        {
            string listen = Address[..Address.IndexOf("/p2p/", StringComparison.Ordinal)];
            if (!ours)
            {
                _js = await JsPeer.StartAsync(new JsPeerOptions { Relay = "server", Seed = 77, Listen = listen });
                Address = _js.Address;
                return;
            }

            Libp2pNodeOptions options = new() { Shards = 2, Identity = _identity };
            options.ListenAddresses.Add(listen);
            _node = await Libp2pNode.StartAsync(options, Cancellation);
            Service = RelayService.Start(_node, new RelayServiceOptions { CircuitBytes = 0, CircuitTime = default });
            Address = _node.ListenAddresses[0].ToString();
        }

        public async Task StopAsync()
        {
            await (_js?.DisposeAsync() ?? default);
            await (Service?.DisposeAsync() ?? default);
            await (_node?.DisposeAsync() ?? default);
        }

        public async ValueTask DisposeAsync() => await StopAsync();
    }

    // the sensor program of a virtual board that is dialed through a relay, with perf and a sink beside
    private sealed class RelayedBoard : IDeviceLog, IDisposable
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private readonly SinkProtocol _sink = new(16 * 1024, 20);
        private readonly VirtualBoard _board;
        private readonly Device _device;
        private readonly Thread _thread;

        private RelayedBoard(string relay, int refreshMs)
        {
            _board = new VirtualBoard("relayed", new MemoryStore(), this, 4);
            DeviceOptions options = _board.CreateOptions();
            options.Node.MaxStreams = 16;
            RelayOptions sizes = new() { MaxCircuits = 1, RetryMs = 100, MaxRetryMs = 500 };
            sizes.RefreshMs = refreshMs > 0 ? refreshMs : sizes.RefreshMs;
            _device = RelayedDevice.Create(_board, DeviceSettings.Parse($"topic = a\nevery = 1000\nrelay = {relay}"), options, sizes);
            _device.Node.Add(new PerfProtocol(2, 16 * 1024, serve: true));
            _device.Node.Add(_sink);
            _thread = new Thread(_device.Run) { IsBackground = true, Name = "device" };
        }

        public string PeerId => _device.Node.Identity.PeerId.ToString();

        public long Taken => _sink.Taken;

        public ConcurrentQueue<string> Lines => _lines;

        public static RelayedBoard Start(string relay, int refreshMs)
        {
            RelayedBoard board = new(relay, refreshMs);
            board._thread.Start();
            return board;
        }

        /// <summary>Waits for a line with a text, behind so many others.</summary>
        public Task LogsAsync(string text, int behind = 0)
            => UntilAsync(() => _lines.Skip(behind).Any(line => line.Contains(text, StringComparison.Ordinal)), text);

        void IDeviceLog.Write(string line) => _lines.Enqueue(line);

        public void Dispose()
        {
            _device.Stop();
            Assert.True(_thread.Join(JsPeer.Patience));
            _board.Dispose();
        }
    }
}
