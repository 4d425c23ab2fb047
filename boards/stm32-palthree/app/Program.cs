using NanoLibp2p.Boards.Palthree;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Palthree.App
{
    /// <summary>The app of a PalThree: it publishes what the chip knows of itself.</summary>
    public static class Program
    {
        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            BoardProgram.Run(new PalthreeBoard());
        }
    }
}
