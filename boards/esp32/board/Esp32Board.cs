using System.Threading;
using nanoFramework.Networking;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Discovery;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Discovery;
using NanoLibp2p.Hal.Udp;

namespace NanoLibp2p.Boards.Esp32
{
    /// <summary>An ESP32 with Wi-Fi, as nanoFramework's own firmware has it; no part added.</summary>
    public sealed class Esp32Board : NanoBoard
    {
        private readonly Sensor _sensor;
        private bool _isRadioOn;

        /// <summary>Makes the board; <see cref="NanoBoard.JoinNetwork"/> comes before anything that takes random bytes.</summary>
        public Esp32Board()
            : base("esp32", new FlashStore("I:\\"))
        {
            _sensor = new ChipSensor(this);
        }

        /// <summary>
        /// Wi-Fi is off: without it and Bluetooth the chip's generator repeats a sequence that can be guessed (ESP-IDF, "Random Number
        /// Generation").
        /// </summary>
        public override string RandomWeakness
        {
            get
            {
                return _isRadioOn
                    ? base.RandomWeakness : "an ESP32's generator is only good while Wi-Fi is on, and JoinNetwork has not joined one";
            }
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

        /// <inheritdoc/>
        protected override string NetworkTrouble
        {
            get
            {
                return "no Wi-Fi (status " + ((int)WifiNetworkHelper.Status).ToString()
                    + "); are name and password stored, with automatic connection, and is it in reach? See boards/esp32/README.md";
            }
        }

        /// <summary>Joins the Wi-Fi whose name and password are in the board's network configuration.</summary>
        protected override bool TryJoin(CancellationToken token)
        {
            _isRadioOn = WifiNetworkHelper.Reconnect(false, 0, token);
            return _isRadioOn;
        }
    }
}
