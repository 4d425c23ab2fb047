namespace NanoLibp2p.Host.AutoNat;

/// <summary>What a peer says, and what has arrived, after it was asked to dial an address of this node.</summary>
public enum DialBackOutcome
{
    /// <summary>It says nothing of the address: refused, busy, malformed, or its word and what arrived contradict each other.</summary>
    None,

    /// <summary>It got through: over a connection of its own it sent the number that only it knew.</summary>
    Reached,

    /// <summary>It says that it could not dial the address.</summary>
    Failed,
}
