using System;
using NanoLibp2p.Firmware.Radios;
using nanoFramework.Runtime.Native;

namespace NanoLibp2p.PalthreeLoRa.App
{
    /// <summary>The app of a PalThree with an SX126x: it publishes what the chip knows of itself over LoRa.</summary>
    public static class Program
    {
        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            try
            {
                RadioProgram.Run(new PalthreeLoRaBoard());
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
