using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Perf;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Bench.Gateway;

/// <summary>
/// Our node in a process of its own, driven by JSON lines: relay, gossipsub router, echo and perf. Its commands and their answers are those
/// of <c>tests/js/peer.mjs</c>.
/// </summary>
internal sealed class NanoPeer : IAsyncDisposable
{
    private const string Echo = "/echo/1.0.0";
    private const int PieceBytes = 256 * 1024;

    // between messages that begin an exchange, and after an answer to them
    private const int RestMs = 500;

    private readonly Libp2pNode _node;
    private readonly RelayService _relay;
    private readonly PerfService _perf;
    private readonly List<IAsyncDisposable> _kept = [];
    private readonly Dictionary<string, ChannelReader<bool>> _heard = [];
    private readonly CancellationTokenSource _end = new();

    private NanoPeer(Libp2pNode node)
    {
        _node = node;
        _relay = RelayService.Start(node, new RelayServiceOptions { CircuitBytes = 0, CircuitTime = TimeSpan.Zero });
        node.Handle(Echo, async (stream, cancellation) =>
        {
            await stream.CopyToAsync(stream, PieceBytes, cancellation);
            stream.CompleteWrites();
        });
        _perf = PerfService.Start(node, _ => true);
    }

    /// <summary>What the process does: prints where it listens, then answers commands until its stdin ends.</summary>
    public static async Task<int> RunAsync(int connections)
    {
        Libp2pNodeOptions options = new()
        {
            MaxConnections = connections,

            // the figures open many connections from few peers and one host
            DuplicateGrace = TimeSpan.FromDays(1),
            UsesLimitedConnections = true,
        };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        await using Libp2pNode node = await Libp2pNode.StartAsync(options);
        await using NanoPeer peer = new(node);
        Say(new JsonObject { ["peer"] = node.PeerId.ToString(), ["addr"] = node.ListenAddresses[0].ToString() });
        while (await Console.In.ReadLineAsync() is { } line)
        {
            JsonElement arguments = JsonElement.Parse(line);
            try
            {
                Say(new JsonObject { ["result"] = await peer.AnswerAsync(arguments.GetProperty("cmd").GetString()!, arguments) });
            }
            catch (Exception e)
            {
                Say(new JsonObject { ["error"] = e.Message });
            }
        }

        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (IAsyncDisposable one in _kept)
        {
            await one.DisposeAsync();
        }

        await _perf.DisposeAsync();
        await _relay.DisposeAsync();
        _end.Dispose();
    }

    private static void Say(JsonObject line)
    {
        Console.Out.WriteLine(line.ToJsonString());
        Console.Out.Flush();
    }

    private async Task<JsonNode?> AnswerAsync(string command, JsonElement arguments) => command switch
    {
        "dial" => new JsonObject { ["peer"] = (await _node.DialAsync(Text(arguments, "addr"))).ToString() },
        "reserve" => new JsonObject { ["addr"] = await ReserveAsync(Text(arguments, "addr")) },
        "connects" => await ConnectAsync(Text(arguments, "addr"), Number(arguments, "count"), Number(arguments, "parallel")),
        "firstByte" => await FirstByteAsync(Text(arguments, "addr"), Number(arguments, "count"),
            arguments.GetProperty("stranger").GetBoolean()),
        "perf" => await PerfAsync(Peer(arguments), Number(arguments, "upload"), Number(arguments, "download")),
        "echoBytes" => await EchoAsync(Peer(arguments), Number(arguments, "size")),
        "acknowledge" => await AcknowledgeAsync(Text(arguments, "topic"), Text(arguments, "ack"), Number(arguments, "every")),
        "exchange" => await ExchangeAsync(arguments),
        "disconnect" => await DisconnectAsync(Peer(arguments)),
        "usage" => Usage(),
        _ => throw new ArgumentException($"no command '{command}'"),
    };

    private async Task<string> ReserveAsync(string relay)
    {
        RelayReservation reservation = RelayReservation.Start(_node, relay);
        _kept.Add(reservation);
        return (await reservation.WaitAsync(_end.Token)).ToString();
    }

