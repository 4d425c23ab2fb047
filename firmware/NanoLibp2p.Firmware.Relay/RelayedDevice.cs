using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Firmware.Relay
{
    /// <summary>
    /// The sensor program on a board that is dialed through a relay: with a line <c>relay = /ip4/.../tcp/.../p2p/...</c> in its settings it
    /// reserves a place there by itself, as often as it has to. All that a Main has to call is
    /// <c>BoardProgram.Run(board, new DeviceFactory(RelayedDevice.Create))</c>.
    /// </summary>
    public sealed class RelayedDevice : RelayEvents
    {
        private const int MillisecondsPerSecond = 1000;

        private readonly Board _board;

        private RelayedDevice(Board board)
        {
            _board = board;
        }

        /// <summary>A <see cref="DeviceFactory"/>: the sensor program, with a relay client where the settings name a relay.</summary>
        /// <param name="board">What it runs on.</param>
        /// <param name="settings">What its store says: each <c>relay</c> is an address with its peer id.</param>
        /// <exception cref="System.FormatException">A relay is no multiaddr.</exception>
        /// <exception cref="System.ArgumentException">A relay has no peer id or is no TCP address.</exception>
        public static Device Create(Board board, DeviceSettings settings)
        {
            return Create(board, settings, board.CreateOptions(), new RelayOptions { MaxCircuits = 1 });
        }

        /// <summary>As <see cref="Create(Board, DeviceSettings)"/>, with sizes of one's own.</summary>
        /// <param name="board">What it runs on.</param>
        /// <param name="settings">What its store says.</param>
        /// <param name="options">
        /// Sizes and times of the device. NodeOptions.MaxConnections is raised so that there is one connection for a peer of the dial list,
        /// one for the relay, and one for each circuit.
        /// </param>
        /// <param name="relay">Sizes and times of the relay client; its relays are those of the settings.</param>
        public static Device Create(Board board, DeviceSettings settings, DeviceOptions options, RelayOptions relay)
        {
            string[] addresses = settings.All("relay");
            if (addresses.Length == 0)
            {
                return SensorProgram.Create(board, settings, options);
            }

            relay.Relays = new Multiaddr[addresses.Length];
            for (int i = 0; i < addresses.Length; i++)
            {
                relay.Relays[i] = Multiaddr.Parse(addresses[i]);
            }

            NodeOptions node = options.Node;
            int connections = 2 + relay.MaxCircuits;
            node.MaxConnections = node.MaxConnections < connections ? connections : node.MaxConnections;
            Device device = SensorProgram.Create(board, settings, options);
            device.Node.Add(new RelayClient(relay) { Events = new RelayedDevice(board) });
            return device;
        }

        /// <inheritdoc/>
        public override void OnReserved(RelayClient client)
        {
            if (_board.Log != null)
            {
                _board.Log.Write("others can dial this device at " + client.Address);
            }
        }

        /// <inheritdoc/>
        public override void OnLost(RelayClient client, RelayStatus status)
        {
            if (_board.Log != null)
            {
                _board.Log.Write("no reservation at a relay: "
                    + (status == RelayStatus.None ? "it can't be reached, or is gone" : "it answered " + ((int)status).ToString()));
            }
        }

        /// <inheritdoc/>
        public override long UnixSeconds()
        {
            return _board.UnixMs / MillisecondsPerSecond;
        }
    }
}
