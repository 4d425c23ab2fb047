using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Dialing;

/// <summary>An address that was dialled in vain, and why.</summary>
/// <param name="Address">The address, without the peer's id; what a name stands for where it was looked up.</param>
/// <param name="Reason">Why, as a connection ends; <see cref="CloseReason.None"/> when it was not tried at all.</param>
/// <param name="Detail">A figure that belongs to it, as told there.</param>
/// <param name="Text">The same in words.</param>
public sealed record DialAttempt(Multiaddr Address, CloseReason Reason, int Detail, string Text)
{
    /// <summary>Who is there, where another peer answered than the one that was dialled, or the node itself; else null.</summary>
    public PeerId? Answered { get; init; }
}
