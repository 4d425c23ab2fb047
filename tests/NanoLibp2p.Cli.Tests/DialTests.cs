using System;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli.Tests;

/// <summary>Peers that are not there, or are not what the address says.</summary>
public class DialTests
{
    [Theory]
    [InlineData("ping {0}")]
    [InlineData("identify {0}")]
    [InlineData("publish {0} topic text")]
    [InlineData("subscribe {0} topic")]
    [InlineData("perf {0}")]
    public async Task A_dead_peer_is_told_with_what_to_look_at(string line)
    {
        using TcpListener taken = Listen();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        CliResult result = await CliResult.RunAsync(string.Format(null, line, Address(port)).Split(' '));

        result.AssertFailed(1, $"cannot connect to {Address(port)}: connection refused; does the peer run");
    }

    [Fact]
    public async Task The_process_ends_with_1_for_a_dead_peer()
    {
        using TcpListener taken = Listen();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        (await CliProcess.RunAsync("ping", Address(port))).AssertFailed(1, "connection refused");
    }

    [Fact]
    public async Task A_server_that_is_no_libp2p_peer_is_told()
    {
        using TcpListener server = Listen();
        Task<CliResult> ping = CliResult.RunAsync("ping", Address(((IPEndPoint)server.LocalEndpoint).Port));
        using TcpClient caller = await server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await caller.GetStream()
            .WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
                TestContext.Current.CancellationToken);

        (await ping).AssertFailed(1, "multistream-select", "libp2p port?");
    }

    [Fact]
    public async Task A_peer_that_hangs_up_is_told()
    {
        using TcpListener server = Listen();
        Task<CliResult> ping = CliResult.RunAsync("ping", Address(((IPEndPoint)server.LocalEndpoint).Port));
        TcpClient caller = await server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await caller.GetStream().ReadExactlyAsync(new byte[20], TestContext.Current.CancellationToken);
        caller.Client.Shutdown(SocketShutdown.Send);

        (await ping).AssertFailed(1, "cannot connect", "ended the link before the handshake was over");
        caller.Dispose();
    }

    [Fact]
    public async Task A_silent_peer_costs_no_more_than_the_timeout()
    {
        using TcpListener server = Listen();

        CliResult ping = await CliResult.RunAsync("ping", Address(((IPEndPoint)server.LocalEndpoint).Port), "--timeout", "200ms")
            .WaitAsync(CliProcess.Patience, TestContext.Current.CancellationToken);

        ping.AssertFailed(1, "did not finish the handshake in time", "--timeout");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        using TcpListener taken = Listen();

        CliResult listen = await CliResult.RunAsync("listen", "--listen", Address(((IPEndPoint)taken.LocalEndpoint).Port));

        listen.AssertFailed(1, "cannot listen on", "is in use", "--listen");
        Assert.DoesNotContain("is not", listen.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_host_is_told()
    {
        CliResult listen = await CliResult.RunAsync("listen", "--listen", "/ip4/203.0.113.5/tcp/0");

        listen.AssertFailed(1, "203.0.113.5 is not an address of this host", "--listen");
        Assert.DoesNotContain("in use", listen.Errors, StringComparison.Ordinal);
    }

    public static bool CanGiveUpRights => OperatingSystem.IsLinux() && Shell.Has("setpriv") && Environment.IsPrivilegedProcess;

    [Fact(SkipUnless = nameof(CanGiveUpRights), Skip = "no setpriv (util-linux), or nobody to take rights from")]
    public async Task A_port_below_1024_is_told()
    {
        // without the capability to bind it, as any user is
        (int? code, string output, string errors) = await Shell.RunAsync(
            "setpriv --bounding-set=-net_bind_service --inh-caps=-net_bind_service $cli listen --listen /ip4/127.0.0.1/tcp/81");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("cannot listen on /ip4/127.0.0.1/tcp/81: ports below 1024 are for the administrator", errors,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("publish {0} t text --key {1}")]
    [InlineData("subscribe {0} t --key {1}")]
    public async Task Two_nodes_with_one_key_are_told_of_it(string line)
    {
        using TemporaryFolder folder = new();
        string key = folder.File("key");
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t", "--key", key);
        await using CliProcess _ = listener;

        CliResult twice = await CliResult.RunAsync(string.Format(null, line, address, key).Split(' '));

        twice.AssertFailed(1, "cannot connect", $"has this node's own peer id, {address.Split('/')[^1]}: both use the same key");
    }

    [Fact]
    public async Task A_device_with_its_peers_key_is_told_of_it()
    {
        using TemporaryFolder folder = new();
        string key = folder.File("key");
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t", "--key", key);
        await using CliProcess _ = listener;

        CliResult named = await CliResult.RunAsync("device", "--dial", address, "--topic", "t", "--key", key);
        await using CliProcess unnamed =
            CliProcess.Start("device", "--dial", address.Split("/p2p/")[0], "--topic", "t", "--key", key, "--json");

        named.AssertFailed(2, $"{address} has this board's own peer id: both use the same key", "--key");
        await unnamed.EventAsync("notice",
            one => one.GetProperty("text").GetString()!.Contains("both use the same key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_file_that_is_none_ends_a_command_before_it_dials()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("key");
        await System.IO.File.WriteAllTextAsync(file, "not a key", TestContext.Current.CancellationToken);

        (await CliResult.RunAsync("listen", "--key", file)).AssertFailed(2, "not an undamaged Ed25519 key");
    }

    private static TcpListener Listen()
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static string Address(int port) => FormattableString.Invariant($"/ip4/127.0.0.1/tcp/{port}");
}
