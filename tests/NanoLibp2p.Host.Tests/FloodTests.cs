using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host.Tests;

/// <summary>Peers that send as much as they can, and how long the others wait for their turn.</summary>
public class FloodTests(ITestOutputHelper output)
{
    // the longest record, with its length
    private const int RecordBytes = 65_537;

    public static TheoryData<PollerKind> Pollers
        => OperatingSystem.IsLinux() ? new() { PollerKind.Async, PollerKind.Epoll } : new() { PollerKind.Async };

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task A_flood_from_one_peer_has_the_others_wait_for_one_record_of_it_at_a_time(PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, poller, options => options.PubSub = null);
        await using Libp2pNode flooder = await Nodes.StartAsync(1, poller, options => options.PubSub = null);
        await using Libp2pNode honest = await Nodes.StartAsync(1, poller, options => options.PubSub = null);
        server.Handle("/sink/1.0.0", (stream, cancellation) => stream.CopyToAsync(System.IO.Stream.Null, cancellation));
        await honest.DialAsync(server);
        await flooder.DialAsync(server);
        await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);
        await using PeerStream flood = await flooder.OpenStreamAsync(server.PeerId, "/sink/1.0.0").WaitAsync(Nodes.Patience);
        using CancellationTokenSource end = new();
        Task flooding = Task.Run(async () =>
        {
            byte[] chunk = new byte[256 * 1024];
            while (!end.IsCancellationRequested)
            {
                await flood.WriteAsync(chunk, CancellationToken.None);
            }
        });

        for (int i = 0; i < 10; i++)
        {
            // while the server's thread is held up, the flood fills what is between them, and the other asks
            List<(string Peer, long Bytes)> turns = [];
            using ManualResetEventSlim go = new();
            server.Hold(go);
            Task<TimeSpan> ping = honest.PingAsync(server.PeerId);
            await Task.Delay(30);
            long before = server.ReceivedBytes;
            server.Watch(one =>
            {
                lock (turns)
                {
                    long received = server.ReceivedBytes;
                    turns.Add((one.Peer!.ToString(), received - before));
                    before = received;
                }
            });
            go.Set();
            await ping.WaitAsync(Nodes.Patience);

            // told after the turn in which it was answered
            await Nodes.UntilAsync(() => Locked(turns, () => turns.Any(turn => turn.Peer == honest.PeerId.ToString())), "it is told");
            server.Watch(null);
            lock (turns)
            {
                // a turn that was due before it asked, and one after, of one record each
                int first = turns.FindIndex(turn => turn.Peer == honest.PeerId.ToString());
                Assert.InRange(first, 0, 2);
                Assert.All(turns[..first], turn => Assert.InRange(turn.Bytes, 0, RecordBytes));
            }
        }

        end.Cancel();
        await flooding.WaitAsync(Nodes.Patience);
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task A_flood_of_handshakes_has_an_open_connection_wait_for_one_step_of_one_of_them(PollerKind poller)
    {
        const int Flood = 60;
        await using Libp2pNode server = await Nodes.ListenAsync(1, poller, options => options.PubSub = null);
        await using Libp2pNode honest = await Nodes.StartAsync(1, poller, options => options.PubSub = null);
        await honest.DialAsync(server);
        await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);
        List<Socket> callers = [];
        try
        {
            // each has said all it can before an answer: /noise and a first message that takes three keys' worth of work
            using ManualResetEventSlim go = new();
            byte[] message = [.. "\u0013/multistream/1.0.0\n\u0007/noise\n"u8, 0, 32, .. Nodes.Bytes(32)];
            List<(bool IsOpen, string? Peer)> turns = [];
            for (int i = 0; i < Flood; i++)
            {
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                callers.Add(socket);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.ListenAddresses[0].Port));
            }

            await Nodes.UntilAsync(() => server.HalfOpen == Flood, "all have called");
            server.Hold(go);
            foreach (Socket socket in callers)
            {
                await socket.SendAsync(message);
            }

            Task<TimeSpan> ping = honest.PingAsync(server.PeerId);
            await Task.Delay(50);
            server.Watch(one =>
            {
                lock (turns)
                {
                    turns.Add((one.Info != null, one.Peer?.ToString()));
                }
            });
            go.Set();
            await ping.WaitAsync(Nodes.Patience);
            await Nodes.UntilAsync(() => Locked(turns, () => turns.Any(turn => turn.IsOpen)), "it is told");
            lock (turns)
            {
                int first = turns.FindIndex(turn => turn.IsOpen);
                Assert.InRange(first, 0, 1);
            }

            // they are served all the same, one a round
            await Nodes.UntilAsync(() => Locked(turns, () => turns.Count(turn => !turn.IsOpen) >= Flood), "all have their step");
            server.Watch(null);
        }
        finally
        {
            callers.ForEach(socket => socket.Dispose());
        }
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task Pings_of_ten_peers_are_answered_while_ten_others_flood(PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, poller, options => options.PubSub = null);
        server.Handle("/sink/1.0.0", (stream, cancellation) => stream.CopyToAsync(System.IO.Stream.Null, cancellation));
        await using Libp2pNode flooder = await Nodes.StartAsync(1, poller, options => options.PubSub = null);
        await using Libp2pNode honest = await Nodes.StartAsync(1, poller, options => options.PubSub = null);
        await flooder.DialAsync(server);
        await honest.DialAsync(server);
        using CancellationTokenSource end = new();
        Task[] flooding = [.. Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
        {
            await using PeerStream flood = await flooder.OpenStreamAsync(server.PeerId, "/sink/1.0.0");
            byte[] chunk = new byte[64 * 1024];
            while (!end.IsCancellationRequested)
            {
                await flood.WriteAsync(chunk, CancellationToken.None);
            }

            flood.CompleteWrites();
        }))];
        for (int i = 0; i < 100; i++)
        {
            Assert.True(await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        }

        // the flood itself goes on
        long before = server.ReceivedBytes;
        await Nodes.UntilAsync(() => server.ReceivedBytes > before + 1_000_000, "the flood is read");
        end.Cancel();
        await Task.WhenAll(flooding).WaitAsync(Nodes.Patience);
    }

    // dotnet run -c Release --project tests/NanoLibp2p.Host.Tests -- -explicit only -showLiveOutput
    [Theory(Explicit = true)]
    [InlineData(PollerKind.Epoll)]
    [InlineData(PollerKind.Async)]
    public async Task How_long_a_ping_takes_beside_a_flood_run_by_hand_on_a_quiet_machine(PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, poller, options => options.PubSub = null);
        server.Handle("/sink/1.0.0", (stream, cancellation) => stream.CopyToAsync(System.IO.Stream.Null, cancellation));
        await using Libp2pNode flooder = await Nodes.StartAsync(1, poller, options => options.PubSub = null);
        await using Libp2pNode honest = await Nodes.StartAsync(1, poller, options => options.PubSub = null);
        await flooder.DialAsync(server);
        await honest.DialAsync(server);
        await MeasureAsync(honest, server);
        (double middle, double late) = await MeasureAsync(honest, server);
        output.WriteLine($"{poller}, alone: p50 {middle:0} us, p99 {late:0} us");
        using CancellationTokenSource end = new();
        await using PeerStream flood = await flooder.OpenStreamAsync(server.PeerId, "/sink/1.0.0");
        Task flooding = Task.Run(async () =>
        {
            byte[] chunk = new byte[64 * 1024];
            while (!end.IsCancellationRequested)
            {
                await flood.WriteAsync(chunk, CancellationToken.None);
            }
        });
        long before = server.ReceivedBytes;
        Stopwatch watch = Stopwatch.StartNew();
        (middle, late) = await MeasureAsync(honest, server);
        output.WriteLine($"{poller}, beside a flood of {(server.ReceivedBytes - before) / watch.Elapsed.TotalSeconds / 1e6:0} MB/s:"
            + $" p50 {middle:0} us, p99 {late:0} us");
        end.Cancel();
        await flooding;
    }

    private static bool Locked(object what, Func<bool> condition)
    {
        lock (what)
        {
            return condition();
        }
    }

    private static async Task<(double Middle, double Late)> MeasureAsync(Libp2pNode honest, Libp2pNode server)
    {
        const int Pings = 5000;
        double[] microseconds = new double[Pings];
        for (int i = 0; i < Pings; i++)
        {
            microseconds[i] = (await honest.PingAsync(server.PeerId)).TotalMicroseconds;
        }

        Array.Sort(microseconds);
        return (microseconds[Pings / 2], microseconds[Pings * 99 / 100]);
    }
}
