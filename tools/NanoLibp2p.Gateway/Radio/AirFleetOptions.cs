using System;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>A fleet of devices on one simulated air.</summary>
internal sealed record AirFleetOptions
{
    /// <summary>Its profile's name.</summary>
    internal string Profile { get; init; } = "lora-sf9-eu868";

    /// <summary>Devices, each at another distance.</summary>
    internal int Devices { get; init; } = 1;

    /// <summary>The share of frames that is lost each way, 0 to 1, beside what collides.</summary>
    internal double Loss { get; init; }

    /// <summary>How long.</summary>
    internal TimeSpan Time { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often each device takes a reading.</summary>
    internal TimeSpan Every { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes of a reading.</summary>
    internal int ReadingBytes { get; init; } = 20;

    /// <summary>The longest frame; 0 for the profile's.</summary>
    internal int Mtu { get; init; }

    /// <summary>What is random follows from it.</summary>
    internal int Seed { get; init; } = 1;
}
