using System;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Interop.Tests;

/// <summary>The desktop library and js-libp2p: dialled by either side, an echo each way, a topic both ways.</summary>
public class HostTests
{
    private const string Echo = "/echo/1.0.0";
    private const string Climate = "greenhouse/climate";
    private const int Megabyte = 1 << 20;

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Js_echoes_a_megabyte_for_us_and_we_forty_streams_for_it_and_a_topic_goes_both_ways(int shards, bool jsDials)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(120));
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        Libp2pNodeOptions options = new() { Shards = shards };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        await using Libp2pNode node = await Libp2pNode.StartAsync(options, late.Token);
        node.Handle(Echo, async (stream, cancellation) => await stream.CopyToAsync(stream, cancellation));
        using Subscription subscription = node.SubscribeAsync(Climate, late.Token);
        await subscription.Joined;
        PeerId peer = PeerId.Parse(js.PeerId);
        if (jsDials)
        {
            await js.DialAsync(node.ListenAddresses[0].ToString());
            while (!node.IsConnected(peer))
            {
                await Task.Delay(5, late.Token);
            }
        }
        else
        {
            Assert.Equal(peer, await node.DialAsync(js.Address, late.Token));
        }

        Assert.True(await node.PingAsync(peer, late.Token) > TimeSpan.Zero);
        Assert.Single(await js.PingAsync(node.PeerId.ToString()));
        byte[] sent = new byte[Megabyte];
        new Random(1).NextBytes(sent);
        await using (PeerStream stream = await node.OpenStreamAsync(peer, Echo, late.Token))
        {
            Task write = Task.Run(
                async () =>
                {
                    await stream.WriteAsync(sent, late.Token);
                    stream.CompleteWrites();
                },
                late.Token);
            MemoryStream back = new();
            await stream.CopyToAsync(back, late.Token);
            await write;
            Assert.Equal(sent, back.ToArray());
        }

        // the last of the forty has more than a window
        await js.EchoAsync(node.PeerId.ToString(), 40, Megabyte);

        await js.SubscribeAsync(Climate);
        await js.WaitForSubscriberAsync(Climate, node.PeerId.ToString());
        byte[] there = Encoding.UTF8.GetBytes("from us");
        while (await node.PublishAsync(Climate, there, late.Token) == 0)
        {
            await Task.Delay(20, late.Token);
        }

        JsonElement arrived = await js.WaitForAsync("message");
        Assert.Equal(there, arrived.GetProperty("data").GetBytesFromBase64());
        Assert.Equal(node.PeerId.ToString(), arrived.GetProperty("from").GetString());

        byte[] here = Encoding.UTF8.GetBytes("from js");
        Assert.Equal([node.PeerId.ToString()], await js.PublishAsync(Climate, here));
        await foreach (TopicMessage message in subscription)
        {
            Assert.Equal(here, message.Data);
            Assert.Equal(peer, message.From);
            break;
        }
    }

    [Fact]
    public async Task What_js_refuses_is_told_with_its_reason()
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(120));
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions());
        await using Libp2pNode node = await Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = TestShards.Count }, late.Token);
        PeerId peer = await node.DialAsync(js.Address, late.Token);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => node.OpenStreamAsync(peer, "/nobody/1.0.0", late.Token));
        Assert.Equal(Libp2pError.ProtocolRefused, error.Error);
        Assert.Equal(peer, error.Peer);
    }

    [Fact]
    public async Task Js_that_is_known_to_echo_hears_a_stream_that_does_not_wait_for_its_word()
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(120));
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions());
        await using Libp2pNode node = await Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = TestShards.Count }, late.Token);
        PeerId peer = await node.DialAsync(js.Address, late.Token);
        await node.IdentifyAsync(peer, late.Token);
        Assert.True(node.PeerStore.Supports(peer, Echo));

        // dialled anew each time, all that is said goes with the end of the handshake, or after it
        for (int i = 0; i < 10; i++)
        {
            foreach (int bytes in new[] { 1, 100_000 })
            {
                byte[] sent = new byte[bytes];
                new Random(i).NextBytes(sent);
                await using PeerStream stream = await node.OpenStreamAsync(peer, Echo, late.Token);
                await stream.WriteAsync(sent, late.Token);
                stream.CompleteWrites();
                MemoryStream back = new();
                await stream.CopyToAsync(back, late.Token);
                Assert.Equal(sent, back.ToArray());
            }

            await node.DisconnectAsync(peer, late.Token);
            await node.DialAsync(js.Address, late.Token);
        }
    }
}
