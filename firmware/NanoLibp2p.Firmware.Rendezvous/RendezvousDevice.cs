using System;

namespace NanoLibp2p.Firmware.Rendezvous
{
    /// <summary>
    /// A device that finds another gateway at a rendezvous point when its own is gone: with a line
    /// <c>rendezvous = /ip4/.../tcp/.../p2p/...</c> in its settings it asks there, after its dial list and the board's own finder. A Main
    /// calls <c>BoardProgram.Run(board, new DeviceFactory(new RendezvousDevice().Create))</c>.
    /// </summary>
    public sealed class RendezvousDevice
    {
        private readonly DeviceFactory _inner;

        /// <summary>Around the sensor program.</summary>
        public RendezvousDevice()
        {
        }

        /// <summary>Around another program, as <c>new DeviceFactory(RelayedDevice.Create)</c>.</summary>
        /// <param name="inner">Makes the device.</param>
        public RendezvousDevice(DeviceFactory inner)
        {
            _inner = inner;
        }

        /// <summary>A <see cref="DeviceFactory"/>: the program's device, with a <see cref="RendezvousFinder"/> where the settings name a
        /// point.</summary>
        /// <param name="board">What it runs on.</param>
        /// <param name="settings">What its store says: each <c>rendezvous</c> is the address of a point with its peer id,
        /// <c>namespace</c> the namespace that gateways register in.</param>
        /// <exception cref="FormatException">A point is no multiaddr, or a gateway no peer id.</exception>
        /// <exception cref="ArgumentException">A point has no peer id or is no TCP address, or the namespace is too long.</exception>
        public Device Create(Board board, DeviceSettings settings)
        {
            // asked for first, so that the settings are known
            string[] points = settings.All("rendezvous");
            string name = settings.Find("namespace", RendezvousFinder.GatewayNamespace);
            Device device = _inner == null ? SensorProgram.Create(board, settings, board.CreateOptions()) : _inner(board, settings);
            if (points.Length > 0)
            {
                PeerFinder before = device.Finder != null ? device.Finder : board.CreateFinder(settings);
                device.Finder = new RendezvousFinder(device, before, points, name, settings.Gateways, board.Log);
            }

            return device;
        }
    }
}
