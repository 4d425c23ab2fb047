using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>What peers found when they dialled an address of this node (AutoNAT v2).</summary>
/// <param name="Address">The address, without the peer id.</param>
/// <param name="Reachability">What follows from it.</param>
/// <param name="Successes">Of the peers that were asked last, those that got through.</param>
/// <param name="Failures">Those that did not.</param>
public sealed record AddressReachability(Multiaddr Address, Reachability Reachability, int Successes, int Failures);
