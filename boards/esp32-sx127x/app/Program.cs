using System;
using NanoLibp2p.Firmware.Radios;
using nanoFramework.Runtime.Native;

namespace NanoLibp2p.Esp32Sx127x.App
{
    /// <summary>The app of an ESP32 with an SX127x: it publishes what the chip knows of itself over LoRa, and sleeps.</summary>
    public static class Program
    {
        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            try
            {
                RadioProgram.Run(new Esp32LoRaBoard());
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
