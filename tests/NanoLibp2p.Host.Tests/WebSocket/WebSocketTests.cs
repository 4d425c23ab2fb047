using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host.Tests.Dialing;
using NanoLibp2p.Host.WebSocket;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.WebSocket;

/// <summary>WebSockets as links: two of our nodes, callers that are no peers, and slow readers.</summary>
public class WebSocketTests
{
    private const string Echo = "/echo/1.0.0";

    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_megabyte_comes_back_over_a_WebSocket_and_the_connection_ends_in_order(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.StartAsync(shards, poller);
        server.Handle(Echo, Nodes.EchoAsync);
        Multiaddr address = server.ListenAddresses[0];
        Assert.EndsWith($"/ws/p2p/{server.PeerId}", address.ToString());
        Assert.NotEqual(0, address.Port);
        TaskCompletionSource<PeerDisconnection> gone = new();
        client.PeerDisconnected += gone.SetResult;
        await client.DialAsync(server);
        Assert.Equal(address.WithoutPeerId(), client.Connections[0].RemoteAddress);
        await Nodes.UntilAsync(() => server.IsConnected(client.PeerId), "the server knows of it");
        Assert.EndsWith("/ws", server.Connections[0].RemoteAddress!.ToString());
        Assert.Contains(address.WithoutPeerId(), (await client.IdentifyAsync(server.PeerId).WaitAsync(Nodes.Patience)).ListenAddresses);
        await EchoAsync(client, server.PeerId, 1 << 20);
        Assert.True(await server.PingAsync(client.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);

        await server.DisposeAsync();
        Assert.Equal(CloseReason.Remote, (await gone.Task.WaitAsync(Nodes.Patience)).Why.Reason);
        await Nodes.UntilAsync(() => client.Load == 0, "the client has no connection left");
    }

    [Fact]
    public async Task With_TLS_the_certificate_is_checked_for_the_name_that_was_dialled()
    {
        using X509Certificate2 certificate = Certificate("peer.example.org");
        FakeNames names = new();
        names.Addresses["peer.example.org"] = ["127.0.0.1"];
        names.Addresses["other.example.org"] = ["127.0.0.1"];
        await using Libp2pNode server = await ListenAsync(1, PollerKind.Best, "/ip4/127.0.0.1/tcp/0/tls/ws",
            new WebSocketListenOptions { Certificate = certificate });
        server.Handle(Echo, Nodes.EchoAsync);
        int port = server.ListenAddresses[0].Port;

        await using Libp2pNode strict = await Nodes.StartAsync(1, PollerKind.Best, options => options.Dial.Names = names);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => strict.DialAsync(
            $"/dns4/peer.example.org/tcp/{port}/wss/p2p/{server.PeerId}").WaitAsync(Nodes.Patience));
        Assert.Contains("certificate", error.Message);

        // one that trusts this authority, and still wants the right name
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best, options =>
        {
            options.Dial.Names = names;
            options.Dial.CheckCertificate = (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateChainErrors)
                == SslPolicyErrors.None;
        });
        await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync($"/dns4/other.example.org/tcp/{port}/tls/ws").WaitAsync(
            Nodes.Patience));
        await client.DialAsync($"/dns4/peer.example.org/tcp/{port}/wss/p2p/{server.PeerId}").WaitAsync(Nodes.Patience);
        await EchoAsync(client, server.PeerId, 100_000);

        // where it was reached can be dialled again
        Multiaddr reached = client.Connections[0].RemoteAddress!;
        Assert.Equal($"/ip4/127.0.0.1/tcp/{port}/tls/sni/peer.example.org/ws", reached.ToString());
        await client.DisconnectAsync(server.PeerId);
        await client.DialAsync(reached).WaitAsync(Nodes.Patience);
    }

    [Fact]
    public async Task Frames_of_a_few_bytes_and_records_that_are_split_over_them_change_nothing()
    {
        await using Libp2pNode server = await Nodes.StartAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        server.Handle(Echo, Nodes.EchoAsync);
        (System.Net.WebSockets.WebSocket one, System.Net.WebSockets.WebSocket two) = await PairAsync();
        Task ended = server.AcceptAsync(one, null, false);
        await client.ConnectAsync(new WebSocketSource(new ChoppedWebSocket(two), null, null, null), server.PeerId, true,
            CancellationToken.None).WaitAsync(Nodes.Patience);
        await EchoAsync(client, server.PeerId, 20_000);
        Assert.Null(client.Connections[0].RemoteAddress);
        await client.DisposeAsync();
        await ended.WaitAsync(Nodes.Patience);
    }

    [Fact]
    public async Task A_text_frame_ends_the_connection()
    {
        await using Libp2pNode server = await ListenAsync(1, PollerKind.Best);
        using ClientWebSocket caller = await CallAsync(server);
        await Nodes.UntilAsync(() => server.Load == 1, "it is there");
        await caller.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        WebSocketReceiveResult result;
        do
        {
            result = await caller.ReceiveAsync(new byte[1000], CancellationToken.None).WaitAsync(Nodes.Patience);
        }
        while (result.MessageType != WebSocketMessageType.Close);
        Assert.Equal(WebSocketCloseStatus.InvalidMessageType, caller.CloseStatus);
        await Nodes.UntilAsync(() => server.Load == 0, "nothing is left of it");
    }

    [Fact]
    public async Task A_peer_that_sends_without_end_waits_while_the_shard_reads_nothing()
    {
        await using Libp2pNode server = await ListenAsync(1, PollerKind.Best);
        using ClientWebSocket caller = await CallAsync(server);
        await Nodes.UntilAsync(() => server.Load == 1, "it is there");
        using ManualResetEventSlim go = new();
        server.Hold(go);
        long sent = 0;
        Task sending = Task.Run(async () =>
        {
            byte[] garbage = new byte[64 * 1024];
            while (sent < 256 << 20)
            {
                await caller.SendAsync(garbage, WebSocketMessageType.Binary, true, CancellationToken.None);
                Interlocked.Add(ref sent, garbage.Length);
            }
        });
        await StalledAsync(() => Interlocked.Read(ref sent));
        Assert.InRange(Interlocked.Read(ref sent), 1, 64 << 20);
        Assert.False(sending.IsCompleted);
        go.Set();

        // no multistream: closed
        await Nodes.UntilAsync(() => server.Load == 0, "it is closed for what it said");
        await Assert.ThrowsAnyAsync<Exception>(() => sending.WaitAsync(Nodes.Patience));
    }

    [Fact]
    public async Task Of_what_a_peer_still_sends_after_the_end_a_megabyte_is_passed_over()
    {
        await using Libp2pNode server = await ListenAsync(1, PollerKind.Best);
        using ClientWebSocket caller = await CallAsync(server);
        byte[] garbage = new byte[64 * 1024];
        long sent = 0;

        // no multistream: closed; its close is not read, and without one of the caller's own it takes 2 s
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (sent < 1 << 30)
            {
                await caller.SendAsync(garbage, WebSocketMessageType.Binary, true, CancellationToken.None).WaitAsync(Nodes.Patience);
                sent += garbage.Length;
            }
        });

        // that, and what is on its way in sockets and buffers
        Assert.InRange(sent, 1, 32 << 20);
    }

    [Fact]
    public async Task A_writer_waits_while_the_peer_reads_nothing_and_all_arrives_in_the_end()
    {
        await using Libp2pNode server = await ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        long written = 0;
        byte[] chunk = Nodes.Bytes(64 * 1024);
        const int Chunks = 512;
        server.Handle("/much/1.0.0", async (stream, cancellation) =>
        {
            for (int i = 0; i < Chunks; i++)
            {
                await stream.WriteAsync(chunk, cancellation);
                Interlocked.Add(ref written, chunk.Length);
            }
        });
        await client.DialAsync(server);
        await using PeerStream stream = await client.OpenStreamAsync(server.PeerId, "/much/1.0.0").WaitAsync(Nodes.Patience);
        using ManualResetEventSlim go = new();
        client.Hold(go);
        await StalledAsync(() => Interlocked.Read(ref written));
        Assert.InRange(Interlocked.Read(ref written), 1, 16 << 20);
        go.Set();
        byte[] read = new byte[chunk.Length];
        for (int i = 0; i < Chunks; i++)
        {
            await stream.ReadExactlyAsync(read).AsTask().WaitAsync(Nodes.Patience);
            Assert.Equal(chunk, read);
        }
    }

    [Fact]
    public async Task Who_asks_for_a_page_is_told_that_this_is_none_and_who_says_nothing_is_closed_after_its_time()
    {
        await using Libp2pNode server = await ListenAsync(1, PollerKind.Best, "/ip4/127.0.0.1/tcp/0/ws",
            new WebSocketListenOptions { RequestTimeout = TimeSpan.FromSeconds(1), MaxConnections = 2 });
        int port = server.ListenAddresses[0].Port;
        using (HttpClient http = new())
        {
            HttpResponseMessage answer = await http.GetAsync($"http://127.0.0.1:{port}/").WaitAsync(Nodes.Patience);
            Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
            Assert.Contains("libp2p", await answer.Content.ReadAsStringAsync());
        }

        // two that say nothing; the third is one too many, and is closed before them
        List<TcpClient> silent = [new(), new(), new()];
        foreach (TcpClient one in silent)
        {
            await one.ConnectAsync(IPAddress.Loopback, port);
            await Task.Delay(50);
        }

        foreach (TcpClient one in silent)
        {
            Assert.Equal(0, await EndAsync(one.GetStream()).WaitAsync(Nodes.Patience));
            one.Dispose();
        }

        Assert.Equal(0, server.Load);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        await Nodes.UntilAsync(() => client.DialAsync(server.ListenAddresses[0]).ContinueWith(dial => dial.IsCompletedSuccessfully,
            TaskScheduler.Default).GetAwaiter().GetResult(), "there is room again");
    }

    [Fact]
    public async Task An_address_that_can_not_be_listened_on_is_told_before_the_node_starts()
    {
        await using Libp2pNode server = await ListenAsync(1, PollerKind.Best);
        string taken = server.ListenAddresses[0].WithoutPeerId()!.ToString();
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => ListenAsync(1, PollerKind.Best, taken));
        Assert.Equal(Libp2pError.ListenFailed, error.Error);
        Assert.Contains(taken, error.Message);
        ArgumentException wrong = await Assert.ThrowsAsync<ArgumentException>(() => ListenAsync(1, PollerKind.Best,
            "/ip4/127.0.0.1/tcp/0/tls/ws"));
        Assert.Contains("Certificate", wrong.Message);
        wrong = await Assert.ThrowsAsync<ArgumentException>(() => Nodes.StartAsync(1, PollerKind.Best, options
            => options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0/ws")));
        Assert.Contains("UseWebSockets", wrong.Message);

        // the other way round, a server that speaks no WebSocket
        await using Libp2pNode plain = await Nodes.ListenAsync(1, PollerKind.Best);
        error = await Assert.ThrowsAsync<Libp2pException>(() => server.DialAsync($"{plain.ListenAddresses[0].WithoutPeerId()}/ws")
            .WaitAsync(Nodes.Patience));
        Assert.Contains("not as a WebSocket", error.Message);
    }

    private static Task<Libp2pNode> ListenAsync(int shards, PollerKind poller, string address = "/ip4/127.0.0.1/tcp/0/ws",
        WebSocketListenOptions? listen = null)
        => Nodes.StartAsync(shards, poller, options =>
        {
            options.ListenAddresses.Add(address);
            options.UseWebSockets(listen);
        });

    private static async Task EchoAsync(Libp2pNode node, PeerId peer, int count)
    {
        byte[] sent = Nodes.Bytes(count);
        await using PeerStream stream = await node.OpenStreamAsync(peer, Echo).WaitAsync(Nodes.Patience);
        Task write = Task.Run(async () =>
        {
            await stream.WriteAsync(sent);
            stream.CompleteWrites();
        });
        MemoryStream back = new();
        await stream.CopyToAsync(back).WaitAsync(Nodes.Patience);
        await write;
        Assert.Equal(sent, back.ToArray());
    }

    private static async Task<ClientWebSocket> CallAsync(Libp2pNode server)
    {
        ClientWebSocket caller = new();
        await caller.ConnectAsync(new Uri($"ws://127.0.0.1:{server.ListenAddresses[0].Port}/"), CancellationToken.None)
            .WaitAsync(Nodes.Patience);
        return caller;
    }

    private static async Task<(System.Net.WebSockets.WebSocket, System.Net.WebSockets.WebSocket)> PairAsync()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        TcpClient client = new() { NoDelay = true };
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        TcpClient server = await listener.AcceptTcpClientAsync();
        return (System.Net.WebSockets.WebSocket.CreateFromStream(server.GetStream(), new WebSocketCreationOptions { IsServer = true }),
            System.Net.WebSockets.WebSocket.CreateFromStream(client.GetStream(), new WebSocketCreationOptions()));
    }

    // until a figure has grown, and then has stayed for a while
    private static async Task StalledAsync(Func<long> figure)
    {
        long last = 0;
        int same = 0;
        await Nodes.UntilAsync(
            () =>
            {
                long now = figure();
                same = now == last && now > 0 ? same + 1 : 0;
                last = now;
                return same > 100;
            },
            "it is held up");
    }

    private static async Task<int> EndAsync(NetworkStream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static X509Certificate2 Certificate(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
