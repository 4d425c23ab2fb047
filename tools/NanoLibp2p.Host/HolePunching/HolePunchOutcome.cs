namespace NanoLibp2p.Host.HolePunching;

/// <summary>What came of the search for a direct way.</summary>
public enum HolePunchOutcome
{
    /// <summary>The peer has a public address, and answered there.</summary>
    Dialed,

    /// <summary>Both dialed at the same moment, and met.</summary>
    Punched,

    /// <summary>This node doesn't know at which public address it is seen: no peer outside has told it.</summary>
    NoOwnAddress,

    /// <summary>The peer told no address that may be dialed: a public one of TCP with an IP address.</summary>
    NoPeerAddress,

    /// <summary>The peer does not speak DCUtR.</summary>
    NotSupported,

    /// <summary>The exchange of addresses failed: no answer in time, one that makes no sense, or the relayed connection ended.</summary>
    ProtocolFailed,

    /// <summary>Nobody could be reached at the addresses, in all attempts.</summary>
    NotReached,
}
