using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Tests;

public sealed class GatewayTests : IDisposable
{
    private const int LowFiles = 420;
    private const string Somebody = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

    private readonly TemporaryFolder _folder = new();

    public static bool IsUnix => !OperatingSystem.IsWindows();

    public static bool IsLinux => OperatingSystem.IsLinux();

    public static bool HasSmallDisk => KeyTests.HasSmallDisk;

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gateway", "a command is missing", "run, config, check, status")]
    [InlineData("gateway fly", "no command 'fly'", "run")]
    [InlineData("gateway run --lisen /ip4/127.0.0.1/tcp/0", "--lisen")]
    [InlineData("gateway run --listen 127.0.0.1:4001", "--listen", "is no multiaddr", "/ip4/0.0.0.0/tcp/4001")]
    [InlineData("gateway run --http 4081", "--http", "is no address to listen on", "http://127.0.0.1:4081")]
    [InlineData("gateway run --config /none/gateway.json", "there is no settings file /none/gateway.json")]
    [InlineData("gateway run --set limits.conections=1", "did you mean 'limits.connections'?")]
    [InlineData("gateway run --set limits.connections=0", "--set limits.connections", "give 1 to 65536")]
    [InlineData("gateway run --set shards", "give it as KEY=VALUE")]
    [InlineData("gateway run --set topics.carry=a*b", "'a*b' is no topic and no beginning of one", "greenhouse/*")]
    [InlineData("gateway peers block 12D3", "'12D3' is not a peer id", "12D3KooW")]
    [InlineData("gateway token", "PEER-ID is missing")]
    [InlineData("gateway token " + Somebody + " --for ever", "'ever' is not a token's life", "365d")]
    [InlineData("gateway token add x", "that is no token", "begins with u")]
    [InlineData("relay", "a command is missing", "reserve")]
    [InlineData("relay reserve", "--via")]
    [InlineData("relay reserve --via /ip4/127.0.0.1/tcp/4001", "does not say who the relay is")]
    [InlineData("gateway backup", "FILE is missing")]
    [InlineData("gateway login", "--key")]
    [InlineData("gateway login --key /none/key", "is not there", "key new")]
    [InlineData("gateway restore /none/backup", "there is no backup /none/backup")]
    [InlineData("gateway peers block", "PEER-ID is missing")]
    public async Task Wrong_arguments_are_told_in_one_sentence(string line, params string[] inSentence)
        => (await CliResult.RunAsync(line.Split(' '))).AssertFailed(2, inSentence);

    [Theory]
    [InlineData("status")]
    [InlineData("drain")]
    [InlineData("reload")]
    [InlineData("peers")]
    [InlineData("peers block " + Somebody)]
    public async Task Where_none_runs_that_is_told_with_how_to_start_one(string command)
        => (await CliResult.RunAsync(["gateway", .. command.Split(' '), "--data", Data])).AssertFailed(1,
            $"no gateway runs on {Data}", "gateway run");

