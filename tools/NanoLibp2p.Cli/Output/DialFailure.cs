using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>A dial that led to nothing, in one sentence that says what to do on the command line.</summary>
internal static class DialFailure
{
    /// <summary>The reasons that are told otherwise on the command line; null for others.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="answered">Who answered instead of who was dialled, or the node itself; null where that is not known.</param>
    internal static string? Why(CloseReason reason, PeerId? answered) => reason switch
    {
        CloseReason.HandshakeTimeout =>
            "the peer answered, but did not finish the handshake in time; give it more with --timeout if it is only slow",
        CloseReason.PeerIdMismatch when answered != null
            => $"another peer answered, {answered}; take that id into the address if you trust it, or find out who sits there",
        CloseReason.DialledSelf =>
            $"the peer there has this node's own peer id, {answered}: both use the same key; give each its own --key",
        _ => null,
    };
}
