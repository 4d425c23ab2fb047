using System;

namespace NanoLibp2p.Hal.Ble.Desktop;

/// <summary>What a <see cref="BlueZLink"/> takes its devices from, and how many.</summary>
public sealed class BlueZOptions
{
    /// <summary>Address of the D-Bus that BlueZ is on; null for the system's.</summary>
    public string? BusAddress { get; init; }

    /// <summary>The adapter.</summary>
    public string Adapter { get; init; } = "hci0";

    /// <summary>Connections at once: a controller bears about ten.</summary>
    public int MaxDevices { get; init; } = 10;

    /// <summary>When all connections are taken and another device is there, the one that was answered longest ago is let go, if that is
    /// longer ago than this: who only advertises the service keeps no place.</summary>
    public TimeSpan UselessAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Frames that wait to be received; more are dropped.</summary>
    public int MaxWaiting { get; init; } = 256;

    /// <summary>How long a connect may take, with the discovery of services.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>After so long BlueZ is looked for again, and a device that failed is connected again.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(5);
}