    [Fact]
    public async Task It_runs_is_reached_and_asked_and_drained_with_0()
    {
        await using CliProcess gateway = Start();
        string address = (await gateway.EventAsync("listening")).GetProperty("addr").GetString()!;
        await gateway.EventAsync("http");

        Assert.Equal(0, (await CliResult.RunAsync("ping", address, "--count", "1")).ExitCode);
        CliResult status = await CliResult.RunAsync("gateway", "status", "--data", Data, "--json");
        Assert.Equal((0, "ready"), (status.ExitCode, status.EventsOf("status").Single().GetProperty("state").GetString()));
        Assert.Equal(0, (await CliResult.RunAsync("gateway", "peers", "block", Somebody, "--data", Data)).ExitCode);
        JsonElement peer = (await CliResult.RunAsync("gateway", "peers", "--data", Data, "--json")).EventsOf("peer").Single();
        Assert.Equal((Somebody, "blocked"), (peer.GetProperty("peer").GetString(), peer.GetProperty("state").GetString()));
        Assert.Equal(0, (await CliResult.RunAsync("gateway", "drain", "--data", Data)).ExitCode);

        CliResult end = await gateway.EndAsync();
        Assert.Equal(0, end.ExitCode);
        Assert.Contains("drained", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_it_starts_again_as_the_same_peer_with_its_block_list_and_who_registered()
    {
        CancellationToken end = TestContext.Current.CancellationToken;
        string peer;
        await using Libp2pNode registered = await ListenAsync();
        await using (CliProcess gateway = Start())
        {
            peer = (await gateway.EventAsync("gateway")).GetProperty("peerId").GetString()!;
            string address = (await gateway.EventAsync("listening")).GetProperty("addr").GetString()!;
            await CliResult.RunAsync("gateway", "peers", "block", Somebody, "--data", Data);
            PeerId point = await registered.DialAsync(address, end).WaitAsync(CliProcess.Patience, end);
            await new RendezvousClient(registered).RegisterAsync(point, "greenhouse", cancellationToken: end)
                .WaitAsync(CliProcess.Patience, end);

            // a point does not wait for its disk, which has it a moment later
            await UntilAsync(RegistrationIsKeptAsync);

            // disposed it is killed: SIGKILL
        }

        await using CliProcess again = Start();
        Assert.Equal(peer, (await again.EventAsync("gateway")).GetProperty("peerId").GetString());
        string anew = (await again.EventAsync("listening")).GetProperty("addr").GetString()!;
        CliResult peers = await CliResult.RunAsync("gateway", "peers", "--data", Data, "--json");
        Assert.Equal(Somebody, peers.EventsOf("peer").Single().GetProperty("peer").GetString());
        await using Libp2pNode other = await ListenAsync();
        PeerId same = await other.DialAsync(anew, end).WaitAsync(CliProcess.Patience, end);
        RendezvousPage page = await new RendezvousClient(other).DiscoverAsync(same, "greenhouse", cancellationToken: end)
            .WaitAsync(CliProcess.Patience, end);
        Assert.Equal(registered.PeerId, Assert.Single(page.Registrations).Record.Peer);
    }

    [Theory(SkipUnless = nameof(IsUnix), Skip = "signals of Unix")]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_drains_it_with_0(string signal)
    {
        await using CliProcess gateway = Start();
        await gateway.EventAsync("listening");
        await gateway.SignalAsync(signal);

        CliResult end = await gateway.EndAsync();
        Assert.Equal(0, end.ExitCode);
        Assert.Contains("drained; 0 streams", end.Errors, StringComparison.Ordinal);
    }

    [Fact(SkipUnless = nameof(IsUnix), Skip = "signals of Unix")]
    public async Task SIGHUP_reads_settings_limits_and_block_list_again_and_it_goes_on()
    {
        string config = _folder.File("gateway.json");
        File.WriteAllText(config, """{ "limits": { "streams": 100 } }""");
        await using CliProcess gateway = Start("--config", config, "--set", "logging.format=json");
        string address = (await gateway.EventAsync("listening")).GetProperty("addr").GetString()!;
        File.WriteAllText(config, "{");
        await gateway.SignalAsync("HUP");
        await UntilAsync(async () => (await CliResult.RunAsync("gateway", "status", "--data", Data)).Output.Contains("is no JSON"));
        File.WriteAllText(config, """{ "limits": { "streams": 101, "connectionsPerHost": 1 }, "drainSeconds": 1 }""");
        File.WriteAllText(Path.Combine(Data, "blocked"), Somebody + "\n");

        await gateway.SignalAsync("HUP");
        await UntilAsync(async () => (await CliResult.RunAsync("gateway", "peers", "--data", Data)).Output.Contains(Somebody));

        Assert.Equal(0, (await CliResult.RunAsync("ping", address, "--count", "1")).ExitCode);
        await gateway.SignalAsync("TERM");
        string[] lines = (await gateway.EndAsync()).Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string?[] messages = [.. lines.Select(line => JsonElement.Parse(line).GetProperty("Message").GetString())];
        Assert.Contains("reload: limits.streams has changed, which needs a restart", messages);
        Assert.Contains("reload: drainSeconds is 1 now", messages);
        Assert.Contains("reload: limits.connectionsPerHost is 1 now", messages);
        string kept = Assert.Single(lines, line => line.Contains("reload: settings stay as they were", StringComparison.Ordinal));
        Assert.Equal("Warning", JsonElement.Parse(kept).GetProperty("LogLevel").GetString());
    }

    [Fact(SkipUnless = nameof(IsUnix), Skip = "signals of Unix")]
    public async Task With_JSON_logs_every_line_of_both_streams_is_JSON()
    {
        await using CliProcess gateway = CliProcess.Start("gateway", "run", "--data", Data, "--listen", "/ip4/127.0.0.1/tcp/0",
            "--http", "http://127.0.0.1:0", "--set", "logging.format=json");
        await gateway.EventAsync("listening");
        await gateway.SignalAsync("TERM");
        CliResult end = await gateway.EndAsync();
        string[] lines = (end.Output + end.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => JsonElement.Parse(line));
        Assert.Contains("drained", end.Errors, StringComparison.Ordinal);
    }

    [Theory(SkipUnless = nameof(IsLinux), Skip = "prlimit of Linux")]
    [InlineData("tcp")]
    [InlineData("ws")]
    [InlineData("http")]
    public async Task A_flood_of_sockets_under_a_low_limit_of_open_files_does_not_end_it(string door)
    {
        await using CliProcess gateway = CliProcess.StartWithin(LowFiles, "gateway", "run", "--data", Data, "--json",
            "--listen", "/ip4/127.0.0.1/tcp/0", "--listen", "/ip4/127.0.0.1/tcp/0/ws", "--http", "http://127.0.0.1:0");
        Dictionary<string, int> ports = [];
        string address = (await gateway.EventAsync("listening")).GetProperty("addr").GetString()!;
        ports["tcp"] = Multiaddr.Parse(address).Port;
        ports["ws"] = Multiaddr.Parse((await gateway.EventAsync("listening")).GetProperty("addr").GetString()!).Port;
        ports["http"] = new Uri((await gateway.EventAsync("http")).GetProperty("url").GetString()!).Port;
        using (new SocketFlood(ports[door], 4 * LowFiles))
        {
            // what it has not done before opens a library
            CliResult status = await CliResult.RunAsync("gateway", "status", "--data", Data);
            Assert.Contains(Multiaddr.Parse(address).PeerId.ToString(), status.Output + status.Errors, StringComparison.Ordinal);
        }

        await UntilAsync(async () => (await CliResult.RunAsync("ping", address, "--count", "1")).ExitCode == 0);
        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_port_in_use_and_a_folder_in_use_are_told_with_what_to_do()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;
        (await CliResult.RunAsync("gateway", "run", "--data", Data, "--listen", $"/ip4/127.0.0.1/tcp/{port}")).AssertFailed(1,
            $"port {port} is in use", "--listen");
        CliResult check = await CliResult.RunAsync("gateway", "check", "--data", Data, "--listen", $"/ip4/127.0.0.1/tcp/{port}", "--json");
        Assert.Equal(1, check.ExitCode);
        Assert.Contains(check.EventsOf("check"), one => !one.GetProperty("good").GetBoolean()
            && one.GetProperty("text").GetString()!.Contains("is in use", StringComparison.Ordinal));

        await using CliProcess gateway = Start();
        await gateway.EventAsync("listening");
        (await CliResult.RunAsync("gateway", "run", "--data", Data, "--listen", "/ip4/127.0.0.1/tcp/0")).AssertFailed(1,
            $"a gateway runs on {Data} already (process ", "gateway drain");
    }

    public static bool CanGiveUpRights => DialTests.CanGiveUpRights;

    [Fact(SkipUnless = nameof(CanGiveUpRights), Skip = "no setpriv (util-linux), or nobody to take rights from")]
    public async Task A_data_folder_that_can_only_be_read_is_told_in_one_sentence()
    {
        await using (CliProcess gateway = Start())
        {
            await gateway.EventAsync("listening");
            await gateway.SignalAsync("TERM");
            Assert.Equal(0, (await gateway.EndAsync()).ExitCode);
        }

        // as anybody but root finds it: the lock can be taken, and nothing new made
        (int? code, string output, string errors) = await Shell.RunAsync(
            $"chmod 500 {Data}; setpriv --bounding-set=-dac_override --inh-caps=-dac_override $cli gateway run --data {Data} "
            + $"--listen /ip4/127.0.0.1/tcp/0 --http http://127.0.0.1:0; code=$?; chmod 700 {Data}; exit $code");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("control.sock: Permission denied", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_issued_listed_and_revoked_whether_it_runs_or_not_and_a_backup_keeps_them()
    {
        CliResult issued = await CliResult.RunAsync("gateway", "token", Somebody, "--for", "12h", "--data", Data, "--json");
        JsonElement token = Assert.Single(issued.EventsOf("token"));
        Assert.Equal(("sensor", "Admitted"), (token.GetProperty("class").GetString(), token.GetProperty("verdict").GetString()));
        Assert.Equal(token.GetProperty("issued").GetDateTimeOffset().AddHours(12), token.GetProperty("expires").GetDateTimeOffset());

        string kept = _folder.File("kept");
        await using (CliProcess gateway = Start())
        {
            await gateway.EventAsync("listening");
            Assert.Equal(Somebody, Assert.Single((await CliResult.RunAsync("gateway", "token", "list", "--data", Data, "--json"))
                .EventsOf("token")).GetProperty("peer").GetString());
            Assert.Equal(0, (await CliResult.RunAsync("gateway", "backup", kept, "--data", Data)).ExitCode);
            (await CliResult.RunAsync("gateway", "restore", kept, "--data", Data)).AssertFailed(1, "a gateway runs on");
            Assert.Equal(0, (await CliResult.RunAsync("gateway", "token", "revoke", Somebody, "--data", Data)).ExitCode);
            (await CliResult.RunAsync("gateway", "token", "add", token.GetProperty("token").GetString()!, "--data", Data))
                .AssertFailed(1, "revoked");
        }

        Assert.Empty((await CliResult.RunAsync("gateway", "token", "list", "--data", Data, "--json")).EventsOf("token"));
        Assert.Equal(0, (await CliResult.RunAsync("gateway", "restore", kept, "--data", Data)).ExitCode);
        Assert.Single((await CliResult.RunAsync("gateway", "token", "list", "--data", Data, "--json")).EventsOf("token"));
    }

    [Fact]
    public async Task An_admin_logs_in_by_its_key_and_has_the_pages_address_and_a_stranger_has_not()
    {
        string key = _folder.File("admin.key");
        string admin = (await CliResult.RunAsync("key", "new", "--out", key, "--json")).EventsOf("key").Single()
            .GetProperty("peerId").GetString()!;
        await using CliProcess gateway = Start("--set", $"http.admins={admin}");
        string peer = (await gateway.EventAsync("gateway")).GetProperty("peerId").GetString()!;
        string page = (await gateway.EventAsync("http")).GetProperty("url").GetString()!;

        JsonElement login = (await CliResult.RunAsync("gateway", "login", "--key", key, "--http", page, "--json"))
            .EventsOf("login").Single();
        Assert.Equal((admin, peer), (login.GetProperty("peer").GetString(), login.GetProperty("gateway").GetString()));
        Assert.Equal($"{page}/#token={login.GetProperty("token").GetString()}", login.GetProperty("url").GetString());
        Assert.InRange(login.GetProperty("expires").GetDateTimeOffset(), DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddHours(13));

        string other = _folder.File("other.key");
        await CliResult.RunAsync("key", "new", "--out", other);
        (await CliResult.RunAsync("gateway", "login", "--key", other, "--http", page)).AssertFailed(1,
            "may not log in here", "http.admins");
        (await CliResult.RunAsync("gateway", "login", "--key", key, "--http", "4081")).AssertFailed(2, "is no address of a page");
    }

    [Fact]
    public async Task A_peer_that_reserves_a_place_at_it_is_dialed_and_pinged_at_the_printed_address()
    {
        await using CliProcess gateway = Start();
        string address = (await gateway.EventAsync("listening")).GetProperty("addr").GetString()!;
        await using CliProcess hidden = CliProcess.Start("relay", "reserve", "--via", address, "--key", _folder.File("key"), "--json");
        string circuit = (await hidden.EventAsync("reserved")).GetProperty("addr").GetString()!;
        Assert.Contains("/p2p-circuit/", circuit, StringComparison.Ordinal);
        CancellationToken end = TestContext.Current.CancellationToken;
        await using Libp2pNode outside = await Libp2pNode.StartAsync(new() { Shards = 1, UsesLimitedConnections = true }, end);

        PeerId peer = await outside.DialAsync(circuit, end).WaitAsync(CliProcess.Patience, end);

        Assert.True(await outside.PingAsync(peer, end).WaitAsync(CliProcess.Patience, end) > TimeSpan.Zero);
        Assert.Equal(outside.PeerId.ToString(), (await hidden.EventAsync(
            "connected", one => one.GetProperty("peer").GetString() == outside.PeerId.ToString())).GetProperty("peer").GetString());
    }

    [Fact]
    public async Task Status_and_peers_tell_of_each_connection_whether_it_is_direct_or_through_whom_it_is_relayed()
    {
        CancellationToken end = TestContext.Current.CancellationToken;
        GatewaySettings settings = GatewaySettings.Load(new SettingsSources
        {
            Environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = Data },
            Flags =
            [
                ("--set", "data", [Data]), ("--set", "listen", ["/ip4/127.0.0.1/tcp/0"]), ("--set", "http.listen", ["none"]),
                ("--set", "limits.connections", ["32"]), ("--set", "holePunch.enabled", ["false"]),
            ],
        });
        await using GatewayHost gateway = await GatewayHost.StartAsync(settings, logging: _ => { }, cancellationToken: end);
        await using Libp2pNode relay = await ListenAsync();
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions());
        await using Libp2pNode hidden = await ListenAsync();
        await using RelayReservation place = RelayReservation.Start(hidden, relay.ListenAddresses[0]);
        Multiaddr address = await place.WaitAsync(end).WaitAsync(CliProcess.Patience, end);
        await gateway.Node.DialAsync(address, end).WaitAsync(CliProcess.Patience, end);

        CliResult peers = await CliResult.RunAsync("gateway", "peers", "--data", Data, "--json");
        JsonElement relayed = ConnectionOf(hidden);
        Assert.Equal(relay.PeerId.ToString(), relayed.GetProperty("relay").GetString());
        Assert.False(relayed.GetProperty("inbound").GetBoolean());
        Assert.Equal(JsonValueKind.Null, ConnectionOf(relay).GetProperty("relay").ValueKind);
        string text = Flat(await CliResult.RunAsync("gateway", "peers", "--data", Data));
        Assert.Contains($"+ {hidden.PeerId} connected: relayed through {relay.PeerId}, with a limit", text, StringComparison.Ordinal);
        string at = relay.ListenAddresses[0].WithoutPeerId().ToString();
        Assert.Contains($"+ {relay.PeerId} connected: direct at {at}", text, StringComparison.Ordinal);

        JsonElement status = (await CliResult.RunAsync("gateway", "status", "--data", Data, "--json")).EventsOf("status").Single();
        Assert.Equal((1, 1), (status.GetProperty("direct").GetInt32(), status.GetProperty("relayedCount").GetInt32()));
        Assert.Equal(relay.PeerId.ToString(), status.GetProperty("relayed")[0].GetProperty("relay").GetString());
        string told = Flat(await CliResult.RunAsync("gateway", "status", "--data", Data));
        Assert.Contains("2 connections (1 direct, 1 through relays)", told, StringComparison.Ordinal);
        Assert.Contains($"{hidden.PeerId} is relayed through {relay.PeerId}", told, StringComparison.Ordinal);

        JsonElement ConnectionOf(Libp2pNode node)
            => peers.EventsOf("peer").Single(one => one.GetProperty("peer").GetString() == node.PeerId.ToString())
                .GetProperty("connections").EnumerateArray().Single();
    }

    [Fact]
    public async Task A_relay_that_gives_no_place_is_told_with_why()
    {
        await using CliProcess gateway = Start("--set", "relay.admittedOnly=true");
        string address = (await gateway.EventAsync("listening")).GetProperty("addr").GetString()!;

        (await CliResult.RunAsync("relay", "reserve", "--via", address, "--timeout", "2s")).AssertFailed(1, "the relay gives no place");
    }

    [Fact]
    public async Task Config_prints_each_setting_with_who_says_so()
    {
        string config = _folder.File("gateway.json");
        File.WriteAllText(config, """{ "shards": 2 }""");

        CliResult shown = await CliResult.RunAsync("gateway", "config", "--config", config, "--set", "limits.streams=100", "--json");

        Dictionary<string, JsonElement> settings = shown.EventsOf("setting").ToDictionary(one => one.GetProperty("key").GetString()!);
        Assert.Equal(2, settings["shards"].GetProperty("value").GetInt32());
        Assert.Equal(config, settings["shards"].GetProperty("source").GetString());
        Assert.Equal("--set", settings["limits.streams"].GetProperty("source").GetString());
        Assert.Equal("default", settings["listen"].GetProperty("source").GetString());
    }

    [Fact]
    public async Task Check_tells_all_that_is_wrong_in_the_settings_with_2()
    {
        string config = _folder.File("gateway.json");
        File.WriteAllText(config, """{ "shards": 99, "shoe": 1 }""");

        CliResult check = await CliResult.RunAsync("gateway", "check", "--config", config, "--json");

        Assert.Equal((2, 2), (check.ExitCode, check.EventsOf("check").Count(one => !one.GetProperty("good").GetBoolean())));
    }

    [Fact(SkipUnless = nameof(IsLinux), Skip = "Linux alone has systemd")]
    public async Task Systemd_hears_when_it_is_ready_and_when_it_stops()
    {
        string path = _folder.File("notify");
        using Socket systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        systemd.ReceiveTimeout = (int)CliProcess.Patience.TotalMilliseconds;

        // who starts it is known by its name
        Task<(int? Code, string Output, string Errors)> run = Shell.RunAsync(
            $"cp $(command -v bash) {_folder.File("systemd")}; export cli NOTIFY_SOCKET={path} WATCHDOG_USEC=200000; "
            + $"{_folder.File("systemd")} -c '$cli gateway run --data {Data} --listen /ip4/127.0.0.1/tcp/0 --http none; exit $?'");
        byte[] buffer = new byte[256];
        List<string> heard = [];
        while (!heard.Contains("WATCHDOG=1"))
        {
            heard.Add(Encoding.ASCII.GetString(buffer, 0, await Task.Run(() => systemd.Receive(buffer))));
        }

        Assert.Equal(0, (await CliResult.RunAsync("gateway", "drain", "--data", Data)).ExitCode);
        while (heard[^1] != "STOPPING=1")
        {
            heard.Add(Encoding.ASCII.GetString(buffer, 0, await Task.Run(() => systemd.Receive(buffer))));
        }

        Assert.Equal("READY=1", heard[0]);
        (int? code, string _, string errors) = await run;
        Assert.True(code == 0, errors);
    }

    [Fact(SkipUnless = nameof(HasSmallDisk), Skip = "no unshare (util-linux), or no right to mount a small disk with it")]
    public async Task On_a_full_disk_it_does_not_become_somebody_new_and_goes_on_as_who_it_was()
    {
        (int? code, string output, string errors) = await Shell.RunAsync(
            $"export cli disk={_folder.File("disk")} && mkdir $disk && unshare -m bash -c 'mount -t tmpfs -o size=64k tmpfs $disk && "
            + "run=\"$cli gateway run --data $disk/data --listen /ip4/127.0.0.1/tcp/0 --http none --json\"; "
            + "head -c 65536 /dev/zero > $disk/full 2>/dev/null; $run; echo code $?; rm $disk/full; "
            + "timeout -s INT 20 $run | head -1; head -c 65536 /dev/zero > $disk/full 2>/dev/null; timeout -s INT 20 $run | head -1'");

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("code 1", lines[0]);
        Assert.Contains("the disk is full", errors, StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        Assert.Equal(JsonElement.Parse(lines[1]).GetProperty("peerId").GetString(),
            JsonElement.Parse(lines[2]).GetProperty("peerId").GetString());
        Assert.Equal(0, code);
    }

    private CliProcess Start(params string[] more) => CliProcess.Start(
    [
        "gateway", "run", "--data", Data, "--listen", "/ip4/127.0.0.1/tcp/0", "--http", "http://127.0.0.1:0", "--json",
        "--set", "limits.connections=32", .. more,
    ]);

    // what people read, without its line ends
    private static string Flat(CliResult result)
        => string.Join(' ', (result.Output + result.Errors).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static Task<Libp2pNode> ListenAsync()
    {
        Libp2pNodeOptions options = new() { Shards = 1, UsesLimitedConnections = true };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return Libp2pNode.StartAsync(options, TestContext.Current.CancellationToken);
    }

    private async Task<bool> RegistrationIsKeptAsync()
    {
        string file = Path.Combine(Data, "stores", "rendezvous.db");
        await using SqliteConnection store = new($"Data Source={file};Mode=ReadOnly;Pooling=False");
        await store.OpenAsync();
        await using SqliteCommand count = new("SELECT count(*) FROM registration", store);
        return (long)(await count.ExecuteScalarAsync())! == 1;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        DateTime end = DateTime.UtcNow + CliProcess.Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, "it did not come to that");
            await Task.Delay(50);
        }
    }
}
