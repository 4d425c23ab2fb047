using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host.PubSub;

namespace NanoLibp2p.Host.Tests.Connections;

/// <summary>What peers can make a node keep, and who pays when it is too much.</summary>
public class BudgetTests
{
    private const long Budget = 4 * 1024 * 1024;

    public static TheoryData<PollerKind> Pollers
        => OperatingSystem.IsLinux() ? new() { PollerKind.Async, PollerKind.Epoll } : new() { PollerKind.Async };

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task Over_the_budget_the_connection_that_keeps_the_most_is_closed_and_told_why_and_the_others_stay(PollerKind poller)
    {
        await using Libp2pNode server = await SmallAsync(poller);
        await using Libp2pNode greedy = await Nodes.StartAsync(1, poller);
        await using Libp2pNode modest = await Nodes.StartAsync(1, poller);
        server.Handle("/sink/1.0.0", (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        await greedy.DialAsync(server);
        await modest.DialAsync(server);
        await using PeerStream small = await modest.OpenStreamAsync(server.PeerId, "/sink/1.0.0").WaitAsync(Nodes.Patience);
        await small.WriteAsync(new byte[100_000]);
        await Nodes.UntilAsync(() => server.KeptBytes > 100_000, "it has arrived");

        // up to a window and a half of each stream, and nobody reads it
        List<PeerStream> streams = [];
        Exception? error = await Record.ExceptionAsync(async () =>
        {
            for (int i = 0; i < 40; i++)
            {
                PeerStream one = await greedy.OpenStreamAsync(server.PeerId, "/sink/1.0.0").WaitAsync(Nodes.Patience);
                streams.Add(one);
                await one.WriteAsync(new byte[400_000]).AsTask().WaitAsync(Nodes.Patience);
            }
        });
        Assert.IsType<Libp2pException>(error);
        Assert.InRange(streams.Count, 5, 39);
        Libp2pException said = await Assert.ThrowsAsync<Libp2pException>(
            () => streams[0].ReadAsync(new byte[1]).AsTask().WaitAsync(Nodes.Patience));
        Assert.Contains("a limit of its own is reached: connections, streams or memory", said.Message, StringComparison.Ordinal);
        await Nodes.UntilAsync(() => !greedy.IsConnected(server.PeerId) && !server.IsConnected(greedy.PeerId), "it is cut off");
        NodeEvent end = server.Events.Recent.Single(one => one.Kind == NodeEventKind.Closed);
        Assert.Equal((greedy.PeerId, CloseReason.MemoryExceeded), (end.Peer, end.Reason));
        Assert.Contains("this one the most", end.Text);
        Assert.Contains("a limit of its own is reached", greedy.Events.Recent.Single(one => one.Kind == NodeEventKind.Closed).Text);

        Assert.True(await modest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        await Nodes.UntilAsync(() => server.KeptBytes < 200_000, "what it held is given back");
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task Slow_readers_of_ours_are_kept_one_window_each_and_all_of_them_within_the_budget(PollerKind poller)
    {
        await using Libp2pNode server = await SmallAsync(poller);
        await using Libp2pNode honest = await Nodes.StartAsync(1, poller);
        await honest.DialAsync(server);
        server.Handle("/firehose/1.0.0", async (stream, cancellation) =>
        {
            byte[] chunk = new byte[16 * 1024];
            while (true)
            {
                await stream.WriteAsync(chunk, cancellation);
            }
        });
        await using Libp2pNode one = await Nodes.StartAsync(1, poller);
        await one.DialAsync(server);
        await using PeerStream deaf = await one.OpenStreamAsync(server.PeerId, "/firehose/1.0.0").WaitAsync(Nodes.Patience);
        await Nodes.UntilAsync(() => server.KeptBytes > PeerStream.BufferBytes / 2, "what is not read is kept");
        await SettledAsync(() => server.KeptBytes);

        // a window of unsent bytes and the call's last piece, our send buffer, and the stream itself
        Assert.InRange(server.KeptBytes, 1, PeerStream.BufferBytes + (64 * 1024) + (2 * 65_537) + 10_000);

        // as many of one peer are too much
        List<PeerStream> more = [];
        Exception? error = await Record.ExceptionAsync(async () =>
        {
            for (int i = 0; i < 60; i++)
            {
                more.Add(await one.OpenStreamAsync(server.PeerId, "/firehose/1.0.0").WaitAsync(Nodes.Patience));
                await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);
                Assert.InRange(server.KeptBytes, 0, Budget + (4 * PeerStream.BufferBytes));
            }

            await Nodes.UntilAsync(() => !one.IsConnected(server.PeerId), "it is cut off");
        });
        Assert.True(error is null or Libp2pException, error?.ToString());
        await Nodes.UntilAsync(() => server.Events.Recent.Any(two => two.Kind == NodeEventKind.Closed), "the server's log has it");
        Assert.Equal(CloseReason.MemoryExceeded, server.Events.Recent.Single(two => two.Kind == NodeEventKind.Closed).Reason);
        Assert.True(await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        await Nodes.UntilAsync(() => server.KeptBytes < 100_000, "what it held is given back");
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task A_subscriber_that_does_not_read_pays_for_its_queue_from_the_budget_and_the_others_hear_on(PollerKind poller)
    {
        const string Topic = "greenhouse/climate";
        await using Libp2pNode server = await Nodes.ListenAsync(1, poller, options =>
        {
            options.MemoryBytes = Budget;
            options.PubSub = new GossipSubOptions { QueueBytes = 4 * (int)Budget };
        });
        await using Libp2pNode deaf = await Nodes.StartAsync(1, poller);
        await using Libp2pNode honest = await Nodes.StartAsync(1, poller);
        using Subscription unheard = deaf.SubscribeAsync(Topic);
        Subscription heard = honest.SubscribeAsync(Topic);
        await Task.WhenAll(unheard.Joined, heard.Joined);
        await deaf.DialAsync(server);
        await honest.DialAsync(server);
        byte[] data = new byte[50_000];
        while (await server.PublishAsync(Topic, data) < 2)
        {
            await Task.Delay(5);
        }

        using ManualResetEventSlim go = new();
        deaf.Hold(go);
        try
        {
            await using IAsyncEnumerator<TopicMessage> messages = heard.GetAsyncEnumerator();
            for (int i = 0; i < 400 && server.IsConnected(deaf.PeerId); i++)
            {
                await server.PublishAsync(Topic, data);
                Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(Nodes.Patience));
                Assert.InRange(server.KeptBytes, 0, Budget + 200_000);
            }

            await Nodes.UntilAsync(() => server.Events.Recent.Any(one => one.Kind == NodeEventKind.Closed), "the log has it");
            NodeEvent end = server.Events.Recent.Single(one => one.Kind == NodeEventKind.Closed);
            Assert.Equal((deaf.PeerId, CloseReason.MemoryExceeded), (end.Peer, end.Reason));
            Assert.True(await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
            await Nodes.UntilAsync(() => server.KeptBytes < 200_000, "what it held is given back");
        }
        finally
        {
            go.Set();
        }
    }

    [Fact]
    public async Task Messages_that_are_kept_for_peers_who_ask_are_in_the_budget_and_cost_nobody_his_connection()
    {
        const string Topic = "greenhouse/climate";
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options =>
        {
            options.MemoryBytes = Budget;
            options.PubSub = new GossipSubOptions { Heartbeat = TimeSpan.FromMilliseconds(500) };
        });
        await using Libp2pNode peer = await Nodes.StartAsync(1, PollerKind.Best);
        Subscription heard = peer.SubscribeAsync(Topic);
        await heard.Joined;
        await peer.DialAsync(server);
        byte[] data = new byte[50_000];
        long most = 0;
        await using IAsyncEnumerator<TopicMessage> messages = heard.GetAsyncEnumerator();
        for (int i = 0; i < 200; i++)
        {
            while (await server.PublishAsync(Topic, data) < 1)
            {
                await Task.Delay(5);
            }

            Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(Nodes.Patience));
            most = Math.Max(most, server.KeptBytes);
        }

        // a quarter of it for the messages, and what is on its way to the peer
        Assert.InRange(most, Budget / 8, (Budget / 4) + (Budget / 8));
        Assert.DoesNotContain(server.Events.Recent, one => one.Kind == NodeEventKind.Closed);
        await Nodes.UntilAsync(() => server.KeptBytes < data.Length, "they are given back when they are old");
    }

    [Fact]
    public void Ids_of_messages_are_counted_in_the_budgets_in_turn_and_bounded()
    {
        MemoryBudget[] budgets = [new(Budget), new(Budget)];
        SeenIds seen = new(1600, 1000, budgets);
        for (ulong i = 0; i < 10_000; i++)
        {
            Assert.True(seen.TryAdd(i, 0));
        }

        Assert.Equal([800 * SeenIds.IdBytes, 800 * SeenIds.IdBytes], budgets.Select(one => one.HeldBytes));
        for (ulong i = 0; i < 16; i++)
        {
            Assert.True(seen.TryAdd(20_000 + i, 2000));
        }

        Assert.Equal([8 * SeenIds.IdBytes, 8 * SeenIds.IdBytes], budgets.Select(one => one.HeldBytes));
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public async Task What_streams_held_is_given_back_however_they_end(PollerKind poller)
    {
        await using Libp2pNode server = await SmallAsync(poller);
        await using Libp2pNode client = await SmallAsync(poller);
        server.Handle("/half/1.0.0", async (stream, _) => await stream.ReadExactlyAsync(new byte[1000], CancellationToken.None));
        server.Handle("/echo/1.0.0", Nodes.EchoAsync);
        server.Handle("/throw/1.0.0", (_, _) => throw new InvalidDataException());
        await client.DialAsync(server);
        for (int i = 0; i < 30; i++)
        {
            foreach (string protocol in new[] { "/half/1.0.0", "/echo/1.0.0", "/throw/1.0.0" })
            {
                PeerStream stream = await client.OpenStreamAsync(server.PeerId, protocol).WaitAsync(Nodes.Patience);
                await Record.ExceptionAsync(async () =>
                {
                    await stream.WriteAsync(new byte[20_000]).AsTask().WaitAsync(Nodes.Patience);
                    await stream.ReadExactlyAsync(new byte[5000]).AsTask().WaitAsync(Nodes.Patience);
                });
                if (i % 3 == 0)
                {
                    stream.CompleteWrites();
                }
                else if (i % 3 == 1)
                {
                    stream.Abort();
                }

                await stream.DisposeAsync();
            }
        }

        // but for the streams of identify, ping and pubsub, which are none of the application's
        await Nodes.UntilAsync(() => server.HeldBytes == 0 && client.HeldBytes == 0, "all is given back");
    }

    [Fact]
    public async Task A_peer_whose_handlers_do_not_end_has_no_more_of_them_than_streams()
    {
        using ManualResetEventSlim go = new();
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options => options.Node.MaxStreams = 8);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        int begun = 0;
        server.Handle("/stuck/1.0.0", async (_, _) =>
        {
            Interlocked.Increment(ref begun);
            await Task.Run(() => go.Wait(Nodes.Patience));
        });
        await client.DialAsync(server);
        string? refused = null;
        for (int i = 0; i < 20; i++)
        {
            await using PeerStream stream = await client.OpenStreamAsync(server.PeerId, "/stuck/1.0.0").WaitAsync(Nodes.Patience);
            if (i < 8)
            {
                // what is reset before its handler begins has none
                await Nodes.UntilAsync(() => Volatile.Read(ref begun) == i + 1, "the handler begins");
            }
            else
            {
                refused = (await Assert.ThrowsAsync<Libp2pException>(
                    () => stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Nodes.Patience))).Message;
            }

            stream.Abort();
        }

        Assert.Equal(8, begun);
        Assert.Contains("a limit of its own is reached", refused);
        await Nodes.UntilAsync(() => server.Events.Recent.Any(one => one.Refusal == RefusalReason.HandlerLimit), "the log has it");
        go.Set();
    }

    [Fact]
    public async Task A_stream_too_many_is_broken_off_and_its_peer_reads_why()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options => options.Node.MaxStreams = 8);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        server.Handle("/stuck/1.0.0", (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        await client.DialAsync(server);
        List<PeerStream> streams = [];
        Libp2pException refused = await Assert.ThrowsAsync<Libp2pException>(async () =>
        {
            for (int i = 0; i < 9; i++)
            {
                streams.Add(await client.OpenStreamAsync(server.PeerId, "/stuck/1.0.0").WaitAsync(Nodes.Patience));
                await streams[i].WaitUntilAgreedAsync().WaitAsync(Nodes.Patience);
            }
        });
        Assert.Equal(Libp2pError.StreamReset, refused.Error);
        Assert.Contains(": a limit of its own is reached: connections, streams or memory (0x1001)", refused.Message,
            StringComparison.Ordinal);

        // the streams themselves are the limit, not the handlers
        Assert.DoesNotContain(server.Events.Recent, one => one.Refusal == RefusalReason.HandlerLimit);
        Assert.True(client.IsConnected(server.PeerId));
    }

    [Fact]
    public void The_budget_is_dealt_to_the_shards_and_its_bill_adds_up()
    {
        Libp2pNodeOptions options = new() { Shards = 4, MaxConnections = 1001, MemoryBytes = 64 << 20 };
        options.Check();
        MemoryPlan.Apply(options);
        Assert.Equal((251, 8 << 20, 4 << 20), (options.Node.MaxConnections, options.Node.BufferBytes, options.Node.WindowBytes));
        string[] lines = options.Bill().TrimEnd().Split(Environment.NewLine);
        Assert.Equal(4, lines.Length);
        long[] bytes = [.. lines.Select(line => long.Parse(line[..15].Replace(",", "", StringComparison.Ordinal)))];
        Assert.Equal(bytes[^1], bytes[..^1].Sum());
        Assert.Contains("1,001 of", lines[0]);

        Assert.Equal(Math.Min(4096, OpenFiles.Connections), new Libp2pNodeOptions { PubSub = null }.MaxConnections);

        options.MemoryBytes = (16 << 20) - 1;
        Assert.Contains("give 16777216 or more", Assert.Throws<ArgumentException>(options.Check).Message);
    }

    private static Task<Libp2pNode> SmallAsync(PollerKind poller) => Nodes.ListenAsync(1, poller, options => options.MemoryBytes = Budget);

    private static async Task SettledAsync(Func<long> value)
    {
        long before = -1;
        while (before != value())
        {
            before = value();
            await Task.Delay(100);
        }
    }
}
