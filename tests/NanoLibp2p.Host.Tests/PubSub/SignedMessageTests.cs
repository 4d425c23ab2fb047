using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host.Tests.PubSub.Support;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.PubSub;

/// <summary>Messages that a peer signed who is not here, such as a device on a radio.</summary>
public sealed class SignedMessageTests
{
    private const string Topic = "greenhouse/climate";
    private readonly DesktopCrypto _crypto = new();
    private readonly Identity _author;

    public SignedMessageTests() => _author = Identity.Create(_crypto, new SystemRandom());

    [Fact]
    public async Task A_message_that_another_peer_signed_reaches_peers_and_this_node_as_that_peers_and_once()
    {
        await using Libp2pNode gateway = await Nodes.ListenAsync(2, PollerKind.Best);
        await using Libp2pNode listener = await Nodes.StartAsync(1, PollerKind.Best);
        using CancellationTokenSource late = new(Nodes.Patience);
        byte[] message = Sign(1UL << 56, "21.5");
        Assert.True((await gateway.PublishSignedAsync(message, late.Token)).IsUnheard);
        using Subscription there = listener.SubscribeAsync(Topic);
        await listener.DialAsync(gateway);
        while ((await gateway.GetSubscribersAsync(Topic, late.Token)).Count == 0)
        {
            await Task.Delay(5, late.Token);
        }

        using Subscription here = gateway.SubscribeAsync(Topic);
        await here.Joined;
        Assert.Equal(new SignedPublication(1, true, false), await gateway.PublishSignedAsync(message, late.Token));
        Assert.Equal(new SignedPublication(0, false, true), await gateway.PublishSignedAsync(message, late.Token));
        foreach (Subscription one in new[] { there, here })
        {
            await using IAsyncEnumerator<TopicMessage> messages = one.GetAsyncEnumerator(late.Token);
            Assert.True(await messages.MoveNextAsync());
            Assert.Equal(_author.PeerId, messages.Current.From);
            Assert.Equal("21.5", Encoding.UTF8.GetString(messages.Current.Data));
            Assert.Equal(1UL << 56, messages.Current.SequenceNumber);
        }
    }

    [Fact]
    public async Task A_message_with_any_byte_changed_is_published_nowhere()
    {
        await using Libp2pNode gateway = await Nodes.StartAsync(1, PollerKind.Best);
        using Subscription here = gateway.SubscribeAsync(Topic);
        byte[] message = Sign(1UL << 56, "21.5");
        for (int i = 0; i < message.Length; i++)
        {
            byte[] forged = [.. message];
            forged[i] ^= 1;
            await Assert.ThrowsAsync<ArgumentException>(() => gateway.PublishSignedAsync(forged));
            await Assert.ThrowsAsync<ArgumentException>(() => gateway.PublishSignedAsync(message.AsMemory(0, i)));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => gateway.PublishSignedAsync(message.Append((byte)0).ToArray()));
        Assert.Equal(new SignedPublication(0, true, false), await gateway.PublishSignedAsync(message));
    }

    private byte[] Sign(ulong number, string data) => SignedMessages.Make(_author, _crypto, Topic, number, Encoding.UTF8.GetBytes(data));
}
