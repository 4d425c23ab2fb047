using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Host.AutoNat;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Host.Tests.AutoNat;

/// <summary>AutoNAT, both versions and both sides, among honest peers; with js in NanoLibp2p.Interop.Tests.</summary>
public class AutoNatTests
{
    [Fact]
    public async Task A_peer_dials_back_from_a_connection_of_its_own_and_the_address_is_found_public()
    {
        await using Pair pair = await Pair.StartAsync();
        List<PeerConnection> callers = [];
        pair.Client.PeerConnected += callers.Add;
        BlockingCollection<ReachabilityReport> told = [];
        pair.Asking.ReachabilityChanged += told.Add;

        DialBackAnswer answer = await pair.Asking.AskV2Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);

        Assert.Equal(DialBackOutcome.Reached, answer.Outcome);
        Assert.Equal(pair.Address, answer.Address);
        Assert.True(told.TryTake(out ReachabilityReport? report, Nodes.Patience));
        Assert.Equal(Reachability.Public, report.Overall);
        Assert.Equal([new AddressReachability(pair.Address, Reachability.Public, 1, 0)], report.Addresses);

        // a stranger, from another port than anything listens on, and gone again
        await Nodes.UntilAsync(() => callers.Count == 1, "the caller is seen");
        Assert.True(callers[0].IsInbound);
        Assert.NotEqual(pair.Server.PeerId, callers[0].Peer);
        Assert.NotEqual(pair.Server.ListenAddresses[0].Port, callers[0].RemoteAddress!.Port);
        await Nodes.UntilAsync(() => pair.Client.Connections.Count == 1, "the caller is gone");
    }

    [Fact]
    public async Task An_address_that_nobody_answers_is_found_private_and_announced_no_more()
    {
        await using Pair pair = await Pair.StartAsync();
        Multiaddr dead = pair.Address.WithPort(FreePort());
        pair.Client.Announce(dead);

        DialBackAnswer answer = await pair.Asking.AskV2Async(pair.Server.PeerId, [dead]).WaitAsync(Nodes.Patience);

        Assert.Equal(DialBackOutcome.Failed, answer.Outcome);
        Assert.Equal(Reachability.Private, pair.Asking.Reachability);
        Assert.DoesNotContain(dead.WithPeerId(pair.Client.PeerId), pair.Client.AnnouncedAddresses);
    }

    [Fact]
    public async Task An_address_where_another_peer_answers_is_not_reached()
    {
        await using Pair pair = await Pair.StartAsync();
        await using Libp2pNode other = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best);

        DialBackAnswer answer = await pair.Asking.AskV2Async(pair.Server.PeerId, [other.ListenAddresses[0].WithoutPeerId()])
            .WaitAsync(Nodes.Patience);

        Assert.Equal(DialBackOutcome.Failed, answer.Outcome);
    }

    [Fact]
    public async Task Another_IP_address_is_dialled_after_the_client_has_paid_with_data()
    {
        await using Pair pair = await Pair.StartAsync("/ip4/127.0.0.2/tcp/0");
        Multiaddr elsewhere = pair.Client.ListenAddresses[1].WithoutPeerId();

        DialBackAnswer answer = await pair.Asking.AskV2Async(pair.Server.PeerId, [elsewhere]).WaitAsync(Nodes.Patience);

        Assert.Equal(DialBackOutcome.Reached, answer.Outcome);
        Assert.Equal(1, pair.Serving.DialsForPeers);
    }

    [Fact]
    public async Task The_node_finds_out_by_itself_by_version_2_and_by_version_1_where_there_is_no_other()
    {
        await using Pair pair = await Pair.StartAsync(change: options => options.Probe = true);
        await Nodes.UntilAsync(() => pair.Asking.Reachability == Reachability.Public, "version 2 has found it");

        await using Pair old = await Pair.StartAsync(change: options => options.Probe = true, serve: options => options.ServeV2 = false);
        await Nodes.UntilAsync(() => old.Serving.DialsForPeers == 1, "version 1 has dialled");
        // one is not more than three
        Assert.Equal(Reachability.Unknown, old.Asking.Reachability);
    }

    [Fact]
    public async Task Version_1_tells_of_the_address_that_was_dialled_and_of_one_that_could_not_be()
    {
        await using Pair pair = await Pair.StartAsync();
        Multiaddr dead = pair.Address.WithPort(FreePort());

        DialBackAnswer good = await pair.Asking.AskV1Async(pair.Server.PeerId, [dead, pair.Address]).WaitAsync(Nodes.Patience);
        DialBackAnswer bad = await pair.Asking.AskV1Async(pair.Server.PeerId, [dead]).WaitAsync(Nodes.Patience);

        Assert.Equal((DialBackOutcome.Reached, pair.Address), (good.Outcome, good.Address));
        Assert.Equal((DialBackOutcome.Failed, dead), (bad.Outcome, bad.Address));
    }

    [Fact]
    public async Task Without_an_address_there_is_nothing_to_ask_about()
    {
        await using Pair pair = await Pair.StartAsync(change: options => options.AllowPrivateAddresses = false);

        InvalidOperationException why = await Assert.ThrowsAsync<InvalidOperationException>(()
            => pair.Asking.AskV2Async(pair.Server.PeerId).WaitAsync(Nodes.Patience));

        Assert.Contains("no public address", why.Message, StringComparison.Ordinal);
    }

    internal static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A node that serves, and one that is connected to it and listens on loopback.</summary>
    internal sealed class Pair : IAsyncDisposable
    {
        public required Libp2pNode Server { get; init; }

        public required Libp2pNode Client { get; init; }

        public required AutoNatService Serving { get; init; }

        public required AutoNatService Asking { get; init; }

        public Multiaddr Address => Client.ListenAddresses[0].WithoutPeerId();

        public static async Task<Pair> StartAsync(string? also = null, Action<AutoNatOptions>? change = null,
            Action<AutoNatOptions>? serve = null, bool dials = true)
        {
            Libp2pNode server = await Nodes.ListenAsync(
                TestShards.Count, PollerKind.Best, options => options.UsesLimitedConnections = true);
            Libp2pNode client = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best, options =>
            {
                options.UsesLimitedConnections = true;
                if (also != null)
                {
                    options.ListenAddresses.Add(also);
                }
            });
            AutoNatOptions asking = new() { AllowPrivateAddresses = true, Probe = false, Confidence = 1, ServeV1 = false, ServeV2 = false };
            change?.Invoke(asking);
            AutoNatOptions serving = new() { AllowPrivateAddresses = true, Probe = false, MaxDialDelay = TimeSpan.Zero };
            serve?.Invoke(serving);
            Pair pair = new()
            {
                Server = server,
                Client = client,
                Serving = AutoNatService.Start(server, serving),
                Asking = AutoNatService.Start(client, asking),
            };
            if (dials)
            {
                await client.DialAsync(server);
                await client.IdentifyAsync(server.PeerId).WaitAsync(Nodes.Patience);
            }

            return pair;
        }

        public async ValueTask DisposeAsync()
        {
            await Asking.DisposeAsync();
            await Serving.DisposeAsync();
            await Client.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
