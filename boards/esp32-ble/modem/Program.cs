using System;
using System.Threading;
using nanoFramework.Hardware.Esp32;
using nanoFramework.Runtime.Native;
using NanoLibp2p.Hal.Ble.Central;
using NanoLibp2p.Hal.Serial;

namespace NanoLibp2p.Esp32Ble.Modem
{
    /// <summary>The stock radio modem: the board's Bluetooth is a gateway's radio (<c>gateway run --radio serial:///dev/ttyUSB0</c>). It
    /// needs no identity and no settings, and sees no plain text.</summary>
    public static class Program
    {
        private const int SerialTransmit = 4;
        private const int SerialReceive = 5;
        private const int BitRate = 115200;
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
                Thread.Sleep(RestartMs);
                Power.RebootDevice();
            }
        }

        private static void Run()
        {
            Configuration.SetPinFunction(SerialTransmit, DeviceFunction.COM2_TX);
            Configuration.SetPinFunction(SerialReceive, DeviceFunction.COM2_RX);
            BleCentralLink radio = new BleCentralLink(new NanoGattCentral(NanoGattCentral.FirmwareSlots));
            ModemProgram modem = new ModemProgram(new NanoSerialLine("COM2", BitRate), radio);
            while (true)
            {
                modem.Wait(modem.Step(Environment.TickCount64));
            }
        }
    }
}
