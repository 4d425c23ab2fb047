using System;
using NanoLibp2p.Firmware.Radios;
using nanoFramework.Runtime.Native;

namespace NanoLibp2p.Esp32Ble.App
{
    /// <summary>The app of an ESP32 with Bluetooth: it publishes what the chip knows of itself over BLE.</summary>
    public static class Program
    {
        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            try
            {
                RadioProgram.Run(new Esp32BleBoard());
            }
            catch (Exception exception)
            {
                Console.WriteLine(exception.Message);
                System.Threading.Thread.Sleep(60000);
                Power.RebootDevice();
            }
        }
    }
}
