using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>An address at which peers see this node.</summary>
/// <param name="Address">The address, without a peer id.</param>
/// <param name="Observers">How many different observers say so; those of one IPv4 address or IPv6 /56 count as one.</param>
/// <param name="IsGuess">True where the port is not what they saw: they were dialled by this node, from a port that nobody can dial, and
/// the port is one that it listens on. Such an address is announced only after AutoNAT has found it reachable.</param>
public sealed record ObservedAddress(Multiaddr Address, int Observers, bool IsGuess);
