using System;
using System.Device.Gpio;
using nanoFramework.Hardware.Esp32;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware.Radios;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.Esp32Sx127x.App
{
    /// <summary>An ESP32 with an SX1276 as on TTGO LoRa32 V1 and Heltec WiFi LoRa 32 V2 boards; Wi-Fi and Bluetooth off.</summary>
    public sealed class Esp32LoRaBoard : RadioBoard
    {
        private const int Clock = 5;
        private const int MasterIn = 19;
        private const int MasterOut = 27;
        private const int Select = 18;
        private const int ResetPin = 14;
        private const int Interrupt = 26;
        private const string SleepName = "slept";
        private const int SleepBytes = 4;

        private readonly FlashStore _store = new FlashStore("I:\\");
        private readonly ChipRandom _random = new ChipRandom();
        private readonly byte[] _slept = new byte[SleepBytes];
        private readonly long _sleptMs;
        private AirLedger _ledger;
        private long _ticks;
        private long _nowMs;

        /// <summary>Makes the board, and finds out whether a timed sleep ended just now.</summary>
        public Esp32LoRaBoard()
        {
            _sleptMs = -1;
            if (nanoFramework.Hardware.Esp32.Sleep.GetWakeupCause() == nanoFramework.Hardware.Esp32.Sleep.WakeupCause.Timer
                && _store.Read(SleepName, _slept, 0, SleepBytes) == SleepBytes)
            {
                int milliseconds = (_slept[0] << 24) | (_slept[1] << 16) | (_slept[2] << 8) | _slept[3];
                _sleptMs = milliseconds;
            }
        }

        /// <inheritdoc/>
        public override string Name
        {
            get { return "esp32-sx127x"; }
        }

        /// <summary>Milliseconds since the start; the system's 32-bit ticks begin anew after 49.7 days, this goes on.</summary>
        public override long NowMs
        {
            get
            {
                long ticks = Environment.TickCount64;
                _nowMs += ticks > _ticks ? ticks - _ticks : 0;
                _ticks = ticks;
                return _nowMs;
            }
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

        /// <inheritdoc/>
        public override long SleptMs
        {
            get { return _sleptMs; }
        }

        /// <inheritdoc/>
        public override bool LosesMemory
        {
            get { return true; }
        }

        /// <inheritdoc/>
        public override IFrameLink[] CreateLinks(RadioSettings settings)
        {
            Configuration.SetPinFunction(MasterOut, DeviceFunction.SPI1_MOSI);
            Configuration.SetPinFunction(MasterIn, DeviceFunction.SPI1_MISO);
            Configuration.SetPinFunction(Clock, DeviceFunction.SPI1_CLOCK);
            LoRaPinOptions pins = new LoRaPinOptions();
            pins.Reset = ResetPin;
            pins.Interrupt = Interrupt;
            SpiLoRaBus bus = new SpiLoRaBus(SpiLoRaBus.CreateSpi(1, Select), new GpioController(), pins);
            LoRaOptions options = LoRaOptions.Eu868(settings.SpreadingFactor, false);
            _ledger = new AirLedger(new StoredAir(_store, "air", true), options.LimitMs, options.Up.TimeOnAirUs(options.Mtu));
            _ledger.Start(NowMs, _sleptMs < 0 ? 0 : 0 | (int)(_sleptMs / 1000));
            return new IFrameLink[] { new LoRaRadio(new Sx127x(bus, true), options, _ledger, _random) };
        }

        /// <inheritdoc/>
        public override int Read(int[] values)
        {
            values[0] = 0 | (int)(NowMs / 1000);
            uint free = nanoFramework.Runtime.Native.GC.Run(false);
            values[1] = 0 | (int)free;
            return 2;
        }

        /// <summary>Deep sleep; the board starts anew.</summary>
        public override void Sleep(long milliseconds)
        {
            int whole = 0 | (int)milliseconds;
            _slept[0] = (byte)(whole >> 24);
            _slept[1] = (byte)(whole >> 16);
            _slept[2] = (byte)(whole >> 8);
            _slept[3] = (byte)whole;
            _ledger.Sleep(NowMs);
            if (_store.Write(SleepName, _slept, 0, SleepBytes))
            {
                nanoFramework.Hardware.Esp32.Sleep.EnableWakeupByTimer(new TimeSpan(milliseconds * 10000));
                nanoFramework.Hardware.Esp32.Sleep.StartDeepSleep();
            }
        }

        /// <inheritdoc/>
        public override void Write(string line)
        {
            Console.WriteLine(line);
        }
    }
}
