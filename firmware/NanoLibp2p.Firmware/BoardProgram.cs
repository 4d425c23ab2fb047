using System;
using System.Threading;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// What the Main of every board does: it joins the network, reads the settings, makes the device and runs it; whatever fails is logged,
    /// and after a minute the board starts anew.
    /// </summary>
    public static class BoardProgram
    {
        // long enough to read the line, and to put the store in order with a cable
        private const int RestartPauseMs = 60000;

        /// <summary>Publishes what the board itself measures. Returns after <see cref="Device.Stop"/> only.</summary>
        public static void Run(Board board)
        {
            Run(board, new DeviceFactory(CreateSensorDevice));
        }

        /// <summary>
        /// Runs a device of one's own. Returns after <see cref="Device.Stop"/> only: an exception that left Main would end a device's
        /// program without a word.
        /// </summary>
        /// <param name="board">What it runs on.</param>
        /// <param name="create">Makes the device, at the start and whenever something failed; makes its sensors too, so that a part that is
        /// not there is told.</param>
        public static void Run(Board board, DeviceFactory create)
        {
            while (!TryRun(board, create))
            {
                Thread.Sleep(RestartPauseMs);
                board.Restart();
            }
        }

        // false when something failed, which is logged then
        internal static bool TryRun(Board board, DeviceFactory create)
        {
            try
            {
                board.JoinNetwork();
                DeviceSettings settings = DeviceSettings.Load(board.Store);
                Device device = create(board, settings);
                if (device.Finder == null)
                {
                    device.Finder = board.CreateFinder(settings);
                }

                string listen = settings.Find("listen", null);
                if (listen != null)
                {
                    device.Listen(listen);
                }
                else if (device.DialList.Count == 0 && device.Finder == null && board.Log != null)
                {
                    board.Log.Write(
                        "nobody to call: store settings with a line 'dial = /ip4/.../tcp/.../p2p/...' (see the page of the board)");
                }

                device.Run();
                return true;
            }
            catch (Exception e)
            {
                if (board.Log != null)
                {
                    board.Log.Write("stopped, and starts again in a minute: " + e.Message);
                }

                return false;
            }
        }

        private static Device CreateSensorDevice(Board board, DeviceSettings settings)
        {
            return SensorProgram.Create(board, settings, board.CreateOptions());
        }
    }
}
