using System;
using System.Globalization;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>One line of a node's event log.</summary>
/// <param name="Time">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Peer">Who; null where nobody has proved who it is.</param>
/// <param name="Address">The address of the other end, as a multiaddr or an IP address; null where there is none.</param>
/// <param name="Reason">Why a connection ended or was not made; None for others.</param>
/// <param name="Refusal">Why somebody was turned away; None for others.</param>
/// <param name="Text">The same in words.</param>
/// <param name="Suppressed">Events of the same peer, or without one of the same address, that were left out before this one.</param>
public sealed record NodeEvent(
    DateTimeOffset Time,
    NodeEventKind Kind,
    PeerId? Peer,
    string? Address,
    CloseReason Reason,
    RefusalReason Refusal,
    string Text,
    int Suppressed)
{
    /// <summary>One line for people.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Time:HH:mm:ss.fff} {Kind} {Peer?.ToString() ?? "somebody"} {Address}: {Text}")
            + (Suppressed > 0 ? $" ({Suppressed} more like it were left out)" : "");
}
