using NanoLibp2p.Boards.Esp32;
using NanoLibp2p.Firmware;
using Sensors;

namespace App
{
    public static class Program
    {
        public static void Main()
        {
            BoardProgram.Run(new Esp32Board(), new DeviceFactory(Create));
        }

        private static Device Create(Board board, DeviceSettings settings)
        {
            return SensorProgram.Create(board, new OwnSensor(), settings, board.CreateOptions());
        }
    }
}
