namespace NanoLibp2p.Host.Rendezvous;

/// <summary>What a rendezvous point answers (rendezvous spec, "Protobuf": ResponseStatus).</summary>
public enum RendezvousStatus
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>The namespace has no characters, or more than 255 bytes.</summary>
    InvalidNamespace = 100,

    /// <summary>The signed peer record is none, is forged, or is older than the one that is registered.</summary>
    InvalidSignedPeerRecord = 101,

    /// <summary>The time to live is below two hours or above 72.</summary>
    InvalidTtl = 102,

    /// <summary>The cookie is not one of this point, or was given for another namespace; begin without one.</summary>
    InvalidCookie = 103,

    /// <summary>The record is of another peer than the one that registers.</summary>
    NotAuthorized = 200,

    /// <summary>The point failed.</summary>
    InternalError = 300,

    /// <summary>The point is full, or is asked too much.</summary>
    Unavailable = 400,
}
