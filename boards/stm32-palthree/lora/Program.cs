using NanoLibp2p.Boards.Nano;

namespace NanoLibp2p.PalthreeLoRa.App
{
    /// <summary>The app of a PalThree with an SX126x: it publishes what the chip knows of itself over LoRa.</summary>
    public static class Program
    {
        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            ChipRadioBoard.Run(new PalthreeLoRaBoard());
        }
    }
}
