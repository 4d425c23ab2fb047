using System;
using System.Threading.Tasks;
using NanoLibp2p.Host.PubSub;

namespace NanoLibp2p.Host.Tests.PubSub;

/// <summary>Peers that the options name: the router has them dialed, and they get all messages outside of meshes.</summary>
public sealed class DirectPeerTests
{
    private const string Topic = "t";

    [Fact]
    public async Task A_direct_peer_is_dialed_without_being_asked_for_and_each_hears_the_other_outside_of_the_mesh()
    {
        await using Libp2pNode named = await Nodes.ListenAsync(1, PollerKind.Best);
        GossipSubOptions options = new() { Heartbeat = TimeSpan.FromMilliseconds(100) };
        options.DirectAddresses.Add($"{named.ListenAddresses[0].WithoutPeerId()}/p2p/{named.PeerId}");
        await using Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best, all => all.PubSub = options);
        using Subscription there = named.SubscribeAsync(Topic);
        using Subscription here = node.SubscribeAsync(Topic);

        await Nodes.UntilAsync(() => node.IsConnected(named.PeerId), "it is dialed");
        await Nodes.UntilAsync(() => node.GetSubscribersAsync(Topic).GetAwaiter().GetResult().Count == 1, "its subscription has come");
        await node.PublishAsync(Topic, new byte[] { 1 });

        await using System.Collections.Generic.IAsyncEnumerator<TopicMessage> heard = there.GetAsyncEnumerator();
        Assert.True(await heard.MoveNextAsync().AsTask().WaitAsync(Nodes.Patience));
        Assert.Equal(node.PeerId, heard.Current.From);
        Assert.Empty(Assert.Single((await node.GetPubSubStatusAsync())!.Topics).Mesh);
    }
}
