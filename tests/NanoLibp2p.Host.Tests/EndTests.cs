using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.Tests;

/// <summary>Cancellation of each call, and the end of a node in the middle of everything.</summary>
public class EndTests
{
    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_call_that_waits_ends_when_it_is_cancelled(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.StartAsync(shards, poller);
        server.Handle("/wait/1.0.0", (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        await client.DialAsync(server);
        await using PeerStream stream = await client.OpenStreamAsync(server.PeerId, "/wait/1.0.0").WaitAsync(Nodes.Patience);

        // a peer that accepts, and says nothing
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        string nobody = $"/ip4/127.0.0.1/tcp/{((IPEndPoint)silent.LocalEndpoint).Port}";

        await CancelledAsync(cancellation => client.DialAsync(nobody, cancellation));
        await CancelledAsync(async cancellation => await stream.ReadAsync(new byte[1], cancellation));
        await CancelledAsync(async cancellation => await stream.WriteAsync(new byte[16 << 20], cancellation));
        await CancelledAsync(async cancellation =>
        {
            await foreach (TopicMessage _ in client.SubscribeAsync("a topic", cancellation))
            {
            }
        });

        using CancellationTokenSource over = new();
        over.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.OpenStreamAsync(server.PeerId, "/wait/1.0.0", over.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PingAsync(server.PeerId, over.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PublishAsync("a topic", new byte[1], over.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.DisconnectAsync(server.PeerId, over.Token));

        // a dial that was given up leaves no connection behind
        await Nodes.UntilAsync(() => client.Load == 1, "the connection of the cancelled dial is gone");
        Assert.Equal([server.PeerId], client.Peers);
    }

    [Fact]
    public async Task A_stream_that_is_given_up_while_the_peer_has_not_agreed_is_broken_off()
    {
        // a node whose thread is held up agrees on nothing, and of a protocol that it has not said its peer waits for the answer
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options => options.PubSub = null);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best, options => options.PubSub = null);
        await client.DialAsync(server);
        using ManualResetEventSlim go = new();
        server.Hold(go);
        try
        {
            await CancelledAsync(cancellation => client.OpenStreamAsync(server.PeerId, "/count/1.0.0", cancellation));
        }
        finally
        {
            go.Set();
        }

        await client.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);
        await Nodes.UntilAsync(() => client.OpenStreams == 1, "only the stream of the pings is left");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_node_that_ends_in_the_middle_of_everything_ends_every_call(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        server.Handle("/echo/1.0.0", Nodes.EchoAsync);
        for (int round = 0; round < 5; round++)
        {
            Libp2pNode client = await Nodes.StartAsync(shards, poller);
            List<Task> calls = [];
            for (int i = 0; i < 8; i++)
            {
                calls.Add(Task.Run(async () =>
                {
                    while (true)
                    {
                        await client.DialAsync(server.ListenAddresses[0]);
                        await using PeerStream stream = await client.OpenStreamAsync(server.PeerId, "/echo/1.0.0");
                        byte[] bytes = new byte[30000];
                        await stream.WriteAsync(bytes);
                        await stream.ReadExactlyAsync(bytes);
                        await client.PingAsync(server.PeerId);
                        await client.PublishAsync("a topic", bytes);
                        stream.CompleteWrites();
                    }
                }));
            }

            calls.Add(Task.Run(async () =>
            {
                await foreach (TopicMessage _ in client.SubscribeAsync("another topic"))
                {
                }
            }));
            await Task.Delay(20 * round);
            await client.DisposeAsync().AsTask().WaitAsync(Nodes.Patience);
            foreach (Task call in calls)
            {
                Exception? error = await Record.ExceptionAsync(() => call.WaitAsync(Nodes.Patience));
                Assert.IsType<Libp2pException>(error);
            }

            await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(server.ListenAddresses[0]));
            await client.DisposeAsync();
        }

        await Nodes.UntilAsync(() => server.Load == 0, "the server has no connection left");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_that_is_disconnected_can_be_dialled_again(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.StartAsync(shards, poller);
        for (int i = 0; i < 20; i++)
        {
            await client.DialAsync(server);
            Assert.True(await client.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
            await client.DisconnectAsync(server.PeerId).WaitAsync(Nodes.Patience);
            Assert.False(client.IsConnected(server.PeerId));
        }
    }

    [Fact]
    public async Task A_port_in_use_and_options_out_of_range_are_told_before_anything_starts()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => Nodes.StartAsync(1, PollerKind.Best,
            options => options.ListenAddresses.Add(server.ListenAddresses[0].WithoutPeerId().ToString())));
        Assert.Equal(Libp2pError.ListenFailed, error.Error);
        Assert.Contains(server.ListenAddresses[0].WithoutPeerId().ToString(), error.Message);
        await Assert.ThrowsAsync<ArgumentException>(() => Nodes.StartAsync(0, PollerKind.Best));
        await Assert.ThrowsAsync<ArgumentException>(
            () => Nodes.StartAsync(2, PollerKind.Best, options => options.PubSub = new PubSubOptions()));
        await Assert.ThrowsAsync<ArgumentException>(() => Nodes.StartAsync(1, PollerKind.Best, options
            => options.ListenAddresses.Add("nonsense")));
    }

    // gives a call up once it waits
    private static async Task CancelledAsync(Func<CancellationToken, Task> call)
    {
        using CancellationTokenSource cancellation = new();
        Task task = call(cancellation.Token);
        await Task.Delay(50);
        Assert.False(task.IsCompleted);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(Nodes.Patience));
    }
}
