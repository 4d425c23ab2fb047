using System;
using NanoLibp2p.Discovery;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Discovery;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Hal.Udp;

namespace NanoLibp2p.Boards.Virtual;

/// <summary>A board that is a program: it runs the firmware of a real one, over the host's network and with the host's own
/// readings.</summary>
public sealed class VirtualBoard : Board, IDisposable
{
    private readonly HostSensor _sensor = new();

    /// <summary>Makes a board.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="store">What outlives it: a <see cref="FileStore"/>, or a <see cref="MemoryStore"/> for a board to be thrown
    /// away.</param>
    /// <param name="log">Where it says what happens; null for nowhere.</param>
    /// <param name="maxLinks">Links at a time; no fewer than its node's NodeOptions.MaxConnections, and one to turn a caller away.</param>
    public VirtualBoard(string name, IStore store, IDeviceLog? log = null, int maxLinks = 2)
    {
        Name = name;
        Store = store;
        Log = log;
        Link = new TcpTransport(maxLinks);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override IStreamTransport Link { get; }

    /// <inheritdoc/>
    public override IClock Clock { get; } = new SystemClock();

    /// <inheritdoc/>
    public override IRandom Random { get; } = new SystemRandom();

    /// <inheritdoc/>
    public override IStore Store { get; }

    /// <inheritdoc/>
    public override Sensor Sensor => _sensor;

    /// <inheritdoc/>
    public override IDeviceLog? Log { get; }

    /// <inheritdoc/>
    public override long UnixMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>A finder that uses mDNS on the first interface of this host that does multicast; on loopback where there is none.</summary>
    public override PeerFinder? CreateFinder(DeviceSettings settings) =>
        MdnsFinder.Create(this, new UdpMulticast(Mdns.Group, Mdns.Port, null), settings);

    /// <summary>What the host does not tell about itself; empty when it tells everything.</summary>
    public string MissingReadings => _sensor.Missing;

    /// <summary>Gives the host's files back, once the device has stopped.</summary>
    public void Dispose() => _sensor.Dispose();
}
