using System;
using System.Threading.Tasks;
using Meadow;
using Meadow.Devices;
using NanoLibp2p.Boards.Meadow;
using NanoLibp2p.Firmware.Radio;

namespace NanoLibp2p.Meadow.BleApp
{
    /// <summary>The app of a Meadow F7 over BLE: it publishes what the board knows of itself.</summary>
    public class MeadowBleApp : App<F7FeatherV2>
    {
        private const int RestartMs = 60000;

        /// <summary>Runs until the power goes.</summary>
        public override Task Run()
        {
            return Task.Factory.StartNew(RunDevice, TaskCreationOptions.LongRunning);
        }

        private static void RunDevice()
        {
            try
            {
                RadioProgram.Run(new MeadowBleBoard(Device.BluetoothAdapter));
            }
            catch (Exception exception)
            {
                Resolver.Log.Info(exception.Message);
                System.Threading.Thread.Sleep(RestartMs);
                Device.PlatformOS.Reset();
            }
        }
    }
}
