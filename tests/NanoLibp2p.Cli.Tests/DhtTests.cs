using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Tests;

/// <summary>The commands that ask a DHT: our own server, and one of js-libp2p.</summary>
public class DhtTests
{
    private const string Cid = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
    private const string Private = "/greenhouse/kad/1.0.0";
    private const string Peer = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";
    private const string Via = " --via /ip4/127.0.0.1/tcp/4001";

    [Theory]
    [InlineData("lookup", "a command is missing", "peer, providers")]
    [InlineData("lookup peer" + Via, "PEER-ID is missing")]
    [InlineData("lookup peer 12D3" + Via, "12D3")]
    [InlineData("lookup peer " + Peer, "--via")]
    [InlineData("lookup peer " + Peer + " --via 127.0.0.1:4001", "/ip4/127.0.0.1/tcp/4001")]
    [InlineData("lookup peer " + Peer + " --via /ip4/127.0.0.1/tcp/0", "nobody can be dialled at port 0")]
    [InlineData("lookup providers hello" + Via, "'hello' is no CID", "known multibase prefix")]
    [InlineData("lookup providers " + Cid + Via + " --count 0", "'0' is not a number of times")]
    [InlineData("lookup providers " + Cid + Via + " --protocol kad", "'kad' is no protocol id", "/ipfs/kad/1.0.0")]
    [InlineData("provide" + Via, "CID is missing")]
    [InlineData("provide " + Cid, "--via")]
    [InlineData("provide " + Cid + Via + " --listen /dns4/localhost/tcp/0", "not on a name")]
    public async Task Wrong_arguments_are_told_in_one_sentence(string line, params string[] inSentence)
        => (await CliResult.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).AssertFailed(2, inSentence);

    [Theory]
    [InlineData("lookup peer " + Peer)]
    [InlineData("lookup providers " + Cid)]
    [InlineData("provide " + Cid + " --listen /ip4/127.0.0.1/tcp/0")]
    public async Task A_dead_peer_is_told_with_what_to_look_at(string line)
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        string address = $"/ip4/127.0.0.1/tcp/{((IPEndPoint)taken.LocalEndpoint).Port}";
        taken.Stop();

        CliResult result = await CliResult.RunAsync([.. line.Split(' '), "--via", address]);

        result.AssertFailed(1, $"cannot connect to {address}", "connection refused; does the peer run");
    }

    [Fact]
    public async Task A_peer_that_serves_no_DHT_or_another_one_is_told()
    {
        await using Libp2pNode none = await ListenAsync();
        (await CliResult.RunAsync("lookup", "peer", Peer, "--via", Address(none)))
            .AssertFailed(1, "does not serve /ipfs/kad/1.0.0", "give a server of the DHT");

        await using KademliaService kad = Serve(none, Private);
        (await CliResult.RunAsync("lookup", "peer", Peer, "--via", Address(none)))
            .AssertFailed(1, "it serves /greenhouse/kad/1.0.0: give one with --protocol");
    }

    [Fact]
    public async Task What_nobody_knows_is_told_with_1()
    {
        await using Libp2pNode node = await ListenAsync();
        await using KademliaService kad = Serve(node, KademliaServiceOptions.PublicProtocol);

        (await CliResult.RunAsync("lookup", "peer", Peer, "--via", Address(node))).AssertFailed(1, "nobody that was asked knows " + Peer);
        (await CliResult.RunAsync("lookup", "providers", Cid, "--via", Address(node)))
            .AssertFailed(1, "nobody that was asked knows a provider of " + Cid);
    }

    [Theory]
    [InlineData(KademliaServiceOptions.PublicProtocol)]
    [InlineData(Private)]
    public async Task Who_provides_is_found_with_its_address_and_answers_there_until_it_is_ended(string protocol)
    {
        await using Libp2pNode hub = await ListenAsync();
        await using KademliaService kad = Serve(hub, protocol);
        await using CliProcess provider = CliProcess.Start("provide", Cid, "--via", Address(hub), "--protocol", protocol,
            "--listen", "/ip4/127.0.0.1/tcp/0", "--json");
        JsonElement provided = await provider.EventAsync("provided");
        string peer = provided.GetProperty("peer").GetString()!;
        string address = provided.GetProperty("addrs")[0].GetString()!;
        Assert.Equal(1, provided.GetProperty("peers").GetInt32());

        CliResult providers = await CliResult.RunAsync("lookup", "providers", Cid, "--via", Address(hub), "--protocol", protocol, "--json");
        Assert.Equal(0, providers.ExitCode);
        JsonElement found = Assert.Single(providers.EventsOf("provider"));
        Assert.Equal(peer, found.GetProperty("peer").GetString());
        Assert.Equal([address], found.GetProperty("addrs").EnumerateArray().Select(one => one.GetString()));

        CliResult lookup = await CliResult.RunAsync("lookup", "peer", peer, "--via", Address(hub), "--protocol", protocol);
        Assert.Equal(0, lookup.ExitCode);
        Assert.Contains($"{peer} answers\n  {address}\n", lookup.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await CliResult.RunAsync("ping", address, "--count", "1")).ExitCode);
        await provider.SignalAsync("INT");
        Assert.Equal(0, (await provider.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_server_of_js_is_asked_and_told()
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Dht = KademliaServiceOptions.PublicProtocol });
        await using CliProcess provider = CliProcess.Start(
            "provide", Cid, "--via", js.Address, "--listen", "/ip4/127.0.0.1/tcp/0", "--json");
        string peer = (await provider.EventAsync("provided")).GetProperty("peer").GetString()!;

        CliResult providers = await CliResult.RunAsync("lookup", "providers", Cid, "--via", js.Address, "--count", "1", "--json");

        Assert.Equal(peer, Assert.Single(providers.EventsOf("provider")).GetProperty("peer").GetString());
    }

    private static async Task<Libp2pNode> ListenAsync()
    {
        Libp2pNodeOptions options = new() { Shards = 1 };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return await Libp2pNode.StartAsync(options, TestContext.Current.CancellationToken);
    }

    private static KademliaService Serve(Libp2pNode node, string protocol) => KademliaService.Start(node,
        new KademliaServiceOptions { Protocol = protocol, Mode = KademliaMode.Server, PublicAddressesOnly = false });

    private static string Address(Libp2pNode node) => node.ListenAddresses[0].ToString();
}
