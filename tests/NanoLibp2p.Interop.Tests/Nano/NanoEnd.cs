using NanoLibp2p.Core;

namespace NanoLibp2p.Interop.Tests;

/// <summary>How a connection of our node ended, or that a dial failed.</summary>
/// <param name="Connection">The object that is free again.</param>
/// <param name="Serial">Which of its turns.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">The figure that belongs to the reason.</param>
/// <param name="PeerId">The peer's id as far as it is known: proved, else dialled, else empty.</param>
/// <param name="IsInbound">Whether the peer called us.</param>
/// <param name="WasOpen">Whether it was ever open.</param>
public sealed record NanoEnd(Connection Connection, int Serial, CloseReason Reason, int Detail, string PeerId, bool IsInbound, bool WasOpen)
{
    internal static NanoEnd Of(Connection connection)
        => new(connection, connection.Serial, connection.CloseReason, connection.CloseDetail, connection.RemotePeer?.ToString() ?? "",
            connection.IsInbound, connection.WasOpen);
}
