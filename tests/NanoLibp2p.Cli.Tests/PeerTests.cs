using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli.Tests;

/// <summary>Commands against a listener that runs as a process of its own.</summary>
public sealed class PeerTests : IClassFixture<PeerTests.Listener>
{
    private readonly Listener _listener;

    public PeerTests(Listener listener) => _listener = listener;

    private string Address => _listener.Address;

    [Fact]
    public async Task Ping_prints_a_line_for_each_ping_and_a_summary()
    {
        CliResult ping = await CliProcess.RunAsync("ping", Address, "--count", "3", "--every", "10ms", "--json");

        Assert.Equal((0, ""), (ping.ExitCode, ping.Errors));
        double[] times = [.. ping.EventsOf("ping").Select(one => one.GetProperty("rttMs").GetDouble())];
        Assert.Equal([1, 2, 3], ping.EventsOf("ping").Select(one => one.GetProperty("seq").GetInt32()));
        Assert.All(times, time => Assert.InRange(time, 0.001, 10_000));
        JsonElement summary = Assert.Single(ping.EventsOf("summary"));
        Assert.Equal(_listener.Peer, summary.GetProperty("peer").GetString());
        Assert.Equal((3, 3), (summary.GetProperty("sent").GetInt32(), summary.GetProperty("received").GetInt32()));
        Assert.True(summary.GetProperty("firstMs").GetDouble() > 0, "the first ping is told, but counted nowhere");
        Assert.Equal(times.Min(), summary.GetProperty("minMs").GetDouble(), 3);
        Assert.Equal(times.Average(), summary.GetProperty("avgMs").GetDouble(), tolerance: 0.001);
        Assert.Equal(times.Max(), summary.GetProperty("maxMs").GetDouble(), 3);
    }

    [Fact]
    public async Task A_ping_that_is_not_answered_ends_it_with_a_summary_of_those_before()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync();
        await using CliProcess _ = listener;
        await using CliProcess ping = CliProcess.Start("ping", address, "--count", "1000", "--every", "10ms", "--timeout", "2s", "--json");
        await ping.EventAsync("ping");
        await listener.SignalAsync("STOP");

