using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Fetch;
using NanoLibp2p.Host.Perf;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Fetch and perf of the desktop library against js-libp2p, both ways.</summary>
public class FetchTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_are_fetched_from_js_and_by_js_and_perf_is_measured_both_ways()
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions
        {
            Fetch = new Dictionary<string, string> { ["/reading/t"] = "21.5" },
        });
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        await using Libp2pNode node = await Libp2pNode.StartAsync(options, Ct);
        FetchService fetch = FetchService.Start(node, new FetchOptions());
        fetch.Serve("/config/", (key, from, _) => ValueTask.FromResult<byte[]?>(
            key == "/config/interval" ? Encoding.ASCII.GetBytes("60 s for " + from) : null));
        fetch.Serve("/bad/", (_, _, _) => throw new InvalidOperationException("no"));
        PeerId peer = await node.DialAsync(js.Address, Ct).WaitAsync(_patience, Ct);
        PerfService.Start(node, [peer]);
        string self = node.PeerId.ToString();

        Assert.Equal("21.5", Encoding.ASCII.GetString((await fetch.FetchAsync(peer, "/reading/t", Ct).WaitAsync(_patience, Ct))!));
        Assert.Null(await fetch.FetchAsync(peer, "/reading/nothing", Ct).WaitAsync(_patience, Ct));
        FetchException broken = await Assert.ThrowsAsync<FetchException>(()
            => fetch.FetchAsync(peer, "/broken/x", Ct).WaitAsync(_patience, Ct));
        Assert.Contains("it is broken", broken.Message, StringComparison.Ordinal);

        Assert.Equal("60 s for " + js.PeerId, (await js.CallAsync("fetch", new { peer = self, key = "/config/interval" })).GetString());
        JsonElement none = await js.CallAsync("fetch", new { peer = self, key = "/config/nothing" });
        Assert.Equal(JsonValueKind.Null, none.ValueKind);
        JsPeerException failed = await Assert.ThrowsAsync<JsPeerException>(()
            => js.CallAsync("fetch", new { peer = self, key = "/bad/x" }));
        Assert.Contains("the lookup failed", failed.Message, StringComparison.Ordinal);

        Assert.True(await PerfService.MeasureAsync(node, peer, 1_000_000, 2_000_000, Ct).WaitAsync(_patience, Ct) > TimeSpan.Zero);
        await js.CallAsync("perf", new { peer = self, upload = 2_000_000, download = 1_000_000 });
    }
}
