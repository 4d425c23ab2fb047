using System;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.Esp32Sx127x.App
{
    /// <summary>An ESP32 with an SX1276 as on TTGO LoRa32 V1 and Heltec WiFi LoRa 32 V2 boards; Wi-Fi and Bluetooth off.</summary>
    public sealed class Esp32LoRaBoard : ChipRadioBoard
    {
        private const string SleepName = "slept";
        private const int SleepBytes = 4;
        private const int Unknown = -2;

        private readonly byte[] _slept = new byte[SleepBytes];
        private long _sleptMs = Unknown;
        private AirLedger _ledger;

        /// <inheritdoc/>
        public override string Name
        {
            get { return "esp32-sx127x"; }
        }

        /// <summary>How long the timed sleep was that ended with this start: the chip says that there was one, the store how
        /// long.</summary>
        public override long SleptMs
        {
            get
            {
                if (_sleptMs == Unknown)
                {
                    bool isWake = nanoFramework.Hardware.Esp32.Sleep.GetWakeupCause()
                        == nanoFramework.Hardware.Esp32.Sleep.WakeupCause.Timer;
                    isWake = isWake && Store.Read(SleepName, _slept, 0, SleepBytes) == SleepBytes;
                    _sleptMs = isWake ? (_slept[0] << 24) | (_slept[1] << 16) | (_slept[2] << 8) | _slept[3] : -1;
                }

                return _sleptMs;
            }
        }

        /// <inheritdoc/>
        public override bool LosesMemory
        {
            get { return true; }
        }

        /// <inheritdoc/>
        public override IFrameLink[] CreateLinks(RadioSettings settings)
        {
            LoRaOptions options = LoRaOptions.Eu868(settings.SpreadingFactor, false);
            LoRaChannel.Take(settings, options);
            _ledger = new AirLedger(new StoredAir(Store, "air", true), options.LimitMs, options.Up.TimeOnAirUs(options.Mtu));
            _ledger.Start(NowMs, SleptMs < 0 ? 0 : 0 | (int)(SleptMs / 1000));
            return new IFrameLink[] { new LoRaRadio(new Sx127x(Sx127xWiring.CreateBus(), true), options, _ledger, Random) };
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
            if (Store.Write(SleepName, _slept, 0, SleepBytes))
            {
                nanoFramework.Hardware.Esp32.Sleep.EnableWakeupByTimer(new TimeSpan(milliseconds * 10000));
                nanoFramework.Hardware.Esp32.Sleep.StartDeepSleep();
            }
        }
    }
}
