using System;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Our node and js-libp2p connect, whoever dials, and use the connection both ways.</summary>
public class ConnectTests(JsPeers peers)
{
    public static MatrixTheoryData<bool, bool, bool> Ways => new([true, false], [true, false], [true, false]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task They_connect_with_and_without_early_muxer_negotiation(bool jsDials, bool jsEarly, bool nanoEarly)
    {
        JsPeer js = peers.With(jsEarly);
        NodeOptions options = NodeOptions.Desktop();
        options.EarlyMuxer = nanoEarly;
        await using NanoPeer nano = await NanoPeer.StartAsync(options);

        NanoConnection connection = await ConnectAsync(js, nano, jsDials);
        JsonElement secured = await js.WaitForAsync("secured", one => IsOf(one, nano));
        JsonElement open = await js.WaitForAsync("connection:open", one => IsOf(one, nano));

        Assert.Equal(js.PeerId, connection.PeerId);
        Assert.Equal(jsDials, connection.IsInbound);
        Assert.Equal(jsEarly && nanoEarly, connection.UsedEarlyMuxer);
        Assert.Equal(jsEarly && nanoEarly, secured.GetProperty("early").GetBoolean());
        Assert.Equal("/yamux/1.0.0", open.GetProperty("muxer").GetString());
        Assert.Equal("/noise", open.GetProperty("security").GetString());
        Assert.InRange(await nano.PingAsync(connection), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Single(await js.PingAsync(nano.PeerId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Either_side_pings_again_and_again_on_one_stream(bool jsDials)
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        NanoConnection connection = await ConnectAsync(peers.Early, nano, jsDials);
        await peers.Early.WaitForAsync("peer:identify", one => IsOf(one, nano));

        for (int i = 0; i < 20; i++)
        {
            await nano.PingAsync(connection);
        }

        Assert.Equal(20, (await peers.Early.PingAsync(nano.PeerId, 20)).Count);
        // ours stays open for the next ping
        Assert.InRange(await nano.CountStreamsAsync(connection), 1, 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Perf_moves_10_MB_each_way_with_either_side_as_client(bool jsDials)
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        NanoConnection connection = await ConnectAsync(peers.Early, nano, jsDials);

        await nano.PerfAsync(connection, 10_000_000, 0);
        await nano.PerfAsync(connection, 0, 10_000_000);
        await nano.PerfAsync(connection, 10_000_000, 10_000_000);
        (double upload, double download) = await peers.Early.PerfAsync(nano.PeerId, 10_000_000, 10_000_000);

        Assert.InRange(upload + download, 0.001, 60);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_hundred_streams_at_once_echo_each_its_own_payload(bool jsDials, bool jsOpens, bool early)
    {
        JsPeer js = peers.With(early);
        await using NanoPeer nano = await NanoPeer.StartAsync();
        NanoConnection connection = await ConnectAsync(js, nano, jsDials);

        if (jsOpens)
        {
            await js.EchoAsync(nano.PeerId, 100, 20_000);
        }
        else
        {
            // js ends a connection on which more than ten streams come before its own side of the handshake is done
            await nano.PingAsync(connection);
            await nano.EchoAsync(connection, 100, 20_000);
        }

        Assert.InRange(nano.MostStreams, 90, 110);
        await nano.PingAsync(connection);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_our_side_closes_js_sees_the_connection_end_and_can_come_again(bool jsDials)
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        NanoConnection connection = await ConnectAsync(peers.Early, nano, jsDials);
        await peers.Early.WaitForAsync("connection:open", one => IsOf(one, nano));

        await nano.CloseAsync(connection);

        await peers.Early.WaitForAsync("connection:close", one => IsOf(one, nano));
        Assert.Equal(CloseReason.Local, (await nano.WaitForEndAsync(connection)).Reason);
        await nano.PingAsync(await ConnectAsync(peers.Early, nano, jsDials));
    }

    [Fact]
    public async Task When_our_side_closes_as_soon_as_it_is_connected_js_dials_without_an_error()
    {
        await using NanoPeer nano = await NanoPeer.StartAsync(NodeOptions.Desktop(), new Goodbye());

        await peers.Early.DialAsync(nano.Address);

        await peers.Early.WaitForAsync("connection:close", one => IsOf(one, nano));
        Assert.Equal(CloseReason.Local, (await nano.WaitForEndAsync()).Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_js_closes_our_side_says_that_the_peer_did(bool jsDials)
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        NanoConnection connection = await ConnectAsync(peers.Early, nano, jsDials);
        await peers.Early.WaitForAsync("peer:identify", one => IsOf(one, nano));

        await peers.Early.DisconnectAsync(nano.PeerId);

        Assert.Equal(CloseReason.Remote, (await nano.WaitForEndAsync(connection)).Reason);
    }

    [Fact]
    public async Task When_js_aborts_our_side_notices_at_once()
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        NanoConnection connection = await nano.DialAsync(peers.Early.Address);
        await peers.Early.WaitForAsync("peer:identify", one => IsOf(one, nano));

        await peers.Early.CallAsync("abort", new { peer = nano.PeerId });

        // whether a FIN or a reset comes first is up to js
        NanoEnd end = await nano.WaitForEndAsync(connection);
        Assert.True(end.Reason is CloseReason.Remote or CloseReason.LinkFailed, end.ToString());
    }

    [Fact]
    public async Task Js_names_a_protocol_that_our_node_does_not_speak()
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        await peers.Early.DialAsync(nano.Address);

        JsPeerException refused = await Assert.ThrowsAsync<JsPeerException>(
            () => peers.Early.CallAsync("open", new { peer = nano.PeerId, protocol = "/nobody/speaks/this" }));

        Assert.Equal("UnsupportedProtocolError", refused.Name);
        Assert.Single(await peers.Early.PingAsync(nano.PeerId));
    }

    [Fact]
    public async Task Three_peers_talk_to_one_node_at_the_same_time()
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        await using NanoPeer other = await NanoPeer.StartAsync();
        await peers.Early.DialAsync(nano.Address);
        await peers.Late.DialAsync(nano.Address);
        NanoConnection ours = await other.DialAsync(nano.Address);

        await Task.WhenAll(
            peers.Early.PerfAsync(nano.PeerId, 3_000_000, 3_000_000),
            peers.Late.EchoAsync(nano.PeerId, 50, 20_000),
            other.PerfAsync(ours, 3_000_000, 3_000_000),
            other.EchoAsync(ours, 50, 20_000));

        Assert.Equal(3, await nano.CountConnectionsAsync());
    }

    internal static async Task<NanoConnection> ConnectAsync(JsPeer js, NanoPeer nano, bool jsDials)
    {
        if (!jsDials)
        {
            return await nano.DialAsync(js.Address);
        }

        await js.DialAsync(nano.Address);
        return await nano.WaitForConnectionAsync(js.PeerId);
    }

    internal static bool IsOf(JsonElement jsEvent, NanoPeer nano) => jsEvent.GetProperty("peer").GetString() == nano.PeerId;

    /// <summary>Closes every connection as soon as it is made.</summary>
    private sealed class Goodbye : StreamProtocol
    {
        protected override void Register(Node node)
        {
        }

        public override void OnConnected(Connection connection) => connection.Close();

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;
    }
}
