using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Frames;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Tests;

/// <summary>Devices on radios, from the command line: a gateway and a device as two processes on one simulated air.</summary>
public sealed class RadioTests : IDisposable
{
    private const string Topic = "greenhouse/climate";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_provisioned_board_on_a_simulated_radio_publishes_through_the_gateway_as_itself()
    {
        string air = $"air://test-{Environment.ProcessId}-{Environment.TickCount64}?profile=lora-sf7-eu868";
        string data = _folder.File("gateway");
        await using CliProcess gateway = CliProcess.Start("gateway", "run", "--data", data, "--listen", "/ip4/127.0.0.1/tcp/0", "--http",
            "none", "--radio", air, "--json", "--set", "kademlia.enabled=false");
        string address = (await gateway.EventAsync("listening")).GetProperty("addr").GetString()!;
        JsonElement radio = await gateway.EventAsync("radio");
        CliResult made = await CliResult.RunAsync("provision", "--out", _folder.File("board"), "--radio", air, "--gateway", data, "--topic",
            Topic, "--json");
        JsonElement board = Assert.Single(made.EventsOf("provisioned"));
        Assert.Contains(board.GetProperty("card").GetString()!, File.ReadAllText(radio.GetProperty("devices").GetString()!),
            StringComparison.Ordinal);

        await using CliProcess subscriber = CliProcess.Start("subscribe", address, Topic, "--count", "2", "--json");
        await using CliProcess device = CliProcess.Start("device", "--radio", air, "--gateway", radio.GetProperty("card").GetString()!,
            "--topic", Topic, "--key", Path.Combine(_folder.File("board"), "identity"), "--readings", "2", "--every", "3s", "--json");
        JsonElement message = await subscriber.EventAsync("message");
        Assert.Equal(board.GetProperty("peer").GetString(), message.GetProperty("from").GetString());
        Assert.StartsWith("{\"n\":", message.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await device.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_device_on_a_radio_is_called_from_the_command_line_by_who_may()
    {
        string air = $"air://call-{Environment.ProcessId}-{Environment.TickCount64}?profile=ble";
        string data = _folder.File("gateway");
        string key = _folder.File("caller.key");
        CliResult made = await CliResult.RunAsync("key", "new", "--out", key, "--json");
        string caller = Assert.Single(made.EventsOf("key")).GetProperty("peerId").GetString()!;
        await using CliProcess gateway = CliProcess.Start("gateway", "run", "--data", data, "--listen", "/ip4/127.0.0.1/tcp/0", "--http",
            "none", "--radio", air, "--json", "--set", "kademlia.enabled=false", "--set", $"radio.callers={caller}");
        string address = (await gateway.EventAsync("listening")).GetProperty("addr").GetString()!;
        await gateway.EventAsync("radio");
        CliResult provisioned = await CliResult.RunAsync("provision", "--out", _folder.File("board"), "--radio", air, "--gateway", data,
            "--topic", Topic, "--json");
        string device = Assert.Single(provisioned.EventsOf("provisioned")).GetProperty("peer").GetString()!;
        await using CliProcess board = CliProcess.Start("device", "--radio", air, "--gateway", data, "--topic", Topic, "--key",
            Path.Combine(_folder.File("board"), "identity"), "--every", "1s", "--json");
        await board.EventAsync("sent");

        CliResult answer = await CliResult.RunAsync("call", address, device, "80", "--key", key, "--json");
        Assert.StartsWith("{\"n\":0", Assert.Single(answer.EventsOf("answer")).GetProperty("text").GetString(), StringComparison.Ordinal);
        await FailsAsync("has no such method", "81", "--key", key);
        await FailsAsync("add this peer's id to its setting radio.callers", "80");
        await FailsAsync("give two hex digits, 80 to FF", "7F");

        async Task FailsAsync(string sentence, params string[] arguments)
        {
            CliResult result = await CliResult.RunAsync(["call", address, device, .. arguments]);
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains(sentence, result.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_fleet_is_told_as_a_table_for_programs_and_plotted()
    {
        string plot = _folder.File("air.svg");
        CliResult result = await CliResult.RunAsync("air", "--profile", "lora-sf9-eu868", "--devices", "3", "--loss", "0.2", "--hours", "2",
            "--svg", plot, "--json");
        JsonElement air = Assert.Single(result.EventsOf("air"));
        Assert.Equal(2, result.EventsOf("hour").Count);
        Assert.Equal(180, air.GetProperty("readings").GetInt32());
        Assert.InRange(air.GetProperty("delivered").GetInt32(), 150, 180);
        Assert.InRange(air.GetProperty("worstHourMs").GetDouble(), 1_000, 36_000);
        Assert.StartsWith("<svg", File.ReadAllText(plot), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp://1.2.3.4:5", "is no radio that there is")]
    [InlineData("air://demo?profile=lora-sf6", "no profile 'lora-sf6'")]
    [InlineData("air://demo?speed=9", "has no option 'speed'; it has profile, loss, attenuation")]
    [InlineData("udp://[::]:4242?rate=9", "has no option 'rate'; it has none")]
    [InlineData("ble://hci0?devices=1.5", "devices is '1.5'; give a whole number from 1 to 64")]
    [InlineData("xbee:///dev/ttyUSB0?to=0013A200400A0102", "to is a device's option; leave it out")]
    [InlineData("lora-udp://0.0.0.0", "has no address with a port")]
    [InlineData("lora-udp://0.0.0.0:1700?forwarder=xyz", "16 hex digits")]
    [InlineData("xbee://", "names no port; give xbee:///dev/ttyUSB0, or xbee://COM3")]
    [InlineData("xbee:///dev/ttyUSB0?to=12", "give the 16 hex digits of the gateway's XBee, its SH and SL")]
    [InlineData("ble://", "names no adapter; give ble://hci0")]
    [InlineData("ble://hci0?devices=0", "devices is '0'; give a number from 1 to 64")]
    public async Task A_radio_that_is_none_is_told_with_what_to_give(string url, string sentence)
    {
        CliResult result = await CliResult.RunAsync("gateway", "config", "--radio", url, "--data", _folder.File("none"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(sentence, result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--loss", "x", "'x' for option '--loss'")]
    [InlineData("--loss", "2", "a share of 0 to 0.9")]
    [InlineData("--bytes", "160", "a reading of 160 bytes does not fit a frame of 128: 50 at most; give fewer with --bytes")]
    [InlineData("--mtu", "64", "give --mtu 90 or more")]
    [InlineData("--svg", "/no/such/folder/air.svg", "there is no folder /no/such/folder for the plot")]
    public async Task Arguments_of_air_that_can_not_be_are_told_with_what_to_give(string option, string value, string sentence)
    {
        CliResult result = await CliResult.RunAsync("air", option, value, "--hours", "1");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(sentence, result.Errors, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_board_with_radios_alone_is_given_two_gateways_and_keeps_what_it_was_given_before(int known)
    {
        using DesktopCrypto crypto = new();
        RadioCard[] cards = [.. Enumerable.Range(0, known + 1)
            .Select(_ => RadioCard.Of(Identity.Create(crypto, new SystemRandom()), crypto))];
        string folder = _folder.File("board");
        for (int i = 0; i < 2; i++)
        {
            CliResult given = await ProvisionAsync(cards[i]);
            Assert.True(given.ExitCode == 0, given.Errors);
        }

        // as a program wrote them that gave a board four
        FrameGateways list = new(new FileStore(folder), FrameGateways.Capacity);
        list.Load();
        for (int i = 2; i < known; i++)
        {
            Assert.Equal(i, list.Add(cards[i].Card, cards[i].StaticKey));
        }

        CliResult refused = await ProvisionAsync(cards[known]);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"takes no card of {cards[known].Peer}: it has {known} gateways (", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("and a board with radios alone is given 2; delete frame-gateways", refused.Errors, StringComparison.Ordinal);
        Assert.All(cards[..known], card => Assert.Contains(card.Peer.ToString(), refused.Errors, StringComparison.Ordinal));
        Assert.Equal(0, (await ProvisionAsync(cards[known - 1])).ExitCode);
        list.Load();
        Assert.Equal(cards[..known].Select(card => card.Peer), Enumerable.Range(0, list.Count).Select(list.Id));

        Task<CliResult> ProvisionAsync(RadioCard card) => CliResult.RunAsync("provision", "--out", folder, "--radio",
            "air://demo?profile=lora-sf9-eu868", "--gateway", card.ToString(), "--topic", Topic, "--keep");
    }

    [Theory]
    [InlineData("lora", "radio = lora\nspreading = 9\ntopic = t\nevery = 600000\n")]
    [InlineData("lora?sf=12", "radio = lora\nspreading = 12\ntopic = t\nevery = 600000\n")]
    [InlineData("lora?sf=10&channel=868.3", "radio = lora\nspreading = 10\nchannel = 8683\ntopic = t\nevery = 600000\n")]
    [InlineData("air://x?profile=lora-sf7-eu868", "radio = air://x?profile=lora-sf7-eu868\ntopic = t\nevery = 600000\n")]
    [InlineData("ble", "radio = ble\ntopic = t\nevery = 10000\n")]
    public async Task A_board_is_provisioned_for_its_radio_with_an_interval_that_the_air_carries(string radio, string settings)
    {
        using DesktopCrypto crypto = new();
        string card = RadioCard.Of(Identity.Create(crypto, new SystemRandom()), crypto).ToString();
        string folder = _folder.File("board");
        CliResult result = await CliResult.RunAsync("provision", "--out", folder, "--radio", radio, "--gateway", card, "--topic", "t",
            "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(settings, File.ReadAllText(Path.Combine(folder, "settings")));
        Assert.Empty(result.EventsOf("notice"));

        // what was asked for is written, and told where it is too much
        result = await CliResult.RunAsync("provision", "--out", folder, "--keep", "--radio", radio, "--gateway", card, "--topic", "t",
            "--every", "20s", "--json");
        Assert.EndsWith("every = 20000\n", File.ReadAllText(Path.Combine(folder, "settings")), StringComparison.Ordinal);
        Assert.Equal(radio == "ble" ? 0 : 1, result.EventsOf("notice").Count);
    }

    [Theory]
    [InlineData("lroa", "is no radio of a board; give lora,")]
    [InlineData("lora?sf=13", "the spreading factor is 7 to 12")]
    [InlineData("lora?sf=", "the spreading factor is 7 to 12")]
    [InlineData("lora?channel=869.5", "the channel is 868.1, 868.3, 868.5 (MHz)")]
    [InlineData("lora?power=14", "'power=14' is no option; give sf=9, and channel=868.1")]
    [InlineData("lora?channel=868.1&channel=868.3", "channel is there twice; give it once")]
    [InlineData("ble://hci0", "is a gateway's radio; a board with Bluetooth is a device")]
    [InlineData("lora-udp://0.0.0.0:1700", "is a gateway's radio; a device has none of that kind")]
    [InlineData("air://x?profile=lora-sf9", "no profile 'lora-sf9'")]
    public async Task A_radio_that_no_board_has_is_refused_before_anything_is_written(string radio, string why)
    {
        using DesktopCrypto crypto = new();
        string card = RadioCard.Of(Identity.Create(crypto, new SystemRandom()), crypto).ToString();
        CliResult result = await CliResult.RunAsync("provision", "--out", _folder.File("board"), "--radio", radio, "--gateway", card,
            "--topic", "t");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(why, result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("board")));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("/no/such/folder")]
    public async Task What_is_no_gateway_is_told_with_all_that_may_name_one(string gateway)
    {
        CliResult result = await CliResult.RunAsync("device", "--radio", "air://x?profile=lora-sf9-eu868", "--gateway", gateway, "--topic",
            "t");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"'{gateway}' is no peer id, no card (one begins with nlcard1.), and no file or gateway's data folder",
            result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_virtual_board_is_given_the_peer_id_of_a_gateway_that_runs_on_this_host()
    {
        string air = Air("id", "lora-sf9-eu868");
        await using CliProcess gateway = StartGateway(air);
        (string peer, string address, string devices) = await TellsAsync(gateway);
        await using CliProcess subscriber = CliProcess.Start("subscribe", address, Topic, "--json");
        await using CliProcess device = CliProcess.Start("device", "--board", "virtual", "--radio", air, "--gateway", peer, "--topic",
            Topic, "--json");
        JsonElement board = await device.EventAsync("device");
        File.AppendAllText(devices, board.GetProperty("card").GetString() + "\n");
        JsonElement message = await subscriber.EventAsync("message");
        Assert.Equal(board.GetProperty("peer").GetString(), message.GetProperty("from").GetString());
    }

    [Fact]
    public async Task By_its_peer_id_alone_a_gateway_is_met_and_both_ends_say_what_to_do_while_it_does_not_admit_the_device()
    {
        string air = Air("met", "802154");
        await using CliProcess gateway = StartGateway(air);
        (string peer, string address, string devices) = await TellsAsync(gateway);

        // as on another host, where the gateway's card is not known
        Dictionary<string, string> elsewhere = new() { ["XDG_CACHE_HOME"] = _folder.File("elsewhere") };
        string[] line = ["device", "--radio", air, "--gateway", peer, "--topic", Topic, "--key", _folder.File("device.key"), "--json"];
        string id;
        string card;
        await using (CliProcess refused = CliProcess.Start(elsewhere, line))
        {
            JsonElement told = await refused.EventAsync("device");
            (id, card) = (told.GetProperty("peer").GetString()!, told.GetProperty("card").GetString()!);
            await refused.EventAsync("log", IsAboutDevices);
        }

        File.AppendAllText(devices, card + "\n");
        await using CliProcess subscriber = CliProcess.Start("subscribe", address, Topic, "--json");
        await using CliProcess device = CliProcess.Start(elsewhere, line);
        Assert.Equal(id, (await subscriber.EventAsync("message")).GetProperty("from").GetString());
        string logged = await LogAsync(gateway);
        Assert.Contains($"put its card, as the device or its provisioning printed it, into {devices}", logged, StringComparison.Ordinal);
        Assert.Contains(id, logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_has_a_gateways_card_and_is_not_known_there_is_told_of_at_both_ends()
    {
        string air = Air("unknown", "802154");
        await using CliProcess gateway = StartGateway(air);
        (string peer, _, string devices) = await TellsAsync(gateway);
        await using CliProcess device = CliProcess.Start("device", "--radio", air, "--gateway", peer, "--topic", Topic, "--json");
        JsonElement told = await device.EventAsync("log", IsAboutDevices);
        Assert.Contains(peer, told.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains($"a device asks for a session whose card is not in {devices}", await LogAsync(gateway), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("air://demo?profile=lora-sf9-eu868")]
    [InlineData("udp://127.0.0.1:4242")]
    public async Task A_peer_id_is_not_enough_where_nothing_is_known_of_it_and_the_radio_has_no_first_contact(string radio)
    {
        const string Stranger = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";
        CliResult device = await CliResult.RunAsync("device", "--radio", radio, "--gateway", Stranger, "--topic", Topic);
        CliResult provision = await CliResult.RunAsync("provision", "--out", _folder.File("board"), "--radio", radio, "--gateway", Stranger,
            "--topic", Topic);
        foreach (CliResult result in new[] { device, provision })
        {
            Assert.Equal(2, result.ExitCode);
            Assert.Contains($"the card of {Stranger} is not known here", result.Errors, StringComparison.Ordinal);
            Assert.Contains("the card that gateway run --radio prints, or the gateway's data folder", result.Errors,
                StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(_folder.File("board")));
    }

    private static string Air(string name, string profile)
        => $"air://{name}-{Environment.ProcessId}-{Environment.TickCount64}?profile={profile}";

    private static bool IsAboutDevices(JsonElement log)
        => log.GetProperty("text").GetString()!.Contains("into radio-devices of the gateway's data folder", StringComparison.Ordinal);

    private CliProcess StartGateway(string air) => CliProcess.Start("gateway", "run", "--data", _folder.File("gateway"), "--listen",
        "/ip4/127.0.0.1/tcp/0", "--http", "none", "--radio", air, "--json", "--set", "kademlia.enabled=false");

    private static async Task<(string Peer, string Address, string Devices)> TellsAsync(CliProcess gateway)
    {
        string peer = (await gateway.EventAsync("gateway")).GetProperty("peerId").GetString()!;
        string address = (await gateway.EventAsync("listening")).GetProperty("addr").GetString()!;
        return (peer, address, (await gateway.EventAsync("radio")).GetProperty("devices").GetString()!);
    }

    private static async Task<string> LogAsync(CliProcess gateway)
    {
        await gateway.SignalAsync("INT");
        return (await gateway.EndAsync()).Errors;
    }
}
