using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Radio.Udp;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests.Radio;

/// <summary>A gateway with a radio: frames over UDP, in real time.</summary>
public sealed class RadioHostTests : IDisposable
{
    private const string Topic = "greenhouse/climate";
    private readonly TemporaryFolder _folder = new();
    private readonly DesktopCrypto _crypto = new();

    public void Dispose()
    {
        _folder.Dispose();
        _crypto.Dispose();
    }

    [Fact]
    public async Task A_device_over_UDP_is_heard_once_its_card_is_there_and_is_heard_no_more_when_it_is_taken_out()
    {
        Identity identity = Identity.Create(_crypto, new SystemRandom());
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", "udp://127.0.0.1:0"));
        RadioHost radios = gateway.Core.FullNode!.Radios!;
        UdpFrameLink link = (UdpFrameLink)radios.Ports[0].Link;
        await Gateways.UntilAsync(() => link.Port > 0, "the port to be open");
        using CancellationTokenSource late = new(Gateways.Patience);
        using Subscription here = gateway.Node.SubscribeAsync(Topic, late.Token);
        await here.Joined;
        string devices = Path.Combine(_folder.Path, RadioHost.DevicesFile);
        await File.WriteAllTextAsync(devices, $"# a comment\n{RadioCard.Of(identity, _crypto)} a sensor\n", late.Token);

        RadioDevice device = Device(identity, radios.Card, link.Port);
        Task<TopicMessage> first = NextAsync(here, late.Token);
        await PlayAsync(device, () => first.IsCompleted);
        Assert.Equal(identity.PeerId, (await first).From);

        await File.WriteAllTextAsync(devices, "nlcard1.xyz\n", late.Token);
        await Gateways.UntilAsync(() => gateway.Status.Conditions.ContainsKey("radio-devices"), "the file to be read");
        long published = radios.Published;
        Assert.Contains("is no card", gateway.Status.Conditions["radio-devices"], StringComparison.Ordinal);
        string before = radios.Describe();
        Publish(device, 99);
        await PlayAsync(device, () => radios.Describe() != before);
        Assert.Equal(published, radios.Published);
    }

    [Fact]
    public async Task First_contact_over_UDP_gets_no_answer_whoever_asks()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", "udp://127.0.0.1:0"));
        RadioHost radios = gateway.Core.FullNode!.Radios!;
        UdpFrameLink link = (UdpFrameLink)radios.Ports[0].Link;
        await Gateways.UntilAsync(() => link.Port > 0, "the port to be open");
        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] xx1 = new byte[FrameHandshake.XX1Bytes];
        xx1[0] = FrameHead.XX1;
        xx1[1] = xx1[6] = 7;
        for (int i = 0; i < 10; i++)
        {
            stranger.SendTo(xx1, new IPEndPoint(IPAddress.Loopback, link.Port));
        }

        await Gateways.UntilAsync(() => radios.Describe().Contains("10 frames heard, 0 sent", StringComparison.Ordinal), "all to be heard");
    }

    [Fact]
    public async Task A_radio_that_can_not_be_opened_is_a_condition_and_the_gateway_runs()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", "serial:///dev/nanolibp2p-none"));
        await Gateways.UntilAsync(() => gateway.Status.Conditions.ContainsKey("radio-1"), "the condition");
        Assert.Contains("serial:///dev/nanolibp2p-none can't be opened", gateway.Status.Conditions["radio-1"], StringComparison.Ordinal);
    }

    private static async Task<TopicMessage> NextAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        await using IAsyncEnumerator<TopicMessage> messages = subscription.GetAsyncEnumerator(cancellationToken);
        Assert.True(await messages.MoveNextAsync());
        return messages.Current;
    }

    private static void Publish(RadioDevice device, int number)
    {
        byte[] reading = Encoding.ASCII.GetBytes($"{{\"n\":{number}}}");
        Assert.True(device.Node.Publish(0, reading, 0, reading.Length, true) >= 0);
    }

    private static async Task PlayAsync(RadioDevice device, Func<bool> isOver)
        => await Gateways.UntilAsync(() =>
        {
            device.Step(Environment.TickCount64);
            return isOver();
        }, "the device to be heard");

    private RadioDevice Device(Identity identity, RadioCard gateway, int port)
    {
        UdpFrameLink link = UdpFrameLink.Connect(new IPEndPoint(IPAddress.Loopback, port));
        RadioDevice device = new(link, RadioDevice.CreateOptions(link), new FrameSecrets(_crypto), identity, new MemoryStore(),
            new SystemRandom());
        Assert.True(device.Node.SetTopic(0, Topic, FrameTopic.Signed, null));
        device.Start(Environment.TickCount64, -1);
        Assert.True(device.Node.Provision((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), new byte[32], 1UL << 57, false));
        Assert.Equal(0, device.Node.AddGateway(gateway.Card, gateway.StaticKey));
        Assert.True(device.Start(Environment.TickCount64, -1));
        Publish(device, 1);
        return device;
    }
}
