using System;
using System.Linq;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli.Tests;

public class ArgumentTests
{
    private const string Peer = "/ip4/127.0.0.1/tcp/4001";
    private const string Loopback = " --listen /ip4/127.0.0.1/tcp/0";
    private const string PeerId = "/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

    private static readonly string[] _commands =
        ["demo", "key", "listen", "ping", "identify", "publish", "subscribe", "perf", "lookup", "provide", "device", "interop"];

    [Theory]
    [InlineData("", "a command is missing")]
    [InlineData("fly", "no command 'fly'", "ping")]
    [InlineData("key", "a command is missing", "new, show")]
    [InlineData("key show", "FILE is missing")]
    [InlineData("key new --seed 00", "a seed of 2 characters", "64")]
    [InlineData("key new --seed zz00000000000000000000000000000000000000000000000000000000000000", "a seed of 64 characters")]
    [InlineData("ping", "MULTIADDR is missing", "ping --help")]
    [InlineData("ping " + Peer + " --cuont 3", "--cuont")]
    [InlineData("ping " + Peer + " --count 0", "'0' is not a number of times")]
    [InlineData("ping " + Peer + " --count many", "'many' is not a number of times")]
    [InlineData("ping " + Peer + " --every 3x", "'3x' is not a time", "500ms")]
    [InlineData("ping " + Peer + " --every -1s", "'-1s' is not a time")]
    [InlineData("ping " + Peer + " --timeout soon", "'soon' is not a time")]
    [InlineData("ping 127.0.0.1:4001", "127.0.0.1:4001", "begins with a slash")]
    [InlineData("ping /ip4/1.2.3/tcp/4001", "'1.2.3' is not an IPv4 address")]
    [InlineData("ping /ip4/127.0.0.1", "the port is missing", "only plain TCP", "/ip4/127.0.0.1/tcp/4001")]
    [InlineData("ping /dns4/localhost" + PeerId, "the port is missing", "/dns4/localhost/tcp/4001")]
    [InlineData("ping /ip4/127.0.0.1/tcp", "the port is missing after /tcp")]
    [InlineData("ping /ip4/127.0.0.1/tcp/", "the port is missing after /tcp")]
    [InlineData("ping /ip4/127.0.0.1/tcp/0", "nobody can be dialled at port 0")]
    [InlineData("device --topic t --dial /ip4/127.0.0.1/tcp/0", "nobody can be dialled at port 0")]
    [InlineData("ping /ip4/127.0.0.1/tcp/70000", "'70000' is not a port")]
    [InlineData("ping 192.168.1.7:4001", "/ip4/192.168.1.7/tcp/4001")]
    [InlineData("listen --listen /ip6/::1", "the port is missing", "/ip6/::1/tcp/4001")]
    [InlineData("ping " + Peer + " --timeout 0s", "'0s' is too short to wait for a peer", "1ms or more")]
    [InlineData("subscribe " + Peer + " t --timeout 0.9ms", "'0.9ms' is too short to wait for a peer")]
    [InlineData("ping " + Peer + " --timeout 600h", "'600h' is too long to wait for a peer", "596h or less")]
    [InlineData("ping " + Peer + " --every 30d", "'30d' is too long", "596h or less")]
    [InlineData("ping " + Peer + " --timeout 1w", "'1w' is not a time")]
    [InlineData("ping " + Peer + " --count 5000000000", "'5000000000' is not a number of times", "1 to 2147483647")]
    [InlineData("device --topic t --dial " + Peer + " --every 300h", "a board reads every 1ms to 277h")]
    [InlineData("demo --every 0s", "a board reads every 1ms to 277h")]
    [InlineData("ping /ip4/127.0.0.1/udp/4001/quic-v1", "only plain TCP")]
    [InlineData("device --topic t --dial /ip4/127.0.0.1/tcp/4001/ws", "only plain TCP")]
    [InlineData("device --topic t --dial /dnsaddr/bootstrap.libp2p.io", "only plain TCP")]
    [InlineData("listen --listen /ip4/127.0.0.1/tcp/0/tls/ws", "TLS takes a certificate", "/ws")]
    [InlineData("identify /ip4/127.0.0.1/tcp/4001/p2p/12D3", "12D3")]
    [InlineData("publish " + Peer + " topic", "TEXT is missing")]
    [InlineData("publish " + Peer + " topic - --repeat 2", "--repeat repeats a text")]
    [InlineData("subscribe " + Peer, "TOPIC is missing")]
    [InlineData("perf " + Peer + " --upload 10XB", "'10XB' is not a number of bytes", "10MB")]
    [InlineData("perf " + Peer + " --download 0.5", "'0.5' is not a number of bytes")]
    [InlineData("listen --listen /dns4/localhost/tcp/0", "not on a name")]
    [InlineData("listen --listen /ip4/127.0.0.1/tcp/0" + PeerId, "leave /p2p/ out")]
    [InlineData("listen --listen", "--listen")]
    [InlineData("listen" + Loopback + Loopback + Loopback + Loopback + Loopback + Loopback + Loopback + Loopback + Loopback, "9 addresses",
        "at most 8")]
    [InlineData("device --topic t", "give --dial MULTIADDR, --relay MULTIADDR, --mdns, --rendezvous MULTIADDR, --mailbox MULTIADDR, or "
        + "--radio URL")]
    [InlineData("device --topic t --relay /ip4/127.0.0.1/tcp/4001", "can't be a relay", "/p2p/")]
    [InlineData("device --dial " + Peer, "--topic")]
    [InlineData("device --dial " + Peer + " --topic t --board toaster", "toaster")]
    [InlineData("device --dial " + Peer + " --topic t --every 0ms", "a board reads every")]
    [InlineData("device --dial " + Peer + " --topic töpic", "printable ASCII")]
    [InlineData("gateway mailbox show", "PEER-ID is missing; see: nanolibp2p gateway mailbox show --help")]
    [InlineData("gateway store copy sqlite:a", "TO is missing; see: nanolibp2p gateway store copy --help")]
    [InlineData("demo --seconds -1", "'-1' is not a number of times")]
    [InlineData("interop", "is_dialer is not set")]
    public async Task Wrong_arguments_are_told_in_one_sentence(string line, params string[] inSentence)
        => (await CliResult.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).AssertFailed(2, inSentence);

