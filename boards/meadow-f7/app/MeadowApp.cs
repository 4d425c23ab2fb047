using System.Threading.Tasks;
using Meadow;
using Meadow.Devices;
using NanoLibp2p.Boards.Meadow;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Meadow.App
{
    /// <summary>The app of a Meadow F7: it publishes what the board knows of itself.</summary>
    public class MeadowApp : App<F7FeatherV2>
    {
        /// <summary>Runs until the power goes.</summary>
        public override Task Run()
        {
            return Task.Factory.StartNew(RunDevice, TaskCreationOptions.LongRunning);
        }

        private static void RunDevice()
        {
            BoardProgram.Run(new MeadowBoard(Device));
        }
    }
}
