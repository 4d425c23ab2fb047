using System;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.AutoNat;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Interop.Tests;

/// <summary>
/// AutoNAT against js-libp2p, both versions and both roles, in a network namespace with addresses that look public, as js dials no other.
/// </summary>
public class AutoNatTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_a_network_namespace_js_dials_us_back_by_version_2_also_where_we_have_to_pay_for_another_address(bool isElsewhere)
    {
        Assert.SkipWhen(NetworkNamespace.Missing != null, NetworkNamespace.Missing ?? "");
        using NetworkNamespace net = new();
        await using JsPeer js = await StartJsAsync(net, "v2");
        await using Libp2pNode node = await StartAsync(net);
        await using AutoNatService autoNat = AutoNatService.Start(node, Options());
        PeerId peer = await node.DialAsync(AddressOf(js, net), Ct).WaitAsync(_patience, Ct);
        Multiaddr[] ours = [.. node.ListenAddresses.Select(one => one.WithoutPeerId())];
        Multiaddr here = ours[isElsewhere ? 1 : 0];
        Multiaddr dead = here.WithPort(9);

        // two addresses: js's server dials both and sends two answers, of which the first counts
        DialBackAnswer answer = await autoNat.AskV2Async(peer, [here, dead], Ct).WaitAsync(_patience, Ct);
        DialBackAnswer failed = await autoNat.AskV2Async(peer, [dead], Ct).WaitAsync(_patience, Ct);

        Assert.Equal((DialBackOutcome.Reached, here), (answer.Outcome, answer.Address));
        Assert.Equal((DialBackOutcome.Failed, dead), (failed.Outcome, failed.Address));
        Assert.Equal(Reachability.Public, autoNat.Reachability);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task In_a_network_namespace_js_finds_out_from_us_that_it_can_be_reached(string version)
    {
        Assert.SkipWhen(NetworkNamespace.Missing != null, NetworkNamespace.Missing ?? "");
        using NetworkNamespace net = new();
        await using JsPeer js = await StartJsAsync(net, version);
        await using Libp2pNode node = await StartAsync(net);
        await using AutoNatService autoNat = AutoNatService.Start(node, Options());
        string address = AddressOf(js, net);
        Assert.DoesNotContain(address, await VerifiedAsync(js));

        await js.DialAsync(node.ListenAddresses[0].ToString());

        Stopwatch watch = Stopwatch.StartNew();
        while (!(await VerifiedAsync(js)).Contains(address))
        {
            Assert.True(watch.Elapsed < _patience, $"js announces {string.Join(", ", await VerifiedAsync(js))}");
            await Task.Delay(50, Ct);
        }

        // js asks again where an answer is slow
        Assert.InRange(autoNat.DialsForPeers, 1, int.MaxValue);
    }

    [Fact]
    public async Task In_a_network_namespace_the_node_finds_out_by_itself_from_js_that_it_can_be_reached()
    {
        Assert.SkipWhen(NetworkNamespace.Missing != null, NetworkNamespace.Missing ?? "");
        using NetworkNamespace net = new();
        await using JsPeer js = await StartJsAsync(net, "both");
        await using Libp2pNode node = await StartAsync(net);
        AutoNatOptions options = Options();
        options.Probe = true;
        await using AutoNatService autoNat = AutoNatService.Start(node, options);

        await node.DialAsync(AddressOf(js, net), Ct).WaitAsync(_patience, Ct);

        Stopwatch watch = Stopwatch.StartNew();
        while (autoNat.Reachability != Reachability.Public)
        {
            Assert.True(watch.Elapsed < _patience, autoNat.Report.ToString());
            await Task.Delay(50, Ct);
        }
    }

    // js-libp2p 3's server "dials" the connection that it has (openConnection without force) and closes it before it answers
    [Fact]
    public async Task In_a_network_namespace_js_as_a_server_of_version_1_closes_the_connection_that_it_is_asked_on_which_counts_nothing()
    {
        Assert.SkipWhen(NetworkNamespace.Missing != null, NetworkNamespace.Missing ?? "");
        using NetworkNamespace net = new();
        await using JsPeer js = await StartJsAsync(net, "v1");
        await using Libp2pNode node = await StartAsync(net);
        await using AutoNatService autoNat = AutoNatService.Start(node, Options());
        PeerId peer = await node.DialAsync(AddressOf(js, net), Ct).WaitAsync(_patience, Ct);

        await Assert.ThrowsAsync<Libp2pException>(()
            => autoNat.AskV1Async(peer, [node.ListenAddresses[0].WithoutPeerId()], Ct).WaitAsync(_patience, Ct));

        Assert.Equal(Reachability.Unknown, autoNat.Reachability);
        Assert.Empty(autoNat.Report.Addresses);
    }

    private static AutoNatOptions Options() => new() { Probe = false, Confidence = 1, MaxDialDelay = TimeSpan.Zero };

    private static async Task<JsPeer> StartJsAsync(NetworkNamespace net, string version)
        => await JsPeer.StartAsync(new JsPeerOptions { Listen = $"/ip4/{net.Address}/tcp/4001", Autonat = version, Prefix = net.Prefix });

    private static async Task<Libp2pNode> StartAsync(NetworkNamespace net)
    {
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        options.ListenAddresses.Add($"/ip4/{net.OurAddress}/tcp/0");
        options.ListenAddresses.Add($"/ip4/{net.OurOtherAddress}/tcp/0");
        return await Libp2pNode.StartAsync(options, Ct);
    }

    private static string AddressOf(JsPeer js, NetworkNamespace net) => $"/ip4/{net.Address}/tcp/4001/p2p/{js.PeerId}";

    private static async Task<string[]> VerifiedAsync(JsPeer js)
        => [.. (await js.CallAsync("verified")).EnumerateArray().Select(one => one.GetString()!)];
}
