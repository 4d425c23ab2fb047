using NanoLibp2p.Boards.Nano;

namespace NanoLibp2p.Esp32C6Thread.App
{
    /// <summary>The app of an ESP32-C6 or H2 on a Thread network: it publishes what the chip knows of itself over UDP.</summary>
    public static class Program
    {
        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            ChipRadioBoard.Run(new Esp32ThreadBoard());
        }
    }
}
