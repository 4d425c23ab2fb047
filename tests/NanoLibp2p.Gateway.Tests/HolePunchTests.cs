using System;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Host;
using NanoLibp2p.Host.HolePunching;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>Relayed connections of a gateway, and the direct ones that take their place.</summary>
public sealed class HolePunchTests : IAsyncDisposable, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private Libp2pNode _relay = null!;
    private Libp2pNode _hidden = null!;
    private RelayService _service = null!;
    private RelayReservation _place = null!;

    public void Dispose() => _folder.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (_relay != null)
        {
            await _place.DisposeAsync();
            await _hidden.DisposeAsync();
            await _service.DisposeAsync();
            await _relay.DisposeAsync();
        }

        Dispose();
    }

    [Fact]
    public async Task A_relayed_connection_is_made_direct_and_status_metrics_and_events_say_so()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("holePunch.private", "true"));
        await DialThroughRelayAsync(gateway, new HolePunchOptions { AllowPrivateAddresses = true });

        await Gateways.UntilAsync(() => gateway.Node.ConnectionsTo(_hidden.PeerId).Any(one => one.IsDirect), "it is direct");
        await Gateways.UntilAsync(() => gateway.Status.Services["holepunch"].StartsWith("1 relayed connections made direct, 0 ",
            StringComparison.Ordinal), "the service tells");
        await Gateways.UntilAsync(() => gateway.Node.Events.Recent.Any(
            one => one.Kind == NodeEventKind.Upgraded && one.Peer!.Equals(_hidden.PeerId)), "the event log tells");
        using HttpClient http = gateway.Http();
        string[] metrics = (await http.GetStringAsync("/metrics")).Split('\n');
        Assert.Contains(metrics, line => line.StartsWith("libp2p_holepunch_outcomes_total{", StringComparison.Ordinal)
            && line.Contains("outcome=\"success\"", StringComparison.Ordinal)
            && line.Contains("side=\"receiver\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Private_addresses_are_not_dialed_unless_it_is_said_and_the_connection_stays_relayed()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        await DialThroughRelayAsync(gateway, new HolePunchOptions { AllowPrivateAddresses = true, Attempts = 1 });

        await Gateways.UntilAsync(
            () => gateway.Status.Services["holepunch"] == "0 relayed connections made direct, 1 stay relayed", "it failed");
        await Gateways.UntilAsync(() => gateway.Node.Events.Recent.Any(one => one.Kind == NodeEventKind.UpgradeFailed), "the log tells");
        ConnectionStatus relayed = Assert.Single(gateway.Status.Relayed);
        Assert.Equal((_hidden.PeerId.ToString(), _relay.PeerId.ToString()), (relayed.PeerId, relayed.Relay));
        Assert.Equal((1, 1), (gateway.Status.Direct, gateway.Status.RelayedCount));
    }

    [Fact]
    public async Task Where_it_is_off_nobody_is_answered()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("holePunch.enabled", "false"));
        await DialThroughRelayAsync(gateway, null);

        await Assert.ThrowsAsync<Libp2pException>(async () =>
        {
            await using PeerStream stream = await _hidden.OpenStreamAsync(gateway.Node.PeerId, "/libp2p/dcutr")
                .WaitAsync(Gateways.Patience);
            await stream.WaitUntilAgreedAsync().WaitAsync(Gateways.Patience);
        });
        Assert.False(gateway.Status.Services.ContainsKey("holepunch"));
        Assert.Null(gateway.Node.HolePunching);
    }

    // a peer behind a relay of somebody else, and the gateway dials it there
    private async Task DialThroughRelayAsync(GatewayHost gateway, HolePunchOptions? options)
    {
        _relay = await NodeAsync(null);
        _service = RelayService.Start(_relay, new RelayServiceOptions());
        _hidden = await NodeAsync(options);
        _place = RelayReservation.Start(_hidden, _relay.ListenAddresses[0]);
        Multiaddr address = await _place.WaitAsync().WaitAsync(Gateways.Patience);
        await gateway.Node.DialAsync(address).WaitAsync(Gateways.Patience);
        await Gateways.UntilAsync(() => _hidden.IsConnected(gateway.Node.PeerId), "both have the connection");
    }

    private static Task<Libp2pNode> NodeAsync(HolePunchOptions? options)
    {
        Libp2pNodeOptions all = new() { Shards = TestShards.Count, UsesLimitedConnections = true, HolePunching = options };
        all.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return Libp2pNode.StartAsync(all);
    }
}
