using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Bench.Gateway;

/// <summary>
/// A gateway between three peers, all four ours or all four another's, each in a process of its own. The two kinds have their turns
/// round by round, so that a busy machine is busy for both. Only the dialer disconnects: js's router may say nothing to a peer that comes
/// back at once, so the gossip goes between the two others.
/// </summary>
internal sealed class GatewayBench : IAsyncDisposable
{
    private const int Parallel = 8;
    private const string Topic = "bench";
    private const string Ack = "bench-ack";

    // messages that are published at once, of which one is acknowledged
    private const int Window = 32;
    private const string Many = "bench-many";
    private const string ManyAck = "bench-many-ack";

    // for the idle connections, beside the figures' own
    private const int SpareConnections = 1024;

    private static readonly TimeSpan _roundTrip = TimeSpan.FromMilliseconds(100);

    private readonly GatewaySizes _sizes;
    private readonly GatewayFigures _figures;
    private readonly IGatewayPeer _gateway;
    private readonly IGatewayPeer _dialer;
    private readonly IGatewayPeer _target;
    private readonly IGatewayPeer _subscriber;
    private readonly DelayProxy _far;
    private string _circuit = "";

    private GatewayBench(GatewaySizes sizes, string name, IGatewayPeer gateway, IGatewayPeer dialer, IGatewayPeer target,
        IGatewayPeer subscriber)
    {
        _sizes = sizes;
        _figures = new GatewayFigures(name);
        _gateway = gateway;
        _dialer = dialer;
        _target = target;
        _subscriber = subscriber;
        _far = new DelayProxy(Multiaddr.Parse(gateway.Address).Port, _roundTrip);
    }

    /// <summary>Measures both kinds; round 0, for the compilers of both, is left out.</summary>
    /// <returns>The figures, ours first.</returns>
    /// <param name="sizes">How much is measured.</param>
    /// <param name="program">The other's program; null for js-libp2p.</param>
    public static async Task<IReadOnlyList<GatewayFigures>> RunAsync(GatewaySizes sizes, string? program)
    {
        int connections = sizes.Idle.DefaultIfEmpty().Max() + sizes.Connects + SpareConnections;
        await using GatewayBench ours = new(sizes, "nano", await ProcessGatewayPeer.StartAsync(connections),
            await ProcessGatewayPeer.StartAsync(connections), await ProcessGatewayPeer.StartAsync(SpareConnections),
            await ProcessGatewayPeer.StartAsync(SpareConnections));
        await using GatewayBench other = new(sizes, program == null ? "js" : Path.GetFileNameWithoutExtension(program),
            await StartOtherAsync(program), await StartOtherAsync(program), await StartOtherAsync(program), await StartOtherAsync(program));
        GatewayBench[] both = [ours, other];
        foreach (GatewayBench one in both)
        {
            await one.PrepareAsync();
        }

        for (int round = 0; round <= sizes.Rounds; round++)
        {
            foreach (GatewayBench one in both)
            {
                one._figures.IsWarmUp = round == 0;
                await one.MeasureAsync();
            }
        }

        foreach (int idle in sizes.Idle)
        {
            foreach (GatewayBench one in both)
            {
                await one.MeasureMemoryAsync(idle);
            }
        }

        return [ours._figures, other._figures];
    }

