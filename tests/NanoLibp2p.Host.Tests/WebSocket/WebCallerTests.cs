using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host.WebSocket;

namespace NanoLibp2p.Host.Tests.WebSocket;

/// <summary>Hostile callers of a WebSocket address: before the request, in it, in the frames, and after them.</summary>
[Collection(nameof(Alone))]
public class WebCallerTests
{
    private const string Upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

    public static TheoryData<string, string> Requests => new()
    {
        { "no HTTP at all", "\u0013/multistream/1.0.0\n\r\n\r\n" },
        { "HTTP/0.9", "GET /\r\n\r\n" },
        { "HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
        { "no host", "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" },
        { "an old version", Upgrade.Replace("Version: 13", "Version: 8", StringComparison.Ordinal) + "\r\n" },
        { "a short key", Upgrade.Replace("AAAAAAAAAAAAAAAAAAAAAA==", "AAAA", StringComparison.Ordinal) + "\r\n" },
        { "two keys", Upgrade + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" },
        { "POST", "POST" + Upgrade[3..] + "\r\n" },
        { "a body", Upgrade + "Content-Length: 1000000\r\n\r\n" },
        { "a body of unknown length", Upgrade + "Transfer-Encoding: chunked\r\n\r\nffffff\r\n" },
        { "two lengths", Upgrade + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n" },
        { "a body without an upgrade", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" },
        { "a zero in a header", Upgrade + "X: a\0b\r\n\r\n" },
        { "a header of 17 KiB", Upgrade + $"X: {new string('a', 17 * 1024)}\r\n\r\n" },
        { "a line of 9 KiB", $"GET /{new string('a', 9 * 1024)} HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "200 headers", Upgrade + string.Concat(Enumerable.Range(0, 200).Select(i => $"X{i}: a\r\n")) + "\r\n" },
        { "a proxy's request", "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n" },
        { "a page", "GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\n\r\n" },
    };

    public static TheoryData<string, byte[]> Frames => new()
    {
        { "not masked", [0x82, 0x05, 1, 2, 3, 4, 5] },
        { "reserved bits", [0xf2, 0x80, 0, 0, 0, 0] },
        { "an unknown kind", [0x83, 0x80, 0, 0, 0, 0] },
        { "a continuation of nothing", [0x80, 0x80, 0, 0, 0, 0] },
        { "a ping of more than 125 bytes", [0x89, 0xfe, 0, 126, 0, 0, 0, 0] },
        { "a ping in pieces", [0x09, 0x80, 0, 0, 0, 0] },
        { "a length below 0", [0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0] },
        { "a text", [0x81, 0x81, 0, 0, 0, 0, (byte)'a'] },
        { "a close of one byte", [0x88, 0x81, 0, 0, 0, 0, 1] },
    };

    [Fact]
    public async Task Sixty_four_callers_that_never_ask_for_a_WebSocket_keep_16_places_and_nobody_out()
    {
        await using Libp2pNode server = await ListenAsync(options =>
        {
            options.Connections.LimitsLoopback = true;
            options.UseWebSockets(new WebSocketListenOptions { RequestTimeout = 10 * Nodes.Patience });
        });
        List<Socket> callers = [];
        for (int i = 0; i < 64; i++)
        {
            callers.Add(await CallAsync(server));

            // some say nothing at all, some begin a request and never end it
            await callers[i].SendAsync(Encoding.ASCII.GetBytes(i % 2 == 0 ? "" : Upgrade));

            // the web server admits callers side by side: the next one comes when this one has its place
            int gone = Math.Max(0, i - 15);
            await Nodes.UntilAsync(() => callers.Count(IsClosed) == gone, $"{gone} gave way");
        }

        Assert.Equal(callers[48..], callers.Where(one => !IsClosed(one)));
        await using Libp2pNode honest = await Nodes.StartAsync(1, PollerKind.Best);
        await honest.DialAsync(server);
        Assert.True(await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        await Nodes.UntilAsync(() => callers.Count(one => !IsClosed(one)) == 15, "one more gave way");
        callers.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task Sixty_four_silent_WebSockets_of_one_host_keep_16_places_and_pings_are_no_word()
    {
        await using Libp2pNode server = await ListenAsync(options =>
        {
            options.Connections.LimitsLoopback = true;
            options.UseWebSockets();
            SilentCallers.Keep(options);
        });
        List<Socket> callers = [];
        for (int i = 0; i < 64; i++)
        {
            callers.Add(await UpgradeAsync(server));
            await callers[i].SendAsync(new byte[] { 0x89, 0x80, 0, 0, 0, 0 });
        }

        await Nodes.UntilAsync(() => server.Load == 16 && server.HalfOpen == 16, "48 gave way");
        await using Libp2pNode honest = await Nodes.StartAsync(1, PollerKind.Best);
        await honest.DialAsync(server);
        await Nodes.UntilAsync(() => server.Load == 16 && server.HalfOpen == 15, "one more gave way");
        callers.ForEach(one => one.Dispose());
        await Nodes.UntilAsync(() => server.HalfOpen == 0, "they are forgotten when they leave");
    }

    [Fact]
    public async Task A_WebSocket_that_pings_and_sends_empty_frames_and_nothing_else_has_its_time()
    {
        await using Libp2pNode server = await ListenAsync(options =>
        {
            options.UseWebSockets();
            options.Node.FirstByteTimeoutMs = 300;
        });
        using Socket caller = await UpgradeAsync(server);
        byte[] frames = [0x89, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0];
        await Nodes.UntilAsync(() => server.Load == 1, "it is there");
        await Nodes.UntilAsync(
            () =>
            {
                Try(() => caller.Send(frames));
                return server.Load == 0;
            },
            "it is cut off");
        Assert.Equal(CloseReason.HandshakeTimeout, server.Events.Recent.Single(one => one.Kind == NodeEventKind.HandshakeFailed).Reason);
    }

    [Fact]
    public async Task A_host_has_as_many_open_connections_by_WebSocket_and_TCP_together_as_by_TCP()
    {
        await using Libp2pNode server = await ListenAsync(options =>
        {
            options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
            options.Connections.LimitsLoopback = true;
            options.Connections.PerHost = 2;
            options.UseWebSockets();
        });
        await using Libp2pNode one = await Nodes.StartAsync(1, PollerKind.Best);
        await using Libp2pNode two = await Nodes.StartAsync(1, PollerKind.Best);
        await using Libp2pNode three = await Nodes.StartAsync(1, PollerKind.Best);
        await one.DialAsync(server);
        await two.DialAsync(server.ListenAddresses[1]).WaitAsync(Nodes.Patience);
        await Nodes.UntilAsync(() => server.Peers.Count == 2, "both are known");
        await Assert.ThrowsAsync<Libp2pException>(() => three.DialAsync(server));
        await Nodes.UntilAsync(() => server.Events.Recent.Any(one => one.Refusal == RefusalReason.HostLimit), "it is in the log");
        Assert.Equal(2, server.Peers.Count);
    }

    [Fact]
    public async Task A_caller_of_a_blocked_network_gets_no_answer_to_its_request()
    {
        await using Libp2pNode server = await ListenAsync(options =>
        {
            options.UseWebSockets();
            options.Access.Block(IPNetwork.Parse("127.0.0.0/8"));
        });

        // it may be gone before the caller has seen that it is connected
        using Socket caller = new(SocketType.Stream, ProtocolType.Tcp);
        Try(() => caller.Connect(new IPEndPoint(IPAddress.Loopback, server.ListenAddresses[0].Port)));
        Try(() => caller.Send(Encoding.ASCII.GetBytes(Upgrade + "\r\n")));
        Assert.Equal("", await ReadToEndAsync(caller));
        await Nodes.UntilAsync(() => server.Events.Recent.Any(one => one.Refusal == RefusalReason.AddressNotAllowed), "it is told");
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_that_is_none_becomes_no_connection_and_its_own_is_closed(string name, string request)
    {
        await using Libp2pNode server = await ListenAsync(options => options.UseWebSockets());
        using Socket caller = await CallAsync(server);
        await caller.SendAsync(Encoding.Latin1.GetBytes(request));
        string answer = await ReadToEndAsync(caller);
        Assert.DoesNotMatch("^HTTP/1.1 [123]", answer);
        Assert.True(server.Load == 0, name);
        await using Libp2pNode honest = await Nodes.StartAsync(1, PollerKind.Best);
        await honest.DialAsync(server);
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public async Task A_frame_that_is_none_ends_its_connection(string name, byte[] frame)
    {
        await using Libp2pNode server = await ListenAsync(options => options.UseWebSockets());
        using Socket caller = await UpgradeAsync(server);
        await Nodes.UntilAsync(() => server.Load == 1, name);
        await caller.SendAsync(frame);
        await Nodes.UntilAsync(() => server.Load == 0, $"{name}: it is gone");
        await ReadToEndAsync(caller);
        Assert.Equal(0, server.HalfOpen);
    }

    [Fact]
    public async Task Who_ends_its_side_without_a_word_or_says_good_bye_and_stays_is_closed()
    {
        await using Libp2pNode server = await ListenAsync(options => options.UseWebSockets());
        using Socket half = await UpgradeAsync(server);
        using Socket polite = await UpgradeAsync(server);
        using Socket cut = await UpgradeAsync(server);
        await Nodes.UntilAsync(() => server.Load == 3, "all are there");
        half.Shutdown(SocketShutdown.Send);
        await polite.SendAsync(new byte[] { 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8 });
        cut.LingerState = new LingerOption(true, 0);
        cut.Close();
        await Nodes.UntilAsync(() => server.Load == 0, "none is left");
        await ReadToEndAsync(half);
        await ReadToEndAsync(polite);
    }

    [Fact]
    public async Task What_waits_in_WebSockets_is_counted_in_the_budget_and_is_little()
    {
        const int Callers = 40;
        await using Libp2pNode server = await ListenAsync(options => options.UseWebSockets());
        long before = GC.GetTotalMemory(forceFullCollection: true);
        List<Socket> callers = [];
        for (int i = 0; i < Callers; i++)
        {
            callers.Add(await UpgradeAsync(server));
        }

        await Nodes.UntilAsync(() => server.Load == Callers, "all are there");
        using ManualResetEventSlim go = new();
        server.Hold(go);

        // two megabytes each, in one frame that never ends
        byte[] head = [0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(2), 1L << 40);
        byte[] garbage = new byte[2 << 20];
        foreach (Socket caller in callers)
        {
            caller.Blocking = false;
            caller.Send(head);
            Try(() => caller.Send(garbage));
        }

        long kept;
        long all;
        try
        {
            await Nodes.UntilAsync(() => server.KeptBytes >= Callers * 128 * 1024, "it is counted");
            kept = server.KeptBytes;
            all = GC.GetTotalMemory(forceFullCollection: true) - before;
        }
        finally
        {
            go.Set();
        }

        // the pipes here, and those of the web server
        Assert.InRange(kept, Callers * 128 * 1024, Callers * 192 * 1024);
        Assert.True(all < Callers * 512 * 1024, $"{all} bytes");
        await Nodes.UntilAsync(() => server.Load == 0 && server.KeptBytes == 0, "all is given back");
        callers.ForEach(one => one.Dispose());
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (SocketException)
        {
            // it is closed, or has no room
        }
    }

    private static Task<Libp2pNode> ListenAsync(Action<Libp2pNodeOptions> change)
        => Nodes.StartAsync(1, PollerKind.Best, options =>
        {
            options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0/ws");
            change(options);
        });

    private static async Task<Socket> CallAsync(Libp2pNode server)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.ListenAddresses[0].Port)).WaitAsync(Nodes.Patience);
        return socket;
    }

    private static async Task<Socket> UpgradeAsync(Libp2pNode server)
    {
        Socket socket = await CallAsync(server);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Upgrade + "\r\n"));
        StringBuilder answer = new();
        byte[] one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await socket.ReceiveAsync(one).WaitAsync(Nodes.Patience));
            answer.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101 ", answer.ToString(), StringComparison.Ordinal);
        return socket;
    }

    private static bool IsClosed(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        MemoryStream all = new();
        byte[] buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(Nodes.Patience) is int count and > 0)
            {
                all.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // reset, which is an end as well
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }
}
