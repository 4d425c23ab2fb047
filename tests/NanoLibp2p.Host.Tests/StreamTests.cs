using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests;

/// <summary>Dials and streams between two nodes of ours.</summary>
public class StreamTests
{
    private const string Echo = "/echo/1.0.0";

    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_dialled_peer_is_who_the_address_names_and_answers_pings(int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode dialler = await Nodes.StartAsync(shards, poller);

        Assert.Equal(listener.PeerId, await dialler.DialAsync(listener));
        Assert.True(await dialler.PingAsync(listener.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        await Nodes.UntilAsync(() => listener.IsConnected(dialler.PeerId), "the listener knows of the connection");
        Assert.True(await listener.PingAsync(dialler.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        Assert.Equal([listener.PeerId], dialler.Peers);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_megabyte_comes_back_from_an_echo_both_ways_at_once(int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode dialler = await Nodes.StartAsync(shards, poller);
        listener.Handle(Echo, Nodes.EchoAsync);
        dialler.Handle(Echo, Nodes.EchoAsync);
        await dialler.DialAsync(listener);
        await Nodes.UntilAsync(() => listener.IsConnected(dialler.PeerId), "the listener knows of the connection");

        await Task.WhenAll(EchoAsync(dialler, listener.PeerId, 1 << 20, 1), EchoAsync(listener, dialler.PeerId, 1 << 20, 2))
            .WaitAsync(Nodes.Patience);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_several_protocols_the_first_that_the_peer_speaks_is_agreed_on(int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode dialler = await Nodes.StartAsync(shards, poller);
        listener.Handle("/echo/2.0.0", Nodes.EchoAsync);
        listener.Handle("/echo/1.0.0", Nodes.EchoAsync);
        await dialler.DialAsync(listener);
        await using (PeerStream stream = await dialler.OpenStreamAsync(listener.PeerId, ["/echo/3.0.0", "/echo/2.0.0", "/echo/1.0.0"])
            .WaitAsync(Nodes.Patience))
        {
            Assert.Equal("/echo/2.0.0", stream.Protocol);
            await stream.WriteAsync(new byte[] { 7 });
            byte[] back = new byte[1];
            await stream.ReadExactlyAsync(back);
            Assert.Equal(7, back[0]);
        }

        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(
            () => dialler.OpenStreamAsync(listener.PeerId, ["/echo/3.0.0", "/echo/4.0.0"]).WaitAsync(Nodes.Patience));
        Assert.Equal(Libp2pError.ProtocolRefused, error.Error);
        Assert.Contains("/echo/3.0.0 or /echo/4.0.0", error.Message);
        await Assert.ThrowsAsync<ArgumentException>(() => dialler.OpenStreamAsync(listener.PeerId, []));
        await Assert.ThrowsAsync<ArgumentException>(() => dialler.OpenStreamAsync(listener.PeerId, new string[17]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Forty_peers_echo_at_once_over_four_streams_each(int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        listener.Handle(Echo, Nodes.EchoAsync);
        Libp2pNode[] diallers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Nodes.StartAsync(1, poller, options
            => options.Node = new NodeOptions())));
        try
        {
            await Task.WhenAll(diallers.Select(one => one.DialAsync(listener)));
            await Task.WhenAll(diallers.SelectMany((one, i) => Enumerable.Range(0, 4).Select(j => EchoAsync(one, listener.PeerId, 20000,
                (i * 4) + j))))
                .WaitAsync(Nodes.Patience);
        }
        finally
        {
            await Task.WhenAll(diallers.Select(one => one.DisposeAsync().AsTask()));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task After_the_half_close_of_one_side_the_other_still_speaks(int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode dialler = await Nodes.StartAsync(shards, poller);
        byte[] question = Nodes.Bytes(1000, 1);
        byte[] answer = Nodes.Bytes(300000, 2);
        listener.Handle("/ask/1.0.0", async (stream, cancellation) =>
        {
            MemoryStream heard = new();
            await stream.CopyToAsync(heard, cancellation);
            Assert.Equal(question, heard.ToArray());
            await stream.WriteAsync(answer, cancellation);
        });
        await dialler.DialAsync(listener);

        await using PeerStream ask = await dialler.OpenStreamAsync(listener.PeerId, "/ask/1.0.0").WaitAsync(Nodes.Patience);
        await ask.WriteAsync(question);
        ask.CompleteWrites();
        MemoryStream heard = new();
        await ask.CopyToAsync(heard).WaitAsync(Nodes.Patience);
        Assert.Equal(answer, heard.ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_was_written_arrives_though_stream_and_node_are_disposed_at_once(int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        TaskCompletionSource<byte[]> arrived = new();
        byte[] sent = Nodes.Bytes(200000);
        listener.Handle("/tell/1.0.0", async (stream, cancellation) =>
        {
            MemoryStream heard = new();
            await stream.CopyToAsync(heard, cancellation);
            arrived.SetResult(heard.ToArray());
        });
        await using (Libp2pNode dialler = await Nodes.StartAsync(shards, poller))
        {
            await dialler.DialAsync(listener);
            await using PeerStream tell = await dialler.OpenStreamAsync(listener.PeerId, "/tell/1.0.0").WaitAsync(Nodes.Patience);
            await tell.WriteAsync(sent);
            tell.CompleteWrites();
        }

        Assert.Equal(sent, await arrived.Task.WaitAsync(Nodes.Patience));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_stream_disposed_before_its_end_is_broken_off_at_the_peer(int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode dialler = await Nodes.StartAsync(shards, poller);
        TaskCompletionSource begun = new();
        TaskCompletionSource<Exception?> ended = new();
        listener.Handle("/half/1.0.0", async (stream, cancellation) =>
        {
            byte[] buffer = new byte[100];
            await stream.ReadExactlyAsync(buffer, cancellation);
            begun.SetResult();
            ended.SetResult(await Record.ExceptionAsync(async () => await stream.ReadExactlyAsync(buffer, CancellationToken.None)));
        });
        await dialler.DialAsync(listener);
        await using (PeerStream half = await dialler.OpenStreamAsync(listener.PeerId, "/half/1.0.0").WaitAsync(Nodes.Patience))
        {
            await half.WriteAsync(new byte[100]);

            // the reset takes what is unread away
            await begun.Task.WaitAsync(Nodes.Patience);
        }

        Libp2pException error = Assert.IsType<Libp2pException>(await ended.Task.WaitAsync(Nodes.Patience));
        Assert.Equal(Libp2pError.StreamReset, error.Error);
        Assert.Equal(dialler.PeerId, error.Peer);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_handler_that_throws_breaks_its_stream_off_and_is_told_of(int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode dialler = await Nodes.StartAsync(shards, poller);
        TaskCompletionSource<Exception> failed = new();
        listener.HandlerFailed += (_, e) => failed.SetResult(e);
        listener.Handle("/bad/1.0.0", (_, _) => throw new InvalidDataException("bad"));
        listener.Handle("/busy/1.0.0", (stream, _) =>
        {
            stream.Abort(ErrorCode.RateLimited);
            return Task.CompletedTask;
        });
        await dialler.DialAsync(listener);

        await using PeerStream bad = await dialler.OpenStreamAsync(listener.PeerId, "/bad/1.0.0").WaitAsync(Nodes.Patience);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(async ()
            => await bad.ReadAsync(new byte[1]).AsTask().WaitAsync(Nodes.Patience));
        Assert.Equal(Libp2pError.StreamReset, error.Error);
        Assert.Contains("the peer broke the stream off (peer ", error.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidDataException>(await failed.Task.WaitAsync(Nodes.Patience));

        // one that says why is heard in words
        await using PeerStream busy = await dialler.OpenStreamAsync(listener.PeerId, "/busy/1.0.0").WaitAsync(Nodes.Patience);
        error = await Assert.ThrowsAsync<Libp2pException>(async () => await busy.ReadAsync(new byte[1]).AsTask().WaitAsync(Nodes.Patience));
        Assert.Equal(Libp2pError.StreamReset, error.Error);
        Assert.Contains("broke the stream off: too much came in too short a time (0x1002)", error.Message, StringComparison.Ordinal);
    }

    private static async Task EchoAsync(Libp2pNode node, PeerId peer, int count, int seed)
    {
        byte[] sent = Nodes.Bytes(count, seed);
        await using PeerStream stream = await node.OpenStreamAsync(peer, Echo);
        Task write = Task.Run(async () =>
        {
            await stream.WriteAsync(sent);
            stream.CompleteWrites();
        });
        MemoryStream heard = new();
        await stream.CopyToAsync(heard);
        await write;
        Assert.Equal(sent, heard.ToArray());
    }
}