    public async ValueTask DisposeAsync()
    {
        _far.Dispose();
        await _dialer.DisposeAsync();
        await _target.DisposeAsync();
        await _subscriber.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    private static async Task<IGatewayPeer> StartOtherAsync(string? program) => program == null
        ? new JsGatewayPeer(await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub", Relay = "server" }))
        : await ProcessGatewayPeer.StartAsync(program);

    private async Task PrepareAsync()
    {
        _circuit = (await _target.CallAsync("reserve", new { addr = _gateway.Address })).GetProperty("addr").GetString()!;
        await _dialer.CallAsync("dial", new { addr = _gateway.Address });
        await _subscriber.CallAsync("dial", new { addr = _gateway.Address });

        // the gateway carries what it subscribes to
        await _gateway.CallAsync("acknowledge", new { topic = Topic, ack = "nobody", every = int.MaxValue });
        await _gateway.CallAsync("acknowledge", new { topic = Ack, ack = "nobody", every = int.MaxValue });
        await _gateway.CallAsync("acknowledge", new { topic = Many, ack = ManyAck, every = int.MaxValue });
        await _gateway.CallAsync("acknowledge", new { topic = ManyAck, ack = "nobody", every = int.MaxValue });
        await _subscriber.CallAsync("acknowledge", new { topic = Topic, ack = Ack, every = 1 });
        await _subscriber.CallAsync("acknowledge", new { topic = Many, ack = ManyAck, every = Window });
    }

    private async Task MeasureAsync()
    {
        await MeasureAsync("connections a second", async () =>
        {
            JsonElement said = await _dialer.CallAsync("connects",
                new { addr = _gateway.Address, count = _sizes.Connects, parallel = Parallel });
            return [_sizes.Connects / said.GetProperty("seconds").GetDouble()];
        });
        await _dialer.CallAsync("disconnect", new { peer = _gateway.PeerId });
        await MeasureAsync("connect and a byte, a peer that is known, round trips", () => FirstByteAsync(false));
        await MeasureAsync("connect and a byte, a stranger, round trips", () => FirstByteAsync(true));
        await _dialer.CallAsync("dial", new { addr = _gateway.Address });
        await TransferAsync("direct", _gateway.PeerId);
        await _dialer.CallAsync("dial", new { addr = _circuit });
        await TransferAsync("relayed", _target.PeerId);
        await MeasureAsync("10 MB echo through the relay, ms", async () =>
        {
            JsonElement said = await _dialer.CallAsync("echoBytes", new { peer = _target.PeerId, size = 10_000_000 });
            return [said.GetProperty("ms").GetDouble()];
        });
        await _dialer.CallAsync("disconnect", new { peer = _target.PeerId });
        await MeasureAsync("gossip, there and back through the router, ms", async () =>
        {
            JsonElement said = await _target.CallAsync("exchange",
                new { topic = Topic, ack = Ack, count = _sizes.Hops, size = 100, window = 1 });
            return Values(said, "ms");
        });
        await MeasureAsync("messages a second through the router", async () =>
        {
            int count = _sizes.Hops * Window;
            JsonElement said = await _target.CallAsync("exchange", new { topic = Many, ack = ManyAck, count, size = 100, window = Window });
            return [count / said.GetProperty("seconds").GetDouble()];
        });
    }

    private async Task<IReadOnlyList<double>> FirstByteAsync(bool stranger)
    {
        string address = _gateway.Address.Replace("/tcp/" + Multiaddr.Parse(_gateway.Address).Port, "/tcp/" + _far.Port,
            StringComparison.Ordinal);
        JsonElement said = await _dialer.CallAsync("firstByte", new { addr = address, count = 3, stranger });
        return [.. Values(said, "ms").Select(ms => ms / _roundTrip.TotalMilliseconds)];
    }

    private async Task TransferAsync(string way, string peer)
    {
        int bytes = _sizes.Bytes;
        await MeasureAsync($"{way} up, MB/s", async () =>
        {
            JsonElement said = await _dialer.CallAsync("perf", new { peer, upload = bytes, download = 0 });
            return [bytes / 1e6 / (said.GetProperty("uploadSeconds").GetDouble() + said.GetProperty("downloadSeconds").GetDouble())];
        });
        await MeasureAsync($"{way} down, MB/s", async () =>
        {
            JsonElement said = await _dialer.CallAsync("perf", new { peer, upload = 0, download = bytes });
            return [bytes / 1e6 / (said.GetProperty("uploadSeconds").GetDouble() + said.GetProperty("downloadSeconds").GetDouble())];
        });
    }

    /// <summary>One figure, with the processor time that the gateway took for it.</summary>
    private async Task MeasureAsync(string figure, Func<Task<IReadOnlyList<double>>> measure)
    {
        double before = await CpuAsync();
        IReadOnlyList<double> values = await measure();
        _figures.Add(figure, values, await CpuAsync() - before);
    }

    private async Task<double> CpuAsync() => (await _gateway.CallAsync("usage")).GetProperty("cpuSeconds").GetDouble();

    private async Task MeasureMemoryAsync(int idle)
    {
        double before = await RssAsync();
        using IdleDevices devices = new(Multiaddr.Parse(_gateway.Address), idle);
        while (devices.Connected < idle)
        {
            await Task.Delay(50);
        }

        // identify, its push, and the topic's own streams
        await Task.Delay(TimeSpan.FromSeconds(5));
        double after = await RssAsync();
        _figures.Add(string.Create(CultureInfo.InvariantCulture, $"RSS of an idle connection of {idle}, KiB"),
            [(after - before) / 1024 / idle], 0);
        _figures.Add(string.Create(CultureInfo.InvariantCulture, $"RSS of the gateway with {idle}, MiB"), [after / 1024 / 1024], 0);
    }

    private async Task<double> RssAsync() => (await _gateway.CallAsync("usage")).GetProperty("rssBytes").GetDouble();

    private static IReadOnlyList<double> Values(JsonElement said, string name)
        => [.. said.GetProperty(name).EnumerateArray().Select(one => one.GetDouble())];
}
