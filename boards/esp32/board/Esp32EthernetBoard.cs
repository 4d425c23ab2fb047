using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Boards.Esp32
{
    /// <summary>
    /// An ESP32 with an Ethernet chip and the firmware for it (such as ESP32_OLIMEX or ESP32_ETHERNET_KIT_1.2), Wi-Fi off. It makes no
    /// identity of its own: one has to be stored.
    /// </summary>
    public sealed class Esp32EthernetBoard : EthernetBoard
    {
        private readonly Sensor _sensor;

        /// <summary>Makes the board.</summary>
        public Esp32EthernetBoard()
            : base("esp32-ethernet", new FlashStore("I:\\"))
        {
            _sensor = new ChipSensor(this);
        }

        /// <summary>Always: Wi-Fi and Bluetooth, which feed the chip's generator, stay off (ESP-IDF, "Random Number Generation").</summary>
        public override string RandomWeakness
        {
            get { return "an ESP32's generator is only good while Wi-Fi or Bluetooth is on, and a board on Ethernet has both off"; }
        }

        /// <inheritdoc/>
        public override Sensor Sensor
        {
            get { return _sensor; }
        }
    }
}
