using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host;
using NanoLibp2p.Host.HolePunching;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Interop.Tests;

/// <summary>
/// Two hosts, each behind a NAT of the Linux kernel, and a relay of ours outside: hole punching between ours, and with js-libp2p on either
/// side.
/// </summary>
public class HolePunchTests
{
    private const string Echo = "/echo/1.0.0";
    private const int Port = 4001;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_of_ours_behind_two_NATs_meet_and_the_relay_carries_no_more()
    {
        await using World world = await World.StartAsync(NatKind.SamePort, NatKind.SamePort);
        await using Libp2pNode left = await StartAsync(world.Net.Left);
        await using Libp2pNode right = await StartAsync(world.Net.Right);
        await using HolePunchService leftPunches = HolePunchService.Start(left, new HolePunchOptions());
        await using HolePunchService rightPunches = HolePunchService.Start(right, new HolePunchOptions());
        Task<HolePunchReport> leftReport = FinishedAsync(leftPunches);
        Task<HolePunchReport> rightReport = FinishedAsync(rightPunches);
        await using RelayReservation place = RelayReservation.Start(right, world.Relay.ListenAddresses[0]);
        Multiaddr address = await place.WaitAsync(Cancellation).WaitAsync(_patience, Cancellation);

        await left.DialAsync(address, Cancellation).WaitAsync(_patience, Cancellation);

        HolePunchReport atLeft = await leftReport.WaitAsync(_patience, Cancellation);
        HolePunchReport atRight = await rightReport.WaitAsync(_patience, Cancellation);
        Assert.True(atLeft is { Outcome: HolePunchOutcome.Punched, IsInitiator: false }, atLeft.Text);
        Assert.True(atRight is { Outcome: HolePunchOutcome.Punched, IsInitiator: true }, atRight.Text);
        Assert.Equal($"/ip4/{world.Net.Right.Seen}/tcp/{Port}", atLeft.Address!.ToString());
        Assert.Equal($"/ip4/{world.Net.Left.Seen}/tcp/{Port}", atRight.Address!.ToString());
        await EchoAsync(left, right.PeerId);
        await UntilAsync(() => world.Service.Circuits == 0, "the relayed connection is closed");
        await EchoAsync(right, left.PeerId);
    }

    [Fact]
    public async Task A_peer_outside_that_comes_through_a_relay_is_dialed_at_its_public_address()
    {
        await using World world = await World.StartAsync(NatKind.SamePort, NatKind.PortOfEachPeer);
        await using Libp2pNode outside = await StartAsync(world.Net.Outside, Port + 1);
        await using Libp2pNode right = await StartAsync(world.Net.Right);
        await using HolePunchService punches = HolePunchService.Start(right, new HolePunchOptions());
        Task<HolePunchReport> finished = FinishedAsync(punches);
        await using RelayReservation place = RelayReservation.Start(right, world.Relay.ListenAddresses[0]);
        Multiaddr address = await place.WaitAsync(Cancellation).WaitAsync(_patience, Cancellation);

        await outside.DialAsync(address, Cancellation).WaitAsync(_patience, Cancellation);

        HolePunchReport report = await finished.WaitAsync(_patience, Cancellation);
        Assert.True(report is { Outcome: HolePunchOutcome.Dialed, Attempts: 0 }, report.Text);
        await EchoAsync(outside, right.PeerId);
    }

    [Fact]
    public async Task Behind_two_NATs_that_show_each_peer_another_port_the_relayed_connection_stays_and_the_reason_is_told()
    {
        await using World world = await World.StartAsync(NatKind.PortOfEachPeer, NatKind.PortOfEachPeer);
        await using Libp2pNode left = await StartAsync(world.Net.Left);
        await using Libp2pNode right = await StartAsync(world.Net.Right);
        HolePunchOptions options = new() { Attempts = 1, DialTimeout = TimeSpan.FromSeconds(2) };
        await using HolePunchService leftPunches = HolePunchService.Start(left, options);
        await using HolePunchService rightPunches = HolePunchService.Start(right, options);
        Task<HolePunchReport> finished = FinishedAsync(rightPunches);

        // another peer outside, so that two see at which port the node comes out
        await using Libp2pNode witness = await StartAsync(world.Net.Outside, Port + 1, "5.1.2.1");
        await right.DialAsync(witness.ListenAddresses[0], Cancellation).WaitAsync(_patience, Cancellation);
        await right.IdentifyAsync(witness.PeerId, Cancellation).WaitAsync(_patience, Cancellation);
        await using RelayReservation place = RelayReservation.Start(right, world.Relay.ListenAddresses[0]);
        Multiaddr address = await place.WaitAsync(Cancellation).WaitAsync(_patience, Cancellation);

        await left.DialAsync(address, Cancellation).WaitAsync(_patience, Cancellation);

        HolePunchReport report = await finished.WaitAsync(_patience, Cancellation);
        Assert.Equal((HolePunchOutcome.NotReached, 1), (report.Outcome, report.Attempts));
        Assert.Contains("the relayed one stays", report.Text, StringComparison.Ordinal);
        Assert.Contains($"/ip4/{world.Net.Left.Seen}/tcp/", report.Text, StringComparison.Ordinal);
        Assert.Contains("shows each peer another port", report.Text, StringComparison.Ordinal);
        Assert.Contains(right.Events.Recent, one => one.Kind == NodeEventKind.UpgradeFailed && one.Text == report.Text);
        await EchoAsync(left, right.PeerId);
        Assert.Equal(1, world.Service.Circuits);
    }

