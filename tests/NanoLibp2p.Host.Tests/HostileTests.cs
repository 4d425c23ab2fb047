using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests;

/// <summary>Peers that do what nobody should, and what the others notice of it.</summary>
public class HostileTests
{
    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_that_never_reads_holds_a_writer_back_and_nobody_else(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode deaf = await Nodes.StartAsync(shards, poller);
        await using Libp2pNode honest = await Nodes.StartAsync(shards, poller);
        long written = 0;
        server.Handle("/firehose/1.0.0", async (stream, cancellation) =>
        {
            byte[] chunk = new byte[16 * 1024];
            while (true)
            {
                await stream.WriteAsync(chunk, cancellation);
                Interlocked.Add(ref written, chunk.Length);
            }
        });
        await deaf.DialAsync(server);
        await honest.DialAsync(server);

        await using PeerStream firehose = await deaf.OpenStreamAsync(server.PeerId, "/firehose/1.0.0").WaitAsync(Nodes.Patience);
        long before = await StandstillAsync(() => Interlocked.Read(ref written), honest, server);

        // both windows of a stream, what each side keeps, and what is in the sockets between
        Assert.InRange(before, PeerStream.BufferBytes, 32 << 20);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_that_floods_a_handler_which_never_reads_is_held_back_in_that_stream_alone(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode flooder = await Nodes.StartAsync(shards, poller);
        await using Libp2pNode honest = await Nodes.StartAsync(shards, poller);
        TaskCompletionSource<PeerStream> held = new();
        TaskCompletionSource go = new();
        server.Handle("/sink/1.0.0", async (stream, cancellation) =>
        {
            held.SetResult(stream);
            await go.Task;
            await stream.CopyToAsync(Stream.Null, cancellation);
        });
        await flooder.DialAsync(server);
        await honest.DialAsync(server);
        await using PeerStream sink = await flooder.OpenStreamAsync(server.PeerId, "/sink/1.0.0").WaitAsync(Nodes.Patience);
        const int Flood = 64 << 20;
        long written = 0;
        Task flood = Task.Run(async () =>
        {
            byte[] chunk = new byte[64 * 1024];
            while (written < Flood)
            {
                await sink.WriteAsync(chunk);
                Interlocked.Add(ref written, chunk.Length);
            }

            sink.CompleteWrites();
        });
        PeerStream unread = await held.Task.WaitAsync(Nodes.Patience);
        long before = await StandstillAsync(() => Interlocked.Read(ref written), honest, server);

        Assert.InRange(before, PeerStream.BufferBytes, 32 << 20);
        Assert.InRange(unread.Unread, 1, (2 * PeerStream.BufferBytes) + 1);

        // its other streams on the same connection go on
        Assert.True(await flooder.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);

        // read at last, everything arrives
        go.SetResult();
        await flood.WaitAsync(Nodes.Patience);
        Assert.Equal(0, await sink.ReadAsync(new byte[1]).AsTask().WaitAsync(Nodes.Patience));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Sixty_four_silent_callers_keep_nobody_out(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller, options =>
        {
            options.MaxConnections = 64;
            SilentCallers.Keep(options);
        });
        using SilentCallers silent = [];
        await silent.ConnectAsync(server, 64);
        await Nodes.UntilAsync(() => server.Load == 64, "all have a place");
        await using Libp2pNode honest = await Nodes.StartAsync(1, poller);
        await honest.DialAsync(server);
        Assert.True(await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        await Nodes.UntilAsync(() => server.Load == 64, "one of them has given way");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Errors_say_what_the_peer_or_the_network_did(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.StartAsync(shards, poller);

        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => client.PingAsync(server.PeerId));
        Assert.Equal((Libp2pError.NotConnected, server.PeerId), (error.Error, error.Peer));

        // another peer than the one that is named
        Multiaddr wrong = server.ListenAddresses[0].WithoutPeerId().WithPeerId(client.PeerId);
        error = await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(wrong).WaitAsync(Nodes.Patience));
        Assert.Equal((Libp2pError.DialFailed, CloseReason.PeerIdMismatch), (error.Error, error.Reason));

        // nobody
        using (Socket bound = new(SocketType.Stream, ProtocolType.Tcp))
        {
            bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            string nobody = $"/ip4/127.0.0.1/tcp/{((IPEndPoint)bound.LocalEndPoint!).Port}";
            error = await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(nobody).WaitAsync(Nodes.Patience));
            Assert.Equal((Libp2pError.DialFailed, CloseReason.DialFailed, (int)LinkError.Refused), (error.Error, error.Reason,
                error.Detail));
            Assert.Contains(nobody, error.Message);
        }

        // no libp2p peer
        using (TcpListener web = new(IPAddress.Loopback, 0))
        {
            web.Start();
            Task<PeerId> dial = client.DialAsync($"/ip4/127.0.0.1/tcp/{((IPEndPoint)web.LocalEndpoint).Port}");
            using TcpClient call = await web.AcceptTcpClientAsync();
            await call.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            error = await Assert.ThrowsAsync<Libp2pException>(() => dial.WaitAsync(Nodes.Patience));
            Assert.Equal((Libp2pError.DialFailed, CloseReason.NegotiationMalformed), (error.Error, error.Reason));
        }

        await client.DialAsync(server);
        error = await Assert.ThrowsAsync<Libp2pException>(() => client.OpenStreamAsync(server.PeerId,
            "/nobody/1.0.0").WaitAsync(Nodes.Patience));
        Assert.Equal((Libp2pError.ProtocolRefused, server.PeerId), (error.Error, error.Peer));
        Assert.Contains("/nobody/1.0.0", error.Message);

        // the peer leaves in order, which a stream's reader hears
        server.Handle("/wait/1.0.0", (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        PeerStream waiting = await client.OpenStreamAsync(server.PeerId, "/wait/1.0.0").WaitAsync(Nodes.Patience);
        ValueTask<int> read = waiting.ReadAsync(new byte[1]);
        await server.DisposeAsync();
        error = await Assert.ThrowsAsync<Libp2pException>(async () => await read.AsTask().WaitAsync(Nodes.Patience));
        Assert.True(error.Error is Libp2pError.ConnectionClosed or Libp2pError.StreamReset, error.ToString());
        await Nodes.UntilAsync(() => !client.IsConnected(server.PeerId), "the client knows that the server is gone");
    }

    // how much was written when nothing more is, while others have their pings answered
    private static async Task<long> StandstillAsync(Func<long> written, Libp2pNode honest, Libp2pNode server)
    {
        using CancellationTokenSource late = new(Nodes.Patience);
        long before = -1;
        while (before != written() || before < PeerStream.BufferBytes)
        {
            before = written();
            for (int i = 0; i < 50; i++)
            {
                await honest.PingAsync(server.PeerId, late.Token);
            }

            await Task.Delay(200, late.Token);
        }

        return before;
    }
}
