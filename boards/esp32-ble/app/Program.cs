using NanoLibp2p.Boards.Nano;

namespace NanoLibp2p.Esp32Ble.App
{
    /// <summary>The app of an ESP32 with Bluetooth: it publishes what the chip knows of itself over BLE.</summary>
    public static class Program
    {
        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            ChipRadioBoard.Run(new Esp32BleBoard());
        }
    }
}
