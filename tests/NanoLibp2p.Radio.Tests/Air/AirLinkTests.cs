using System;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio.Air;

namespace NanoLibp2p.Radio.Tests.Air;

public sealed class AirLoRaSf7Tests : FrameLinkTests
{
    protected override FrameLinkPair Create() => new AirPair("lora-sf7-eu868");
}

public sealed class AirLoRaSf12Tests : FrameLinkTests
{
    protected override FrameLinkPair Create() => new AirPair("lora-sf12-eu868");
}

public sealed class AirBleTests : FrameLinkTests
{
    protected override FrameLinkPair Create() => new AirPair("ble");
}

public sealed class Air802154Tests : FrameLinkTests
{
    protected override FrameLinkPair Create() => new AirPair("802154");
}

public sealed class AirUdpTests : FrameLinkTests
{
    protected override FrameLinkPair Create() => new AirPair("udp");
}

/// <summary>A device and a gateway on an air in virtual time.</summary>
internal sealed class AirPair : FrameLinkPair
{
    private readonly VirtualClock _clock = new();

    internal AirPair(string profile)
    {
        AirMedium air = new(AirProfile.Find(profile), _clock, 1);
        Device = air.Join(new AirLinkOptions());
        Gateway = air.Join(new AirLinkOptions { IsGateway = true });
        Assert.Equal(Hal.LinkError.None, Device.Open());
        Assert.Equal(Hal.LinkError.None, Gateway.Open());
    }

    public override IFrameLink Device { get; }

    public override IFrameLink Gateway { get; }

    public override bool MayAllocate => true;

    protected override long NowMs => _clock.NowMs;

    public override void Pass()
    {
        _clock.NowMs += Math.Clamp(Math.Min(Device.Poll(NowMs), Gateway.Poll(NowMs)), 1, 1000);
        Device.Poll(NowMs);
        Gateway.Poll(NowMs);
    }
}
