using System;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Relay;

namespace NanoLibp2p.Cli.Tests;

/// <summary>Peers at addresses that are not plain TCP: over WebSocket, by name, through a relay.</summary>
public sealed class AddressTests
{
    [Fact]
    public async Task A_listener_on_a_WebSocket_is_pinged_identified_and_published_to()
    {
        await using CliProcess listener = CliProcess.Start("listen", "--listen", "/ip4/127.0.0.1/tcp/0/ws", "--topic", "t", "--json");
        string address = (await listener.EventAsync("listening")).GetProperty("addr").GetString()!;
        Assert.Contains("/ws/p2p/", address, StringComparison.Ordinal);

        await AssertServesAsync(address);
        JsonElement connected = await listener.EventAsync("connected");
        Assert.Contains("/ws", connected.GetProperty("addr").GetString(), StringComparison.Ordinal);
        await listener.EventAsync("message", one => one.GetProperty("text").GetString() == "over here");
    }

    [Fact]
    public async Task A_listener_is_dialled_by_a_name_of_either_kind()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;

        await AssertServesAsync(address.Replace("/ip4/127.0.0.1", "/dns4/localhost", StringComparison.Ordinal));
        Assert.Equal(0, (await CliResult.RunAsync("ping", address.Replace("/ip4/127.0.0.1", "/dns/localhost", StringComparison.Ordinal),
            "--count", "1")).ExitCode);
    }

    [Fact]
    public async Task A_peer_behind_a_relay_is_dialled_at_its_circuit_address()
    {
        Libp2pNodeOptions options = new() { Shards = 1 };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        await using Libp2pNode relay = await Libp2pNode.StartAsync(options, TestContext.Current.CancellationToken);
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions());
        await using Libp2pNode hidden = await Libp2pNode.StartAsync(new() { Shards = 1, UsesLimitedConnections = true },
            TestContext.Current.CancellationToken);
        await using RelayReservation place = RelayReservation.Start(hidden, relay.ListenAddresses[0]);
        string address = (await place.WaitAsync(TestContext.Current.CancellationToken).WaitAsync(CliProcess.Patience,
            TestContext.Current.CancellationToken)).ToString();
        using Subscription heard = hidden.SubscribeAsync("t", TestContext.Current.CancellationToken);

        await AssertServesAsync(address);
        Assert.Contains("/p2p-circuit/", address, StringComparison.Ordinal);
        await foreach (TopicMessage message in heard)
        {
            Assert.Equal("over here"u8.ToArray(), message.Data);
            break;
        }
    }

    [Fact]
    public async Task A_name_that_leads_nowhere_is_told()
        => (await CliResult.RunAsync("ping", "/dnsaddr/name.invalid", "--timeout", "5s")).AssertFailed(1,
            "cannot connect to /dnsaddr/name.invalid");

    [Fact]
    public async Task A_topic_may_have_any_letters()
    {
        const string Topic = "gewächshaus/温度";
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", Topic);
        await using CliProcess _ = listener;

        CliResult publish = await CliResult.RunAsync("publish", address, Topic, "21,5 °C", "--json");

        Assert.Equal((0, ""), (publish.ExitCode, publish.Errors));
        Assert.Equal(Topic, publish.EventsOf("published").Single().GetProperty("topic").GetString());
        JsonElement message = await listener.EventAsync("message");
        Assert.Equal((Topic, "21,5 °C"), (message.GetProperty("topic").GetString(), message.GetProperty("text").GetString()));
    }

    private static async Task AssertServesAsync(string address)
    {
        Assert.Equal((0, ""), Of(await CliResult.RunAsync("ping", address, "--count", "1")));
        CliResult identify = await CliResult.RunAsync("identify", address, "--json");
        Assert.Equal((0, ""), Of(identify));
        Assert.Equal(address.Split('/')[^1], identify.EventsOf("identify").Single().GetProperty("peer").GetString());
        Assert.Equal((0, ""), Of(await CliResult.RunAsync("publish", address, "t", "over here")));
    }

    private static (int, string) Of(CliResult result) => (result.ExitCode, result.Errors);
}
