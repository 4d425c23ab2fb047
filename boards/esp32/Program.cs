using System;
using System.Threading;
using nanoFramework.Runtime.Native;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Boards.Esp32
{
    /// <summary>The app of an ESP32: joins the Wi-Fi, reads its settings, and runs the sensor program for good.</summary>
    public static class Program
    {
        // long enough to read the line, and to put the store in order with a cable
        private const int RestartPauseMs = 60000;

        /// <summary>Runs until the power goes. An exception that gets here would otherwise end the program without a word.</summary>
        public static void Main()
        {
            try
            {
                Run();
            }
            catch (Exception e)
            {
                Console.WriteLine("stopped, and starts again in a minute: " + e.Message);
            }

            Thread.Sleep(RestartPauseMs);
            Power.RebootDevice();
        }

        private static void Run()
        {
            Esp32Board board = new Esp32Board();

            // before anything else: the chip's random numbers are only as good as its radio is awake, and the identity is made of them
            board.JoinNetwork();
            DeviceSettings settings = DeviceSettings.Load(board.Store);
            DeviceOptions options = new DeviceOptions();
            options.Node.LargeRecordBytes = Esp32Board.LargeRecordBytes();
            Device device = SensorProgram.Create(board, settings, options);
            string listen = settings.Find("listen", null);
            if (listen != null)
            {
                device.Listen(listen);
            }

            if (device.DialList.Count == 0 && listen == null)
            {
                board.Log.Write("nobody to call: put a line 'dial = /ip4/.../tcp/.../p2p/...' into I:\\settings (see boards/esp32/README.md)");
            }

            device.Run();
        }
    }
}