    private async Task<JsonNode> ConnectAsync(string address, int count, int parallel)
    {
        // who the address does not name is dialled anew
        Multiaddr target = Multiaddr.Parse(address).WithoutPeerId();
        PeerId[] peers = new PeerId[count];
        Stopwatch watch = Stopwatch.StartNew();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = parallel },
            async (i, cancellation) => peers[i] = await _node.DialAsync(target, cancellation));
        double seconds = watch.Elapsed.TotalSeconds;
        await _node.DisconnectAsync(peers[0]);
        return new JsonObject { ["seconds"] = seconds };
    }

    private async Task<JsonNode> FirstByteAsync(string address, int count, bool isStranger)
    {
        PeerId known = Multiaddr.Parse(address).PeerId!;
        double[] ms = new double[count];
        for (int i = 0; i < count; i++)
        {
            if (isStranger)
            {
                // nothing that it said of itself before
                _node.PeerStore.Remove(known);
            }

            Stopwatch one = Stopwatch.StartNew();
            PeerId peer = await _node.DialAsync(address);
            await using (PeerStream stream = await _node.OpenStreamAsync(peer, Echo))
            {
                await stream.WriteAsync(new byte[1]);
                await stream.ReadExactlyAsync(new byte[1]);
                ms[i] = one.Elapsed.TotalMilliseconds;
            }

            await _node.DisconnectAsync(peer);
        }

        return new JsonObject { ["ms"] = Array(ms) };
    }

    private async Task<JsonNode?> DisconnectAsync(PeerId peer)
    {
        await _node.DisconnectAsync(peer);
        return null;
    }

    // one of the two is 0: all of the time is the other's
    private async Task<JsonNode> PerfAsync(PeerId peer, int upload, int download)
    {
        TimeSpan took = await PerfService.MeasureAsync(_node, peer, (ulong)upload, (ulong)download);
        return new JsonObject
        {
            ["uploadSeconds"] = download == 0 ? took.TotalSeconds : 0, ["downloadSeconds"] = download == 0 ? 0 : took.TotalSeconds,
        };
    }

    private async Task<JsonNode> EchoAsync(PeerId peer, int size)
    {
        byte[] sent = new byte[size];
        Random.Shared.NextBytes(sent);
        byte[] back = new byte[size];
        Stopwatch watch = Stopwatch.StartNew();
        await using PeerStream stream = await _node.OpenStreamAsync(peer, Echo);
        Task reading = stream.ReadExactlyAsync(back).AsTask();
        await stream.WriteAsync(sent);
        stream.CompleteWrites();
        await reading;
        double ms = watch.Elapsed.TotalMilliseconds;
        return back.AsSpan().SequenceEqual(sent)
            ? new JsonObject { ["ms"] = ms } : throw new InvalidOperationException("the echo came back changed");
    }

    private async Task<JsonNode?> AcknowledgeAsync(string topic, string ack, int every)
    {
        Subscription messages = _node.SubscribeAsync(topic, _end.Token);
        Subscription acknowledgements = _node.SubscribeAsync(ack, _end.Token);
        await Task.WhenAll(messages.Joined, acknowledgements.Joined);
        _ = Task.Run(async () =>
        {
            int count = 0;
            await foreach (TopicMessage message in messages)
            {
                if (++count % every == 0)
                {
                    await _node.PublishAsync(ack, message.Data.AsMemory(0, 1));
                }
            }
        });
        return null;
    }

    private async Task<JsonNode> ExchangeAsync(JsonElement arguments)
    {
        string topic = Text(arguments, "topic");
        int count = Number(arguments, "count");
        int window = Number(arguments, "window");
        ChannelReader<bool> heard = await HearAsync(Text(arguments, "ack"));
        byte[] data = new byte[Number(arguments, "size")];
        List<double> ms = [];
        await OpenAsync(topic, data, window, heard);
        Stopwatch all = Stopwatch.StartNew();
        for (int i = 0; i < count; i += window)
        {
            Stopwatch one = Stopwatch.StartNew();
            for (int j = 0; j < window; j++)
            {
                await _node.PublishAsync(topic, data);
            }

            await heard.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
            ms.Add(one.Elapsed.TotalMilliseconds);
        }

        return new JsonObject { ["seconds"] = all.Elapsed.TotalSeconds, ["ms"] = Array(ms) };
    }

    // publishes until an answer comes: all have heard of all subscriptions then; answers that are late have their time to come
    private async Task OpenAsync(string topic, byte[] data, int window, ChannelReader<bool> heard)
    {
        bool isOpen = false;
        while (!isOpen || heard.TryRead(out _))
        {
            for (int i = 0; !isOpen && i < window; i++)
            {
                await _node.PublishAsync(topic, data);
            }

            await Task.Delay(RestMs);
            isOpen |= heard.TryRead(out _);
        }
    }

    private async Task<ChannelReader<bool>> HearAsync(string topic)
    {
        if (!_heard.TryGetValue(topic, out ChannelReader<bool>? heard))
        {
            Channel<bool> channel = Channel.CreateUnbounded<bool>();
            Subscription messages = _node.SubscribeAsync(topic, _end.Token);
            await messages.Joined;
            _ = Task.Run(async () =>
            {
                await foreach (TopicMessage message in messages)
                {
                    if (!_node.PeerId.Equals(message.From))
                    {
                        channel.Writer.TryWrite(true);
                    }
                }
            });
            _heard[topic] = heard = channel.Reader;
        }

        return heard;
    }

    private static JsonObject Usage()
    {
        using Process self = Process.GetCurrentProcess();
        GC.Collect();
        return new JsonObject
        {
            ["cpuSeconds"] = self.TotalProcessorTime.TotalSeconds,
            ["rssBytes"] = self.WorkingSet64,
            ["heapBytes"] = GC.GetTotalMemory(false),
        };
    }

    private static JsonArray Array(IEnumerable<double> values) => new([.. values.Select(one => (JsonNode)one)]);

    private static string Text(JsonElement arguments, string name) => arguments.GetProperty(name).GetString()!;

    private static int Number(JsonElement arguments, string name) => arguments.GetProperty(name).GetInt32();

    private static PeerId Peer(JsonElement arguments) => PeerId.Parse(Text(arguments, "peer"));
}
