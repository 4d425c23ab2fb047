namespace NanoLibp2p.Host;

/// <summary>What happened.</summary>
public enum NodeEventKind
{
    /// <summary>A connection has opened.</summary>
    Connected,

    /// <summary>An open connection has ended.</summary>
    Closed,

    /// <summary>A caller, a peer or a stream was turned away.</summary>
    Refused,

    /// <summary>A caller's connection ended before it opened.</summary>
    HandshakeFailed,

    /// <summary>A dial of ours came to nothing.</summary>
    DialFailed,

    /// <summary>What a peer publishes is dropped: told once for each reason while it is connected.</summary>
    MessagesDropped,

    /// <summary>A direct connection has taken the place of one through a relay (HolePunching).</summary>
    Upgraded,

    /// <summary>None could be made.</summary>
    UpgradeFailed,
}
