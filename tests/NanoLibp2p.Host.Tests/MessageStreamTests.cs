using System;
using System.IO;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Host.Tests;

/// <summary>One bounded message in, one out.</summary>
public class MessageStreamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(200_000)]
    public async Task A_message_goes_and_comes_back_and_what_follows_it_is_left_alone(int bytes)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        server.Handle("/echo/1.0.0", Nodes.EchoAsync);
        await client.DialAsync(server);
        await using PeerStream stream = await client.OpenStreamAsync(server.PeerId, "/echo/1.0.0").WaitAsync(Nodes.Patience);
        MessageStream messages = new(stream, Nodes.Patience);
        byte[] message = Nodes.Bytes(bytes);
        await messages.WriteMessageAsync(message);
        await stream.WriteAsync(new byte[] { 42 });
        Assert.Equal(message, await messages.ReadMessageAsync(bytes));
        Assert.Equal(42, stream.ReadByte());
        stream.CompleteWrites();
        Assert.Null(await messages.ReadMessageAsync(bytes));
    }

    [Theory]
    [InlineData(new byte[] { 11 }, Libp2pError.MessageTooLong)]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x07 }, Libp2pError.MessageTooLong)]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x08 }, Libp2pError.MessageMalformed)]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00 }, Libp2pError.MessageMalformed)]
    [InlineData(new byte[] { 0x81, 0x00 }, Libp2pError.MessageMalformed)]
    [InlineData(new byte[] { 0x81 }, Libp2pError.MessageMalformed)]
    [InlineData(new byte[] { 3, 1, 2 }, Libp2pError.MessageMalformed)]
    public async Task What_is_no_message_is_a_fault_with_its_kind(byte[] sent, Libp2pError kind)
    {
        MessageStream messages = new(new MemoryStream(sent), Nodes.Patience);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => messages.ReadMessageAsync(10));
        Assert.Equal(kind, error.Error);
    }

    [Fact]
    public async Task A_length_without_its_bytes_takes_no_memory()
    {
        // 2 GB are stated, three bytes come
        MessageStream messages = new(new MemoryStream([0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1, 2, 3]), Nodes.Patience);
        long before = GC.GetAllocatedBytesForCurrentThread();
        await Assert.ThrowsAsync<Libp2pException>(() => messages.ReadMessageAsync(int.MaxValue));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public async Task A_peer_that_takes_too_long_is_timed_out_and_its_stream_broken_off()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        TaskCompletionSource ended = new();
        server.Handle("/slow/1.0.0", async (stream, cancellation) =>
        {
            await stream.WriteAsync(new byte[] { 10, 1, 2 }, cancellation);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                ended.SetResult();
            }
        });
        await client.DialAsync(server);
        await using PeerStream stream = await client.OpenStreamAsync(server.PeerId, "/slow/1.0.0").WaitAsync(Nodes.Patience);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(
            () => new MessageStream(stream, TimeSpan.FromMilliseconds(100)).ReadMessageAsync(100).WaitAsync(Nodes.Patience));
        Assert.Equal(Libp2pError.TimedOut, error.Error);
        Assert.Equal(server.PeerId, error.Peer);
        await ended.Task.WaitAsync(Nodes.Patience);

        using CancellationTokenSource cancelled = new(50);
        Pipe never = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new MessageStream(never.Reader.AsStream(), Nodes.Patience).ReadMessageAsync(100, cancelled.Token));
    }
}
