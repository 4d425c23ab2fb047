using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Discovery;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Discovery;
using NanoLibp2p.Hal.Udp;

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

        /// <summary>A finder that uses mDNS: the firmware of an ESP32 has IGMP.</summary>
        public override PeerFinder CreateFinder(DeviceSettings settings)
        {
            return MdnsFinder.Create(this, new UdpMulticast(Mdns.Group, Mdns.Port, null), settings);
        }

        /// <inheritdoc/>
        public override Sensor Sensor
        {
            get { return _sensor; }
        }
    }
}
