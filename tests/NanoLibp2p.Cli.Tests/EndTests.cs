using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Tests;

/// <summary>Ctrl-C, peers that go, and listeners of other kinds.</summary>
public class EndTests
{
    public static bool HasSignals => !OperatingSystem.IsWindows();

    [Theory(SkipUnless = nameof(HasSignals), Skip = "Windows has no signals to send")]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Ctrl_C_ends_a_listener_in_order_and_its_peer_hears_of_it(string signal)
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;
        await using CliProcess subscriber = CliProcess.Start("subscribe", address, "t");
        string peer = (await listener.EventAsync("connected")).GetProperty("peer").GetString()!;

        await listener.SignalAsync(signal);
        CliResult ended = await listener.EndAsync();
        CliResult left = await subscriber.EndAsync();

        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
        JsonElement gone = Assert.Single(ended.EventsOf("disconnected"));
        Assert.Equal((peer, "ShuttingDown"), (gone.GetProperty("peer").GetString(), gone.GetProperty("reason").GetString()));
        Assert.Equal(1, left.ExitCode);
        Assert.Equal($"the connection to {address} ended: the peer closed it: it shuts down\n", left.Errors.ReplaceLineEndings("\n"));
    }

    [Fact(SkipUnless = nameof(HasSignals), Skip = "Windows has no signals to send")]
    public async Task Ctrl_C_ends_a_subscriber_in_order_and_its_peer_hears_of_it()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync();
        await using CliProcess _ = listener;
        await using CliProcess subscriber = CliProcess.Start("subscribe", address, "t", "--json");
        await subscriber.EventAsync("subscribed");

        await subscriber.SignalAsync("INT");
        CliResult ended = await subscriber.EndAsync();
        JsonElement gone = await listener.EventAsync("disconnected");

        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
        Assert.Equal("Remote", gone.GetProperty("reason").GetString());
        Assert.Equal("the peer closed it", gone.GetProperty("text").GetString());
    }

    [Fact(SkipUnless = nameof(HasSignals), Skip = "Windows has no signals to send")]
    public async Task Ctrl_C_before_the_work_is_done_is_a_failure()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync();
        await using CliProcess _ = listener;
        await using CliProcess subscriber = CliProcess.Start("subscribe", address, "t", "--count", "1", "--json");
        await subscriber.EventAsync("subscribed");

        await subscriber.SignalAsync("INT");
        CliResult ended = await subscriber.EndAsync();

        Assert.Equal((1, "ended before it was done"), (ended.ExitCode, ended.Errors.Trim()));
    }

    [Fact]
    public async Task A_peer_that_dies_is_told()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync();
        await using CliProcess subscriber = CliProcess.Start("subscribe", address, "t", "--json");
        await subscriber.EventAsync("subscribed");

        await listener.DisposeAsync();
        CliResult ended = await subscriber.EndAsync();

        Assert.Equal(1, ended.ExitCode);
        Assert.StartsWith($"the connection to {address} ended: ", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unsigned_messages_pass_between_peers_that_agree_on_them()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t", "--no-sign");
        await using CliProcess _ = listener;

        CliResult publish = await CliResult.RunAsync("publish", address, "t", "nobody says this", "--no-sign", "--json");
        JsonElement message = await listener.EventAsync("message");
        CliResult again =
            await CliResult.RunAsync("publish", address, "t", "nobody says this twice", "--no-sign", "--repeat", "2", "--every", "10ms");

        Assert.Equal((0, ""), (publish.ExitCode, publish.Errors));
        Assert.Equal("nobody says this", message.GetProperty("text").GetString());
        Assert.Equal(JsonValueKind.Null, message.GetProperty("from").ValueKind);
        Assert.Equal(JsonValueKind.Null, message.GetProperty("seqno").ValueKind);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("put a time or a number into it", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_tells_why_a_caller_did_not_get_in()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync();
        await using CliProcess _ = listener;
        using TcpClient browser = new();
        await browser.ConnectAsync(IPAddress.Loopback, Multiaddr.Parse(address).Port, TestContext.Current.CancellationToken);
        await browser.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: here\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        JsonElement failed = await listener.EventAsync("failed");

        Assert.Equal("NegotiationMalformed", failed.GetProperty("reason").GetString());
        Assert.Contains("does not speak multistream-select", failed.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_without_perf_is_told()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync();
        await using CliProcess _ = listener;

        (await CliResult.RunAsync("perf", address, "--upload", "1kB")).AssertFailed(1, "does not serve /perf/1.0.0", "listen --perf");
    }

    [Fact]
    public async Task A_listener_keeps_its_peer_id_in_a_key_file()
    {
        using TemporaryFolder folder = new();
        (CliProcess first, string before) = await CliProcess.ListenAsync("--key", folder.File("key"));
        await first.DisposeAsync();
        (CliProcess second, string after) = await CliProcess.ListenAsync("--key", folder.File("key"));
        await second.DisposeAsync();

        Assert.Equal(before.Split('/')[^1], after.Split('/')[^1]);
    }

    [Fact]
    public async Task Listening_on_all_addresses_names_each_that_can_be_dialled()
    {
        await using CliProcess listener = CliProcess.Start("listen", "--listen", "/ip4/0.0.0.0/tcp/0", "--json");

        JsonElement loopback = await listener.EventAsync("listening",
            one => one.GetProperty("addr").GetString()!.StartsWith("/ip4/127.0.0.1/", StringComparison.Ordinal));

        Assert.Equal(0, (await CliResult.RunAsync("ping", loopback.GetProperty("addr").GetString()!, "--count", "1")).ExitCode);
    }
}
