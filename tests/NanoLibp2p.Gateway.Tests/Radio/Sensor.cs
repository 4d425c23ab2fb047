using System;
using System.Text;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests.Radio;

/// <summary>A device on a radio that knows its gateway and has its first reading to say.</summary>
internal sealed class Sensor : RadioDevice
{
    /// <summary>Where its readings go.</summary>
    internal const string Topic = "greenhouse/climate";

    private Sensor(IFrameLink link, FrameSecrets secrets, Identity identity)
        : base(link, CreateOptions(link), secrets, identity, new MemoryStore(), new SystemRandom())
    {
        Peer = identity.PeerId.ToString();
    }

    /// <summary>Its peer id.</summary>
    internal string Peer { get; }

    /// <summary>Readings that the gateway has acknowledged.</summary>
    internal int Settled { get; private set; }

    public override void OnSettled(FrameNode node, int reading) => Settled++;

    /// <summary>Starts one.</summary>
    internal static Sensor Start(IFrameLink link, FrameSecrets secrets, Identity identity, RadioCard gateway)
    {
        Sensor device = new(link, secrets, identity);
        Assert.True(device.Node.SetTopic(0, Topic, FrameTopic.Signed, null));
        device.Start(Environment.TickCount64, -1);
        Assert.True(device.Node.Provision((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), new byte[32], 1UL << 57, false));
        Assert.Equal(0, device.Node.AddGateway(gateway.Card, gateway.StaticKey));
        Assert.True(device.Start(Environment.TickCount64, -1));
        device.Publish(1);
        return device;
    }

    /// <summary>Has it say a reading.</summary>
    internal void Publish(int number)
    {
        byte[] reading = Encoding.ASCII.GetBytes($"{{\"n\":{number}}}");
        Assert.True(Node.Publish(0, reading, 0, reading.Length, true) >= 0);
    }
}
