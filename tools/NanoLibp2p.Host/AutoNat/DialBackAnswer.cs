using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>A peer's answer to a request to dial back.</summary>
/// <param name="Outcome">What follows from it.</param>
/// <param name="Address">The address that it chose; null when it says none of those that were asked about.</param>
/// <param name="Detail">For a log: what it said, or why its answer counts nothing.</param>
public sealed record DialBackAnswer(DialBackOutcome Outcome, Multiaddr? Address, string Detail);
