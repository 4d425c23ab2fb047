using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal.Desktop;

namespace NanoLibp2p.Cli.Tests;

public sealed class ProvisionTests : IDisposable
{
    private const string Hub = "/ip4/192.168.1.10/tcp/4001";

    private static readonly string[] _settings = ["--dial", Hub, "--topic", "greenhouse/climate"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_board_that_starts_on_its_folder_is_the_peer_on_its_label_and_publishes_where_it_was_told()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "greenhouse");
        await using CliProcess _ = listener;
        string folder = _folder.File("board");
        CliResult made =
            await CliResult.RunAsync("provision", "--out", folder, "--dial", address, "--topic", "greenhouse", "--every", "20ms", "--json");
        string peer = Assert.Single(made.EventsOf("provisioned")).GetProperty("peer").GetString()!;

        using VirtualBoard board = new("board", new FileStore(folder));
        Device device = SensorProgram.Create(board, DeviceSettings.Load(board.Store), new DeviceOptions());
        Thread thread = new(device.Run);
        thread.Start();
        JsonElement connected = await listener.EventAsync("connected");
        JsonElement message = await listener.EventAsync("message");
        device.Stop();
        thread.Join();

        Assert.Equal(peer, connected.GetProperty("peer").GetString());
        Assert.Equal((peer, "greenhouse"), (message.GetProperty("from").GetString(), message.GetProperty("topic").GetString()));
        Assert.Contains(peer, XDocument.Load(Path.Combine(folder, "label.svg")).Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twenty_boards_are_twenty_peers_in_folders_of_their_own()
    {
        CliResult made = await CliResult.RunAsync(["provision", "--out", _folder.File("fleet"), "--count", "20", .. _settings, "--json"]);

        Assert.Equal((0, ""), (made.ExitCode, made.Errors));
        IReadOnlyList<JsonElement> boards = made.EventsOf("provisioned");
        Assert.Equal(20, boards.Select(one => one.GetProperty("peer").GetString()).Distinct().Count());
        Assert.Equal("board-020", boards[^1].GetProperty("board").GetString());
        foreach (JsonElement board in boards)
        {
            CliResult key =
                await CliResult.RunAsync("key", "show", Path.Combine(board.GetProperty("folder").GetString()!, "identity"), "--json");
            Assert.Equal(board.GetProperty("peer").GetString(), key.EventsOf("key").Single().GetProperty("peerId").GetString());
        }
    }

    [Fact]
    public async Task What_is_written_is_what_nanoff_sends_and_for_its_owner_alone()
    {
        string folder = _folder.File("board");
        await CliResult.RunAsync(
            ["provision", "--out", folder, .. _settings, "--ssid", "my \"network\"", "--password", "its password", "--serial", "COM3"]);

        JsonElement files = Json(folder, "files.json");
        JsonElement wifi = Json(folder, "wifi.json");

        Assert.Equal(("COM3", "COM3"), (files.GetProperty("SerialPort").GetString(), wifi.GetProperty("SerialPort").GetString()));
        Assert.Equal(
            [@"I:\identity identity", @"I:\settings settings"],
            files.GetProperty("Files").EnumerateArray()
            .Select(one => $"{one.GetProperty("DestinationFilePath").GetString()} {one.GetProperty("SourceFilePath").GetString()}"));
        Assert.Equal("my \"network\"", wifi.GetProperty("WirelessClient").GetProperty("SSID").GetString());
        Assert.Equal("its password", wifi.GetProperty("WirelessClient").GetProperty("Password").GetString());
        Assert.Equal($"dial = {Hub}\ntopic = greenhouse/climate\nevery = 10000\n", File.ReadAllText(Path.Combine(folder, "settings")));
        if (!OperatingSystem.IsWindows())
        {
            foreach (string file in Directory.GetFiles(folder))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public async Task A_password_can_come_from_stdin()
    {
        string folder = _folder.File("board");
        await using CliProcess provision =
            CliProcess.Start(["provision", "--out", folder, .. _settings, "--ssid", "net", "--password", "-"]);
        await provision.WriteAsync("from stdin\n");

        Assert.Equal(0, (await provision.EndAsync()).ExitCode);
        Assert.Equal("from stdin", Json(folder, "wifi.json").GetProperty("WirelessClient").GetProperty("Password").GetString());
    }

    [Fact]
    public async Task People_get_the_peer_id_and_a_code_that_a_phone_reads_and_no_secret()
    {
        CliResult made = await CliResult.RunAsync(
            ["provision", "--out", _folder.File("board"), .. _settings, "--ssid", "net", "--password", "a secret word"]);

        string[] code = [.. made.Output.Split('\n').Where(line => line.StartsWith("████", StringComparison.Ordinal))];
        Assert.Matches("12D3KooW\\w{44}\n", made.Output);
        Assert.True(code.Length > 15
            && code.All(line => line.Length == code[0].Length && line.Length < 80), "as wide as a terminal at most");
        Assert.DoesNotContain("a secret word", made.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_is_never_overwritten_and_nothing_else_is_written_either()
    {
        string fleet = _folder.File("fleet");
        await CliResult.RunAsync(["provision", "--out", fleet, "--count", "2", .. _settings]);
        File.Delete(Path.Combine(fleet, "board-001", "identity"));
        byte[] before = File.ReadAllBytes(Path.Combine(fleet, "board-002", "identity"));

        CliResult again = await CliResult.RunAsync(["provision", "--out", fleet, "--count", "2", "--dial", Hub, "--topic", "other"]);

        again.AssertFailed(2, "never overwritten", Path.Combine("board-002", "identity"), "--keep");
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(fleet, "board-002", "identity")));
        Assert.False(File.Exists(Path.Combine(fleet, "board-001", "identity")));
        Assert.Contains("greenhouse", File.ReadAllText(Path.Combine(fleet, "board-002", "settings")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kept_identity_gets_other_settings()
    {
        string folder = _folder.File("board");
        CliResult first = await CliResult.RunAsync(["provision", "--out", folder, .. _settings, "--json"]);

        CliResult again = await CliResult.RunAsync("provision", "--out", folder, "--dial", Hub, "--topic", "other", "--keep", "--json");

        JsonElement kept = Assert.Single(again.EventsOf("provisioned"));
        Assert.False(kept.GetProperty("made").GetBoolean());
        Assert.Equal(first.EventsOf("provisioned").Single().GetProperty("peer").GetString(), kept.GetProperty("peer").GetString());
        Assert.Contains("topic = other", File.ReadAllText(Path.Combine(folder, "settings")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--count 0", "'0' is not a number of boards; give 1 to 999")]
    [InlineData("--count 1000", "give 1 to 999")]
    [InlineData("--count many", "'many' is not a number of boards")]
    [InlineData("--topic ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt", "1 to 64 characters; this one has 65")]
    [InlineData("--topic wärme", "printable ASCII")]
    [InlineData("--dial 192.168.1.10:4001", "/ip4/192.168.1.10/tcp/4001")]
    [InlineData("--dial /ip4/192.168.1.10/tcp/0", "nobody can be dialled at port 0")]
    [InlineData("--every 0ms", "too short")]
    [InlineData("--ssid ssssssssssssssssssssssssssssssäää", "1 to 32 bytes", "has 36")]
    [InlineData("--ssid net --password 1234567", "8 to 63 characters; this one has 7")]
    [InlineData("--ssid net --password 1234567890123456789012345678901234567890123456789012345678901234", "this one has 64")]
    [InlineData("--ssid net --password passwörter", "printable ASCII")]
    [InlineData("--password 12345678", "--ssid")]
    [InlineData("--dial /ip4/1.1.1.1/tcp/1 --dial /ip4/1.1.1.1/tcp/2 --dial /ip4/1.1.1.1/tcp/3 --dial /ip4/1.1.1.1/tcp/4 --dial "
        + "/ip4/1.1.1.1/tcp/5 "
        + "--dial /ip4/1.1.1.1/tcp/6 --dial /ip4/1.1.1.1/tcp/7 --dial /ip4/1.1.1.1/tcp/8 --dial /ip4/1.1.1.1/tcp/9",
        "the dial list is full with 8 addresses")]
    public async Task What_no_board_could_use_is_refused_before_anything_is_written(string arguments, params string[] said)
    {
        List<string> command = ["provision", "--out", _folder.File("board"), .. arguments.Split(' ')];
        foreach ((string option, string value) in new[] { ("--dial", Hub), ("--topic", "t") })
        {
            if (!command.Contains(option))
            {
                command.AddRange([option, value]);
            }
        }

        (await CliResult.RunAsync([.. command])).AssertFailed(2, said);

        Assert.False(Directory.Exists(_folder.File("board")));
    }

    [Fact]
    public async Task A_name_in_the_dial_list_is_taken_with_a_notice()
    {
        CliResult made = await CliResult.RunAsync("provision", "--out", _folder.File("board"), "--dial", "/dns4/hub.local/tcp/4001",
            "--topic", "t", "--json");

        Assert.Equal(0, made.ExitCode);
        Assert.Contains("prefer an address", Assert.Single(made.EventsOf("notice")).GetProperty("text").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_place_of_the_folder_is_told()
    {
        File.WriteAllText(_folder.File("board"), "");

        (await CliResult.RunAsync(["provision", "--out", _folder.File("board"), .. _settings])).AssertFailed(1, "cannot write to");
    }

    private static JsonElement Json(string folder, string file) => JsonElement.Parse(File.ReadAllText(Path.Combine(folder, file)));
}
