using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Identify and identify push against js-libp2p, both ways and field by field.</summary>
public class IdentifyTests(JsPeers peers)
{
    private JsPeer Js => peers.Early;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Js_learns_everything_that_our_node_says(bool jsDials)
    {
        NodeOptions options = NodeOptions.Desktop();
        options.AgentVersion = "a-sensor/1.2.3";
        options.ProtocolVersion = "sensors/7";
        await using NanoPeer nano = await NanoPeer.StartAsync(options);
        string second = await nano.ListenAsync("/ip4/127.0.0.1/tcp/0");
        await ConnectTests.ConnectAsync(Js, nano, jsDials);

        // js asks by itself, which is what other programs rely on, and again when it is told to
        JsonElement byItself = await Js.WaitForAsync("peer:identify", one => ConnectTests.IsOf(one, nano));
        JsonElement asked = await Js.CallAsync("identify", new { peer = nano.PeerId });

        foreach (JsonElement said in new[] { byItself, asked })
        {
            Assert.Equal("a-sensor/1.2.3", said.GetProperty("agent").GetString());
            Assert.Equal("sensors/7", said.GetProperty("protocolVersion").GetString());
            Assert.Equal(["/echo/1.0.0", "/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0", "/perf/1.0.0", "/slow-echo/1.0.0"],
                Texts(said, "protocols").Order(StringComparer.Ordinal));
            Assert.Equal([WithoutPeer(nano.Address), WithoutPeer(second)], Texts(said, "addrs"));
            // where js called from is only known to our node; where it listens is known to both
            string observed = said.GetProperty("observed").GetString()!;
            Assert.StartsWith("/ip4/127.0.0.1/tcp/", observed, StringComparison.Ordinal);
            Assert.True(jsDials || observed == WithoutPeer(Js.Address), observed);
        }
    }

    [Fact]
    public async Task A_node_that_listens_everywhere_tells_js_the_addresses_of_its_interfaces()
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        await nano.ListenAsync("/ip4/0.0.0.0/tcp/0");
        await ConnectTests.ConnectAsync(Js, nano, jsDials: true);

        string[] told = [.. Texts(await Js.CallAsync("identify", new { peer = nano.PeerId }), "addrs")];

        Assert.InRange(told.Length, 2, 100);
        Assert.All(told, address => Assert.DoesNotContain("/0.0.0.0/", address, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Our_node_learns_everything_that_js_says(bool jsDials)
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        NanoConnection connection = await ConnectTests.ConnectAsync(Js, nano, jsDials);
        JsonElement opened = await Js.WaitForAsync("connection:open", one => ConnectTests.IsOf(one, nano));

        NanoIdentified said = await nano.IdentifyAsync(connection);

        Assert.StartsWith("js-libp2p/", said.AgentVersion, StringComparison.Ordinal);
        Assert.Equal("ipfs/0.1.0", said.ProtocolVersion);
        Assert.Equal(Js.PeerId, PeerId.FromPublicKey(said.PublicKey, 0, said.PublicKey.Length, new ManagedCrypto()).ToString());
        Assert.Superset(new HashSet<string> { "/echo/1.0.0", "/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0", "/perf/1.0.0" },
            said.Protocols.ToHashSet());
        Assert.Contains(said.ListenAddresses, one => WithoutPeer(one) == WithoutPeer(Js.Address));
        // js adds our peer id to the address it sees us at; go and rust don't, and neither do we
        Assert.Equal(nano.PeerId, said.ObservedAddress.PeerId.ToString());
        Assert.Equal(WithoutPeer(opened.GetProperty("addr").GetString()!), said.ObservedAddress.WithoutPeerId().ToString());
    }

    [Fact]
    public async Task An_observed_address_without_a_peer_id_is_read_as_well()
    {
        await using NanoPeer one = await NanoPeer.StartAsync();
        await using NanoPeer other = await NanoPeer.StartAsync();

        NanoIdentified said = await one.IdentifyAsync(await one.DialAsync(other.Address));

        Assert.Null(said.ObservedAddress.PeerId);
        Assert.Equal((await other.WaitForConnectionAsync()).RemotePort, said.ObservedAddress.Port);
        Assert.Equal(other.PublicKey, said.PublicKey);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Js_takes_our_push(bool jsDials)
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        NanoConnection connection = await ConnectTests.ConnectAsync(Js, nano, jsDials);
        await Js.WaitForAsync("peer:identify", one => ConnectTests.IsOf(one, nano));
        string second = WithoutPeer(await nano.ListenAsync("/ip4/127.0.0.1/tcp/0"));

        await nano.PushAsync(connection);

        await Js.WaitForAsync("peer:update", one => ConnectTests.IsOf(one, nano)
            && Texts(one, "addrs").Select(WithoutPeer).Contains(second));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Our_node_takes_the_push_of_js(bool jsDials)
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();
        await ConnectTests.ConnectAsync(Js, nano, jsDials);
        await Js.WaitForAsync("peer:identify", one => ConnectTests.IsOf(one, nano));
        string news = $"/news/{Guid.NewGuid()}";

        await Js.CallAsync("handle", new { protocol = news });

        NanoIdentified said;
        do
        {
            // other tests have news too
            said = await nano.WaitForPushAsync(Js.PeerId);
        }
        while (!said.Protocols.Contains(news));
    }

    [Fact]
    public async Task A_device_asks_and_answers_with_one_reading_at_a_time()
    {
        await using NanoPeer nano = await NanoPeer.StartAsync(new NodeOptions());
        NanoConnection connection = await nano.DialAsync(Js.Address);

        Assert.StartsWith("js-libp2p/", (await nano.IdentifyAsync(connection)).AgentVersion, StringComparison.Ordinal);
        Assert.StartsWith("js-libp2p/", (await nano.IdentifyAsync(connection)).AgentVersion, StringComparison.Ordinal);
        Assert.StartsWith("nanoLibp2p/", (await Js.CallAsync("identify", new { peer = nano.PeerId })).GetProperty("agent").GetString(),
            StringComparison.Ordinal);
    }

    private static string[] Texts(JsonElement said, string property) =>
        [.. said.GetProperty(property).EnumerateArray().Select(one => one.GetString()!)];

    private static string WithoutPeer(string address) => Multiaddr.Parse(address).WithoutPeerId().ToString();
}
