using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host.Tests.PubSub.Support;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests;

/// <summary>Peers that send as much as they can, and how long the others wait for their turn.</summary>
public class FloodTests(ITestOutputHelper output)
{
    // the longest record, with its length
    private const int RecordBytes = 65_537;

    public static TheoryData<PollerKind> Pollers
        => OperatingSystem.IsLinux() ? new() { PollerKind.Async, PollerKind.Epoll } : new() { PollerKind.Async };

    // which turn is the next is told by epoll alone at once: the other poller hears of sockets by way of the thread pool
    public static bool IsLinux => OperatingSystem.IsLinux();

    [Fact(SkipUnless = nameof(IsLinux), Skip = "epoll is Linux'")]
    public async Task However_many_flood_the_others_wait_for_the_end_of_one_record()
    {
        const PollerKind Poller = PollerKind.Epoll;
        const int Flooders = 3;

        // windows together that are never used up here: a flooder has always more
        const int Streams = 8;
        const int Asked = 3;
        await using Libp2pNode server = await Nodes.ListenAsync(1, Poller, options => options.PubSub = null);
        server.Handle("/sink/1.0.0", (stream, cancellation) => stream.CopyToAsync(System.IO.Stream.Null, cancellation));
        await using Libp2pNode honest = await Nodes.StartAsync(1, Poller, options => options.PubSub = null);
        await honest.DialAsync(server);
        await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);
        List<Libp2pNode> flooders = [];
        List<Task> flooding = [];
        using CancellationTokenSource end = new();
        try
        {
            for (int i = 0; i < Flooders; i++)
            {
                Libp2pNode flooder = await Nodes.StartAsync(1, Poller, options => options.PubSub = null);
                flooders.Add(flooder);
                await flooder.DialAsync(server);
                for (int j = 0; j < Streams; j++)
                {
                    flooding.Add(FloodAsync(await flooder.OpenStreamAsync(server.PeerId, "/sink/1.0.0").WaitAsync(Nodes.Patience)));
                }
            }

            // On the server's thread, after each turn: all flooders have more than a turn takes; then, now and then, the honest one asks.
            // What it waits for are the turns until its own.
            List<int> waits = [];
            List<Task<TimeSpan>> pings = [];
            Dictionary<PeerId, SocketLink> links = [];
            TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            int turns = 0;
            int asked = 0;
            int answered = 0;
            long received = 0;
            long most = 0;
            server.Watch(one =>
            {
                links[one.Peer!] = (SocketLink)one.Link;
                turns++;
                most = received == 0 ? 0 : Math.Max(most, server.ReceivedBytes - received);
                received = server.ReceivedBytes;
                if (links.Count <= Flooders || done.Task.IsCompleted)
                {
                    return;
                }

                if (asked > 0 && one.Peer!.Equals(honest.PeerId))
                {
                    waits.Add(turns - asked - 1);
                    answered = turns;
                    asked = 0;
                    if (waits.Count == Asked)
                    {
                        done.SetResult();
                    }
                }

                // Two turns of each later none is favoured any more as one that had little. A flooder without credit gets it
                // from this thread alone: it is waited for over turns, not in one.
                if (asked == 0 && turns - answered >= 2 * Flooders && !done.Task.IsCompleted
                    && SpinWait.SpinUntil(
                        () => links.All(pair => pair.Key.Equals(honest.PeerId) || pair.Value.Socket.Available > RecordBytes / 2),
                        20))
                {
                    asked = turns;
                    pings.Add(Task.Run(() => honest.PingAsync(server.PeerId)));
                    SpinWait.SpinUntil(() => links[honest.PeerId].Socket.Available > 0, Nodes.Patience);
                }
            });
            await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);
            await done.Task.WaitAsync(Nodes.Patience);
            server.Watch(null);
            await Task.WhenAll(pings).WaitAsync(Nodes.Patience);

            // it came after a turn: a look at the Poller, and its own is the next
            output.WriteLine(string.Join(' ', waits));
            Assert.All(waits, wait => Assert.InRange(wait, 0, 1));
            Assert.InRange(most, RecordBytes / 2, RecordBytes);
        }
        finally
        {
            server.Watch(null);
            await end.CancelAsync();
            await Task.WhenAll(flooders.Select(one => one.DisposeAsync().AsTask()));
            await Task.WhenAll(flooding).WaitAsync(Nodes.Patience);
        }

        async Task FloodAsync(PeerStream stream)
        {
            byte[] chunk = new byte[64 * 1024];
            try
            {
                while (!end.IsCancellationRequested)
                {
                    await stream.WriteAsync(chunk, end.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or Libp2pException)
            {
                // its node has ended
            }
        }
    }

    [Fact(SkipUnless = nameof(IsLinux), Skip = "epoll is Linux'")]
    public async Task A_flood_of_signed_messages_has_the_others_wait_for_one_signature_at_a_time()
    {
        const PollerKind Poller = PollerKind.Epoll;
        const string Topic = "greenhouse/climate";
        const int Messages = 200;
        using DesktopCrypto crypto = new();
        Identity author = Identity.Create(crypto, new SystemRandom());
        await using Libp2pNode server = await Nodes.ListenAsync(1, Poller);
        using Subscription messages = server.SubscribeAsync(Topic);
        await messages.Joined;
        await using Libp2pNode honest = await Nodes.StartAsync(1, Poller, options => options.PubSub = null);
        await using Libp2pNode flooder = await Nodes.StartAsync(1, Poller, options =>
        {
            options.PubSub = null;
            options.Identity = author;
        });
        await honest.DialAsync(server);
        await flooder.DialAsync(server);
        await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);

        // on the server's thread, after each turn; now and then the honest one asks after it
        SocketLink? link = null;
        long most = 0;
        long before = 0;
        long asked = 0;
        int between = -1;
        List<int> waits = [];
        List<Task<TimeSpan>> pings = [];
        server.Watch(one =>
        {
            long verified = one.Shard.Signatures;
            most = Math.Max(most, verified - before);
            before = verified;
            if (honest.PeerId.Equals(one.Peer))
            {
                link = (SocketLink)one.Link;
                if (between >= 0)
                {
                    waits.Add(between);
                }

                between = -1;
            }
            else if (between >= 0)
            {
                between++;
            }
            else if (link != null && verified > asked + 20)
            {
                asked = verified;
                between = 0;
                pings.Add(Task.Run(() => honest.PingAsync(server.PeerId)));
                SpinWait.SpinUntil(() => link.Socket.Available > 0, Nodes.Patience);
            }
        });
        await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);
        await using PeerStream stream = await flooder.OpenStreamAsync(server.PeerId, "/meshsub/1.1.0").WaitAsync(Nodes.Patience);
        byte[] flood = [.. Enumerable.Range(1, Messages).SelectMany(
            number => SignedMessages.Rpc(SignedMessages.Make(author, crypto, Topic, (ulong)number, [])))];
        await stream.WriteAsync(flood).AsTask().WaitAsync(Nodes.Patience);
        await using IAsyncEnumerator<TopicMessage> heard = messages.GetAsyncEnumerator();
        for (int i = 1; i <= Messages; i++)
        {
            Assert.True(await heard.MoveNextAsync().AsTask().WaitAsync(Nodes.Patience));
            Assert.Equal((ulong)i, heard.Current.SequenceNumber);
        }

        server.Watch(null);
        await Task.WhenAll(pings).WaitAsync(Nodes.Patience);
        Assert.Equal(1, most);
        Assert.InRange(waits.Count, 3, Messages);
        Assert.All(waits, wait => Assert.InRange(wait, 0, 1));
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
