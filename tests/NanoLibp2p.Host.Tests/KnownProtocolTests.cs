using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Host.Tests;

/// <summary>Streams of protocols that the peer has said it speaks, whose word is not waited for.</summary>
public class KnownProtocolTests
{
    private const string Echo = "/echo/1.0.0";
    private const string Nobody = "/nobody/1.0.0";

    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_stream_of_a_protocol_that_the_peer_is_known_to_speak_is_written_to_before_the_peer_says_anything(
        int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode dialler = await Nodes.StartAsync(shards, poller);
        listener.Handle(Echo, Nodes.EchoAsync);
        await dialler.DialAsync(listener);
        await dialler.IdentifyAsync(listener.PeerId).WaitAsync(Nodes.Patience);

        using ManualResetEventSlim go = new();
        listener.Hold(go);
        byte[] sent = Nodes.Bytes(300);
        byte[] back = new byte[300];
        PeerStream stream;
        Task agreed;
        try
        {
            stream = await dialler.OpenStreamAsync(listener.PeerId, ["/echo/2.0.0", Echo]).WaitAsync(Nodes.Patience);
            Assert.Equal(Echo, stream.Protocol);
            await stream.WriteAsync(sent).AsTask().WaitAsync(Nodes.Patience);
            stream.CompleteWrites();
            agreed = stream.WaitUntilAgreedAsync();
            Assert.False(agreed.IsCompleted);
        }
        finally
        {
            go.Set();
        }

        await using (stream)
        {
            await stream.ReadExactlyAsync(back).AsTask().WaitAsync(Nodes.Patience);
            Assert.Equal(sent, back);
            Assert.Equal(0, await stream.ReadAsync(back).AsTask().WaitAsync(Nodes.Patience));
            await agreed.WaitAsync(Nodes.Patience);
            await stream.WaitUntilAgreedAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_was_written_before_the_peer_has_agreed_arrives_to_its_end_though_the_node_is_disposed_at_once(
        int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode dialler = await Nodes.StartAsync(shards, poller);
        TaskCompletionSource<byte[]> arrived = new();
        listener.Handle("/tell/1.0.0", async (stream, cancellation) =>
        {
            MemoryStream heard = new();
            await stream.CopyToAsync(heard, cancellation);
            arrived.SetResult(heard.ToArray());
        });
        await dialler.DialAsync(listener);
        await dialler.IdentifyAsync(listener.PeerId).WaitAsync(Nodes.Patience);

        using ManualResetEventSlim go = new();
        listener.Hold(go);
        byte[] sent = Nodes.Bytes(300);
        try
        {
            PeerStream stream = await dialler.OpenStreamAsync(listener.PeerId, "/tell/1.0.0").WaitAsync(Nodes.Patience);
            await stream.WriteAsync(sent).AsTask().WaitAsync(Nodes.Patience);
            stream.CompleteWrites();

            // it waits for the peer, which can't answer yet
            await Task.WhenAny(dialler.DisposeAsync().AsTask(), Task.Delay(300));
        }
        finally
        {
            go.Set();
        }

        Assert.Equal(sent, await arrived.Task.WaitAsync(Nodes.Patience));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_that_refuses_what_it_said_it_speaks_fails_reads_and_writes_as_refused_and_is_asked_the_next_time(
        int shards, PollerKind poller)
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode dialler = await Nodes.StartAsync(shards, poller);
        await dialler.DialAsync(listener);
        PeerIdentification said = await dialler.IdentifyAsync(listener.PeerId).WaitAsync(Nodes.Patience);
        dialler.PeerStore.Identified(said with { Protocols = [.. said.Protocols, Nobody] });

        await using (PeerStream stream = await WriteBeforeTheAnswerAsync(dialler, listener))
        {
            Libp2pException[] errors =
            [
                await Assert.ThrowsAsync<Libp2pException>(async () => await stream.ReadAsync(new byte[1]).AsTask()
                    .WaitAsync(Nodes.Patience)),
                await Assert.ThrowsAsync<Libp2pException>(async () => await stream.WriteAsync(new byte[1]).AsTask()
                    .WaitAsync(Nodes.Patience)),
                await Assert.ThrowsAsync<Libp2pException>(() => stream.WaitUntilAgreedAsync().WaitAsync(Nodes.Patience)),
            ];
            Assert.All(errors, one => Assert.Equal((Libp2pError.ProtocolRefused, listener.PeerId), (one.Error, one.Peer)));
            Assert.All(errors, one => Assert.Contains("the peer does not speak " + Nobody, one.Message));
        }

        Assert.False(dialler.PeerStore.Supports(listener.PeerId, Nobody));
        Assert.True(dialler.PeerStore.Supports(listener.PeerId, said.Protocols[0]));
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(
            () => dialler.OpenStreamAsync(listener.PeerId, Nobody).WaitAsync(Nodes.Patience));
        Assert.Equal(Libp2pError.ProtocolRefused, error.Error);
        Assert.True(dialler.IsConnected(listener.PeerId));
    }

    [Fact]
    public async Task Who_writes_and_never_reads_hears_of_the_refusal_when_asking_for_the_peers_agreement()
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(1, PollerKind.Async);
        await using Libp2pNode dialler = await Nodes.StartAsync(1, PollerKind.Async);
        await dialler.DialAsync(listener);
        PeerIdentification said = await dialler.IdentifyAsync(listener.PeerId).WaitAsync(Nodes.Patience);
        dialler.PeerStore.Identified(said with { Protocols = [.. said.Protocols, Nobody] });

        await using PeerStream stream = await WriteBeforeTheAnswerAsync(dialler, listener);
        stream.CompleteWrites();
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => stream.WaitUntilAgreedAsync().WaitAsync(Nodes.Patience));
        Assert.Equal(Libp2pError.ProtocolRefused, error.Error);
    }

