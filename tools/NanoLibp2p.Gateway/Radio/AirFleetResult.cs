using System.Collections.Generic;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>What a fleet got through.</summary>
internal sealed record AirFleetResult
{
    /// <summary>Readings taken.</summary>
    internal required long Readings { get; init; }

    /// <summary>Readings that stand on the topic.</summary>
    internal required long Delivered { get; init; }

    /// <summary>Readings that still wait: in the devices' rings, or at the gateway for the signature of their batch.</summary>
    internal required long Waiting { get; init; }

    /// <summary>Readings that devices told as lost, or did not take: their rings were full.</summary>
    internal required long Lost { get; init; }

    /// <summary>Readings that stand on the topic again: each time counts.</summary>
    internal required long Repeated { get; init; }

    /// <summary>Frames of all devices.</summary>
    internal required long Frames { get; init; }

    /// <summary>Frames up that collided.</summary>
    internal required long Collided { get; init; }

    /// <summary>Milliseconds on the air of a device in an hour, on average.</summary>
    internal required double AirtimeMs { get; init; }

    /// <summary>The gateway's in an hour, on average.</summary>
    internal required double GatewayAirtimeMs { get; init; }

    /// <summary>Milliseconds on the air of the device that had most in any sliding hour.</summary>
    internal required double WorstHourMs { get; init; }

    /// <summary>Millijoules of the radio for a reading on the topic: 145 mW sending at 14 dBm, 36 mW listening (SX1276 at 3.3 V).</summary>
    internal required double MillijoulesForReading { get; init; }

    /// <summary>Readings taken and delivered in each hour.</summary>
    internal required IReadOnlyList<(long Taken, long Delivered)> Hours { get; init; }

    /// <summary>The share of readings that stands on the topic; those that wait do not.</summary>
    internal double Share => Readings == 0 ? 1 : (double)Delivered / Readings;
}
