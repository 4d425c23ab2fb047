using NanoLibp2p.Boards.Esp32;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Samples
{
    /// <summary>An ESP32 that publishes the presses of its BOOT button.</summary>
    public static class Program
    {
        // the BOOT button of nearly every ESP32 board; an ESP32-C3 or C6 has it on pin 9
        private const int Pin = 0;

        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            BoardProgram.Run(new Esp32Board(), new DeviceFactory(Create));
        }

        private static Device Create(Board board, DeviceSettings settings)
        {
            return ButtonProgram.Create(board, new GpioButton(Pin), settings, board.CreateOptions());
        }
    }
}