    [Fact]
    public async Task A_stream_that_was_not_waited_for_fails_in_words_when_its_connection_ends_before_the_peer_agrees()
    {
        await using Libp2pNode listener = await Nodes.ListenAsync(1, PollerKind.Async);
        await using Libp2pNode dialler = await Nodes.StartAsync(1, PollerKind.Async);
        listener.Handle(Echo, Nodes.EchoAsync);
        await dialler.DialAsync(listener);
        await dialler.IdentifyAsync(listener.PeerId).WaitAsync(Nodes.Patience);

        using ManualResetEventSlim go = new();
        listener.Hold(go);
        try
        {
            await using PeerStream stream = await dialler.OpenStreamAsync(listener.PeerId, Echo).WaitAsync(Nodes.Patience);
            Task agreed = stream.WaitUntilAgreedAsync();
            ValueTask<int> read = stream.ReadAsync(new byte[1]);
            await dialler.DisconnectAsync(listener.PeerId).WaitAsync(Nodes.Patience);
            Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(async () => await read.AsTask().WaitAsync(Nodes.Patience));
            Assert.Equal(Libp2pError.ConnectionClosed, error.Error);
            Assert.Equal(Libp2pError.ConnectionClosed,
                (await Assert.ThrowsAsync<Libp2pException>(() => agreed.WaitAsync(Nodes.Patience))).Error);
        }
        finally
        {
            go.Set();
        }
    }

    private static async Task<PeerStream> WriteBeforeTheAnswerAsync(Libp2pNode dialler, Libp2pNode listener)
    {
        using ManualResetEventSlim go = new();
        listener.Hold(go);
        try
        {
            PeerStream stream = await dialler.OpenStreamAsync(listener.PeerId, Nobody).WaitAsync(Nodes.Patience);
            await stream.WriteAsync(Nodes.Bytes(3000)).AsTask().WaitAsync(Nodes.Patience);
            return stream;
        }
        finally
        {
            go.Set();
        }
    }
}