    [Fact]
    public async Task The_process_ends_with_2_for_wrong_arguments() =>
    (await CliProcess.RunAsync("ping", "nowhere")).AssertFailed(2, "nowhere");

    [Fact]
    public async Task Help_names_every_command_and_goes_well()
    {
        CliResult help = await CliResult.RunAsync("--help");

        Assert.Equal(0, help.ExitCode);
        Assert.Equal("", help.Errors);
        Assert.All(_commands, command => Assert.Contains("\n  " + command, help.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_command_explains_itself()
    {
        foreach (string command in _commands.Append("key new").Append("key show"))
        {
            CliResult help = await CliResult.RunAsync([.. command.Split(' '), "--help"]);

            Assert.Equal(0, help.ExitCode);
            Assert.Matches($@"\n  \S+ {command} ", help.Output);
            Assert.Contains("--json", help.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1s", 1000)]
    [InlineData("1.5s", 1500)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("3", 3000)]
    public void Times_are_read_as_people_write_them(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out Duration duration));
        Assert.Equal(milliseconds, duration.Time.TotalMilliseconds);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1000", 1000)]
    [InlineData("7B", 7)]
    [InlineData("10kB", 10_000)]
    [InlineData("10MB", 10_000_000)]
    [InlineData("1MiB", 1_048_576)]
    [InlineData("1.5KiB", 1536)]
    [InlineData("1GiB", 1_073_741_824)]
    public void Sizes_are_read_as_people_write_them(string text, ulong bytes)
    {
        Assert.True(ByteSize.TryParse(text, out ulong read));
        Assert.Equal(bytes, read);
    }
}
