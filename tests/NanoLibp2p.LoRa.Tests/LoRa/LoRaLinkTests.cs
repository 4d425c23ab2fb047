using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;
using NanoLibp2p.Radio.Tests;

namespace NanoLibp2p.LoRa.Tests.LoRa;

/// <summary>The contract of links of frames, over models of an SX1276 and an SX1262 on one air.</summary>
public sealed class LoRaLinkTests : FrameLinkTests
{
    protected override FrameLinkPair Create() => new Pair();

    private sealed class Pair : FrameLinkPair
    {
        private readonly Medium _medium = new();

        public Pair()
        {
            LoRaOptions settings = LoRaOptions.Eu868(7, false);
            settings.ChannelsHz = [868100000];
            Device = Station.Open(_medium, "sx127x", settings).Radio;
            Gateway = Station.Open(_medium, "sx126x", LoRaOptions.Eu868(7, true)).Radio;
        }

        public override IFrameLink Device { get; }

        public override IFrameLink Gateway { get; }

        // the models do, the driver does not: LoRaRadioTests
        public override bool MayAllocate => true;

        protected override long NowMs => _medium.Now;

        public override void Pass()
        {
            base.Pass();
            _medium.Advance(1);
        }
    }
}
