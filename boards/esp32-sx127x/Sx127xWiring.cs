using System.Device.Gpio;
using nanoFramework.Hardware.Esp32;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.Boards.Nano
{
    /// <summary>How the SX1276 is wired on TTGO LoRa32 V1 and Heltec WiFi LoRa 32 V2 boards.</summary>
    internal static class Sx127xWiring
    {
        private const int Clock = 5;
        private const int MasterIn = 19;
        private const int MasterOut = 27;
        private const int Select = 18;
        private const int ResetPin = 14;
        private const int Interrupt = 26;

        /// <summary>Sets the pins, and opens the bus to the radio.</summary>
        internal static SpiLoRaBus CreateBus()
        {
            Configuration.SetPinFunction(MasterOut, DeviceFunction.SPI1_MOSI);
            Configuration.SetPinFunction(MasterIn, DeviceFunction.SPI1_MISO);
            Configuration.SetPinFunction(Clock, DeviceFunction.SPI1_CLOCK);
            LoRaPinOptions pins = new LoRaPinOptions();
            pins.Reset = ResetPin;
            pins.Interrupt = Interrupt;
            return new SpiLoRaBus(SpiLoRaBus.CreateSpi(1, Select), new GpioController(), pins);
        }
    }
}
