using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Firmware.Rendezvous;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Tests;

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

    public static bool HasNamespaces => NetworkNamespace.Missing == null;

    [Fact(SkipUnless = nameof(HasNamespaces), Skip = "a local network of the test's own needs Linux, root and iproute2")]
    public async Task A_board_without_any_address_finds_its_gateway_on_the_local_network()
    {
        using TemporaryFolder folder = new();
        using NetworkNamespace network = new();
        NetworkNamespace.Ip("-n", network.Name, "addr", "add", "10.83.0.2/24", "dev", "up0");
        await using CliProcess gateway = CliProcess.StartIn(network, "gateway", "run", "--data", folder.File("gateway"),
            "--listen", "/ip4/0.0.0.0/tcp/4001", "--http", "http://127.0.0.1:0", "--set", "limits.connections=32", "--json");
        string id = (await gateway.EventAsync("gateway")).GetProperty("peerId").GetString()!;
        await gateway.EventAsync("listening");
        await using CliProcess subscriber = CliProcess.StartIn(network, "subscribe", "/ip4/127.0.0.1/tcp/4001/p2p/" + id, "greenhouse",
            "--count", "3", "--json");
        await subscriber.EventAsync("subscribed");

        await using CliProcess device = CliProcess.StartIn(network, "device", "--mdns", "--topic", "greenhouse", "--every", "200ms",
            "--json");
        string board = (await device.EventAsync("device")).GetProperty("peer").GetString()!;

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(board, (await subscriber.EventAsync("message")).GetProperty("from").GetString());
        }
    }

    [Fact]
    public async Task A_board_whose_gateway_is_gone_finds_another_at_a_rendezvous_point()
    {
        CancellationToken late = TestContext.Current.CancellationToken;
        await using Libp2pNode host = await ListenAsync(late);
        await using RendezvousPoint point = RendezvousPoint.Start(host, new RendezvousPointOptions());
        await using Libp2pNode gateway = await ListenAsync(late);
        await gateway.DialAsync(host.ListenAddresses[0], late);
        await new RendezvousClient(gateway).RegisterAsync(host.PeerId, RendezvousFinder.GatewayNamespace, null, late);
        using Subscription heard = gateway.SubscribeAsync("greenhouse", late);

        CliResult device = await CliProcess.RunAsync("device", "--dial", "/ip4/127.0.0.1/tcp/9", "--rendezvous",
            host.ListenAddresses[0].ToString(), "--topic", "greenhouse", "--every", "20ms", "--readings", "3", "--json");

        Assert.Equal((0, ""), (device.ExitCode, device.Errors));
        await using IAsyncEnumerator<TopicMessage> messages = heard.GetAsyncEnumerator(late);
        for (int number = 1; number <= 3; number++)
        {
            Assert.True(await messages.MoveNextAsync());
        }

        Assert.Contains(device.EventsOf("log"), log => log.GetProperty("text").GetString()!
            .Contains($"found {gateway.ListenAddresses[0]} by rendezvous", StringComparison.Ordinal));
    }

    private static async Task<Libp2pNode> ListenAsync(CancellationToken cancellationToken)
    {
        Libp2pNodeOptions options = new() { Shards = 1 };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return await Libp2pNode.StartAsync(options, cancellationToken);
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
