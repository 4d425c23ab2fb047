using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>An address at which peers see this node.</summary>
/// <param name="Address">The address, without a peer id.</param>
/// <param name="Observers">How many different observers say so; those of one IPv4 address or IPv6 /56 count as one.</param>
/// <param name="IsGuess">True where they were dialled by this node: the port is one that it listens on and not what they saw, or it is what
/// a NAT makes of that port, as they saw it. Such an address is announced only after AutoNAT has found it reachable.</param>
public sealed record ObservedAddress(Multiaddr Address, int Observers, bool IsGuess);
