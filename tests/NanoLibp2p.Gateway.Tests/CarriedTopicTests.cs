using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Tests.Page;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>Peers that hear each other through a gateway that nobody told of their topic.</summary>
public sealed class CarriedTopicTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Js_hears_a_board_and_its_signature_through_a_gateway_without_settings()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await js.DialAsync(gateway.Node.ListenAddresses[0].ToString());
        await js.SubscribeAsync(TestBoard.Topic);
        using TestBoard board = new(gateway);

        JsonElement message = await js.WaitForAsync("message").WaitAsync(Gateways.Patience);

        Assert.Equal(board.Peer.ToString(), message.GetProperty("from").GetString());
        Assert.True(message.GetProperty("signed").GetBoolean());
    }

    [Theory]
    [InlineData("topics.carry", "mill/*")]
    [InlineData("topics.most", "0")]
    public async Task A_gateway_carries_no_more_than_its_settings_say(string key, string value)
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, (key, value));
        await using Host.Libp2pNode reader = await Host.Libp2pNode.StartAsync(new Host.Libp2pNodeOptions { Shards = 1 },
            CancellationToken.None);
        await reader.DialAsync(gateway.Node.ListenAddresses[0]);
        using Host.Subscription subscription = reader.SubscribeAsync(TestBoard.Topic);
        await subscription.Joined;
        await Gateways.UntilAsync(
            () => gateway.Node.GetSubscribersAsync(TestBoard.Topic).GetAwaiter().GetResult().Count == 1, "it knows of the subscriber");

        // told after what it might have told of that topic
        using Host.Subscription own = gateway.Node.SubscribeAsync("own");
        await Gateways.UntilAsync(
            () => reader.GetSubscribersAsync("own").GetAwaiter().GetResult().Count == 1, "the reader knows of the gateway's own topic");
        Assert.Empty(await reader.GetSubscribersAsync(TestBoard.Topic));
    }
}