    [Fact]
    public async Task Js_behind_a_NAT_that_we_dial_through_a_relay_leads_us_to_a_direct_connection()
    {
        await using World world = await World.StartAsync(NatKind.SamePort, NatKind.SamePort);
        await using Libp2pNode left = await StartAsync(world.Net.Left);
        await using HolePunchService punches = HolePunchService.Start(left, new HolePunchOptions());
        Task<HolePunchReport> finished = FinishedAsync(punches);
        await using JsPeer js = await StartJsAsync(world, $"{world.Relay.ListenAddresses[0]}/p2p-circuit");

        await left.DialAsync($"{world.Relay.ListenAddresses[0]}/p2p-circuit/p2p/{js.PeerId}", Cancellation)
            .WaitAsync(_patience, Cancellation);

        HolePunchReport report = await finished.WaitAsync(_patience, Cancellation);
        Assert.True(report is { Outcome: HolePunchOutcome.Punched, IsInitiator: false }, report.Text);
        Assert.Equal($"/ip4/{world.Net.Right.Seen}/tcp/{Port}", report.Address!.ToString());
        await UntilAsync(() => world.Service.Circuits == 0, "js closes the relayed connection");
        await EchoAsync(left, report.Peer);
        await js.EchoAsync(left.PeerId.ToString(), 3, 1000);
    }

    [Fact]
    public async Task Js_behind_a_NAT_that_dials_us_through_a_relay_is_led_to_a_direct_connection()
    {
        await using World world = await World.StartAsync(NatKind.SamePort, NatKind.SamePort);
        await using Libp2pNode left = await StartAsync(world.Net.Left);
        HolePunchOptions options = new() { DirectDialTimeout = TimeSpan.FromMilliseconds(500) };
        await using HolePunchService punches = HolePunchService.Start(left, options);
        Task<HolePunchReport> finished = FinishedAsync(punches);
        await using RelayReservation place = RelayReservation.Start(left, world.Relay.ListenAddresses[0]);
        Multiaddr address = await place.WaitAsync(Cancellation).WaitAsync(_patience, Cancellation);
        await using JsPeer js = await StartJsAsync(world, null);

        await js.DialAsync(address.ToString());

        HolePunchReport report = await finished.WaitAsync(_patience, Cancellation);
        Assert.True(report is { Outcome: HolePunchOutcome.Punched, IsInitiator: true }, report.Text);
        Assert.Equal($"/ip4/{world.Net.Right.Seen}/tcp/{Port}", report.Address!.ToString());
        await UntilAsync(() => world.Service.Circuits == 0, "the relayed connection is closed");
        await EchoAsync(left, report.Peer);
        await js.EchoAsync(left.PeerId.ToString(), 3, 1000);
    }

    // js-libp2p does not dial from its listen port: this one listens through the relay alone, has the port for its dials, and is told what
    // its NAT makes of it
    private static Task<JsPeer> StartJsAsync(World world, string? listen)
        => JsPeer.StartAsync(new JsPeerOptions
        {
            Prefix = world.Net.Right.Prefix,
            Listen = listen,
            Relay = "client",
            Dcutr = true,
            LocalPort = Port,
            Announce = $"/ip4/{world.Net.Right.Seen}/tcp/{Port}",
        });

    private static async Task<Libp2pNode> StartAsync(NamespaceHost host, int port = Port, string? address = null)
    {
        Libp2pNodeOptions options = new()
        {
            Shards = TestShards.Count,
            NewSocket = host.NewSocket,
            UsesLimitedConnections = true,
            DuplicateGrace = TimeSpan.FromMilliseconds(200),
        };
        options.ListenAddresses.Add($"/ip4/{address ?? host.Address}/tcp/{port}");
        Libp2pNode node = await Libp2pNode.StartAsync(options, Cancellation);
        node.Handle(Echo, async (stream, cancellation) => await stream.CopyToAsync(stream, cancellation));
        return node;
    }

    private static Task<HolePunchReport> FinishedAsync(HolePunchService punches)
    {
        TaskCompletionSource<HolePunchReport> finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        punches.Finished += report => finished.TrySetResult(report);
        return finished.Task;
    }

    private static async Task EchoAsync(Libp2pNode node, PeerId peer)
    {
        byte[] sent = new byte[1000];
        new Random(1).NextBytes(sent);
        byte[] back = new byte[sent.Length];
        await using PeerStream stream = await node.OpenStreamAsync(peer, Echo, Cancellation).WaitAsync(_patience, Cancellation);
        await stream.WriteAsync(sent, Cancellation);
        await stream.ReadExactlyAsync(back, Cancellation).AsTask().WaitAsync(_patience, Cancellation);
        Assert.Equal(sent, back);
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        DateTime end = DateTime.UtcNow + _patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, what);
            await Task.Delay(20, Cancellation);
        }
    }

    /// <summary>The network, and a relay in it.</summary>
    private sealed class World : IAsyncDisposable
    {
        public required NatNetwork Net { get; init; }

        public required Libp2pNode Relay { get; init; }

        public required RelayService Service { get; init; }

        public static async Task<World> StartAsync(NatKind left, NatKind right)
        {
            Assert.SkipWhen(NatNetwork.Missing != null, NatNetwork.Missing ?? "");
            NatNetwork net = new(left, right);
            Libp2pNode relay = await HolePunchTests.StartAsync(net.Outside);
            return new World { Net = net, Relay = relay, Service = RelayService.Start(relay, new RelayServiceOptions()) };
        }

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            await Relay.DisposeAsync();
            Net.Dispose();
        }
    }
}
