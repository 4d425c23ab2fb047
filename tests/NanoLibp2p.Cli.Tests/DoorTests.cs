using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Tests;

/// <summary>A listener and those who call it: silent ones, many at once, many one after another.</summary>
public sealed class DoorTests
{
    // a caller whose first packet finds no room is asked for it again after a second
    private const int RetransmissionMs = 1000;

    [Theory]
    [InlineData(63, "127.0.0.1")]
    [InlineData(300, "127.0.0.1")]
    [InlineData(300, "127.0.0.2")]
    public async Task Silent_sockets_of_one_host_shut_nobody_out(int count, string host)
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync();
        await using CliProcess _ = listener;
        List<Socket> silent = [];
        try
        {
            for (int i = 0; i < count; i++)
            {
                silent.Add(await ConnectAsync(address, host));
            }

            Assert.InRange(MillisecondsOfDials(address, 1), 0, RetransmissionMs - 1);
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Sixty_callers_in_one_moment_are_connected_without_a_retransmission()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync();
        await using CliProcess _ = listener;

        // the first round also compiles what it runs
        Assert.InRange(Enumerable.Range(0, 3).Min(_ => MillisecondsOfDials(address, 60)), 0, RetransmissionMs - 1);
    }

    [Fact]
    public async Task Hundreds_that_call_and_leave_are_told_in_one_line()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync();
        await using CliProcess _ = listener;
        for (int i = 0; i < 300; i++)
        {
            (await ConnectAsync(address, "127.0.0.1")).Dispose();
        }

        // a line of somebody who gets in comes behind those of the others
        await CliResult.RunAsync("ping", address, "--count", "1");
        await listener.EventAsync("disconnected");
        await listener.SignalAsync("INT");
        CliResult end = await listener.EndAsync();

        // whoever is not looked at before his place is another's gives way to him
        string? reason = Assert.Single(end.EventsOf("failed")).GetProperty("reason").GetString();
        Assert.True(reason is "EndedInHandshake" or "GaveWay", reason);
    }

    [Fact]
    public async Task What_is_not_told_at_once_is_told_together_after_a_minute()
    {
        StringWriter text = new();
        List<TaskCompletionSource> minutes = [];
        DoorLog door = new(_ => Minute(), new Output(text, json: true, isTerminal: false));
        Caller("it said nothing");
        for (int i = 0; i < 1000; i++)
        {
            Caller(i % 10 == 0 ? "it is full" : "it said nothing");
        }
        Assert.Single(Lines());

        minutes[0].SetResult();
        await Task.Yield();
        JsonElement summary = JsonElement.Parse(Lines()[1]);
        Assert.Equal(1000, summary.GetProperty("count").GetInt32());
        Assert.Equal("900 x it said nothing; 100 x it is full", summary.GetProperty("text").GetString());

        // after a minute without callers the next is told at once
        minutes[1].SetResult();
        Caller("it said nothing");
        Assert.Equal(3, Lines().Length);

        string[] Lines() => text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        void Caller(string reason) => door.Tell(new JsonObject { ["event"] = "failed", ["text"] = reason }, $"{reason}");
        Task Minute()
        {
            minutes.Add(new());
            return minutes[^1].Task;
        }
    }

    [Theory]
    [InlineData(200, 0, "raise it with ulimit -n")]
    [InlineData(80, 1, "cannot listen")]
    public async Task At_a_low_file_limit_a_listener_has_fewer_connections_or_says_why_it_ends(int files, int exitCode, string said)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells the limit");
        ProcessStartInfo start = new("sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("ulimit -n \"$1\"; shift; exec timeout -s INT 3 dotnet exec \"$@\"");
        foreach (string argument
            in new[] { "sh", files.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Path.Combine(AppContext.BaseDirectory, "nanolibp2p.dll"), "listen", "--listen", "/ip4/127.0.0.1/tcp/0" })
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains(said, output + await errors, StringComparison.Ordinal);
        Assert.Equal(exitCode == 0, output.Contains("listening on", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(300)]
    public async Task Under_a_low_limit_of_open_files_it_listens_and_a_flood_of_sockets_does_not_end_it(int files)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "prlimit of Linux");
        await using CliProcess listener = CliProcess.StartWithin(files, "listen", "--listen", "/ip4/127.0.0.1/tcp/0", "--json");
        string address = (await listener.EventAsync("listening")).GetProperty("addr").GetString()!;
        new SocketFlood(Multiaddr.Parse(address).Port, 4 * files).Dispose();
        for (int code = 1; code != 0;)
        {
            Assert.False(listener.HasExited, "it has ended");
            code = (await CliResult.RunAsync("ping", address, "--count", "1")).ExitCode;
        }
    }

    private static async Task<Socket> ConnectAsync(string address, string from)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, Multiaddr.Parse(address).Port, TestContext.Current.CancellationToken);
        return socket;
    }

    // how long it takes until so many dials, begun at once, are all connected
    private static long MillisecondsOfDials(string address, int count)
    {
        using Fleet stop = new(count);
        return stop.Dial(Multiaddr.Parse(address));
    }

    // a peer with many connections
    private sealed class Fleet : NodeEvents, IDisposable
    {
        private readonly Node _node;
        private readonly int _count;
        private int _connected;
        private int _closed;

        internal Fleet(int count)
        {
            _count = count;
            SystemRandom random = new();
            NodeOptions options = new() { MaxConnections = count, MaxHandshakes = count };
            _node = new Node(options, Identity.Create(DesktopCrypto.Choose(), random), DesktopCrypto.Choose(), random)
            {
                Transport = new TcpTransport(count),
                Events = this,
            };
        }

        public override void OnConnected(Connection connection) => _connected++;

        public override void OnClosed(Connection connection) => _closed++;

        internal long Dial(Multiaddr address)
        {
            long begin = Environment.TickCount64;
            for (int i = 0; i < _count; i++)
            {
                Assert.NotNull(_node.Dial([address]));
            }
            while (_connected < _count)
            {
                Assert.Equal(0, _closed);
                Assert.True(Environment.TickCount64 - begin < 30_000, $"{_connected} of {_count} connected in half a minute");
                if (_node.Poll(Environment.TickCount64) > Environment.TickCount64)
                {
                    _node.Transport.Wait(5);
                }
            }
            return Environment.TickCount64 - begin;
        }

        public void Dispose() => _node.Close();
    }
}
