using System.Collections.Generic;
using System.Net;

namespace NanoLibp2p.Hal.Radio.LoRaUdp;

/// <summary>How a <see cref="LoRaUdpLink"/> listens and sends. What is not said is Europe's 868 MHz band.</summary>
public sealed record LoRaUdpOptions
{
    /// <summary>Where packet forwarders send to; the usual port is 1700.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>The ids of the forwarders that are heard, 16 hex digits each; empty for any, up to 16.</summary>
    public IReadOnlyList<string> Forwarders { get; init; } = [];

    /// <summary>Where frames down go.</summary>
    public double FrequencyMHz { get; init; } = 869.525;

    /// <summary>With how much power: 27 dBm may be radiated at 869.525 MHz, which few boards can.</summary>
    public int PowerDbm { get; init; } = 14;

    /// <summary>A device listens so long after the end of its own frame.</summary>
    public int WindowMs { get; init; } = 1000;

    /// <summary>Airtime that an hour of frames down may have.</summary>
    public int LimitMs { get; init; } = 360_000;

    /// <summary>Where used airtime is kept over a restart; null for nowhere.</summary>
    public IStore? Store { get; init; }
}
