using System;
using System.Device.Gpio;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.PalthreeLoRa.App
{
    /// <summary>An ORGPAL PalThree with an SX1262 module on one of its SPI buses; the pins are in its settings.</summary>
    public sealed class PalthreeLoRaBoard : ChipRadioBoard
    {
        /// <inheritdoc/>
        public override string Name
        {
            get { return "palthree-sx126x"; }
        }

        /// <summary>The radio, at the pins that the settings name.</summary>
        /// <exception cref="InvalidOperationException">A pin is not set.</exception>
        public override IFrameLink[] CreateLinks(RadioSettings settings)
        {
            LoRaPinOptions pins = new LoRaPinOptions();
            pins.Reset = settings.Pin("lora-reset");
            pins.Busy = settings.Pin("lora-busy");
            pins.Interrupt = settings.Pin("lora-dio1");
            SpiLoRaBus bus = new SpiLoRaBus(SpiLoRaBus.CreateSpi(settings.Pin("lora-spi"), settings.Pin("lora-select")),
                new GpioController(), pins);
            Sx126xOptions module = new Sx126xOptions();
            module.TcxoTenthVolts = settings.Pin("lora-tcxo");
            LoRaOptions options = LoRaOptions.Eu868(settings.SpreadingFactor, false);
            LoRaChannel.Take(settings, options);
            AirLedger ledger = new AirLedger(new StoredAir(Store, "air", true), options.LimitMs, options.Up.TimeOnAirUs(options.Mtu));
            ledger.Start(NowMs, 0);
            return new IFrameLink[] { new LoRaRadio(new Sx126x(bus, module), options, ledger, Random) };
        }
    }
}
