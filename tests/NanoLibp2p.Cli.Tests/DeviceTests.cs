using System;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli.Tests;

public class DeviceTests
{
    [Fact]
    public async Task A_virtual_boards_readings_arrive_signed_by_its_key()
    {
        using TemporaryFolder folder = new();
        string key = folder.File("key");
        CliResult made = await CliResult.RunAsync("key", "new", "--out", key, "--json");
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "greenhouse");
        await using CliProcess _ = listener;

        CliResult device = await CliProcess.RunAsync(
            "device", "--board", "virtual", "--dial", address, "--topic", "greenhouse", "--every", "20ms", "--readings", "3", "--key", key,
            "--json");

        Assert.Equal((0, ""), (device.ExitCode, device.Errors));
        string peer = made.EventsOf("key").Single().GetProperty("peerId").GetString()!;
        Assert.Equal(peer, device.EventsOf("device").Single().GetProperty("peer").GetString());
        Assert.Equal(3, device.EventsOf("sent")[^1].GetProperty("readings").GetInt32());
        for (int number = 1; number <= 3; number++)
        {
            JsonElement message = await listener.EventAsync("message");
            Assert.Equal(peer, message.GetProperty("from").GetString());
            JsonElement reading = JsonElement.Parse(message.GetProperty("text").GetString()!);
            Assert.Equal(number, reading.GetProperty("n").GetInt32());
            Assert.True(reading.EnumerateObject().Count() > 2, "it has more to say than its number and the time");
        }
    }

    [Fact]
    public async Task A_board_calls_again_and_says_why()
    {
        await using CliProcess device = CliProcess.Start("device", "--dial", "/ip4/127.0.0.1/tcp/9", "--topic", "t", "--json");

        JsonElement log =
            await device.EventAsync("log", one => one.GetProperty("text").GetString()!.Contains("no connection", StringComparison.Ordinal));

        Assert.Contains("connection refused", log.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("next try in", log.GetProperty("text").GetString(), StringComparison.Ordinal);
    }
}
