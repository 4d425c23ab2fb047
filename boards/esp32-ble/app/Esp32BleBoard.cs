using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Hal.Ble;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Esp32Ble.App
{
    /// <summary>An ESP32 with a firmware that has Bluetooth; Wi-Fi off. It stays awake: a gateway has to find it.</summary>
    public sealed class Esp32BleBoard : ChipRadioBoard
    {
        /// <inheritdoc/>
        public override string Name
        {
            get { return "esp32-ble"; }
        }

        /// <inheritdoc/>
        public override IFrameLink[] CreateLinks(RadioSettings settings)
        {
            return new IFrameLink[] { new BleLink(new NanoAttPeripheral(Name)) };
        }
    }
}
