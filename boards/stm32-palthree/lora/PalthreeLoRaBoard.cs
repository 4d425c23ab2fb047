using System;
using System.Device.Gpio;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware.Radios;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.PalthreeLoRa.App
{
    /// <summary>An ORGPAL PalThree with an SX1262 module on one of its SPI buses; the pins are in its settings.</summary>
    public sealed class PalthreeLoRaBoard : RadioBoard
    {
        private readonly FlashStore _store = new FlashStore("I:\\");
        private readonly ChipRandom _random = new ChipRandom();

        /// <inheritdoc/>
        public override string Name
        {
            get { return "palthree-sx126x"; }
        }

        /// <inheritdoc/>
        public override long NowMs
        {
            get { return Environment.TickCount64; }
        }

        /// <inheritdoc/>
        public override IStore Store
        {
            get { return _store; }
        }

        /// <inheritdoc/>
        public override IRandom Random
        {
            get { return _random; }
        }

        /// <inheritdoc/>
        public override string Template
        {
            get { return "{\"up_s\":%0,\"heap\":%0}"; }
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
            AirLedger ledger = new AirLedger(new StoredAir(_store, "air", true), options.LimitMs, options.Up.TimeOnAirUs(options.Mtu));
            ledger.Start(NowMs, 0);
            return new IFrameLink[] { new LoRaRadio(new Sx126x(bus, module), options, ledger, _random) };
        }

        /// <inheritdoc/>
        public override int Read(int[] values)
        {
            values[0] = 0 | (int)(NowMs / 1000);
            uint free = nanoFramework.Runtime.Native.GC.Run(false);
            values[1] = 0 | (int)free;
            return 2;
        }

        /// <inheritdoc/>
        public override void Write(string line)
        {
            Console.WriteLine(line);
        }
    }
}
