using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.HolePunching;

/// <summary>How a search for a direct way has ended.</summary>
/// <param name="Peer">To whom.</param>
/// <param name="IsInitiator">Whether this node has led the exchange: it is the one that was dialed through the relay.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Attempts">Exchanges of addresses that were made; 0 where none was.</param>
/// <param name="Address">The peer's address in the direct connection; null when there is none.</param>
/// <param name="RoundTrip">How long a message takes through the relay and back, as it was measured last; null where it was not.</param>
/// <param name="Text">The same in words.</param>
public sealed record HolePunchReport(
    PeerId Peer,
    bool IsInitiator,
    HolePunchOutcome Outcome,
    int Attempts,
    Multiaddr? Address,
    TimeSpan? RoundTrip,
    string Text)
{
    /// <summary>Whether there is a direct connection now.</summary>
    public bool IsDirect => Outcome is HolePunchOutcome.Dialed or HolePunchOutcome.Punched;
}
