namespace NanoLibp2p.Gateway.Admission;

/// <summary>What a token admits its peer as.</summary>
internal enum AdmissionClass
{
    /// <summary>Somebody who may connect, with the limits of everybody.</summary>
    Peer,

    /// <summary>A device: its circuits through the relay have a byte rate, and no limit of time or bytes.</summary>
    Sensor,
}
