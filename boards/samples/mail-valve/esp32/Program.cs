using NanoLibp2p.Boards.Esp32;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Samples
{
    /// <summary>An ESP32 whose valve obeys sealed mail.</summary>
    public static class Program
    {
        private const int Pin = 26;

        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            // before anything else, so that the valve is closed while the network is not there yet
            Valve = new GpioValve(Pin);
            BoardProgram.Run(new Esp32Board(), new DeviceFactory(Create));
        }

        private static Valve Valve { get; set; }

        private static Device Create(Board board, DeviceSettings settings)
        {
            return MailValveProgram.Create(board, Valve, settings);
        }
    }
}
