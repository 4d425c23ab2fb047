using NanoLibp2p.Core;

namespace NanoLibp2p.Interop.Tests;

/// <summary>One turn of a connection object of our node, as it was when it opened.</summary>
/// <param name="Object">The object; another peer's once this turn has ended, so that only the node's thread looks into it.</param>
/// <param name="Serial">Which turn.</param>
/// <param name="PeerId">The peer's proved id, as text.</param>
/// <param name="IsInbound">Whether the peer called us.</param>
/// <param name="UsedEarlyMuxer">Whether Yamux was agreed on within the Noise handshake.</param>
/// <param name="RemotePort">The peer's TCP port.</param>
public sealed record NanoConnection(Connection Object, int Serial, string PeerId, bool IsInbound, bool UsedEarlyMuxer, int RemotePort)
{
    internal static NanoConnection Of(Connection connection)
        => new(connection, connection.Serial, connection.RemotePeer.ToString(), connection.IsInbound, connection.UsedEarlyMuxer,
            connection.Link.RemotePort);
}
