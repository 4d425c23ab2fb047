using System;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Host;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Signed peer records by identify and push, between js-libp2p and the desktop library.</summary>
public class RecordTests(JsPeers peers)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private JsPeer Js => peers.Early;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Js_holds_our_addresses_as_certified_and_those_that_are_pushed_later(bool jsDials)
    {
        await using Libp2pNode node = await StartAsync();
        await ConnectAsync(node, jsDials);

        await CertifiedAsync(node, [Bare(node.ListenAddresses[0])]);
        node.Announce(Multiaddr.Parse("/ip4/127.0.0.1/tcp/7777"));
        await CertifiedAsync(node, [Bare(node.ListenAddresses[0]), "/ip4/127.0.0.1/tcp/7777"]);
        node.Withdraw(Multiaddr.Parse("/ip4/127.0.0.1/tcp/7777"));
        await CertifiedAsync(node, [Bare(node.ListenAddresses[0])]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_record_that_js_signed_is_verified_and_kept(bool jsDials)
    {
        await using Libp2pNode node = await StartAsync();
        await ConnectAsync(node, jsDials);

        PeerIdentification said = await node.IdentifyAsync(PeerId.Parse(Js.PeerId), Ct).WaitAsync(_patience, Ct);

        PeerRecord record = said.SignedPeerRecord!;
        Assert.Equal(Js.PeerId, record.Peer.ToString());
        Assert.Contains(Bare(Multiaddr.Parse(Js.Address)), record.Addresses.Select(Bare));
        Assert.Equal(record.Sequence, node.PeerStore.FindRecord(record.Peer)!.Sequence);
        Assert.Contains(node.PeerStore.Addresses(record.Peer),
            one => one.Source >= AddressSource.SignedRecord && one.Address.ToString() == Bare(Multiaddr.Parse(Js.Address)));
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("secp256k1")]
    public async Task So_it_is_with_keys_of_other_kinds(string key)
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Key = key });
        await using Libp2pNode node = await StartAsync();
        PeerId peer = await node.DialAsync(js.Address, Ct).WaitAsync(_patience, Ct);

        PeerIdentification said = await node.IdentifyAsync(peer, Ct).WaitAsync(_patience, Ct);

        Assert.Equal(js.PeerId, said.SignedPeerRecord!.Peer.ToString());
    }

    [Fact]
    public async Task Js_merges_what_does_not_fit_one_message()
    {
        string[] all = [.. Enumerable.Range(0, 30).Select(i => $"/dns4/{i:d3}{new string('x', 197)}/tcp/4001")];
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        foreach (string address in all)
        {
            options.AnnounceAddresses.Add(address);
        }

        await using Libp2pNode node = await Libp2pNode.StartAsync(options, Ct);
        await node.DialAsync(Js.Address, Ct).WaitAsync(_patience, Ct);

        // js asks by itself, and one at a time
        await Js.WaitForAsync("peer:identify", one => one.GetProperty("peer").GetString() == node.PeerId.ToString());
        JsonElement said = await Js.CallAsync("identify", new { peer = node.PeerId.ToString() });

        Assert.Equal(all, said.GetProperty("addrs").EnumerateArray().Select(one => one.GetString()!));
        Assert.True(said.GetProperty("signedRecord").GetBoolean());
        Assert.StartsWith("/ip4/127.0.0.1/tcp/", said.GetProperty("observed").GetString(), StringComparison.Ordinal);
    }

    private static async Task<Libp2pNode> StartAsync()
    {
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return await Libp2pNode.StartAsync(options, Ct);
    }

    private async Task ConnectAsync(Libp2pNode node, bool jsDials)
    {
        if (jsDials)
        {
            await Js.DialAsync(node.ListenAddresses[0].ToString());

            // js is through with the handshake a message before we are
            while (!node.IsConnected(PeerId.Parse(Js.PeerId)))
            {
                await Task.Delay(5, Ct);
            }
        }
        else
        {
            await node.DialAsync(Js.Address, Ct).WaitAsync(_patience, Ct);
        }
    }

    // js takes them in by itself
    private async Task CertifiedAsync(Libp2pNode node, string[] expected)
    {
        string[] certified = [];
        Stopwatch watch = Stopwatch.StartNew();
        while (!certified.SequenceEqual(expected.Order()))
        {
            Assert.True(watch.Elapsed < _patience, $"js has {string.Join(", ", certified)} and not {string.Join(", ", expected)}");
            await Task.Delay(20, Ct);
            JsonElement known = await Js.CallAsync("known", new { peer = node.PeerId.ToString() });
            certified = [.. known.GetProperty("certified").EnumerateArray().Select(one => one.GetString()!).Order()];
        }
    }

    private static string Bare(Multiaddr address) => address.WithoutPeerId().ToString();
}
