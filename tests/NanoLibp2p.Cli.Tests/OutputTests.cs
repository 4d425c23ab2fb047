using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli.Tests;

/// <summary>Where stdout leads: to narrow terminals, to programs that stop reading, to full disks, to nowhere.</summary>
public partial class OutputTests
{
    public static bool HasTerminal => OperatingSystem.IsLinux() && Shell.Has("script");

    public static bool HasFullDevice => File.Exists("/dev/full");

    [Theory(SkipUnless = nameof(HasTerminal), Skip = "no script (util-linux) to give a terminal")]
    [InlineData(80)]
    [InlineData(40)]
    [InlineData(20)]
    public async Task No_address_or_key_is_broken_in_a_terminal(int columns)
    {
        using TemporaryFolder folder = new();
        string key = folder.File(new string('k', 60));
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;
        string peer = address.Split('/')[^1];

        string made = await InTerminalAsync(columns, $"key new --out {key}");
        string shown = await InTerminalAsync(columns, $"key show {key} --private");
        string identified = await InTerminalAsync(columns, $"identify {address}");
        string pinged = await InTerminalAsync(columns, $"ping {address} --count 1");
        string refused = await InTerminalAsync(columns, $"ping {address.Replace("/tcp/", "/udp/", StringComparison.Ordinal)}");
        string listening = await InTerminalAsync(columns, $"listen --listen /ip4/127.0.0.1/tcp/0 & sleep 3; kill $!");

        Assert.Contains(key, made, StringComparison.Ordinal);
        Assert.Matches(@"peer id +12D3KooW\w{44}\n", shown);
        Assert.Matches(@"private key +[A-Za-z0-9+/]{91}=\n", shown);
        Assert.Matches($@"peer id \(proved\) +{peer}\n", identified);
        Assert.Contains(address[..address.IndexOf("/p2p/", StringComparison.Ordinal)] + "\n", identified, StringComparison.Ordinal);
        Assert.Matches($@"{peer}: 1 of 1 answered, min/avg/max [0-9./]+ ms\n", pinged);
        Assert.Contains(peer, refused, StringComparison.Ordinal);
        Assert.Matches(@"listening on /ip4/127\.0\.0\.1/tcp/[0-9]+/p2p/12D3KooW\w{44}\n", listening);
    }

    [Theory(SkipUnless = nameof(HasTerminal), Skip = "no script (util-linux) to give a terminal")]
    [InlineData(80)]
    [InlineData(20)]
    public async Task Json_stays_one_object_a_line_in_a_terminal(int columns)
        => Assert.Matches(@"^\{""event"":""key"",[^\n]+\}\n$", await InTerminalAsync(columns, "key new --json"));

    [Theory(SkipType = typeof(Shell), SkipUnless = nameof(Shell.IsHere), Skip = Shell.Missing)]
    [InlineData("listen --listen /ip4/127.0.0.1/tcp/0")]
    [InlineData("listen --listen /ip4/127.0.0.1/tcp/0 --json")]
    [InlineData("demo --every 50ms")]
    [InlineData("demo --every 50ms --json")]
    [InlineData("device --dial /ip4/127.0.0.1/tcp/9 --topic t")]
    [InlineData("key new")]
    [InlineData("--help")]
    public async Task A_closed_pipe_ends_a_command_quietly(string command)
    {
        (int? code, string output, string errors) = await Shell.RunAsync($"set -o pipefail; $cli {command} | head -1");

        Assert.Equal((0, ""), (code, errors));
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact(SkipType = typeof(Shell), SkipUnless = nameof(Shell.IsHere), Skip = Shell.Missing)]
    public async Task A_closed_pipe_ends_commands_that_dial_as_well()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t", "--perf");
        await using CliProcess _ = listener;

        foreach (string command
            in new[] { $"ping {address} --count 1000", $"subscribe {address} t", $"publish {address} t text --repeat 1000 --every 20ms",
                $"perf {address} --upload 900GB" })
        {
            (int? code, string output, string errors) = await Shell.RunAsync($"set -o pipefail; $cli {command} | head -1");

            Assert.Equal((0, ""), (code, errors));
            Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Theory(SkipType = typeof(Shell), SkipUnless = nameof(Shell.IsHere), Skip = Shell.Missing)]
    [InlineData("key new")]
    [InlineData("key new --json")]
    [InlineData("listen --listen /ip4/127.0.0.1/tcp/0")]
    [InlineData("--help")]
    public async Task A_closed_stdout_is_told(string command)
    {
        (int? code, string output, string errors) = await Shell.RunAsync($"$cli {command} >&-");

        Assert.Equal((1, ""), (code, output));
        Assert.Matches(@"^stdout is closed, [^\n]+\n$", errors);
    }

    [Fact(SkipType = typeof(Shell), SkipUnless = nameof(Shell.IsHere), Skip = Shell.Missing)]
    public async Task A_closed_stdout_costs_no_key_file()
    {
        using TemporaryFolder folder = new();

        await Shell.RunAsync($"$cli key new --out {folder.File("key")} >&-");

        Assert.False(File.Exists(folder.File("key")));
    }

    [Fact(SkipType = typeof(Shell), SkipUnless = nameof(Shell.IsHere), Skip = Shell.Missing)]
    public async Task A_closed_stderr_changes_nothing()
    {
        Assert.Equal(2, (await Shell.RunAsync("$cli fly 2>&-")).Code);
        Assert.Equal(0, (await Shell.RunAsync("$cli key new 2>&-")).Code);
    }

    [Theory(SkipUnless = nameof(HasFullDevice), Skip = "no /dev/full here")]
    [InlineData("key new")]
    [InlineData("demo --json")]
    [InlineData("device --dial /ip4/127.0.0.1/tcp/9 --topic t")]
    public async Task A_full_disk_behind_stdout_is_told(string command)
    {
        (int? code, _, string errors) = await Shell.RunAsync($"$cli {command} >/dev/full");

        Assert.Equal(1, code);
        Assert.Equal("cannot go on: No space left on device\n", errors);
    }

    [Fact(SkipType = typeof(Shell), SkipUnless = nameof(Shell.IsHere), Skip = Shell.Missing)]
    public async Task Two_commands_that_share_a_file_write_one_behind_the_other()
    {
        using TemporaryFolder folder = new();

        await Shell.RunAsync($"($cli key new --json; $cli key new --json) > {folder.File("both")}");

        Assert.Equal(2, File.ReadLines(folder.File("both")).Count(line => line.StartsWith("{\"event\":\"key\"", StringComparison.Ordinal)));
    }

    // what a terminal shows, without colours and carriage returns
    private static async Task<string> InTerminalAsync(int columns, string command)
    {
        string script = $"stty cols {columns}; {Shell.Program} {command}".Replace("\"", "\\\"", StringComparison.Ordinal);
        (int? _, string output, string _) =
            await Shell.RunAsync($"export TERM=xterm; script -qec \"{script.Replace("$", "\\$", StringComparison.Ordinal)}\" /dev/null");
        return Escapes().Replace(output, "").Replace("\r", "", StringComparison.Ordinal);
    }

    [GeneratedRegex("\u001b\\[[0-9;?]*[A-Za-z]|\u001b[=>]")]
    private static partial Regex Escapes();
}
