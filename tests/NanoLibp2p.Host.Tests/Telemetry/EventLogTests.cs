using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host.Tests.Telemetry;

/// <summary>What a node tells of its connections, and how little a peer can make it tell.</summary>
public class EventLogTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Connects_ends_and_failed_dials_are_told_at_both_ends_in_words()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(2, PollerKind.Best);
        Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        using CancellationTokenSource end = new(Nodes.Patience);
        Task<NodeEvent[]> heard = TakeAsync(server.Events, 2, end.Token);
        await client.DialAsync(server);
        await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync("/ip4/127.0.0.1/tcp/1").WaitAsync(Nodes.Patience));
        await Nodes.UntilAsync(() => server.Peers.Count == 1, "it is connected");
        await client.DisposeAsync();

        NodeEvent[] told = await heard;
        Assert.Equal([NodeEventKind.Connected, NodeEventKind.Closed], told.Select(one => one.Kind));
        Assert.All(told, one => Assert.Equal(client.PeerId, one.Peer));
        Assert.All(told, one => Assert.StartsWith("/ip4/127.0.0.1/tcp/", one.Address, StringComparison.Ordinal));
        Assert.Equal("the peer closed it: it shuts down", told[1].Text);
        Assert.Equal(
            [NodeEventKind.Connected, NodeEventKind.DialFailed, NodeEventKind.Closed], client.Events.Recent.Select(one => one.Kind));
        NodeEvent failed = client.Events.Recent[1];
        Assert.Equal(("/ip4/127.0.0.1/tcp/1", CloseReason.DialFailed), (failed.Address, failed.Reason));
        Assert.Contains("connection refused", failed.Text);
        Assert.Contains("this node ends", client.Events.Recent[2].ToString());
    }

    [Fact]
    public void A_peer_has_ten_lines_at_once_and_one_each_six_seconds_and_what_was_left_out_is_counted()
    {
        EventLog log = new(_time);
        for (int i = 0; i < 25; i++)
        {
            Add(log, "203.0.113.7");
        }

        Add(log, "203.0.113.8");
        Assert.Equal(11, log.Recent.Count);
        Assert.Equal(15, log.Suppressed);
        _time.Advance(TimeSpan.FromSeconds(5.9));
        Add(log, "203.0.113.7");
        Assert.Equal(11, log.Recent.Count);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Add(log, "203.0.113.7");
        Assert.Equal(16, log.Recent[^1].Suppressed);
        Assert.Contains("16 more like it were left out", log.Recent[^1].ToString());
    }

    [Fact]
    public async Task A_flood_from_any_number_of_addresses_fills_no_memory_and_a_slow_listener_loses_the_oldest()
    {
        EventLog log = new(_time);
        using CancellationTokenSource end = new(Nodes.Patience);
        IAsyncEnumerator<NodeEvent> slow = log.WatchAsync(end.Token).GetAsyncEnumerator(end.Token);
        ValueTask<bool> first = slow.MoveNextAsync();
        for (int i = 0; i < 20_000; i++)
        {
            Add(log, "host " + i);
        }

        Assert.Equal(EventLog.RecentEvents, log.Recent.Count);
        Assert.Equal("host 19999", log.Recent[^1].Address);
        Assert.True(await first);
        Assert.InRange(log.Lost, 20_000 - EventLog.QueuedEvents - 1, 20_000 - EventLog.QueuedEvents);
        Assert.True(await slow.MoveNextAsync());
        await slow.DisposeAsync();
        Assert.InRange(log.Keys, 1, 1024);
        long lost = log.Lost;
        Add(log, "one more");
        Assert.Equal(lost, log.Lost);
    }

    private static void Add(EventLog log, string address)
        => log.Add(NodeEventKind.Refused, null, address, CloseReason.None, RefusalReason.HostLimit, "no");

    private static async Task<NodeEvent[]> TakeAsync(EventLog log, int count, CancellationToken cancellationToken)
    {
        List<NodeEvent> taken = [];
        await foreach (NodeEvent one in log.WatchAsync(cancellationToken))
        {
            taken.Add(one);
            if (taken.Count == count)
            {
                break;
            }
        }

        return [.. taken];
    }
}
