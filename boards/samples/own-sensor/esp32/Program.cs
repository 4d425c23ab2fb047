using NanoLibp2p.Boards.Esp32;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Samples
{
    /// <summary>An ESP32 that publishes what a BME280 measures.</summary>
    public static class Program
    {
        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            BoardProgram.Run(new Esp32Board(), new DeviceFactory(Create));
        }

        private static Device Create(Board board, DeviceSettings settings)
        {
            return SensorProgram.Create(board, new ClimateSensor(new Bme280Climate()), settings, board.CreateOptions());
        }
    }
}