        CliResult ended = await ping.EndAsync();

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("was not answered in time", ended.Errors, StringComparison.Ordinal);
        JsonElement summary = Assert.Single(ended.EventsOf("summary"));
        int answered = ended.EventsOf("ping").Count;
        Assert.Equal((answered + 1, answered), (summary.GetProperty("sent").GetInt32(), summary.GetProperty("received").GetInt32()));
    }

    [Fact]
    public async Task People_read_ping_without_colours_in_a_pipe()
    {
        CliResult ping = await CliResult.RunAsync("ping", Address, "--count", "1");

        Assert.Equal(0, ping.ExitCode);
        Assert.Matches(@"^ping 1: [0-9]+\.[0-9]{3} ms\n12D3KooW\w+: 1 of 1 answered, min/avg/max [0-9./]+ ms\n$", ping.Output);
    }

    [Fact]
    public async Task An_address_without_a_peer_id_is_enough()
        => Assert.Equal(0,
            (await CliResult.RunAsync("ping", Address[..Address.IndexOf("/p2p/", StringComparison.Ordinal)], "--count", "1")).ExitCode);

    [Fact]
    public async Task A_wrong_peer_id_is_told_with_the_one_that_answered()
    {
        string wrong = Address.Replace(_listener.Peer, "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN", StringComparison.Ordinal);

        (await CliResult.RunAsync("ping", wrong)).AssertFailed(1, $"another peer answered, {_listener.Peer}");
    }

    [Fact]
    public async Task Identify_prints_what_the_peer_says_of_itself()
    {
        CliResult identify = await CliProcess.RunAsync("identify", Address, "--json");

        Assert.Equal((0, ""), (identify.ExitCode, identify.Errors));
        JsonElement said = Assert.Single(identify.EventsOf("identify"));
        Assert.Equal(_listener.Peer, said.GetProperty("peer").GetString());
        Assert.True(said.GetProperty("earlyMuxer").GetBoolean());
        Assert.Equal("Ed25519", said.GetProperty("keyType").GetString());
        Assert.Equal(36, said.GetProperty("publicKey").GetBytesFromBase64().Length);
        Assert.StartsWith("nanoLibp2p/", said.GetProperty("agentVersion").GetString(), StringComparison.Ordinal);
        Assert.Equal("ipfs/0.1.0", said.GetProperty("protocolVersion").GetString());
        Assert.Equal([Address[..Address.IndexOf("/p2p/", StringComparison.Ordinal)]], Texts(said, "listenAddrs"));
        Assert.StartsWith("/ip4/127.0.0.1/tcp/", said.GetProperty("observedAddr").GetString(), StringComparison.Ordinal);
        Assert.Superset(new HashSet<string?> { "/ipfs/ping/1.0.0", "/ipfs/id/1.0.0", "/perf/1.0.0", "/meshsub/1.1.0" },
            Texts(said, "protocols").ToHashSet());
    }

    [Fact]
    public async Task People_read_identify_as_a_table()
    {
        CliResult identify = await CliResult.RunAsync("identify", Address);

        Assert.Equal(0, identify.ExitCode);
        Assert.Contains("nanoLibp2p/", identify.Output, StringComparison.Ordinal);
        Assert.Contains(_listener.Peer, identify.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Perf_moves_the_bytes_that_were_asked_for()
    {
        CliResult perf = await CliProcess.RunAsync("perf", Address, "--upload", "2MB", "--download", "1MiB", "--json");

        Assert.Equal((0, ""), (perf.ExitCode, perf.Errors));
        JsonElement[] final = [.. perf.EventsOf("perf").Where(one => one.GetProperty("type").GetString() == "final")];
        Assert.Equal([(2_000_000ul, 0ul), (0ul, 1_048_576ul)],
            final.Select(one => (one.GetProperty("uploadBytes").GetUInt64(), one.GetProperty("downloadBytes").GetUInt64())));
        Assert.All(final, one => Assert.InRange(one.GetProperty("timeSeconds").GetDouble(), 1e-6, 60));
    }

    [Fact]
    public async Task A_published_text_arrives_with_its_author()
    {
        using TemporaryFolder folder = new();
        string key = folder.File("key");
        string text = "21,5 °C [red] " + Guid.NewGuid();

        CliResult publish = await CliProcess.RunAsync("publish", Address, "readings", text, "--key", key, "--json");

        Assert.Equal((0, ""), (publish.ExitCode, publish.Errors));
        JsonElement published = Assert.Single(publish.EventsOf("published"));
        Assert.Equal(1, published.GetProperty("peers").GetInt32());
        JsonElement message = await _listener.Process.EventAsync("message", one => one.GetProperty("text").GetString() == text);
        Assert.Equal("readings", message.GetProperty("topic").GetString());
        Assert.Equal(publish.EventsOf("key").Single().GetProperty("peerId").GetString(), message.GetProperty("from").GetString());
        Assert.Equal(published.GetProperty("seqno").GetString(), message.GetProperty("seqno").GetString());
        Assert.Equal(text, Encoding.UTF8.GetString(message.GetProperty("data").GetBytesFromBase64()));
        Assert.Equal(68, new FileInfo(key).Length);
    }

    [Fact]
    public async Task Each_line_of_stdin_is_a_message()
    {
        await using CliProcess subscriber = CliProcess.Start("subscribe", Address, "lines", "--count", "3", "--json");
        await subscriber.EventAsync("subscribed");
        await using CliProcess publisher = CliProcess.Start("publish", Address, "lines", "-", "--json");
        await publisher.WriteAsync("one\ntwo\n\u001b[31mthree");
        publisher.EndInput();
        CliResult published = await publisher.EndAsync();
        CliResult heard = await subscriber.EndAsync();

        Assert.Equal((0, ""), (published.ExitCode, published.Errors));
        Assert.Equal(3, published.EventsOf("published").Count);
        Assert.Equal((0, ""), (heard.ExitCode, heard.Errors));
        Assert.Equal(["one", "two", "\u001b[31mthree"], heard.EventsOf("message").Select(one => one.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_text_can_be_repeated()
    {
        CliResult publish = await CliResult.RunAsync("publish", Address, "readings", "again", "--repeat", "3", "--every", "10ms", "--json");

        Assert.Equal((0, ""), (publish.ExitCode, publish.Errors));
        Assert.Equal(3, publish.EventsOf("published").Select(one => one.GetProperty("seqno").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Publishing_where_nobody_subscribes_fails()
        => (await CliResult.RunAsync("publish", Address, "nobody/cares", "text", "--timeout", "300ms")).AssertFailed(1,
            "does not subscribe to nobody/cares");

    [Fact]
    public async Task A_message_that_is_too_long_is_refused()
        => (await CliResult.RunAsync("publish", Address, "readings", new string('x', 70_000))).AssertFailed(2, "70000 bytes is too long");

    private static IEnumerable<string?> Texts(JsonElement of, string name) => of.GetProperty(name).EnumerateArray()
        .Select(one => one.GetString());

    /// <summary>The listener, and what it says.</summary>
    public sealed class Listener : IAsyncLifetime
    {
        internal CliProcess Process { get; private set; } = null!;

        internal string Address { get; private set; } = "";

        internal string Peer => Address[(Address.LastIndexOf('/') + 1)..];

        public async ValueTask InitializeAsync()
            => (Process, Address) = await CliProcess.ListenAsync("--perf", "--topic", "readings", "--topic", "lines");

        public async ValueTask DisposeAsync()
        {
            if (Process != null)
            {
                await Process.DisposeAsync();
            }
        }
    }
}
