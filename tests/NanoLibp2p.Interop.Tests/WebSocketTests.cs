using System;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.WebSocket;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Interop.Tests;

/// <summary>The desktop library and js-libp2p over WebSockets: dialled by either side, with TLS and without.</summary>
public class WebSocketTests
{
    private const string Echo = "/echo/1.0.0";
    private const int Megabyte = 1 << 20;

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/0/ws")]
    [InlineData("/ip4/127.0.0.1/tcp/0/tls/ws")]
    public async Task Js_dials_us_and_both_echo_a_megabyte(string listen)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(120));
        using X509Certificate2 certificate = Certificate();
        Libp2pNodeOptions options = new() { Shards = 2 };
        options.ListenAddresses.Add(listen);
        options.UseWebSockets(new WebSocketListenOptions { Certificate = certificate });
        await using Libp2pNode node = await Libp2pNode.StartAsync(options, late.Token);
        node.Handle(Echo, async (stream, cancellation) => await stream.CopyToAsync(stream, cancellation));
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Listen = null, WebSockets = true });
        await js.DialAsync(node.ListenAddresses[0].ToString());
        PeerId peer = PeerId.Parse(js.PeerId);
        while (!node.IsConnected(peer))
        {
            await Task.Delay(5, late.Token);
        }

        Assert.EndsWith("/ws", node.Connections[0].RemoteAddress!.ToString());
        await js.EchoAsync(node.PeerId.ToString(), 20, Megabyte);
        await EchoAsync(node, peer, late.Token);
        Assert.True(await node.PingAsync(peer, late.Token) > TimeSpan.Zero);
    }

    [Fact]
    public async Task We_dial_js_and_both_echo_a_megabyte()
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(120));
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Listen = "/ip4/127.0.0.1/tcp/0/ws", WebSockets = true });
        await using Libp2pNode node = await Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = 2 }, late.Token);
        node.Handle(Echo, async (stream, cancellation) => await stream.CopyToAsync(stream, cancellation));
        PeerId peer = await node.DialAsync(js.Address, late.Token);
        Assert.Equal(js.PeerId, peer.ToString());
        await EchoAsync(node, peer, late.Token);
        await js.EchoAsync(node.PeerId.ToString(), 20, Megabyte);
        await node.DisconnectAsync(peer, late.Token);
        await js.WaitForAsync("connection:close");
    }

    private static async Task EchoAsync(Libp2pNode node, PeerId peer, CancellationToken cancellation)
    {
        byte[] sent = new byte[Megabyte];
        new Random(1).NextBytes(sent);
        await using PeerStream stream = await node.OpenStreamAsync(peer, Echo, cancellation);
        Task write = Task.Run(
            async () =>
            {
                await stream.WriteAsync(sent, cancellation);
                stream.CompleteWrites();
            },
            cancellation);
        MemoryStream back = new();
        await stream.CopyToAsync(back, cancellation);
        await write;
        Assert.Equal(sent, back.ToArray());
    }

    private static X509Certificate2 Certificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
