using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>A dial that led to nothing, in one sentence that says what to do on the command line.</summary>
internal static class DialFailure
{
    /// <summary>The sentence; to be asked in NodeEvents.OnClosed.</summary>
    /// <param name="address">What was dialled.</param>
    /// <param name="connection">What became of it.</param>
    /// <param name="options">Its node's.</param>
    internal static string Describe(Multiaddr address, Connection connection, NodeOptions options)
    {
        string why = connection.CloseReason switch
        {
            CloseReason.DialFailed => CloseText.Describe((LinkError)connection.CloseDetail),
            CloseReason.HandshakeTimeout =>
                "the peer answered, but did not finish the handshake in time; give it more with --timeout if it is only slow",
            CloseReason.PeerIdMismatch when connection.RemotePeer is { } peer && !peer.Equals(address.PeerId)
                => $"another peer answered, {peer}; take that id into the address if you trust it, or find out who sits there",
            CloseReason.DialledSelf =>
                $"the peer there has this node's own peer id, {connection.RemotePeer}: both use the same key; give each its own --key",
            _ => CloseText.Describe(connection, options),
        };
        return $"cannot connect to {address}: {why}";
    }
}
