namespace NanoLibp2p.Hal.Radio.Air;

/// <summary>One end on a simulated air.</summary>
public sealed record AirLinkOptions
{
    /// <summary>Whether it is a gateway: it listens always, on all channels, and answers in the receive windows of devices.</summary>
    public bool IsGateway { get; init; }

    /// <summary>Where used airtime is kept over a loss of power; null for nowhere, as for a radio that is never off.</summary>
    public IStore? Store { get; init; }

    /// <summary>Whether a store without such a value is that of a radio that never sent.</summary>
    public bool IsNew { get; init; } = true;

    /// <summary>Seconds of the timed sleep that ended just now; 0 after any other start.</summary>
    public int SleptSeconds { get; init; }

    /// <summary>What of the power is lost between a device and the gateways, in dB: 60 in a room, 130 far away.</summary>
    public int LossDb { get; init; } = 100;
}
