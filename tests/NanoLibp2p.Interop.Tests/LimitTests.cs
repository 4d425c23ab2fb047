using System;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Sizes and speeds that don't fit: small buffers, large frames, slow readers, silence.</summary>
public class LimitTests(JsPeers peers)
{
    private JsPeer Js => peers.Early;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_with_the_buffers_of_a_device_talks_to_js_in_small_pieces(bool jsDials)
    {
        await using NanoPeer device = await NanoPeer.StartAsync(new NodeOptions());
        NanoConnection connection = await ConnectTests.ConnectAsync(Js, device, jsDials);
        await Js.WaitForAsync("peer:identify", one => ConnectTests.IsOf(one, device));

        await device.PingAsync(connection);
        await Js.PingAsync(device.PeerId, 5);
        await Js.EchoAsync(device.PeerId, 4, 1000);
        // what a device sends is cut into small records of its own, however much it is
        await device.PerfAsync(connection, 200_000, 0);
        await device.PingAsync(connection);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_record_of_js_that_is_longer_than_a_devices_buffer_ends_the_connection_and_is_told_by_its_length(bool jsDials)
    {
        NodeOptions options = new() { MaxConnections = 3, MaxHandshakes = 3, LargeRecordBytes = 0 };
        await using NanoPeer device = await NanoPeer.StartAsync(options);
        NanoConnection standing = await ConnectTests.ConnectAsync(peers.Late, device, jsDials);
        NanoConnection connection = await ConnectTests.ConnectAsync(Js, device, jsDials);

        await Assert.ThrowsAsync<JsPeerException>(() => Js.PerfAsync(device.PeerId, 1_000_000, 0));

        NanoEnd end = await device.WaitForEndAsync(connection);
        Assert.Equal(CloseReason.RecordTooLong, end.Reason);
        Assert.InRange(end.Detail, options.RecordBytes + 1, NodeOptions.MaxRecordBytes);
        await device.PingAsync(standing);
        await device.PingAsync(await device.DialAsync(Js.Address));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bulk_of_js_in_its_longest_records_reaches_a_node_with_the_buffers_of_a_device(bool jsDials)
    {
        await using NanoPeer device = await NanoPeer.StartAsync(new NodeOptions());
        NanoConnection connection = await ConnectTests.ConnectAsync(Js, device, jsDials);

        await Js.PerfAsync(device.PeerId, 1_000_000, 100_000);
        await Js.EchoAsync(device.PeerId, 4, 100_000);

        await device.PingAsync(connection);
    }

    [Fact]
    public async Task More_callers_than_a_device_has_connections_are_turned_away_and_the_first_stays()
    {
        await using NanoPeer device = await NanoPeer.StartAsync(new NodeOptions());
        NanoConnection first = await ConnectTests.ConnectAsync(Js, device, jsDials: true);

        await Assert.ThrowsAsync<JsPeerException>(() => peers.Late.DialAsync(device.Address));

        await device.PingAsync(first);
        await device.CloseAsync(first);
        Assert.Equal(peers.Late.PeerId, (await ConnectTests.ConnectAsync(peers.Late, device, jsDials: true)).PeerId);
    }

    [Fact]
    public async Task Frames_of_js_larger_than_any_record_arrive_whole()
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Listen = null });
        await using NanoPeer nano = await NanoPeer.StartAsync();
        await js.DialAsync(nano.Address);

        // the size of a payload is a multiple of 7919, modulo the size
        await js.EchoAsync(nano.PeerId, 40, 1_000_000);

        int largest = (await js.CallAsync("largestFrame")).GetInt32();
        Assert.InRange(largest, 65_536, 1_000_000);
    }

    [Fact]
    public async Task Our_node_waits_for_a_js_peer_that_reads_slowly_and_serves_its_other_streams()
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        NanoConnection connection = await nano.DialAsync(Js.Address);

        Task slow = nano.EchoAsync(connection, 1, 2_000_000, slow: true);
        int pings = 0;
        for (; !slow.IsCompleted; pings++)
        {
            Assert.InRange(await nano.PingAsync(connection), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }

        await slow;
        Assert.InRange(pings, 3, int.MaxValue);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Js_waits_for_a_node_that_reads_slowly_and_loses_nothing(bool small)
    {
        int piece = small ? 500 : 5_000;
        SinkProtocol sink = new(piece, restMs: 5);
        await using NanoPeer nano = await NanoPeer.StartAsync(NodeOptions.Desktop(), sink);
        NanoConnection connection = await ConnectTests.ConnectAsync(Js, nano, jsDials: true);
        int count = small ? 30_000 : 600_000;

        JsonElement sent = await Js.CallAsync("send", new { peer = nano.PeerId, protocol = SinkProtocol.Id, count });

        Assert.Equal(count, sink.Taken);
        Assert.InRange(sent.GetProperty("ms").GetDouble(), 4.0 * count / piece, 60_000);
        await nano.PingAsync(connection);
    }

    [Fact]
    public async Task Each_side_answers_the_others_keep_alive()
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { KeepAlive = 50, Listen = null });
        NodeOptions options = NodeOptions.Desktop();
        options.KeepAliveMs = 300;
        options.KeepAliveTimeoutMs = 4000;
        await using NanoPeer nano = await NanoPeer.StartAsync(options);
        NanoConnection asksOften = await ConnectTests.ConnectAsync(js, nano, jsDials: true);
        NanoConnection isAsked = await nano.DialAsync(Js.Address);

        await Task.Delay(6000, TestContext.Current.CancellationToken);

        Assert.True(await nano.IsOpenAsync(asksOften));
        Assert.True(await nano.IsOpenAsync(isAsked));
        await nano.PingAsync(asksOften);
        await nano.PingAsync(isAsked);
    }

    [Fact]
    public async Task A_js_process_that_is_killed_is_noticed_at_once()
    {
        JsPeer js = await JsPeer.StartAsync(new JsPeerOptions());
        await using NanoPeer nano = await NanoPeer.StartAsync();
        NanoConnection connection = await nano.DialAsync(js.Address);
        long start = Stopwatch.GetTimestamp();

        await js.DisposeAsync();

        NanoEnd end = await nano.WaitForEndAsync(connection);
        Assert.True(end.Reason is CloseReason.Remote or CloseReason.LinkFailed, end.ToString());
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Connections_come_and_go_by_the_hundred_in_both_directions()
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        for (int i = 0; i < 100; i++)
        {
            await nano.CloseAsync(await ConnectTests.ConnectAsync(Js, nano, jsDials: i % 2 == 0));
            await Js.WaitForAsync("connection:close", one => ConnectTests.IsOf(one, nano));
        }

        Assert.Equal(0, await nano.CountConnectionsAsync());
    }
}
