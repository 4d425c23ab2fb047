using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Connections;

/// <summary>Which connections stay when there are too many.</summary>
public class ConnectionManagerTests
{
    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Above_the_high_mark_the_least_useful_are_closed_down_to_the_low_one_and_told_why(int shards, PollerKind poller)
    {
        // 0 is protected, 1 has a value, 2 has a stream in use; of the others the oldest, 3, stays
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller, options =>
        {
            options.Connections.HighWater = 6;
            options.Connections.LowWater = 4;
            options.Connections.GracePeriod = TimeSpan.Zero;
            options.PubSub = null;
        });
        List<Libp2pNode> clients = [];
        try
        {
            server.Handle("/wait/1.0.0", (_, cancellation) => Task.Delay(-1, cancellation));
            for (int i = 0; i < 7; i++)
            {
                clients.Add(await Nodes.StartAsync(1, poller, options => options.PubSub = null));
            }

            server.ConnectionManager.Protect(clients[0].PeerId, "a test");
            server.ConnectionManager.Tag(clients[1].PeerId, "one", 3);
            server.ConnectionManager.Tag(clients[1].PeerId, "two", 4);
            server.ConnectionManager.Tag(clients[3].PeerId, "gone", 9);
            server.ConnectionManager.Tag(clients[3].PeerId, "gone", 0);
            Assert.Equal([0, 7, 0, 0], clients.Take(4).Select(one => server.ConnectionManager.ValueOf(one.PeerId)));
            foreach (Libp2pNode client in clients.Take(6))
            {
                await client.DialAsync(server);
                await Nodes.UntilAsync(() => server.IsConnected(client.PeerId), "it is connected");
            }

            await using PeerStream stream = await clients[2].OpenStreamAsync(server.PeerId, "/wait/1.0.0").WaitAsync(Nodes.Patience);
            Assert.Equal(0, await server.ConnectionManager.TrimAsync());
            await clients[6].DialAsync(server);

            await Nodes.UntilAsync(() => server.Peers.Count == 4, "three are closed");
            Assert.Equal(clients.Take(4).Select(one => one.PeerId).ToHashSet(), server.Peers.ToHashSet());
            await Nodes.UntilAsync(() => clients[6].Events.Recent.Any(one => one.Kind == NodeEventKind.Closed), "it hears of it");
            Assert.Contains("of the least use", clients[6].Events.Recent.Single(one => one.Kind == NodeEventKind.Closed).Text);
            Assert.All(server.Events.Recent.Where(one => one.Kind == NodeEventKind.Closed), one => Assert.Equal(CloseReason.Trimmed,
                one.Reason));
        }
        finally
        {
            await Task.WhenAll(clients.Select(one => one.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task New_connections_are_left_in_peace_and_protected_ones_for_as_long_as_any_tag_holds()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options =>
        {
            options.Connections.HighWater = 1;
            options.Connections.LowWater = 1;
            options.Connections.GracePeriod = TimeSpan.FromHours(1);
        });
        await using Libp2pNode one = await Nodes.StartAsync(1, PollerKind.Best);
        await using Libp2pNode other = await Nodes.StartAsync(1, PollerKind.Best);
        await one.DialAsync(server);
        await other.DialAsync(server);
        await Nodes.UntilAsync(() => server.Peers.Count == 2, "both are connected");
        Assert.Equal(0, await server.ConnectionManager.TrimAsync());

        PeerId peer = one.PeerId;
        server.ConnectionManager.Protect(peer, "a");
        server.ConnectionManager.Protect(peer, "b");
        Assert.True(server.ConnectionManager.Unprotect(peer, "a"));
        Assert.True(server.ConnectionManager.IsProtected(peer));
        Assert.False(server.ConnectionManager.Unprotect(peer, "b"));
        Assert.False(server.ConnectionManager.IsProtected(peer));
    }

    [Fact]
    public async Task A_protected_peer_never_gives_its_place_to_a_caller_and_who_finds_none_is_in_the_log()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options =>
        {
            options.MaxConnections = 1;
            options.PubSub = null;
            options.Node.FirstByteTimeoutMs = 1000;
        });
        await using Libp2pNode friend = await Nodes.StartAsync(1, PollerKind.Best, options => options.PubSub = null);
        await using Libp2pNode stranger = await Nodes.StartAsync(1, PollerKind.Best, options => options.PubSub = null);
        await friend.DialAsync(server);
        await Nodes.UntilAsync(() => server.Peers.Count == 1, "it is connected");
        server.ConnectionManager.Protect(friend.PeerId, "a test");
        await Assert.ThrowsAsync<Libp2pException>(() => stranger.DialAsync(server));
        await Nodes.UntilAsync(() => server.Events.Recent.Any(one => one.Refusal == RefusalReason.ConnectionLimit), "it is in the log");
        Assert.True(await friend.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);

        server.ConnectionManager.Unprotect(friend.PeerId, "a test");
        await Nodes.UntilAsync(
            () =>
            {
                // it is spared for a moment after it opened
                return stranger.DialAsync(server).ContinueWith(dial => dial.IsCompletedSuccessfully,
                    TaskScheduler.Default).GetAwaiter().GetResult();
            },
            "the place is free");
        await Nodes.UntilAsync(() => !friend.IsConnected(server.PeerId), "it gave way");
    }

    [Fact]
    public void Marks_out_of_range_and_more_connections_than_files_are_refused_with_what_to_do()
    {
        Libp2pNodeOptions options = new() { MaxConnections = 100 };
        Assert.Equal((90, 80), (options.Connections.HighMark(100), options.Connections.LowMark(100)));
        options.Connections.HighWater = 101;
        Assert.Contains("Connections.HighWater = 101; give 0 to 100", Assert.Throws<ArgumentException>(options.Check).Message);
        options.Connections.HighWater = 50;
        options.Connections.LowWater = 51;
        Assert.Contains("give 0 to 50", Assert.Throws<ArgumentException>(options.Check).Message);

        ArgumentException error = Assert.Throws<ArgumentException>(() => OpenFiles.Check(5000, 900, 1024));
        Assert.Contains("MaxConnections = 5000 needs as many open files, and this process may have 1024", error.Message);
        Assert.Contains("set MaxConnections = 900 or less", error.Message);
        OpenFiles.Check(900, 900, 1024);
        Assert.Equal(1024, OpenFiles.Read(["Limit  Soft Limit  Hard Limit  Units", "Max open files   1024   524288   files"]));
        Assert.Null(OpenFiles.Read(["Max open files   unlimited   unlimited   files"]));
        if (OperatingSystem.IsLinux())
        {
            Assert.InRange(OpenFiles.Connections, 1, OpenFiles.Limit!.Value);
        }
    }
}
