namespace NanoLibp2p.Host.AutoNat;

/// <summary>Whether strangers can dial this node.</summary>
public enum Reachability
{
    /// <summary>Nobody has found out yet, or what was found contradicts itself.</summary>
    Unknown,

    /// <summary>They can.</summary>
    Public,

    /// <summary>They can't: it is behind a NAT or a firewall. A relay helps.</summary>
    Private,
}
