namespace NanoLibp2p.Host.Relay;

/// <summary>What a relay gives a peer that asks for a reservation.</summary>
public enum RelayClass
{
    /// <summary>Nothing.</summary>
    Refused,

    /// <summary>A reservation whose circuits have the limits of <see cref="RelayServiceOptions"/>.</summary>
    Ordinary,

    /// <summary>
    /// One whose circuits have neither an end nor a total, but a rate: RelayServiceOptions.SensorBytesPerSecond. They are not marked as
    /// limited, so that peers use them as any connection.
    /// </summary>
    Sensor,
}
