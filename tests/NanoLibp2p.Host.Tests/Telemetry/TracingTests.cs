using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Telemetry;

/// <summary>Spans of what a node does over a while, as OpenTelemetry takes them.</summary>
public sealed class TracingTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public TracingTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Libp2pNode.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_dial_has_its_attempt_and_upgrade_within_it_and_the_other_end_an_upgrade_of_its_own()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        await client.DialAsync(server);

        Activity dial = await SpanAsync("libp2p.dial", server);
        Activity attempt = await SpanAsync("libp2p.dial.attempt", server);
        Activity upgrade = await SpanAsync("libp2p.upgrade", server);
        Assert.Equal((dial.SpanId, attempt.SpanId), (attempt.ParentSpanId, upgrade.ParentSpanId));
        Assert.Equal(server.ListenAddresses[0].ToString(), attempt.GetTagItem("libp2p.address"));
        Activity accepted = await SpanAsync("libp2p.upgrade", client);
        Assert.Equal(ActivityKind.Server, accepted.Kind);
        Assert.All([dial, attempt, upgrade, accepted], one => Assert.Equal(ActivityStatusCode.Unset, one.Status));
        Assert.All([dial, attempt, upgrade, accepted], one => Assert.InRange(one.Duration.TotalSeconds, 1e-6, 60));
    }

    [Fact]
    public async Task What_failed_says_why()
    {
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        await using Libp2pNode nobody = await Nodes.StartAsync(1, PollerKind.Best);
        await Assert.ThrowsAsync<Libp2pException>(
            () => client.DialAsync($"/ip4/127.0.0.1/tcp/1/p2p/{nobody.PeerId}").WaitAsync(Nodes.Patience));

        foreach (string name in new[] { "libp2p.dial", "libp2p.dial.attempt" })
        {
            Activity span = await SpanAsync(name, nobody);
            Assert.Equal(ActivityStatusCode.Error, span.Status);
            Assert.Contains("connection refused", span.StatusDescription, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_relay_tells_of_a_circuit_at_its_end_and_a_lookup_of_what_it_asked()
    {
        await using Libp2pNode hop = await Nodes.ListenAsync(1, PollerKind.Best);
        await using RelayService relay = RelayService.Start(hop, new RelayServiceOptions());
        await using Libp2pNode hidden = await Nodes.StartAsync(1, PollerKind.Best);
        await using RelayReservation place = RelayReservation.Start(hidden, hop.ListenAddresses[0]);
        Multiaddr address = await place.WaitAsync().WaitAsync(Nodes.Patience);
        await using (Libp2pNode caller = await Nodes.StartAsync(1, PollerKind.Best))
        {
            await caller.DialAsync(address).WaitAsync(Nodes.Patience);
            await caller.DisposeAsync();
            Activity circuit = await SpanAsync("libp2p.relay.circuit", caller);
            Assert.Equal(hidden.PeerId.ToString(), circuit.GetTagItem("libp2p.relay.target"));
            Assert.InRange((long)circuit.GetTagItem("libp2p.relay.bytes")!, 100, 100_000);
        }

        await using KademliaService server = KademliaService.Start(hop, new() { Protocol = "/t/kad", Mode = KademliaMode.Server });
        await using KademliaService client = KademliaService.Start(
            hidden, new() { Protocol = "/t/kad", Mode = KademliaMode.Client, Bootstrap = { hop.ListenAddresses[0] } });
        await using Libp2pNode sought = await Nodes.StartAsync(1, PollerKind.Best);
        await client.FindPeerAsync(sought.PeerId).WaitAsync(Nodes.Patience);
        Activity lookup = await SpanAsync("libp2p.kad.lookup", sought);
        Assert.Equal((1, 1), (lookup.GetTagItem("libp2p.kad.requests"), lookup.GetTagItem("libp2p.kad.answers")));
    }

    // tests of other classes have spans as well: those with this test's peer are its own
    private async Task<Activity> SpanAsync(string name, Libp2pNode peer)
    {
        Activity? Find() => _spans.FirstOrDefault(
            one => one.OperationName == name && (string?)one.GetTagItem("libp2p.peer") == peer.PeerId.ToString());
        await Nodes.UntilAsync(() => Find() != null, $"there is a span {name}");
        return Find()!;
    }
}
