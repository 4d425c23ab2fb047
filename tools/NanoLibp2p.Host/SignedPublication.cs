namespace NanoLibp2p.Host;

/// <summary>Whom a message went to that another peer signed.</summary>
/// <param name="Peers">How many peers.</param>
/// <param name="IsTakenHere">Whether this node has a subscription that received it.</param>
/// <param name="IsRepeat">Whether it was here before, and was not sent again.</param>
public readonly record struct SignedPublication(int Peers, bool IsTakenHere, bool IsRepeat)
{
    /// <summary>Whether it went to nobody, and is kept nowhere.</summary>
    public bool IsUnheard => Peers == 0 && !IsTakenHere && !IsRepeat;
}
