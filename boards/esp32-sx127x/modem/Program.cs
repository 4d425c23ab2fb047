using System;
using System.Device.Gpio;
using nanoFramework.Hardware.Esp32;
using nanoFramework.Runtime.Native;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;
using NanoLibp2p.Hal.Serial;

namespace NanoLibp2p.Esp32Sx127x.Modem
{
    /// <summary>The stock radio modem: the board's LoRa is a gateway's radio (<c>gateway run --radio serial:///dev/ttyUSB0</c>). It needs
    /// no identity and no settings, and sees no plain text; the duty cycle is kept here, whatever the gateway asks for.</summary>
    public static class Program
    {
        private const int SerialTransmit = 17;
        private const int SerialReceive = 13;
        private const int BitRate = 115200;
        private const int SpreadingFactor = 9;
        private const int RestartMs = 60000;

        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            try
            {
                Run();
            }
            catch (Exception exception)
            {
                Console.WriteLine(exception.Message);
                System.Threading.Thread.Sleep(RestartMs);
                Power.RebootDevice();
            }
        }

        private static void Run()
        {
            Configuration.SetPinFunction(SerialTransmit, DeviceFunction.COM2_TX);
            Configuration.SetPinFunction(SerialReceive, DeviceFunction.COM2_RX);
            FlashStore store = new FlashStore("I:\\");

            // a gateway's radio hears one channel: 868.1 MHz, and its devices send there alone
            LoRaOptions options = LoRaOptions.Eu868(SpreadingFactor, true);
            AirLedger ledger = new AirLedger(new StoredAir(store, "air", true), options.LimitMs, options.Down.TimeOnAirUs(options.Mtu));
            ledger.Start(Environment.TickCount64, 0);
            LoRaRadio radio = new LoRaRadio(new Sx127x(Sx127xWiring.CreateBus(), true), options, ledger, new ChipRandom());
            ModemProgram modem = new ModemProgram(new NanoSerialLine("COM2", BitRate), radio);
            while (true)
            {
                modem.Wait(modem.Step(Environment.TickCount64));
            }
        }
    }
}
