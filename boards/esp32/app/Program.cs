using NanoLibp2p.Boards.Esp32;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Esp32.App
{
    /// <summary>The app of an ESP32: it publishes what the chip knows of itself.</summary>
    public static class Program
    {
        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            BoardProgram.Run(new Esp32Board());
        }
    }
}
