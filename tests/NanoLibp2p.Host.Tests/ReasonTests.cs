using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Multistream;

namespace NanoLibp2p.Host.Tests;

/// <summary>What breaks a stream or a connection off is said at both ends.</summary>
public class ReasonTests
{
    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_line_that_is_no_multistream_is_told_to_the_peer_and_logged_with_what_was_wrong(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        using RawCaller caller = await new RawCaller().ConnectAsync(server.ListenAddresses[0]);
        await caller.SendAsync(1, RawCaller.Syn, 0xFF, 0xFF, 0x7F);
        Assert.Equal(ErrorCode.NegotiationFailed, await caller.ReceiveAsync(1, RawCaller.Rst));

        NodeEvent told = await RefusalAsync(server, RefusalReason.StreamNegotiation);
        Assert.Equal(caller.Identity.PeerId, told.Peer);
        Assert.Equal(
            "a stream that it opened is broken off: " + StreamRefusalText.Describe(StreamRefusal.LineTooLong), told.Text);

        // told at each stream, and logged once for a connection
        await caller.SendAsync(5, RawCaller.Syn, 0);
        Assert.Equal(ErrorCode.NegotiationFailed, await caller.ReceiveAsync(5, RawCaller.Rst));
        Assert.Single(server.Events.Recent, one => one.Refusal == RefusalReason.StreamNegotiation);

        // the connection goes on
        await caller.SendAsync(3, RawCaller.Syn, [.. RawCaller.Line("/multistream/1.0.0"), .. RawCaller.Line("/nobody")]);
        await caller.ReceiveAsync(3, 0);
        Assert.Equal([caller.Identity.PeerId], server.Peers);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_caller_that_speaks_something_else_is_logged_with_what_was_wrong(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        using System.Net.Sockets.TcpClient caller = new();
        await caller.ConnectAsync(server.ListenAddresses[0].Host, server.ListenAddresses[0].Port);
        await caller.GetStream().WriteAsync(new byte[] { 0x81, 0x08 });
        await Nodes.UntilAsync(() => server.Events.Recent.Any(one => one.Kind == NodeEventKind.HandshakeFailed), "it is told of");

        NodeEvent told = server.Events.Recent.Single(one => one.Kind == NodeEventKind.HandshakeFailed);
        Assert.Equal(CloseReason.NegotiationMalformed, told.Reason);
        Assert.Contains(StreamRefusalText.Describe(StreamRefusal.LineTooLong), told.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_stream_beyond_the_limit_is_told_to_the_peer_and_logged(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller, options => options.Node.MaxStreams = 4);
        using RawCaller caller = await new RawCaller().ConnectAsync(server.ListenAddresses[0]);
        for (uint id = 1; id < 12; id += 2)
        {
            await caller.SendAsync(id, RawCaller.Syn, RawCaller.Line("/multistream/1.0.0"));
        }

        Assert.Equal(ErrorCode.ResourceLimit, await caller.ReceiveAsync(11, RawCaller.Rst));
        Assert.Equal(caller.Identity.PeerId, (await RefusalAsync(server, RefusalReason.StreamLimit)).Peer);
    }

    [Theory]
    [InlineData("long", ErrorCode.ProtocolViolation)]
    [InlineData("late", ErrorCode.ResourceLimit)]
    [InlineData("mine", ErrorCode.RateLimited)]
    [InlineData("stop", ErrorCode.ShuttingDown)]
    public async Task What_ends_a_handler_is_told_to_the_peer(string end, uint code)
    {
        Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode unused = server;
        server.Handle("/read/1.0.0", async (stream, cancellation) =>
        {
            switch (end)
            {
                case "mine":
                    // the handler's own word stands, whatever follows
                    stream.Abort(ErrorCode.RateLimited);
                    throw new OperationCanceledException();
                case "stop":
                    await Task.Delay(Timeout.Infinite, cancellation);
                    break;
                default:
                    TimeSpan time = end == "late" ? TimeSpan.FromMilliseconds(50) : Nodes.Patience;
                    await new MessageStream(stream, time).ReadMessageAsync(3, cancellation);
                    break;
            }
        });
        using RawCaller caller = await new RawCaller().ConnectAsync(server.ListenAddresses[0]);
        byte[] message = end == "long" ? [4, 1, 2, 3, 4] : [1];
        await caller.SendAsync(1, RawCaller.Syn, [.. RawCaller.Line("/multistream/1.0.0"), .. RawCaller.Line("/read/1.0.0"), .. message]);
        await caller.ReceiveAsync(1, 0);
        if (end == "stop")
        {
            // of the whole connection at once, so as its GoAway
            _ = server.DisposeAsync().AsTask();
            Assert.Equal(code, await caller.ReceiveAsync(0, 0));
        }
        else
        {
            Assert.Equal(code, await caller.ReceiveAsync(1, RawCaller.Rst));
        }
    }

    private static async Task<NodeEvent> RefusalAsync(Libp2pNode node, RefusalReason reason)
    {
        await Nodes.UntilAsync(() => node.Events.Recent.Any(one => one.Refusal == reason), $"{reason} is told");
        return node.Events.Recent.First(one => one.Refusal == reason);
    }
}
