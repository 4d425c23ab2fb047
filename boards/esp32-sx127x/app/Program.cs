using NanoLibp2p.Boards.Nano;

namespace NanoLibp2p.Esp32Sx127x.App
{
    /// <summary>The app of an ESP32 with an SX127x: it publishes what the chip knows of itself over LoRa, and sleeps.</summary>
    public static class Program
    {
        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            ChipRadioBoard.Run(new Esp32LoRaBoard());
        }
    }
}
